"""A place for the login page: loading, the live page, or what went wrong."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from shell.presenters.view_models import EmptyModel
from shell.theme.theme import Theme
from shell.widgets.empty_view import EmptyView
from shell.widgets.live_page import PageLook
from shell.widgets.themed import ThemedWidget


class ViewSlot(ThemedWidget):
    """``acted(key)`` from the button of an error, ``ended()`` when the page ended by itself."""

    acted = Signal(str)
    ended = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._view: QWidget | None = None
        self._loading = True
        self._signing_in = False
        self._look = PageLook(theme)
        self.message = EmptyView(theme, self)
        self.message.acted.connect(self.acted)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self.message)
        self.set_loading()

    def set_view(self, view: QWidget) -> None:
        """Show a live page; the one before is taken out and hidden, its owner ends it."""
        self._forget()
        self._view = view
        self._loading = False
        view.setProperty("ring", "none")
        view.destroyed.connect(self._destroyed)
        self._look.give(view)
        self._stack.addWidget(view)
        self._stack.setCurrentWidget(view)
        view.setFocus()

    def set_loading(self, *, signing_in: bool = False) -> None:
        """The page is on its way; with ``signing_in`` it has done its part, and the user is being let in."""
        self._loading, self._signing_in = True, signing_in
        words = self.tr("Logger deg inn …") if signing_in else self.tr("Åpner innloggingen …")
        self.message.show_empty(EmptyModel("wait", words, ""))
        self._stack.setCurrentWidget(self.message)

    def set_error(self, model: EmptyModel) -> None:
        self._loading = False
        self.message.show_empty(model)
        self._stack.setCurrentWidget(self.message)

    def clear(self) -> None:
        """No page any more."""
        self._forget()
        self.set_loading()

    @property
    def view(self) -> QWidget | None:
        return self._view

    def retranslate(self) -> None:
        if self._loading:
            self.set_loading(signing_in=self._signing_in)

    def restyle(self) -> None:
        self._look.give(self._view)

    def _forget(self) -> None:
        if self._view is not None:
            self._view.destroyed.disconnect(self._destroyed)
            self._stack.removeWidget(self._view)
            self._view.hide()
            self._view = None

    def _destroyed(self) -> None:
        self._view = None
        self._stack.setCurrentWidget(self.message)
        self.ended.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self.theme.color("canvas"))
