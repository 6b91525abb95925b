"""The end of a session as an app hears it over the hub, from the real gateway (FC-26)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.fakes.gateway import Records, RunningGateway, Shell, app_client, running_gateway
from tests.fakes.upstream_systems import UpstreamSystems

APP = "tavle"


@pytest.fixture
def shell(systems: UpstreamSystems, signing_record: Records, tmp_path: Path) -> Iterator[Shell]:
    scope = "openid launch online_access fhircast/UserLogout.read fhircast/Patient-open.read"
    clients = [app_client(APP, follows="fhircast", scope=scope)]
    with running_gateway(systems, tmp_path, records=signing_record, clients=clients, which=1) as running:
        yield running.shell()


@contextmanager
def subscribed(gateway: RunningGateway, app: dict[str, Any], topic: str) -> Iterator[ClientConnection]:
    form = {
        "hub.channel.type": "websocket",
        "hub.mode": "subscribe",
        "hub.topic": topic,
        "hub.events": "UserLogout",
    }
    headers = {"Authorization": f"Bearer {app['access_token']}"}
    answer = gateway.http.post("/fhircast", data=form, headers=headers)
    with connect(answer.json()["hub.channel.endpoint"], proxy=None) as socket:
        assert json.loads(socket.recv(10))["hub.mode"] == "subscribe"
        yield socket


@pytest.mark.parametrize("ending", ["sign out", "time is over"])
def test_an_app_is_told_that_its_user_has_gone(shell: Shell, ending: str) -> None:
    """Mutants: the hub is not told; it is told when the app's grant has ended, and only denies."""
    topic = shell.context()
    app = shell.app(APP, topic)
    with subscribed(shell.gateway, app, topic) as socket:
        if ending == "sign out":
            assert shell.call("DELETE", "/workspace/session").status_code == 200
        else:
            shell.gateway.clock.advance(13 * 3600)
            assert shell.call("GET", "/workspace/session").status_code == 401
        assert json.loads(socket.recv(10))["event"]["hub.event"] == "UserLogout"
        assert json.loads(socket.recv(10))["hub.mode"] == "denied"
    assert not [name for name in shell.gateway.records if name.startswith(("topic/", "context/"))]


def test_a_closed_tab_is_no_sign_out(shell: Shell) -> None:
    topic = shell.context()
    app = shell.app(APP, topic)
    with subscribed(shell.gateway, app, topic) as socket:
        assert shell.call("DELETE", f"/workspace/contexts/{topic}").status_code == 204
        assert json.loads(socket.recv(10))["hub.mode"] == "denied"
