"""What an app is told while the gateway is away or locked (SWM-08, SWM-12)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from shell.bridge.pane_messaging import MessageEffects, PaneMessaging, unanswered
from shell.bridge.services import Services
from shell.web.messaging_channel import MessagingChannel, PostedMessage
from tests.shell.bridge.calls import FakeServices

REQUEST: dict[str, Any] = {
    "messagingHandle": "h",
    "messageId": "m-1",
    "messageType": "ui.done",
    "payload": {},
}


def test_a_request_is_answered_with_a_failure_of_its_kind() -> None:
    answer = unanswered(json.dumps(REQUEST))
    assert answer is not None
    assert (answer["responseToMessageId"], answer["payload"]["status"]) == ("m-1", "failure")
    other = unanswered(json.dumps({**REQUEST, "messageType": "status.handshake"}))
    assert other is not None
    assert other["payload"]["outcome"]["issue"][0]["code"] == "transient"
    assert other["messageId"] != answer["messageId"]


@pytest.mark.parametrize("text", ["{", "[]", "[" * 100_000, json.dumps({**REQUEST, "payload": 1})], ids=len)
def test_anything_else_is_not_answered(text: str) -> None:
    assert unanswered(text) is None


class Channel(QObject):
    """The page's end."""

    posted = Signal(object)
    refused = Signal(str, str, int)

    def __init__(self) -> None:
        super().__init__()
        self.told: list[dict[str, Any]] = []

    def answer(self, message: object, text: str, then: Callable[[], None] | None = None) -> None:
        self.told.append(json.loads(text))
        if then is not None:
            then()


@pytest.mark.parametrize(
    "effect", [{"kind": "done"}, {"kind": "activity"}], ids=lambda effect: effect["kind"]
)
@pytest.mark.parametrize("in_use", [False, True])
def test_a_page_behind_the_curtain_closes_and_opens_nothing(
    qtbot: QtBot, in_use: bool, effect: dict[str, Any]
) -> None:
    """S3: the former patient's page still has its handle. Mutant: what the gateway allows is carried out for any page."""
    services, channel = FakeServices(), Channel()
    happened: list[str] = []

    def opens(_: dict[str, Any], told: Callable[[bool], None]) -> None:
        happened.append("activity")
        told(True)

    effects = MessageEffects(lambda: in_use, lambda: happened.append("done"), opens)
    messaging = PaneMessaging(cast(MessagingChannel, channel), "pane-1", cast(Services, services), effects)
    channel.posted.emit(PostedMessage("d", "http://notat.localhost:1", json.dumps(REQUEST)))
    (asked,) = services.calls
    assert asked.done is not None
    asked.done({"answer": {"payload": {"status": "success"}}, "effect": effect})
    assert happened == ([effect["kind"]] if in_use else [])
    assert [told["payload"]["status"] for told in channel.told] == ["success" if in_use else "failure"]
    assert messaging.parent() is channel
