"""Buttons: one primary per view; destructive ones are outlined red and never the default."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPixmap, Qt
from PySide6.QtWidgets import QPushButton, QWidget

from shell.theme.theme import Theme
from shell.widgets.plain_tip import plain_tip

ButtonKind = Literal["primary", "secondary", "quiet", "danger", "lamp", "night", "icon", "foot", "on-patient"]
ICON_GAP = 5
INKS: dict[str, str] = {
    "primary": "on-action",
    "danger": "danger",
    "lamp": "on-lamp",
    "night": "on-night",
    "foot": "text-soft",
    "on-patient": "on-patient",
}


class Button(QPushButton):
    """A button by kind; Enter presses it as Space does. ``icon_name`` is drawn in the kind's ink."""

    def __init__(
        self,
        theme: Theme,
        kind: ButtonKind = "secondary",
        icon_name: str = "",
        parent: QWidget | None = None,
        *,
        touch: bool = False,
        icon_size: int = 18,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kind = kind
        self._icon_name = icon_name
        self._icon_size = icon_size
        self._ink = ""
        self.setProperty("kind", kind)
        if touch:
            self.setProperty("tall", "touch")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        theme.changed.connect(self._draw_icon)
        self._draw_icon()

    def say(self, text: str, tip: str = "") -> None:
        """Set the word; an icon button keeps it for the tooltip and for who listens."""
        if self._kind == "icon":
            self.setToolTip(plain_tip(tip or text))
        else:
            self.setText(text)
            self.setToolTip(plain_tip(tip))
        self.setAccessibleName(text)

    def set_icon(self, name: str) -> None:
        self._icon_name = name
        self._draw_icon()

    def set_ink(self, token: str) -> None:
        """Another colour for the icon than the kind's own; empty for the kind's."""
        if token != self._ink:
            self._ink = token
            self._draw_icon()

    def set_kind(self, kind: ButtonKind) -> None:
        self._kind = kind
        self.setProperty("kind", kind)
        self.style().unpolish(self)
        self.style().polish(self)
        self._draw_icon()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def _draw_icon(self) -> None:
        if self._icon_name:
            ink = self._ink or INKS.get(self._kind, "text")
            icon = QIcon(self._spaced(ink))
            icon.addPixmap(self._spaced("text-faint"), QIcon.Mode.Disabled)
            self.setIcon(icon)
            gap = 0 if self._kind == "icon" else ICON_GAP
            self.setIconSize(QSize(self._icon_size + gap, self._icon_size))

    def _spaced(self, ink: str) -> QPixmap:
        """The icon with the gap to the word, which Qt leaves too small."""
        drawn = self._theme.icon(self._icon_name, ink, self._icon_size)
        if self._kind == "icon":
            return drawn
        ratio = drawn.devicePixelRatio()
        spaced = QPixmap(round((self._icon_size + ICON_GAP) * ratio), round(self._icon_size * ratio))
        spaced.setDevicePixelRatio(ratio)
        spaced.fill(Qt.GlobalColor.transparent)
        painter = QPainter(spaced)
        before = ICON_GAP if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else 0
        painter.drawPixmap(before, 0, drawn)
        painter.end()
        return spaced
