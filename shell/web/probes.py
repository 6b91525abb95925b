"""Questions to a page, asked in the application world where the page's own script cannot see or answer them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineScript

WORLD = QWebEngineScript.ScriptWorldId.ApplicationWorld.value
ASK_AGAIN_MS = 25
NO_ANSWER_MS = 700

PAINT_START = "window.__painted = false; requestAnimationFrame(() => requestAnimationFrame(() => { window.__painted = true; }));"
PAINT_DONE = "window.__painted === true"
UNSAVED = """(() => {
  const question = document.createEvent('BeforeUnloadEvent');
  question.initEvent('beforeunload', false, true);
  window.dispatchEvent(question);
  return question.defaultPrevented || question.returnValue !== '';
})()"""


class PaintProbe(QObject):
    """Calls back once, after the page has painted a frame that began after ``start``."""

    def __init__(self, page: QWebEnginePage, painted: Callable[[], None]) -> None:
        super().__init__(page)
        self._page = page
        self._painted = painted
        self._timer = QTimer(self, interval=ASK_AGAIN_MS)
        self._timer.timeout.connect(self._ask)
        self._round = 0

    def start(self) -> None:
        self._round += 1
        self._page.runJavaScript(PAINT_START, WORLD)
        self._timer.start()

    def stop(self) -> None:
        self._round += 1
        self._timer.stop()

    def _ask(self) -> None:
        asked = self._round
        self._page.runJavaScript(PAINT_DONE, WORLD, lambda answer: self._answered(asked, answer))

    def _answered(self, asked: int, answer: object) -> None:
        if asked != self._round or not self._timer.isActive():
            return
        if answer is True:
            self._timer.stop()
            self._painted()
        elif answer is not False:
            self._page.runJavaScript(PAINT_START, WORLD)


class Question(QObject):
    """One yes-or-no question to a page; no answer in NO_ANSWER_MS counts as ``if_silent``."""

    def __init__(
        self, page: QWebEnginePage, script: str, if_silent: bool, answered: Callable[[bool], None]
    ) -> None:
        super().__init__(page)
        self._answered = answered
        self._open = True
        self._if_silent = if_silent
        QTimer.singleShot(NO_ANSWER_MS, self, lambda: self._close(if_silent))
        page.runJavaScript(
            script, WORLD, lambda answer: self._close(answer if isinstance(answer, bool) else if_silent)
        )

    def _close(self, answer: bool) -> None:
        if self._open:
            self._open = False
            self._answered(answer)
            self.deleteLater()


def ask_unsaved(page: QWebEnginePage, answered: Callable[[bool], None]) -> None:
    """Ask through the page's own ``beforeunload``; a page that does not answer counts as unsaved."""
    Question(page, UNSAVED, True, answered)


class HangProbe(QObject):
    """Pings a page every ``interval_ms``; calls back once when two pings in a row stay unanswered."""

    def __init__(self, page: QWebEnginePage, hung: Callable[[], None], interval_ms: int = 2000) -> None:
        super().__init__(page)
        self._page = page
        self._hung = hung
        self._silent = 0
        self._timer = QTimer(self, interval=interval_ms)
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
