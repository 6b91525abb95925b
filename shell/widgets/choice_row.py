"""A large button with two lines: what happens, and what that means; or the first alone, in the middle."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from shell.theme.theme import Theme
from shell.widgets.key_caps import caps_width, draw_caps

HEIGHT = 62
LEFT = 53


class ChoiceRow(QAbstractButton):
    """``look``: ``primary``, ``plain`` or ``danger``."""

    def __init__(self, theme: Theme, icon: str, look: str, keys: tuple[str, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon, self._look, self._keys = icon, look, keys
        self._text = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFixedHeight(theme.scaled(HEIGHT))

    def say(self, title: str, text: str) -> None:
        self.setText(title)
        self._text = text
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.setFixedHeight(self._theme.scaled(HEIGHT))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(614, self._theme.scaled(HEIGHT))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        primary, danger = self._look == "primary", self._look == "danger"
        back = "action" if primary else "surface"
        if self.underMouse():
            back = "action-hover" if primary else "danger-soft" if danger else "surface-hover"
        ink = "on-action" if primary else "danger" if danger else "text"
        radius = theme.tokens.radius("control")
        painter.setPen(Qt.PenStyle.NoPen if primary else QPen(theme.color("line-strong"), 1))
        painter.setBrush(theme.color(back))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.drawPixmap(QPointF(17, (self.height() - 20) / 2), theme.icon(self._icon, ink, 20))
        painter.setPen(theme.color(ink))
        painter.setFont(theme.font("row-name", 700, name=True))
        middle = self.height() / 2
        title = middle + (-5 if self._text else 6) * theme.percent / 100
        painter.drawText(QPointF(LEFT, title), self.text())
        painter.setFont(theme.font("small", name=True))
        painter.drawText(QPointF(LEFT, middle + 16 * theme.percent / 100), self._text)
        if self._keys:
            left = self.width() - 15 - caps_width(theme, self._keys)
            draw_caps(painter, theme, self._keys, left, middle, "text-soft")
