"""Carries the messages of one page to the gateway, which decides, and does what the answer says (SMART Web Messaging)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from PySide6.QtCore import QObject
from shiboken6 import isValid

from launcher.smart.web_messaging import failure, read_request, response
from shell.bridge.services import Services
from shell.gateway_client.errors import GatewayError
from shell.web.messaging_channel import MessagingChannel, PostedMessage

MESSAGING = "messaging/"


@dataclass(frozen=True, slots=True)
class MessageEffects:
    """What a message can do: nothing unless ``in_use()``; ``activity(effect, told)`` is told once whether it was done."""

    in_use: Callable[[], bool]
    end: Callable[[], None]
    activity: Callable[[dict[str, Any], Callable[[bool], None]], None]


class PaneMessaging(QObject):
    """One page's messages; lives as long as its channel."""

    def __init__(
        self, channel: MessagingChannel, pane: str, services: Services, effects: MessageEffects
    ) -> None:
        super().__init__(channel)
        self._channel = channel
        self._pane = pane
        self._services = services
        self._effects = effects
        channel.posted.connect(self._posted)
        channel.refused.connect(self._refused)

    def _posted(self, message: PostedMessage) -> None:
        self._services.run(
            self._ask(message),
            lambda told: self._told(message, told),
            lambda _: self._channel.ignore(message),
        )

    async def _ask(self, message: PostedMessage) -> dict[str, Any]:
        """On the loop's thread. A gateway that does not answer is a failure that the app is told."""
        try:
            return await self._services.workspace.web_message(self._pane, message.origin, message.text)
        except GatewayError:
            return {"answer": unanswered(message.text), "effect": None}

    def _told(self, message: PostedMessage, told: dict[str, Any]) -> None:
        if not isValid(self._channel):
            return  # the page has gone
        answer, effect = told["answer"], told["effect"]
        if answer is None:
            self._channel.ignore(message)
            return
        if effect is None:
            if answer["payload"] == {}:
                self._channel.query.shook_hands(message.document, message.text)
            self._channel.answer(message, json.dumps(answer))
        elif not self._effects.in_use():
            self._channel.answer(message, json.dumps({**answer, "payload": NOT_IN_USE}))
        elif effect["kind"] == "done":
            self._channel.answer(message, json.dumps(answer), self._effects.end)
        else:
            self._effects.activity(effect, lambda done: self._opened(message, answer, done))

    def _opened(self, message: PostedMessage, answer: dict[str, Any], done: bool) -> None:
        if isValid(self._channel):
            self._channel.answer(message, json.dumps(answer if done else {**answer, "payload": NOT_OPENED}))

    def _refused(self, origin: str, reason: str, count: int) -> None:
        note = self._services.workspace.web_messages_refused(self._pane, origin, reason, count)
        self._services.run(note, None, lambda _: None)


NOT_OPENED = {"status": "failure", "statusDetail": {"text": "the app was not opened for this"}}
NOT_IN_USE = {"status": "failure", "statusDetail": {"text": "the pane is being opened anew"}}


def unanswered(text: str) -> dict[str, Any] | None:
    """The answer to a message that the gateway did not judge; None to what is no request."""
    try:
        request = read_request(json.loads(text))
    except (ValueError, RecursionError):
        return None
    if request is None:
        return None
    payload = failure(request.kind, "transient", "the host cannot answer just now; try again")
    return response(request.message_id, uuid4().hex, payload)
