"""The focus ring: one overlay that follows the keyboard and paints outside the control."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from shell.theme.theme import Theme
from shell.widgets.later import Later
from shell.widgets.themed import ThemedWidget

MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Hide, QEvent.Type.Show, QEvent.Type.EnabledChange)


class FocusRing(ThemedWidget):
    """Child of the window. A control says by its property ``ring`` how it wants it: absent outside, ``inside``,
    ``parent`` around the parent, ``rows`` and ``none`` not at all; ``ring-color`` names another token than focus.
    """

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(theme, window)
        self._target: QWidget | None = None
        self._watched: list[QWidget] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setObjectName("qt_rubberband")
        self.hide()
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self._follow_later = Later(self, lambda: self.follow())
        application.focusChanged.connect(self._focus_changed)

    @property
    def target(self) -> QWidget | None:
        return self._target

    def follow(self) -> None:
        """Put the ring where the control is now."""
        target = self._target
        if target is None or not target.isVisible() or not target.isEnabled():
            self.hide()
            return
        window = self.parentWidget()
        assert window is not None
        kind = target.property("ring")
        if kind == "parent" and target.parentWidget() is not None:
            target = target.parentWidget()
            assert target is not None
        rect = QRect(target.mapTo(window, QPoint(0, 0)), target.size())
        table = self.theme.tokens.table["focus"]
        if kind != "inside":
            grow = int(table["width"]) + int(table["offset"])
            rect = rect.adjusted(-grow, -grow, grow, grow)
        self.setGeometry(rect)
        self.raise_()
        self.show()
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in MOVES:
            self._follow_later()
        return False

    def _focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        if self._target is not None and isValid(self._target):
            self._target.destroyed.disconnect(self._lost)
        for watched in self._watched:
            if isValid(watched):
                watched.removeEventFilter(self)
        self._watched = []
        self._target = None
        window = self.parentWidget()
        own = now is not None and window is not None and window.isAncestorOf(now)
        if now is not None and own and not _rings_itself(now):
            self._target = now
            self._watch(now)
            now.destroyed.connect(self._lost)
        self.follow()

    def _watch(self, target: QWidget) -> None:
        """The control moves with everything that it stands in."""
        widget: QWidget | None = target
        while widget is not None and widget is not self.parentWidget():
            widget.installEventFilter(self)
            self._watched.append(widget)
            widget = widget.parentWidget()

    def _lost(self) -> None:
        self._target = None
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._target is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = int(self.theme.tokens.table["focus"]["width"])
        token = self._target.property("ring-color") or "focus"
        painter.setPen(QPen(self.theme.color(str(token)), width))
        half = width / 2
        rect = QRectF(self.rect()).adjusted(half, half, -half, -half)
        radius = 4 if self._target.property("ring") == "inside" else self.theme.tokens.radius("control") + 3
        painter.drawRoundedRect(rect, radius, radius)


def _rings_itself(widget: QWidget) -> bool:
    """Rows, and everything in a page: what has the keyboard there is an unnamed child of the web view."""
    if widget.property("ring") in ("none", "rows"):
        return True
    parent = widget.parentWidget()
    while parent is not None:
        if parent.property("ring") == "none":
            return True
        parent = parent.parentWidget()
    return False
