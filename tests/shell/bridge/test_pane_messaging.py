"""What an app is told while the gateway is away or locked (SWM-08, SWM-12)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shell.bridge.pane_messaging import unanswered

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
