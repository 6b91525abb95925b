"""Icons from SVG text: the surface below first, then the colour, in this order; ``mark`` has its own colours."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from shell.theme.tokens import FOLDER

FILLED = ("alarm", "overdue")
MAX_ICON_BYTES = 65_536


class IconLoader:
    """Renders icons of the icon folder and of vendors to pixmaps; keeps what it has rendered."""

    def __init__(self, folder: Path = FOLDER / "icons") -> None:
        self._folder = folder
        self._texts: dict[str, str] = {}
        self._pixmaps: dict[tuple[str | bytes, str, str, int, float], QPixmap] = {}

    def names(self) -> list[str]:
        return sorted(path.stem for path in self._folder.glob("*.svg"))

    def svg(self, name: str, color: str, surface: str) -> bytes:
        """The drawing in ``color`` (``#RRGGBB``) on ``surface``. Raises OSError for an unknown name."""
        text = self._texts.get(name)
        if text is None:
            text = self._texts[name] = (self._folder / f"{name}.svg").read_text(encoding="utf-8")
        if name in FILLED:
            text = text.replace("#FFFFFF", surface)
        return text.replace("currentColor", color).encode()

    def pixmap(self, name: str, color: str, surface: str, size: int, ratio: float) -> QPixmap:
        """``size`` in logical pixels, rendered for the device's ``ratio``."""
        key = (name, color, surface, size, ratio)
        if key not in self._pixmaps:
            self._pixmaps[key] = render(self.svg(name, color, surface), size, ratio)
        return self._pixmaps[key]

    def vendor_pixmap(self, svg: bytes, color: str, size: int, ratio: float) -> QPixmap:
        """A vendor's own drawing, in one colour whatever it brings; null when it cannot be drawn."""
        key = (svg, color, "", size, ratio)
        if key not in self._pixmaps:
            drawn = render(svg, size, ratio) if len(svg) <= MAX_ICON_BYTES else QPixmap()
            self._pixmaps[key] = _in_one_color(drawn, color)
        return self._pixmaps[key]

    def mark(self, colors: tuple[str, str], size: int, ratio: float) -> QPixmap:
        """The brand's mark: frame and panes in ``colors[0]``, the lit window in ``colors[1]``."""
        key = ("mark", *colors, size, ratio)
        if key not in self._pixmaps:
            text = self.svg("mark", "", "").decode()
            text = text.replace("#123F4A", colors[0]).replace("#F4C552", colors[1])
            self._pixmaps[key] = render(text.encode(), size, ratio)
        return self._pixmaps[key]


def render(svg: bytes, size: int, ratio: float) -> QPixmap:
    """A transparent pixmap with the drawing; null when the bytes are no SVG."""
    renderer = QSvgRenderer(QByteArray(svg))
    if not renderer.isValid():
        return QPixmap()
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, pixmap.width(), pixmap.height()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _in_one_color(pixmap: QPixmap, color: str) -> QPixmap:
    if pixmap.isNull():
        return pixmap
    painter = QPainter(pixmap)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(pixmap.rect(), color)
    painter.end()
    return pixmap
