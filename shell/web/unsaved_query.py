"""``unsaved.query``: the host asks a page that has said it can answer whether it holds unsaved work.

SMART Web Messaging 1.0 has no message for it, so this one is ours (SWM-07 lets a handshake advertise what is beyond the
standard). A page opts in with the payload of its ``status.handshake``: ``{"answers": ["unsaved.query"]}``, for the life of
its document. A page that never did so is asked through its ``beforeunload`` alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from PySide6.QtCore import QObject, QTimer

from shell.web.probes import NO_ANSWER_MS, Draft
from shell.widgets.kept import delete_later

HANDSHAKE = "status.handshake"
QUERY = "unsaved.query"

Answered = Callable[[Draft], None]
Tell = Callable[[str, str], None]


class UnsavedQuery:
    """Asks one page; ``tell(document, text)`` gives a message to a document, ``owner`` keeps the timers."""

    def __init__(self, owner: QObject, tell: Tell) -> None:
        self._owner = owner
        self._tell = tell
        self._promised: tuple[str, str] | None = None
        self._open: dict[str, tuple[str, Answered]] = {}
        self._silent: dict[str, QTimer] = {}

    @property
    def promised(self) -> bool:
        """Whether the page's document has said that it answers."""
        return self._promised is not None

    def begin(self, document: str) -> None:
        """Another document stands in the page, and has promised nothing yet."""
        if self._promised is not None and self._promised[0] != document:
            self._promised = None

    def shook_hands(self, document: str, text: str) -> None:
        """A message that the gateway has taken as its sender's; only a handshake says anything here."""
        request = json.loads(text)
        answers = request["payload"].get("answers") if request.get("messageType") == HANDSHAKE else None
        if isinstance(answers, list) and QUERY in answers:
            self._promised = (document, str(request["messagingHandle"]))

    def ask(self, answered: Answered) -> None:
        """No answer in ``NO_ANSWER_MS`` counts as unsaved: the page has said that it answers."""
        if self._promised is None:
            raise RuntimeError("a page that promised nothing is not asked")
        document, handle = self._promised
        question = uuid4().hex
        self._open[question] = (document, answered)
        silent = QTimer(self._owner, singleShot=True, interval=NO_ANSWER_MS)
        silent.timeout.connect(lambda: self._close(question, Draft(True, silent=True)))
        self._silent[question] = silent
        silent.start()
        message = {"messagingHandle": handle, "messageId": question, "messageType": QUERY, "payload": {}}
        self._tell(document, json.dumps(message))

    def take(self, document: str, text: str) -> bool:
        """Whether ``text`` is the answer of ``document`` to an open question; then it is heard here and nowhere else."""
        if not self._open:
            return False
        try:
            answer = json.loads(text)
            question, payload = answer["responseToMessageId"], answer["payload"]
            asked = self._open.get(question)
        except (ValueError, RecursionError, TypeError, KeyError):
            return False
        if asked is None or asked[0] != document:
            return False
        self._close(question, draft_told(payload))
        return True

    def _close(self, question: str, draft: Draft) -> None:
        asked = self._open.pop(question, None)
        if asked is not None:
            silent = self._silent.pop(question)
            silent.stop()
            delete_later(silent)
            asked[1](draft)


def draft_told(payload: object) -> Draft:
    """From ``{"unsaved": true|false, "since": date-time?}``; anything that is not a plain *false* is unsaved."""
    told = payload if isinstance(payload, dict) else {}
    try:
        since = datetime.fromisoformat(told["since"])
    except (KeyError, TypeError, ValueError):
        since = None
    known = since.astimezone() if since is not None and since.tzinfo is not None else None
    return Draft(told.get("unsaved") is not False, known)


class BothDrafts:
    """What a page said by its ``beforeunload`` and in its own words; whichever knows of unsaved work is believed."""

    def __init__(self, answered: Answered) -> None:
        self._answered = answered
        self._drafts: list[Draft] = []

    def take(self, draft: Draft) -> None:
        """One of the two."""
        self._drafts.append(draft)
        if len(self._drafts) == 2:
            unsaved = [one for one in self._drafts if one.unsaved]
            edited = max((one.edited for one in unsaved if one.edited is not None), default=None)
            silent = bool(unsaved) and all(one.silent for one in unsaved)
            self._answered(Draft(bool(unsaved), edited, silent))
