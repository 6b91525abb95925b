"""What lies over the panes: the scrim on panes and rail, the dialog on it. Banner and top strip stay as they are."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from shell.theme.theme import Theme
from shell.widgets.later import Later
from shell.widgets.layers import set_reachable
from shell.widgets.themed import ThemedWidget

TOP_GAP = 16


class Scrim(ThemedWidget):
    """Darkens what is below and keeps the pointer from it. ``pressed()``."""

    pressed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setObjectName("qt_rubberband")
        self.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self.theme.color("scrim"))


class Overlay(QObject):
    """Shows one dialog at a time over ``rail`` and ``body`` of ``desk``, which are out of reach as long.

    Tab stays in the dialog, focus returns after it.
    """

    dismissed = Signal()

    def __init__(self, theme: Theme, desk: QWidget, rail: QWidget, body: QWidget) -> None:
        super().__init__(desk)
        self._place_later = Later(self, lambda: self.place())
        self._desk, self._rail, self._body = desk, rail, body
        self._dialog: QWidget | None = None
        self._returns_to: QWidget | None = None
        self.scrims = (Scrim(theme, desk), Scrim(theme, desk))
        for scrim in self.scrims:
            scrim.pressed.connect(self.dismissed)
        body.installEventFilter(self)

    @property
    def dialog(self) -> QWidget | None:
        return self._dialog

    def open(self, dialog: QWidget) -> None:
        """Raise ``dialog``; one that is open already goes first."""
        if self._dialog is None:
            self._returns_to = QApplication.focusWidget()
        elif self._dialog is not dialog:
            self._dialog.hide()
        self._dialog = dialog
        self._reach(False)
        for scrim in self.scrims:
            scrim.show()
            scrim.raise_()
        dialog.show()
        dialog.raise_()
        self.place()

    def close(self, dialog: QWidget) -> None:
        """Take ``dialog`` away if it is the one that is open; focus returns to where it was."""
        if self._dialog is not dialog:
            return
        self._dialog = None
        for scrim in self.scrims:
            scrim.hide()
        self._reach(True)
        dialog.hide()
        target, self._returns_to = self._returns_to, None
        if target is not None and isValid(target) and target.isVisible() and target.isEnabled():
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _reach(self, reachable: bool) -> None:
        for below in (self._rail, self._body):
            set_reachable(below, reachable)

    def place(self) -> None:
        """Dialog in the middle of the panes, below the banner."""
        strip = self._rail.contentsMargins().top() or 48
        rail = self._rail.geometry()
        self.scrims[0].setGeometry(rail.adjusted(0, strip, 0, 0))
        body = QRect(self._body.mapTo(self._desk, QPoint(0, 0)), self._body.size())
        self.scrims[1].setGeometry(body)
        if self._dialog is not None:
            room = body.adjusted(TOP_GAP, TOP_GAP, -TOP_GAP, -TOP_GAP).size()
            size = self._dialog.sizeHint().boundedTo(room)
            self._dialog.resize(size)
            gap = min(
                int(self._dialog.property("top-gap") or TOP_GAP), max(TOP_GAP, body.height() - size.height())
            )
            self._dialog.move(body.left() + (body.width() - size.width()) // 2, body.top() + gap)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and self._dialog is not None:
            self._place_later()
        return False
