"""Panes, their facts, the event stream, and what one user may see of another (S2, S3, S6)."""

from __future__ import annotations

import json
import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.fakes.gateway import RunningGateway, Shell
from tests.fakes.upstream_systems import ANNA, BERIT

Facts = dict[str, Any]


@contextmanager
def event_stream(shell: Shell) -> Iterator[queue.Queue[Facts]]:
    """The facts of ``/workspace/events`` as they come."""
    found: queue.Queue[Facts] = queue.Queue()
    client = httpx2.Client(base_url=shell.gateway.base_url, timeout=10, trust_env=False)
    stop = threading.Event()

    def read() -> None:
        try:
            with client.stream("GET", "/workspace/events", headers=shell.bearer) as answer:
                assert answer.headers["content-type"].startswith("text/event-stream")
                for line in answer.iter_lines():
                    if stop.is_set():
                        return
                    if line.startswith("data: "):
                        found.put(json.loads(line[6:]))
        except (httpx2.HTTPError, httpx2.StreamError):
            pass
        finally:
            found.put({"type": "end"})

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    assert found.get(timeout=5)["type"] == "session"
    try:
        yield found
    finally:
        stop.set()
        if thread.is_alive():
            shell.call("POST", "/workspace/contexts")
            topic = shell.context()
            shell.pane("notat", topic)
        thread.join(5)
        client.close()


def wait_for(found: queue.Queue[Facts], **wanted: Any) -> Facts:
    """The next fact with these members; fails after five seconds of silence."""
    while True:
        fact = found.get(timeout=5)
        if all(fact.get(name) == value for name, value in wanted.items()):
            return fact


def facts(shell: Shell, pane: str) -> Facts:
    found: Facts = shell.call("GET", f"/workspace/panes/{pane}").json()
    return found


@contextmanager
def subscribed(gateway: RunningGateway, tokens: Facts, topic: str) -> Iterator[ClientConnection]:
    """Subscribe an app and open its socket; the first frame has been read."""
    form = {
        "hub.channel.type": "websocket",
        "hub.mode": "subscribe",
        "hub.topic": topic,
        "hub.events": "Patient-open,Patient-close",
    }
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    answer = gateway.http.post("/fhircast", data=form, headers=headers)
    assert answer.status_code == 202, answer.text
    with connect(answer.json()["hub.channel.endpoint"], proxy=None) as socket:
        assert json.loads(socket.recv(5))["hub.mode"] == "subscribe"
        yield socket


def read(gateway: RunningGateway, tokens: Facts, patient: str) -> int:
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    return gateway.http.get(f"/fhir/Patient/{patient}", headers=headers).status_code


def test_a_new_pane_has_no_patient(shell: Shell, topic: str) -> None:
    pane, _ = shell.pane("notat", topic)
    found = facts(shell, pane)
    assert (found["granted"], found["effective_patient"], found["read_since"]) == (False, None, False)
    assert (found["client_id"], found["topic"], found["pinned"]) == ("notat", topic, False)


def test_the_pane_cookie(shell: Shell, topic: str) -> None:
    answer = shell.call("POST", "/workspace/panes", {"client_id": "notat", "topic": topic}).json()
    cookie = answer["cookie"]
    assert len(cookie.pop("value")) >= 32
    assert cookie == {
        "name": "vaktrom_pane",
        "path": "/oauth",
        "http_only": True,
        "same_site": "Lax",
        "secure": False,
    }


def test_a_relaunch_pane_follows_after_its_first_read(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    with event_stream(shell) as stream:
        tokens = shell.app("notat", topic)
        fact = wait_for(stream, type="pane", pane=tokens["pane"], granted=True)
        assert (fact["effective_patient"], fact["read_since"]) == (ANNA, False)
        assert read(gateway, tokens, ANNA) == 200
        assert wait_for(stream, pane=tokens["pane"], read_since=True)["effective_patient"] == ANNA


def test_a_follower_moves_after_its_acknowledgement(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    """Fence, acknowledgement, read: in this order (S3)."""
    tokens = shell.app("malinger", topic)
    pane = tokens["pane"]
    with subscribed(gateway, tokens, topic) as socket:
        first = json.loads(socket.recv(5))
        socket.send(json.dumps({"id": first["id"], "status": 200}))
        with event_stream(shell) as stream:
            shell.open_patient(topic, BERIT)
            event = json.loads(socket.recv(5))
            before = wait_for(stream, pane=pane, last_event=event["id"])
            assert (before["effective_patient"], before["last_ack"]) == (ANNA, None)
            assert before["read_since"] is False
            assert read(gateway, tokens, ANNA) == 200
            assert read(gateway, tokens, BERIT) in (403, 404)
            socket.send(json.dumps({"id": event["id"], "status": 200}))
            wait_for(stream, pane=pane, effective_patient=BERIT)
            assert facts(shell, pane)["last_ack"] == 200
            assert read(gateway, tokens, BERIT) == 200
            assert wait_for(stream, pane=pane, read_since=True)["effective_patient"] == BERIT
            assert read(gateway, tokens, ANNA) in (403, 404)


def test_what_the_old_socket_answered_is_not_the_new_ones(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    """S3. Mutant: a follower that comes back is believed before it has answered anything."""
    tokens = shell.app("malinger", topic)
    with subscribed(gateway, tokens, topic) as socket:
        first = json.loads(socket.recv(5))
        with event_stream(shell) as stream:
            socket.send(json.dumps({"id": first["id"], "status": 200}))
            wait_for(stream, pane=tokens["pane"], last_ack=200)
            socket.close()
            wait_for(stream, pane=tokens["pane"], socket=False)
            with subscribed(gateway, tokens, topic):
                assert wait_for(stream, pane=tokens["pane"], socket=True)["last_ack"] is None


def test_pinning_freezes_the_fence_and_ends_the_subscription(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    """FC-12, and the fence stays where it is."""
    tokens = shell.app("malinger", topic)
    with subscribed(gateway, tokens, topic) as socket:
        socket.recv(5)
        answer = shell.call("PATCH", f"/workspace/panes/{tokens['pane']}", {"pinned": True})
        assert answer.json()["pinned"] is True
        assert json.loads(socket.recv(5))["hub.mode"] == "denied"
        shell.open_patient(topic, BERIT)
        assert facts(shell, tokens["pane"])["effective_patient"] == ANNA
        assert read(gateway, tokens, ANNA) == 200
        assert read(gateway, tokens, BERIT) in (403, 404)


def test_revocation_reaches_an_open_socket_at_once(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    tokens = shell.app("malinger", topic)
    with subscribed(gateway, tokens, topic) as socket:
        socket.recv(5)
        shell.call("DELETE", f"/workspace/panes/{tokens['pane']}")
        assert json.loads(socket.recv(1))["hub.mode"] == "denied"


@pytest.mark.parametrize("body", [{}, {"pinned": "yes"}, {"pinned": None}, []])
def test_pinning_needs_true_or_false(shell: Shell, topic: str, body: Any) -> None:
    pane, _ = shell.pane("notat", topic)
    assert shell.call("PATCH", f"/workspace/panes/{pane}", body).status_code == 400


def test_closing_a_context_closes_its_panes(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    tokens = shell.app("notat", topic)
    with event_stream(shell) as stream:
        assert shell.call("DELETE", f"/workspace/contexts/{topic}").status_code == 204
        wait_for(stream, type="pane-closed", pane=tokens["pane"])
    assert read(gateway, tokens, ANNA) == 401
    assert shell.call("GET", f"/workspace/panes/{tokens['pane']}").status_code == 404
    assert shell.call("GET", f"/workspace/contexts/{topic}").status_code == 404


def test_lock_and_end_are_told_on_the_stream(gateway: RunningGateway) -> None:
    shell = gateway.shell()
    with event_stream(shell) as stream:
        shell.call("POST", "/workspace/session/lock")
        wait_for(stream, type="session", locked=True)
        shell.call("DELETE", "/workspace/session")
        wait_for(stream, type="session", ended=True)
        wait_for(stream, type="end")


def test_nothing_of_another_user(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    """S6: contexts and panes of somebody else do not exist."""
    tokens = shell.app("notat", topic)
    other = gateway.shell("jonas")
    assert other.call("GET", "/workspace/contexts").json() == {"contexts": []}
    assert other.call("GET", "/workspace/panes").json() == {"panes": []}
    for method, path in (
        ("GET", f"/workspace/contexts/{topic}"),
        ("DELETE", f"/workspace/contexts/{topic}"),
        ("GET", f"/workspace/panes/{tokens['pane']}"),
        ("DELETE", f"/workspace/panes/{tokens['pane']}"),
    ):
        assert other.call(method, path).status_code == 404
    patched = other.call("PATCH", f"/workspace/panes/{tokens['pane']}", {"pinned": True})
    assert patched.status_code == 404
    opened = other.call("POST", "/workspace/panes", {"client_id": "notat", "topic": topic})
    assert opened.status_code == 404
    assert other.launch("notat", topic).status_code == 404
    assert read(gateway, tokens, ANNA) == 200


def test_two_sessions_live_side_by_side(gateway: RunningGateway) -> None:
    """One shell, several users: ending one leaves the other alone."""
    siri, jonas = gateway.shell("siri"), gateway.shell("jonas")
    siri.call("DELETE", "/workspace/session")
    assert siri.call("GET", "/workspace/session").status_code == 401
    assert jonas.call("GET", "/workspace/session").json()["user"]["name"] == "Jonas Berg"


def test_the_shell_is_told_when_a_follower_loses_its_grant(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    """Revoked while it follows: its channel is denied, and the pane's facts say so at once."""
    tokens = shell.app("malinger", topic)
    with subscribed(gateway, tokens, topic) as socket:
        first = json.loads(socket.recv(5))
        with event_stream(shell) as stream:
            socket.send(json.dumps({"id": first["id"], "status": 200}))
            wait_for(stream, pane=tokens["pane"], last_ack=200)
            revoked = {"token": tokens["refresh_token"], "client_id": "malinger"}
            assert gateway.http.post("/oauth/revoke", data=revoked).status_code == 200
            wait_for(stream, pane=tokens["pane"], granted=False, socket=False)


def test_apps_of_the_workspace(shell: Shell) -> None:
    apps = {app["client_id"]: app for app in shell.call("GET", "/workspace/apps").json()["apps"]}
    assert "vaktrom-shell" not in apps
    assert apps["malinger"]["follows"] == "fhircast"
    assert apps["notat"]["launch_uri"] == "http://notat.localhost:9999/launch.html"
    assert "ukjent" not in apps, "an app that nobody may use is not offered"


def test_too_many_tabs_and_panes_are_refused(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    answers = [shell.call("POST", "/workspace/contexts").status_code for _ in range(10)]
    assert answers[-1] == 409
    panes = [
        shell.call("POST", "/workspace/panes", {"client_id": "notat", "topic": topic}).status_code
        for _ in range(70)
    ]
    assert panes[-1] == 409


@pytest.mark.parametrize("content", [b"{", b"[]", b'"x"', b"\xff", b"{" + b" " * 70_000 + b"}"])
def test_malformed_bodies_are_400(gateway: RunningGateway, shell: Shell, content: bytes) -> None:
    answer = gateway.http.post("/workspace/panes", content=content, headers=shell.bearer)
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed")


def test_a_pane_that_is_closed_while_it_is_being_pinned_stays_closed(shell: Shell, topic: str) -> None:
    """Mutant: its record comes back, and with it the pane when the gateway starts anew."""
    pane, _ = shell.pane("notat", topic)
    base, body = urlsplit(shell.gateway.base_url), b'{"pinned":true}'
    head = (
        f"PATCH /workspace/panes/{pane} HTTP/1.1\r\nHost: {base.netloc}\r\nConnection: close\r\n"
        f"Authorization: {shell.bearer['Authorization']}\r\nContent-Length: {len(body)}\r\n"
        "Expect: 100-continue\r\n\r\n"
    )
    with socket.create_connection((base.hostname, base.port), timeout=10) as pinning:
        pinning.sendall(head.encode())
        assert pinning.recv(1024).startswith(b"HTTP/1.1 100")
        assert shell.call("DELETE", f"/workspace/panes/{pane}").status_code == 204
        pinning.sendall(body)
        while pinning.recv(4096):
            pass
    assert f"pane/{pane}" not in shell.gateway.records
