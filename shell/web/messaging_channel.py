"""SMART Web Messaging of one page: what its app posts to ``window.parent`` or ``window.opener`` comes out here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QFile, QIODevice, QObject, QTimer, Signal, Slot
from PySide6.QtWebChannel import QWebChannel
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile, QWebEngineScript

from shell.actions.page_policy import DeclaredOrigins, origin_of
from shell.web.messaging_scripts import LONGEST_MESSAGE, glue_script, shim_script
from shell.web.unsaved_query import UnsavedQuery

MAIN_WORLD = QWebEngineScript.ScriptWorldId.MainWorld
OWN_WORLD = QWebEngineScript.ScriptWorldId.ApplicationWorld
LIBRARY = ":/qtwebchannel/qwebchannel.js"
UNDER_WAY = 16
"""Messages of one page that the gateway may have in hand at once."""

DELIVERED_MS = 500


@dataclass(frozen=True, slots=True)
class PostedMessage:
    """A message as JSON text, and the origin of the document that it came from. ``document`` is one life of a page."""

    document: str
    origin: str
    text: str


class MessagingPort(QObject):
    """What the script in the application world holds: it calls the slots and hears ``answered``."""

    answered = Signal(str, int, str)
    taken = Signal(str, str, str)
    refused = Signal(str, str, int)
    arrived = Signal(int)
    begun = Signal(str)

    @Slot(str)
    def begin(self, document: str) -> None:
        """A document of the app's stands in the page."""
        self.begun.emit(document)

    @Slot(str, str, str)
    def take(self, document: str, origin: str, text: str) -> None:
        """A message."""
        self.taken.emit(document, origin, text)

    @Slot(str, str, str, int)
    def refuse(self, document: str, origin: str, reason: str, count: int) -> None:
        """Messages that were not let through."""
        self.refused.emit(origin, reason, count)

    @Slot(int)
    def delivered(self, number: int) -> None:
        """The page has been given this answer."""
        self.arrived.emit(number)


class MessagingChannel(QObject):
    """Signals: ``posted(message)`` for each message of the app's own origins, ``refused(origin, reason, count)``.

    Every posted message is ended with ``answer`` or ``ignore``. Make it before the page's first load. ``query`` asks the
    page for unsaved work and hears its answers.
    """

    posted = Signal(object)
    refused = Signal(str, str, int)

    def __init__(self, page: QWebEnginePage, profile: QWebEngineProfile, origins: DeclaredOrigins) -> None:
        super().__init__(page)
        self._page = page
        self._origins = origins
        self._under_way = 0
        self._answers = 0
        self._waiting: dict[int, Callable[[], None]] = {}
        self._port = MessagingPort(self)
        self._port.taken.connect(self._take)
        self._port.refused.connect(self._refuse)
        self._port.arrived.connect(self._arrived)
        self.query = UnsavedQuery(self, self._tell)
        self._port.begun.connect(self.query.begin)
        self._channel = QWebChannel(
            self
        )  # kept: a child's wrapper that its parent's alone holds goes too soon
        self._channel.registerObject("messaging", self._port)
        page.setWebChannel(self._channel, OWN_WORLD.value)
        host, own = origins.gateway_origin, origins.app_origins
        insert(profile, "vaktrom-messaging-host", shim_script(host, own), MAIN_WORLD)
        insert(profile, "vaktrom-messaging", glue_script(channel_library(), own), OWN_WORLD)

    def answer(self, message: PostedMessage, text: str, then: Callable[[], None] | None = None) -> None:
        """Give the document its answer, as JSON text; ``then`` once it has it, or has not taken it in half a second."""
        self.ignore(message)
        self._answers += 1
        number = self._answers
        if then is not None:
            self._waiting[number] = then
            QTimer.singleShot(DELIVERED_MS, self, lambda: self._arrived(number))
        self._port.answered.emit(message.document, number, text)

    def _tell(self, document: str, text: str) -> None:
        """A message of the host's own, which nobody waits for here."""
        self._answers += 1
        self._port.answered.emit(document, self._answers, text)

    def ignore(self, message: PostedMessage) -> None:
        """There is no answer to this one."""
        self._under_way -= 1

    def _take(self, document: str, origin: str, text: str) -> None:
        stands = origin_of(self._page.url().toString())
        if origin not in self._origins.app_origins or stands != origin:
            self.refused.emit(stands, "foreign_origin", 1)
        elif len(text) > LONGEST_MESSAGE:
            self.refused.emit(origin, "too_large", 1)
        elif self.query.take(document, text):
            return
        elif self._under_way >= UNDER_WAY:
            self.refused.emit(origin, "flood", 1)
        else:
            self._under_way += 1
            self.posted.emit(PostedMessage(document, origin, text))

    def _refuse(self, origin: str, reason: str, count: int) -> None:
        self.refused.emit(origin, reason, count)

    def _arrived(self, number: int) -> None:
        then = self._waiting.pop(number, None)
        if then is not None:
            then()


def insert(profile: QWebEngineProfile, name: str, source: str, world: QWebEngineScript.ScriptWorldId) -> None:
    """Into every document of the profile before the page's own scripts; a page's own collection loses some of them."""
    script = QWebEngineScript()
    script.setName(name)
    script.setSourceCode(source)
    script.setWorldId(world.value)
    script.setInjectionPoint(QWebEngineScript.InjectionPoint.DocumentCreation)
    script.setRunsOnSubFrames(False)
    profile.scripts().insert(script)


def channel_library() -> str:
    """Qt's own script for the page's end of a channel."""
    file = QFile(LIBRARY)
    if not file.open(QIODevice.OpenModeFlag.ReadOnly):
        raise RuntimeError("Qt's channel library is missing")
    return bytes(file.readAll().data()).decode("utf-8")
