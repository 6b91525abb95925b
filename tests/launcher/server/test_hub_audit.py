"""Who has seen Anne's record, also with apps that were only told whose record is open: real gateway, real log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from launcher.gateway.audit_event import audit_events
from launcher.server.hub import audit as hub_audit
from plugins.findings import Language
from shell.command_line.audit_texts import TEXTS, text
from tests.fakes.gateway import Records, RunningGateway, app_client, running_gateway
from tests.fakes.upstream_systems import ANNA, UpstreamSystems
from tests.launcher.server.test_session_audit import Log

APP = "tavle"
KINDS = (hub_audit.OPENED, hub_audit.READ, hub_audit.TOLD, hub_audit.POSTED, hub_audit.SUBSCRIBED)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hub-audited")


@pytest.fixture(scope="module")
def audited(systems: UpstreamSystems, signing_record: Records, folder: Path) -> Iterator[RunningGateway]:
    follower = app_client(
        APP, follows="fhircast", scope="openid fhirUser launch fhircast/Patient-open.read online_access"
    )
    with running_gateway(systems, folder, records=signing_record, clients=[follower], which=1) as running:
        yield running


@pytest.fixture
def log(folder: Path) -> Log:
    return Log(folder)


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def test_the_app_that_only_follows_is_in_the_answer(audited: RunningGateway, log: Log) -> None:
    """From the open to the AuditEvents: app, user, token and patient, in the order in which they came."""
    shell = audited.shell()
    topic = shell.context()
    app = shell.app(APP, topic)
    form = {
        "hub.channel.type": "websocket",
        "hub.mode": "subscribe",
        "hub.topic": topic,
        "hub.events": "Patient-open",
    }
    endpoint = audited.http.post("/fhircast", data=form, headers=bearer(app)).json()["hub.channel.endpoint"]
    log.new()
    with connect(endpoint, proxy=None) as socket:
        assert json.loads(socket.recv(5))["hub.mode"] == "subscribe"
        shell.open_patient(topic, ANNA)
        assert json.loads(socket.recv(5))["event"]["hub.event"] == "Patient-open"
        told = log.new()
    assert audited.http.get(f"/fhircast/{topic}", headers=bearer(app)).status_code == 200
    told += log.new()
    assert [(row.kind, row.client_id, row.patients) for row in told] == [
        ("context-open", "vaktrom-shell", (ANNA,)),
        ("context-told", APP, (ANNA,)),
        ("context-read", APP, (ANNA,)),
    ]
    assert {row.user_name for row in told} == {told[0].user_name} != {""}
    assert told[0].token_id != told[2].token_id != ""
    for row in told:
        (event,) = audit_events(row)
        patients = [entity["what"] for entity in event["entity"] if entity.get("role", {}).get("code") == "1"]
        assert patients == [{"reference": f"Patient/{ANNA}"}]
        assert [agent["requestor"] for agent in event["agent"]] == [False, False, True]


def test_a_refused_open_and_a_stolen_bound_token(audited: RunningGateway, log: Log) -> None:
    shell = audited.shell()
    topic = shell.context()
    log.new()
    refused = shell.post_open(topic, "no-such-patient")
    (row,) = log.new()
    assert (row.kind, row.outcome, row.patients) == ("context-open", "4", ("no-such-patient",))
    assert row.outcome_text == f"{refused.status_code} {refused.text}"
    event = audit_events(row)[0]
    assert (event["outcome"], event["contained"][0]["issue"][0]["code"]) == ("4", "forbidden")
    headers = {"Authorization": f"DPoP {shell.tokens['access_token']}"}
    assert audited.http.get(f"/fhircast/{topic}", headers=headers).status_code == 401
    shell.open_patient(topic, ANNA)
    stolen, _ = log.new()
    assert (stolen.kind, stolen.status) == ("context-read", 401)


@pytest.mark.parametrize("language", ["nb", "en"])
def test_every_kind_has_plain_words(language: Language) -> None:
    words = {text(f"kind_{kind}", language) for kind in KINDS}
    assert len(words) == len(KINDS)
    assert all(f"kind_{kind}" in TEXTS for kind in KINDS)
