"""Questions to a page, asked in the application world where the page's own script cannot see or answer them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineScript
from shiboken6 import isValid

WORLD = QWebEngineScript.ScriptWorldId.ApplicationWorld.value
ASK_AGAIN_MS = 25
NO_ANSWER_MS = 700

PAINT_START = (
    "window.__painted = window.__painted || 0; requestAnimationFrame(() => requestAnimationFrame(() => {"
    " window.__painted = %d; }));"
)
PAINT_DONE = "window.__painted"
UNSAVED = """(() => {
  const question = document.createEvent('BeforeUnloadEvent');
  question.initEvent('beforeunload', false, true);
  window.dispatchEvent(question);
  return question.defaultPrevented || question.returnValue !== '';
})()"""


class PaintProbe:
    """Calls back once, after the page has painted a frame that began after ``start``. Lives as long as its page."""

    def __init__(self, page: QWebEnginePage, painted: Callable[[], None]) -> None:
        self._page = page
        self._painted = painted
        self._timer = QTimer(page, interval=ASK_AGAIN_MS)
        self._timer.timeout.connect(self._ask)
        self._round = 0

    def start(self) -> None:
        self._round += 1
        self._page.runJavaScript(PAINT_START % self._round, WORLD)
        self._timer.start()

    def stop(self) -> None:
        self._round += 1
        self._timer.stop()

    def _ask(self) -> None:
        asked = self._round
        self._page.runJavaScript(PAINT_DONE, WORLD, lambda answer: self._answered(asked, answer))

    def _answered(self, asked: int, answer: object) -> None:
        if asked != self._round or not isValid(self._timer) or not self._timer.isActive():
            return
        if answer == asked:
            self._timer.stop()
            self._painted()
        elif not isinstance(answer, int | float):
            self._page.runJavaScript(PAINT_START % asked, WORLD)  # another document took the page


class Question:
    """One yes-or-no question to a page; no answer in NO_ANSWER_MS counts as ``if_silent``.

    A plain object: the page's answer and the timer hold it, and nothing of Qt's deletes it.
    """

    def __init__(
        self, page: QWebEnginePage, script: str, if_silent: bool, answered: Callable[[bool], None]
    ) -> None:
        self._answered = answered
        self._open = True
        self._silent = QTimer(page, singleShot=True, interval=NO_ANSWER_MS)
        self._silent.timeout.connect(lambda: self._close(if_silent))
        self._silent.start()
        page.runJavaScript(
            script, WORLD, lambda answer: self._close(answer if isinstance(answer, bool) else if_silent)
        )

    def _close(self, answer: bool) -> None:
        if self._open:
            self._open = False
            self._answered(answer)


def ask_unsaved(page: QWebEnginePage, answered: Callable[[bool], None]) -> None:
    """Ask through the page's own ``beforeunload``; a page that does not answer counts as unsaved."""
    Question(page, UNSAVED, True, answered)


class HangProbe:
    """Pings a page every ``interval_ms``; calls back once when three pings in a row stay unanswered."""

    def __init__(self, page: QWebEnginePage, hung: Callable[[], None], interval_ms: int = 2000) -> None:
        self._page = page
        self._hung = hung
        self._silent = 0
        self._timer = QTimer(page, interval=interval_ms)
        self._timer.timeout.connect(self._ping)
        self._timer.start()

    def _ping(self) -> None:
        self._silent += 1
        if self._silent > 3:
            self._timer.stop()
            self._hung()
            return
        self._page.runJavaScript("true", WORLD, lambda _: self._well())

    def _well(self) -> None:
        self._silent = 0
