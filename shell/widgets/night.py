"""The night pages' left side: a dark house with one lit window."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from shell.theme.theme import Theme
from shell.widgets.themed import ThemedWidget

LEFT, TOP = 36, 40
WIDE, HIGH = 62, 82
STEP_X, STEP_Y = 86, 112
LIT = (1, 3)
GAP = 3
BELOW = 190


class NightField(ThemedWidget):
    """Windows in ``columns``, as many rows as there is room for above the words below."""

    def __init__(self, theme: Theme, columns: int, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._columns = columns
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def set_columns(self, columns: int) -> None:
        self._columns = max(1, columns)
        self.update()

    def rows(self) -> int:
        return max(1, (self.height() - BELOW - TOP + STEP_Y - HIGH) // STEP_Y)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self.theme
        painter.fillRect(self.rect(), theme.color("night"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        rows = self.rows()
        lit = (LIT[0], min(LIT[1], rows - 1))
        for column in range(self._columns):
            for row in range(rows):
                color = theme.color("lamp" if (column, row) == lit else "night-2")
                self._window(painter, LEFT + column * STEP_X, TOP + row * STEP_Y, color)

    def _window(self, painter: QPainter, left: int, top: int, color: QColor) -> None:
        painter.setBrush(color)
        half, upper = (WIDE - GAP) / 2, 28
        lower = HIGH - upper - GAP
        for x in (left, left + half + GAP):
            painter.drawRoundedRect(QRectF(x, top, half, upper), 1, 1)
            painter.drawRoundedRect(QRectF(x, top + upper + GAP, half, lower), 1, 1)
