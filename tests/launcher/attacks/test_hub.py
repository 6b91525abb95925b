"""Attackers on the hub: other topics, events without a right, a follower that acts around a change, floods."""

from __future__ import annotations

import contextlib
import json
import queue
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.fakes.gateway import RunningGateway, Shell
from tests.fakes.upstream_systems import ANNA, BERIT, CARL
from tests.launcher.attacks.conftest import FOLLOWER, HOSTILE, READER
from tests.launcher.server.test_panes import event_stream, wait_for


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def subscribe(gateway: RunningGateway, tokens: dict[str, Any], topic: str, **more: str) -> httpx2.Response:
    form = {
        "hub.channel.type": "websocket",
        "hub.mode": "subscribe",
        "hub.topic": topic,
        "hub.events": "Patient-open,Patient-close",
        **more,
    }
    return gateway.http.post("/fhircast", data=form, headers=bearer(tokens))


@contextlib.contextmanager
def channel(gateway: RunningGateway, tokens: dict[str, Any], topic: str) -> Iterator[ClientConnection]:
    endpoint = subscribe(gateway, tokens, topic).json()["hub.channel.endpoint"]
    with connect(endpoint, proxy=None) as socket:
        assert json.loads(socket.recv(5))["hub.mode"] == "subscribe"
        yield socket


def opened(socket: ClientConnection, patient: str) -> dict[str, Any]:
    """The next Patient-open, which must be of this patient."""
    message: dict[str, Any] = json.loads(socket.recv(5))
    assert message["event"]["context"][0]["resource"]["id"] == patient, message
    return message


def event(gateway: RunningGateway, topic: str, patient: str, name: str = "Patient-open") -> dict[str, Any]:
    resource = {
        "resourceType": "Patient",
        "id": patient,
        "identifier": [{"system": "urn:example:number", "value": patient}],
    }
    return {
        "timestamp": gateway.clock.now().isoformat().replace("+00:00", "Z"),
        "id": f"hostile-{patient}-{name}",
        "event": {
            "hub.topic": topic,
            "hub.event": name,
            "context": [{"key": "patient", "resource": resource}],
        },
    }


def reads(gateway: RunningGateway, tokens: dict[str, Any], patient: str) -> int:
    return gateway.http.get(f"/fhir/Patient/{patient}", headers=bearer(tokens)).status_code


def current(shell: Shell, topic: str) -> Any:
    return shell.call("GET", f"/workspace/contexts/{topic}").json()["patient"]


def test_the_topic_of_another_tab_or_session_is_closed(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    tokens = shell.app(FOLLOWER, topic)
    jonas = gateway.shell("jonas")
    foreign, sister = jonas.context(), shell.context()
    jonas.open_patient(foreign, CARL)
    for other in (foreign, sister):
        assert subscribe(gateway, tokens, other).status_code == 403
        assert gateway.http.get(f"/fhircast/{other}", headers=bearer(tokens)).status_code == 403
        assert (
            gateway.http.post(
                "/fhircast", json=event(gateway, other, BERIT), headers=bearer(tokens)
            ).status_code
            == 403
        )
    assert subscribe(gateway, shell.tokens, foreign).status_code == 403
    answer = gateway.http.post("/fhircast", json=event(gateway, foreign, BERIT), headers=shell.bearer)
    assert answer.status_code == 403
    assert current(jonas, foreign) == CARL
    assert subscribe(gateway, tokens, "guessed").status_code == 404
    assert subscribe(gateway, tokens, topic).status_code == 202


@pytest.mark.parametrize("client_id", [HOSTILE, FOLLOWER, READER])
@pytest.mark.parametrize(
    "name",
    [
        "Patient-open",
        "patient-OPEN",
        "Patient-close",
        "Encounter-open",
        "Home-open",
        "SyncError",
        "UserLogout",
    ],
)
def test_no_event_without_the_right_to_write_it(
    gateway: RunningGateway, shell: Shell, topic: str, client_id: str, name: str
) -> None:
    tokens = shell.app(client_id, topic)
    posted = event(gateway, topic, BERIT, name)
    if name == "Encounter-open":
        encounter = {
            "resourceType": "Encounter",
            "id": "e-berit",
            "identifier": [{"value": "1"}],
            "subject": {"reference": f"Patient/{BERIT}"},
        }
        posted["event"]["context"].append({"key": "encounter", "resource": encounter})
    elif not name.lower().startswith("patient"):
        posted["event"]["context"] = []
    answer = gateway.http.post("/fhircast", json=posted, headers=bearer(tokens))
    assert answer.status_code in (400, 403), answer.text
    assert current(shell, topic) == ANNA


def test_the_channel_of_somebody_else_cannot_be_taken_over(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    victim, thief = shell.app(FOLLOWER, topic), shell.app(HOSTILE, topic)
    endpoint = subscribe(gateway, victim, topic).json()["hub.channel.endpoint"]
    more = {"hub.channel.endpoint": endpoint}
    assert subscribe(gateway, thief, topic, **more).status_code == 403
    assert subscribe(gateway, thief, topic, **more, **{"hub.mode": "unsubscribe"}).status_code == 403
    with connect(endpoint, proxy=None) as socket:
        assert json.loads(socket.recv(5))["hub.mode"] == "subscribe"


def test_a_follower_reads_one_patient_before_during_and_after_the_change(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    tokens = shell.app(FOLLOWER, topic)
    with channel(gateway, shell.tokens, topic) as shells, channel(gateway, tokens, topic) as apps:
        opened(shells, ANNA)
        first = opened(apps, ANNA)
        assert (reads(gateway, tokens, ANNA), reads(gateway, tokens, BERIT)) == (200, 403)
        apps.send(json.dumps({"id": "guessed", "status": 200}))
        shell.open_patient(topic, BERIT)
        ours = opened(shells, BERIT)
        # Not told yet, or told after 250 ms: neither an old nor a stolen answer moves the fence before the shell's.
        apps.send(json.dumps({"id": first["id"], "status": 200}))
        apps.send(json.dumps({"id": ours["id"], "status": 200}))
        assert (reads(gateway, tokens, ANNA), reads(gateway, tokens, BERIT)) == (200, 403)
        shells.send(json.dumps({"id": ours["id"], "status": 200}))
        theirs = opened(apps, BERIT)
        assert (reads(gateway, tokens, ANNA), reads(gateway, tokens, BERIT)) == (200, 403)
        apps.send(json.dumps({"id": theirs["id"], "status": 409}))
        assert (reads(gateway, tokens, ANNA), reads(gateway, tokens, BERIT)) == (200, 403)
        apps.send(json.dumps({"id": theirs["id"], "status": 200}))
        assert (reads(gateway, tokens, ANNA), reads(gateway, tokens, BERIT)) == (200, 403)
    with channel(gateway, tokens, topic) as again, event_stream(shell) as facts:
        late = opened(again, BERIT)
        again.send(json.dumps({"id": late["id"], "status": 200}))
        wait_for(facts, type="pane", pane=tokens["pane"], last_ack=200)
        # The shell is away, and with it its curtains: nothing moves until it is back.
        assert (reads(gateway, tokens, ANNA), reads(gateway, tokens, BERIT)) == (200, 403)
        with channel(gateway, shell.tokens, topic) as back:
            back.send(json.dumps({"id": opened(back, BERIT)["id"], "status": 200}))
            wait_for(facts, type="pane", pane=tokens["pane"], effective_patient=BERIT)
        assert (reads(gateway, tokens, ANNA), reads(gateway, tokens, BERIT)) == (403, 200)
        page = gateway.http.get(f"/fhir/Encounter?patient={ANNA}", headers=bearer(tokens))
        assert page.status_code == 403


def test_many_channels_of_one_app_leave_room_for_the_shell(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    tokens = shell.app(FOLLOWER, topic)
    statuses = [subscribe(gateway, tokens, topic).status_code for _ in range(70)]
    assert statuses[0] == 202 and statuses[-1] == 429 and statuses.count(202) <= 8
    assert subscribe(gateway, shell.tokens, topic).status_code == 202
    assert subscribe(gateway, shell.app(HOSTILE, topic), topic).status_code == 202


def test_a_flood_of_answers_does_not_drown_the_shells_facts(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    tokens = shell.app(FOLLOWER, topic)
    with channel(gateway, tokens, topic) as apps, event_stream(shell) as facts:
        first = opened(apps, ANNA)
        frame = json.dumps({"id": first["id"], "status": 202})
        for _ in range(2000):
            apps.send(frame)
        apps.send(json.dumps({"id": first["id"], "status": 200}))
        wait_for(facts, type="pane", pane=tokens["pane"], last_ack=200)
        seen = 0
        with contextlib.suppress(queue.Empty):
            while facts.get(timeout=0.1)["type"] != "end":
                seen += 1
        assert seen < 20
        assert shell.call("GET", "/workspace/panes").status_code == 200


def test_nonsense_on_the_channel_changes_nothing(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    tokens = shell.app(FOLLOWER, topic)
    with channel(gateway, tokens, topic) as apps:
        first = opened(apps, ANNA)
        for frame in ("", "[]", "null", "{" * 2000, json.dumps({"id": first["id"], "status": "200 OK"}),
                      json.dumps({"id": [1], "status": 200}), json.dumps({"id": first["id"], "status": 10**400})):  # fmt: skip
            apps.send(frame)
        apps.send(b"\xff\xfe")
        apps.send(json.dumps({"id": first["id"], "status": 200}))
        shell.open_patient(topic, BERIT)
        opened(apps, BERIT)


def test_posts_that_are_too_large_deep_or_strange_are_refused(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    headers = {**shell.bearer, "Content-Type": "application/json"}
    for content, status in (
        (b"x" * 300_000, 413),
        (b"[" * 100_000, 400),
        (b"\xff", 400),
        (b"", 400),
        (b'"x"', 400),
    ):
        assert gateway.http.post("/fhircast", content=content, headers=headers).status_code == status
    posted = event(gateway, topic, "../Patient/x")
    assert gateway.http.post("/fhircast", json=posted, headers=shell.bearer).status_code in (400, 403)
    mismatch = event(gateway, topic, BERIT)
    mismatch["event"]["context"][0]["resource"]["identifier"][0]["value"] = ANNA
    assert gateway.http.post("/fhircast", json=mismatch, headers=shell.bearer).status_code == 409
    assert current(shell, topic) == ANNA


def test_a_locked_channel_is_silent_and_an_ended_one_closed(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    tokens = shell.app(FOLLOWER, topic)
    with channel(gateway, tokens, topic) as apps:
        opened(apps, ANNA)
        shell.call("POST", "/workspace/session/lock")
        assert subscribe(gateway, tokens, topic).status_code == 503
        assert gateway.http.get(f"/fhircast/{topic}", headers=bearer(tokens)).status_code == 503
        with pytest.raises(TimeoutError):
            apps.recv(0.2)
        shell.call("DELETE", "/workspace/session")
        assert json.loads(apps.recv(5))["hub.mode"] == "denied"
    assert subscribe(gateway, tokens, topic).status_code == 401
