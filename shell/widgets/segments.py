"""Segments: one of a few filters is on, each with its number."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from shell.theme.theme import Theme
from shell.widgets.runs import centered_baseline
from shell.widgets.themed import ThemedWidget

SIDE = 13
HEIGHT = 40


class Segment(QAbstractButton):
    """Icon, word, number."""

    def __init__(self, theme: Theme, key: str, icon: str, ink: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.key, self._icon, self._ink = key, icon, ink
        self.count: str = ""
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def say(self, text: str, count: str) -> None:
        self.count = count
        self.setText(text)
        self.setAccessibleName(f"{text} {count}".strip())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        theme = self._theme
        width = theme.metrics("control", 600).horizontalAdvance(self.text())
        if self.count:
            width += 8 + theme.metrics("control", 700).horizontalAdvance(self.count)
        return QSize(2 * SIDE + (26 if self._icon else 0) + width, theme.scaled(HEIGHT) - 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        on = self.isChecked()
        back = "action" if on else "surface-hover" if self.underMouse() else "surface"
        ink = "on-action" if on else self._ink
        painter.fillRect(self.rect(), theme.color(back))
        left = float(SIDE)
        if self._icon:
            pixmap = theme.icon(self._icon, ink, 18, surface=back)
            painter.drawPixmap(QPointF(left - 1, (self.height() - 18) / 2), pixmap)
            left += 25
        weight = 600 if on else 500
        baseline = centered_baseline(theme.metrics("control", weight), self.rect())
        painter.setPen(theme.color(ink))
        painter.setFont(theme.font("control", weight))
        painter.drawText(QPointF(left, baseline), self.text())
        if self.count:
            left += theme.metrics("control", weight).horizontalAdvance(self.text()) + 8
            painter.setFont(theme.font("control", 700))
            painter.drawText(QPointF(left, baseline), self.count)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class Outline(QWidget):
    """A rounded frame drawn above the segments."""

    def __init__(self, theme: Theme, parent: QWidget, back: str) -> None:
        super().__init__(parent)
        self._theme, self._back = theme, back
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = self._theme.tokens.radius("control")
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        corners = QPainterPath()
        corners.addRect(QRectF(self.rect()))
        inner = QPainterPath()
        inner.addRoundedRect(rect, radius, radius)
        painter.fillPath(corners.subtracted(inner), self._theme.color(self._back))
        painter.setPen(QPen(self._theme.color("line-strong"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, radius, radius)


class Segments(ThemedWidget):
    """``chosen(key)``; arrow keys move between segments."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._segments: list[Segment] = []
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._outline = Outline(theme, self, "canvas")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(1, 1, 1, 1)
        self._row.setSpacing(1)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def add(self, key: str, icon: str = "", ink: str = "text") -> Segment:
        segment = Segment(self.theme, key, icon, ink, self)
        segment.clicked.connect(lambda: self.chosen.emit(key))
        self._group.addButton(segment)
        self._row.addWidget(segment)
        self._segments.append(segment)
        segment.setChecked(len(self._segments) == 1)
        return segment

    def choose(self, key: str) -> None:
        """Put a segment on, without a signal."""
        for segment in self._segments:
            segment.setChecked(segment.key == key)

    def current(self) -> str:
        return next((segment.key for segment in self._segments if segment.isChecked()), "")

    def segments(self) -> list[Segment]:
        return list(self._segments)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect().adjusted(1, 1, -1, -1), self.theme.color("line-strong"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._outline.setGeometry(self.rect())
        self._outline.raise_()
