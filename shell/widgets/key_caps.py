"""Key caps: the keys beside a command, drawn as small frames."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from shell.theme.theme import Theme
from shell.widgets.themed import ThemedWidget

PADDING = 5
GAP = 8
HEIGHT = 20


def caps_width(theme: Theme, keys: Sequence[str], gap: int = GAP) -> int:
    """Pixels of all caps side by side."""
    metrics = theme.metrics("label", 400)
    height = theme.scaled(HEIGHT)
    widths = [max(height, metrics.horizontalAdvance(key) + 2 * PADDING) for key in keys]
    return sum(widths) + gap * (len(widths) - 1) if widths else 0


def draw_caps(
    painter: QPainter, theme: Theme, keys: Sequence[str], left: float, middle: float, ink: str, gap: int = GAP
) -> float:
    """Draw the caps from ``left`` on; answers the right edge of the last."""
    metrics = theme.metrics("label", 400)
    height = theme.scaled(HEIGHT)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(theme.font("label", 400))
    position = left
    for key in keys:
        width = max(height, metrics.horizontalAdvance(key) + 2 * PADDING)
        rect = QRectF(position + 0.5, middle - height / 2 + 0.5, width - 1, height - 1)
        painter.setPen(QPen(theme.color("line-strong"), 1))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(rect, 4, 4)
        painter.setPen(theme.color(ink))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, key)
        position += width + gap
    painter.restore()
    return position - gap


class KeyCaps(ThemedWidget):
    """Caps as a widget."""

    def __init__(
        self, theme: Theme, keys: Sequence[str], parent: QWidget | None = None, ink: str = "text-soft"
    ) -> None:
        super().__init__(theme, parent)
        self._keys = tuple(keys)
        self._ink = ink
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(" ".join(keys))

    def sizeHint(self) -> QSize:
        return QSize(caps_width(self.theme, self._keys), self.theme.scaled(HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_caps(QPainter(self), self.theme, self._keys, 0, self.height() / 2, self._ink)
