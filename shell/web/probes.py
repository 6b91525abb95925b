"""Questions to a page, asked in the application world where the page's own script cannot see or answer them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QTimer
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineScript
from shiboken6 import isValid

WORLD = QWebEngineScript.ScriptWorldId.ApplicationWorld.value
ASK_AGAIN_MS = 25
NO_ANSWER_MS = 700
PING_MS, PINGS_UNANSWERED = 1000, 5

PAINT_START = (
    "window.%(name)s = window.%(name)s || 0; requestAnimationFrame(() => requestAnimationFrame(() => {"
    " window.%(name)s = %(round)d; }));"
)
PAINT_DONE = "window.%(name)s"
UNSAVED = """(() => {
  const question = document.createEvent('BeforeUnloadEvent');
  question.initEvent('beforeunload', false, true);
  window.dispatchEvent(question);
  return JSON.stringify([question.defaultPrevented || question.returnValue !== '', window.__edited || 0]);
})()"""
NOTE_EDITS = (
    "addEventListener('input', event => { if (event.isTrusted) window.__edited = Date.now(); }, true);"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a page says about unsaved work; ``edited`` is when the user last typed or chose something, if it is known."""

    unsaved: bool
    edited: datetime | None = None
    silent: bool = False


NOTHING_UNSAVED = Draft(False)


def note_edits(page: QWebEnginePage) -> None:
    """Have every document of the page remember the moment of its last input; before the first load."""
    script = QWebEngineScript()
    script.setName("vaktrom-edits")
    script.setSourceCode(NOTE_EDITS)
    script.setWorldId(WORLD)
    script.setInjectionPoint(QWebEngineScript.InjectionPoint.DocumentCreation)
    page.scripts().insert(script)


class PaintProbe:
    """Calls back once, after the page has painted a frame that began after ``start``. Lives as long as its page.

    ``name`` is where the page keeps count; two probes of one page need two.
    """

    def __init__(self, page: QWebEnginePage, painted: Callable[[], None], name: str = "__painted") -> None:
        self._page = page
        self._name = name
        self._painted = painted
        self._timer = QTimer(page, interval=ASK_AGAIN_MS)
        self._timer.timeout.connect(self._ask)
        self._round = 0

    def start(self) -> None:
        self._round += 1
        self._begin(self._round)
        self._timer.start()

    def stop(self) -> None:
        self._round += 1
        self._timer.stop()

    def _ask(self) -> None:
        asked = self._round
        self._page.runJavaScript(
            PAINT_DONE % {"name": self._name}, WORLD, lambda answer: self._answered(asked, answer)
        )

    def _answered(self, asked: int, answer: object) -> None:
        if asked != self._round or not isValid(self._timer) or not self._timer.isActive():
            return
        if answer == asked:
            self._timer.stop()
            self._painted()
        elif not isinstance(answer, int | float):
            self._begin(asked)  # another document took the page

    def _begin(self, asked: int) -> None:
        self._page.runJavaScript(PAINT_START % {"name": self._name, "round": asked}, WORLD)


QUESTION = "consent"
SHOWS = """(() => {
  if (location.origin !== %s || !location.pathname.startsWith('/oauth/')) return '';
  if (document.querySelector('form[method=post][action$="/oauth/consent"]') !== null) return 'consent';
  return document.body && document.body.dataset.page || 'unnamed';
})()"""


class GatewayPageProbe:
    """Tells of a page of the gateway's own: ``asks()`` once its question whether the app may be let in has painted and
    still stands, ``shows(name)`` at once for any other page, by its ``data-page``.

    The document itself is looked at, in the world where no script of a page can answer.
    """

    def __init__(
        self,
        page: QWebEnginePage,
        gateway_origin: str,
        asks: Callable[[], None],
        shows: Callable[[str], None],
    ) -> None:
        self._page = page
        self._look = SHOWS % json.dumps(gateway_origin)
        self._asks = asks
        self._shows = shows
        self._paint = PaintProbe(page, self._painted, "__consent")
        self._document = 0

    def loaded(self) -> None:
        """A document of the gateway has loaded."""
        self._document += 1
        document = self._document
        self._page.runJavaScript(self._look, WORLD, lambda name: self._named(document, name))

    def left(self) -> None:
        """The page is on its way to another document."""
        self._document += 1
        self._paint.stop()

    def _named(self, document: int, name: object) -> None:
        if document != self._document or not isinstance(name, str) or not name:
            return
        if name == QUESTION:
            self._paint.start()
        else:
            self._shows(name)

    def _painted(self) -> None:
        document = self._document
        self._page.runJavaScript(self._look, WORLD, lambda name: self._stands(document, name))

    def _stands(self, document: int, name: object) -> None:
        if document == self._document and name == QUESTION:
            self._asks()


class Question:
    """The question for unsaved work; no answer in NO_ANSWER_MS counts as unsaved.

    A plain object: the page's answer and the timer hold it, and nothing of Qt's deletes it.
    """

    def __init__(self, page: QWebEnginePage, answered: Callable[[Draft], None]) -> None:
        self._answered = answered
        self._open = True
        self._silent = QTimer(page, singleShot=True, interval=NO_ANSWER_MS)
        self._silent.timeout.connect(lambda: self._close(None))
        self._silent.start()
        page.runJavaScript(UNSAVED, WORLD, self._close)

    def _close(self, answer: object) -> None:
        if self._open:
            self._open = False
            self._answered(draft_of(answer))


def draft_of(answer: object) -> Draft:
    """From what the page returned; anything but its two values counts as unsaved."""
    try:
        unsaved, edited = json.loads(str(answer))
        known = datetime.fromtimestamp(edited / 1000).astimezone() if edited > 0 else None
    except (TypeError, ValueError, OverflowError, OSError):
        return Draft(True, silent=True)
    return Draft(unsaved is not False, known)


def ask_unsaved(page: QWebEnginePage, answered: Callable[[Draft], None]) -> None:
    """Ask through the page's own ``beforeunload``; a page that does not answer counts as unsaved."""
    Question(page, answered)


class HangProbe:
    """Pings a page every second; calls back once when a ping has stayed unanswered for five.

    It counts its own beats, not the clock: a computer that slept has waited for nobody.
    """

    def __init__(self, page: QWebEnginePage, hung: Callable[[], None]) -> None:
        self._page = page
        self._hung = hung
        self._silent = 0
        self._timer = QTimer(page, interval=PING_MS)
        self._timer.timeout.connect(self._ping)
        self._timer.start()

    def stop(self) -> None:
        """The page has ended: its silence means nothing more."""
        self._timer.stop()

    def _ping(self) -> None:
        self._silent += 1
        if self._silent > PINGS_UNANSWERED:
            self._timer.stop()
            self._hung()
            return
        self._page.runJavaScript("true", WORLD, lambda _: self._well())

    def _well(self) -> None:
        self._silent = 0
