"""What a launch carries to the gateway: the chosen encounter and the theme (NAV-06, SAL-31)."""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

from shell.bridge.launching import ContextPoint, EncounterChoice, begin_launch
from shell.gateway_client.connection import Connection
from shell.gateway_client.workspace import Workspace

POINT = ContextPoint("topic-1", "event-1", "v1", "p-1")


class Gateway:
    """Answers as the workspace API does, and keeps what it was sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    async def json(self, method: str, path: str, **given: Any) -> dict[str, Any]:
        if path == "/workspace/panes":
            return {"pane": "pane-1", "cookie": {"name": "pane", "value": "secret"}}
        self.sent.append(json.loads(json.dumps(given["json"])))
        return {"launch": "l", "url": "http://127.0.0.1:1/", "encounter": None, "encounter_missing": True}


def sent(choice: EncounterChoice | None, style: str) -> dict[str, Any]:
    gateway = Gateway()
    workspace = Workspace(cast(Connection, gateway))
    _, launch = asyncio.run(begin_launch(workspace, "notat", POINT, choice, style))
    assert launch.encounter_missing
    return gateway.sent[0]


def test_encounter_and_theme_go_along() -> None:
    body = sent(EncounterChoice("e-1"), "contrast")
    assert (body["encounter"], body["style"]) == ("e-1", "contrast")


def test_what_is_not_known_is_left_out() -> None:
    """The gateway then takes the encounter in progress."""
    assert sent(None, "").keys() == sent(EncounterChoice(None), "").keys() == {
        "client_id", "topic", "pane", "context_version"
    }  # fmt: skip
