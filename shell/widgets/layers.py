"""Layers over each other, all of them painting: the top one alone can be used, seen and heard."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QStackedLayout, QWidget
from shiboken6 import isValid

from shell.widgets.later import Later

# Qt leaves children of this name out of the accessibility tree (QAccessibleWidget::child); nothing else does that for
# a widget which has to stay shown so that its web page goes on painting.
UNHEARD = "qt_rubberband"


def set_reachable(widget: QWidget, reachable: bool) -> None:
    """A widget out of reach stays shown, but is disabled, without focus and out of the accessibility tree."""
    if not reachable and widget.objectName() != UNHEARD:
        widget.setProperty("heard-as", widget.objectName())
        widget.setObjectName(UNHEARD)
    elif reachable and widget.objectName() == UNHEARD:
        widget.setObjectName(str(widget.property("heard-as") or ""))
    if not reachable and widget.isAncestorOf(widget.focusWidget() or widget) and widget.focusWidget():
        focused = widget.focusWidget()
        if focused is not None and focused.hasFocus():
            focused.clearFocus()
    widget.setEnabled(reachable)


class RestingStack(QStackedLayout):
    """Gives the current page its size; another one keeps its height until it comes to the front, but never its width."""

    def setGeometry(self, rect: QRect) -> None:
        for number in range(self.count()):
            page = self.widget(number)
            if page is not None and (page is self.currentWidget() or page.width() != rect.width()):
                page.setGeometry(rect)


class Layers(QWidget):
    """Pages over each other. Those below the current one go on painting (a hidden web page would stop).

    ``resting``: they also keep the height that they had, so that no web page is laid out anew for a banner that comes and goes.
    """

    def __init__(self, parent: QWidget | None = None, *, resting: bool = False) -> None:
        super().__init__(parent)
        self._refresh_later = Later(self, lambda: self._refresh())
        self._stack = RestingStack(self) if resting else QStackedLayout(self)
        self._stack.setStackingMode(QStackedLayout.StackingMode.StackAll)
        self._stack.setContentsMargins(0, 0, 0, 0)

    def add(self, widget: QWidget) -> None:
        self._stack.addWidget(widget)
        widget.destroyed.connect(self._refresh_soon)
        current = self._stack.currentWidget()
        set_reachable(widget, widget is current)

    def remove(self, widget: QWidget) -> None:
        self._stack.removeWidget(widget)
        current = self._stack.currentWidget()
        if current is not None:
            self.bring(current)

    def bring(self, widget: QWidget) -> None:
        """Raise ``widget`` and put all others out of reach."""
        self.raise_layer(widget)
        self.fit()

    def fit(self) -> None:
        """The current page as large as there is room."""
        current = self._stack.currentWidget()
        if current is not None:
            current.setGeometry(self.rect())

    def raise_layer(self, widget: QWidget) -> None:
        """As ``bring``, before anything else changes its place; ``fit`` has to follow."""
        self._stack.setCurrentWidget(widget)
        for other in self.pages():
            set_reachable(other, other is widget)
        widget.raise_()

    def _refresh_soon(self) -> None:
        """A page was destroyed: the layout names its new current page only afterwards."""
        if isValid(self):
            self._refresh_later()

    def _refresh(self) -> None:
        current = self._stack.currentWidget()
        if current is not None:
            self.bring(current)

    def current(self) -> QWidget | None:
        return self._stack.currentWidget()

    def count(self) -> int:
        return self._stack.count()

    def pages(self) -> list[QWidget]:
        """All pages, the top one among them."""
        found = (self._stack.widget(number) for number in range(self._stack.count()))
        return [page for page in found if page is not None]
