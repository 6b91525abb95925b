"""Somebody at the screen: sees visible widgets and pages, clicks and types. Calls no slot, no presenter, no server.

Needs no DevTools port, so it works in the frozen program: it finds targets in pages with ``runJavaScript`` in the
application world and sends the same input events that a mouse and a keyboard send.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWebEngineCore import QWebEngineScript
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget
from shiboken6 import isValid

Found = TypeVar("Found")
WORLD = QWebEngineScript.ScriptWorldId.ApplicationWorld.value
LOOK_EVERY_MS = 20
ANSWER_SECONDS = 3.0
BETWEEN_CLICKS_SECONDS = 0.5
"""Chromium lets input go before loading: who clicks all the time keeps a page from ever getting its style sheet."""

PLACE = """(() => {
  const element = document.querySelector(%r);
  if (!element) return null;
  const box = element.getBoundingClientRect();
  return box.width ? JSON.stringify([box.x + box.width / 2, box.y + box.height / 2]) : null;
})()"""
LOADED = "document.readyState === 'complete'"
HAS_KEYBOARD = "document.activeElement === document.querySelector(%r)"
CONDITION = """JSON.stringify([document.readyState, document.visibilityState, document.hasFocus(),
  document.activeElement?.tagName || '', document.querySelectorAll('input').length])"""
STATE = "JSON.stringify([location.hostname, document.body?.dataset.patient || '', document.body?.dataset.state || ''])"


class NotSeen(Exception):
    """Something that the tour waited for did not come."""


class Actor:
    """One person at one window."""

    def __init__(self, window: QWidget, patience_seconds: float = 30.0) -> None:
        self._window = window
        self._patience = patience_seconds

    def take_keyboard(self) -> None:
        """Click into the window, so to speak: it becomes the one that hears keys."""

        def active() -> bool:
            handle = self._window.windowHandle()
            if handle is not None and handle.isExposed():
                self._window.activateWindow()
            return self._window.isActiveWindow()

        self.until(active, "the window with the keyboard")

    # seeing

    def until(self, condition: Callable[[], Found], what: str) -> Found:
        """Wait for a true value; raises NotSeen with ``what``."""
        deadline = time.monotonic() + self._patience
        while True:
            found = condition()
            if found:
                return found
            if time.monotonic() > deadline:
                raise NotSeen(what)
            self.wait(LOOK_EVERY_MS)

    @staticmethod
    def wait(milliseconds: int) -> None:
        """Let the program run."""
        QTest.qWait(milliseconds)

    def views(self) -> list[QWebEngineView]:
        """The web pages that can be seen, covered ones left out."""
        return [
            view
            for view in self._window.findChildren(QWebEngineView)
            if view.isVisible() and view.isEnabled()
        ]

    def page(self, view: QWebEngineView, script: str) -> Any:
        """What a page answers in the application world; None when it does not."""
        if not isValid(view):  # it ended while others were being asked
            return None
        box: list[Any] = []
        view.page().runJavaScript(script, WORLD, box.append)
        deadline = time.monotonic() + ANSWER_SECONDS
        while not box and time.monotonic() < deadline:
            self.wait(5)
        return box[0] if box else None

    def view_with(self, selector: str) -> QWebEngineView:
        """The visible page that shows an element."""

        def find() -> QWebEngineView | None:
            return next((view for view in self.views() if self.page(view, PLACE % selector)), None)

        return self.until(find, f"a page with {selector}")  # type: ignore[return-value]  # until gives only true values

    def pages_state(self) -> list[tuple[str, str, str]]:
        """(host, patient, state) of each usable page, as the page itself says."""
        told = [read_list(self.page(view, STATE)) for view in self.views()]
        return [(str(item[0]), str(item[1]), str(item[2])) for item in told if len(item) == 3]

    def named(self, beginning: str) -> QWidget:
        """The visible widget whose accessible name begins so."""

        def find() -> QWidget | None:
            widgets = self._window.findChildren(QWidget)
            return next(
                (one for one in widgets if one.isVisible() and one.accessibleName().startswith(beginning)),
                None,
            )

        return self.until(find, f"something named {beginning}")  # type: ignore[return-value]  # as above

    def list_view(self) -> QAbstractItemView:
        """The visible list with rows in it."""

        def find() -> QAbstractItemView | None:
            views = self._window.findChildren(QAbstractItemView)
            return next(
                (view for view in views if view.isVisible() and view.model() and view.model().rowCount() > 0),
                None,
            )

        return self.until(find, "a list with rows")  # type: ignore[return-value]  # as above

    # acting

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        QTest.mouseClick(
            widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at or widget.rect().center()
        )

    def click_row(self, row: int) -> None:
        """Click a row of the visible list."""
        view = self.list_view()
        index = view.model().index(row, 0)
        view.scrollTo(index)
        self.click(view.viewport(), view.visualRect(index).center())

    def click_in_page(self, selector: str) -> QWebEngineView:
        """Click the middle of an element in a page, until that page has given it the keyboard.

        Looks for the page anew before each click: a page may be replaced while somebody aims. Clicks at a person's pace
        and only in a page that has loaded.
        """
        again_at = 0.0  # input before the first paint is lost

        def focused() -> QWebEngineView | None:
            nonlocal again_at
            for view in self.views():
                place = read_list(self.page(view, PLACE % selector))
                if not place or not isValid(view):
                    continue
                if self.page(view, HAS_KEYBOARD % selector) is True and again_at:
                    return view
                if time.monotonic() >= again_at and self.page(view, LOADED) is True and isValid(view):
                    zoom = view.zoomFactor()
                    self.click(self._input_of(view), QPoint(int(place[0] * zoom), int(place[1] * zoom)))
                    again_at = time.monotonic() + BETWEEN_CLICKS_SECONDS
            return None

        try:
            return self.until(focused, f"{selector} with the keyboard")  # type: ignore[return-value]  # a view
        except NotSeen as missing:
            raise NotSeen(f"{missing}; pages: {self._pages()}") from None

    def _pages(self) -> str:
        """Every page, whether it can be used and what it says of itself; for whoever must find out why."""
        every = [view for view in self._window.findChildren(QWebEngineView) if isValid(view)]
        return "; ".join(
            f"{view.url().host()} visible={view.isVisible()} enabled={view.isEnabled()}"
            f" {view.width()}x{view.height()} input={self._input_of(view).size().toTuple()}"
            f" says {self.page(view, CONDITION) if isValid(view) else 'ended'}"
            for view in every
        )

    def type_in_page(self, view: QWebEngineView, text: str) -> None:
        """Type into the page."""
        QTest.keyClicks(self._input_of(view), text)

    def key_in_page(self, view: QWebEngineView, key: Qt.Key) -> None:
        QTest.keyClick(self._input_of(view), key)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self._window, key, modifier)

    def type(self, text: str) -> None:
        QTest.keyClicks(QApplication.focusWidget() or self._window, text)

    @staticmethod
    def _input_of(view: QWebEngineView) -> QWidget:
        return view.focusProxy() or view


def read_list(answer: object) -> list[Any]:
    """The list in a page's JSON answer; empty when there is none."""
    if not isinstance(answer, str) or not answer.startswith("["):
        return []
    found: list[Any] = json.loads(answer)
    return found
