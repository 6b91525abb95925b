"""Drafts that apps share about one patient, for as long as he is open (SWM-10)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.gateway import Records, RunningGateway, Shell, running_gateway
from tests.fakes.upstream_systems import ANNA, BERIT, UpstreamSystems
from tests.launcher.server.test_web_messaging import UNHEARD, message

ORDER = {
    "resourceType": "ServiceRequest",
    "status": "draft",
    "subject": {"reference": f"Patient/{ANNA}"},
    "code": {"text": "Røntgen thorax"},
}


def say(
    shell: Shell, tokens: dict[str, Any], what: str, app: str = "melder", **payload: Any
) -> dict[str, Any]:
    """One ``scratchpad.*`` message; the payload of its answer."""
    text = json.dumps(message(tokens, f"scratchpad.{what}", payload=payload))
    body = {"origin": f"http://{app}.localhost:9999", "message": text}
    told = shell.call("POST", f"/workspace/panes/{tokens['pane']}/messages", body).json()
    assert told != UNHEARD
    answer: dict[str, Any] = told["answer"]["payload"]
    return answer


def about(resource: dict[str, Any], patient: str) -> dict[str, Any]:
    return {**resource, "subject": {"reference": f"Patient/{patient}"}}


@pytest.fixture
def melder(shell: Shell, topic: str) -> dict[str, Any]:
    return shell.app("melder", topic)


def test_create_read_update_delete(shell: Shell, melder: dict[str, Any]) -> None:
    assert say(shell, melder, "read") == {"scratchpad": []}
    made = say(shell, melder, "create", resource=ORDER)
    location = made["location"]
    assert made == {"status": "201 Created", "location": location}
    kept = {**ORDER, "id": location.removeprefix("ServiceRequest/")}
    assert say(shell, melder, "read") == {"scratchpad": [kept]}
    assert say(shell, melder, "read", location=location) == {"resource": kept}
    changed = {**kept, "status": "active"}
    assert say(shell, melder, "update", resource=changed) == {"status": "200 OK"}
    assert say(shell, melder, "read", location=location) == {"resource": changed}
    assert say(shell, melder, "delete", location=location) == {"status": "200 OK"}
    assert say(shell, melder, "read", location=location)["outcome"]["issue"][0]["code"] == "not-found"
    assert say(shell, melder, "delete", location=location)["status"] == "404 Not Found"
    assert say(shell, melder, "update", resource=changed)["status"] == "404 Not Found"
    assert say(shell, melder, "read") == {"scratchpad": []}


def test_apps_that_are_granted_it_share_it_and_others_see_nothing(
    shell: Shell, topic: str, melder: dict[str, Any]
) -> None:
    say(shell, melder, "create", resource=ORDER)
    other = shell.app("skriver", topic)
    assert len(say(shell, other, "read", "skriver")["scratchpad"]) == 1
    without = shell.app("melder", topic, scope="launch patient/Patient.rs messaging/ui")
    assert say(shell, without, "create", resource=ORDER)["status"] == "403 Forbidden"
    assert set(say(shell, without, "read")) == {"outcome"}


def test_it_is_one_patient_s_and_empty_when_he_comes_back(
    shell: Shell, topic: str, melder: dict[str, Any]
) -> None:
    say(shell, melder, "create", resource=ORDER)
    shell.open_patient(topic, BERIT)
    assert say(shell, melder, "create", resource=ORDER)["status"] == "409 Conflict"
    assert say(shell, melder, "read")["outcome"]["issue"][0]["code"] == "conflict"
    berit = shell.app("melder", topic)
    assert say(shell, berit, "read") == {"scratchpad": []}
    assert say(shell, berit, "create", resource=about(ORDER, BERIT))["status"] == "201 Created"
    shell.open_patient(topic, ANNA)
    assert say(shell, shell.app("melder", topic), "read") == {"scratchpad": []}


def test_two_tabs_and_two_users_do_not_mix(
    gateway: RunningGateway, shell: Shell, melder: dict[str, Any]
) -> None:
    """The same patient in another tab, and in a colleague's."""
    say(shell, melder, "create", resource=ORDER)
    for one in (shell, gateway.shell()):
        topic = one.context()
        one.open_patient(topic, ANNA)
        assert say(one, one.app("melder", topic), "read") == {"scratchpad": []}
    assert len(say(shell, melder, "read")["scratchpad"]) == 1


@pytest.mark.parametrize(
    "resource",
    [
        about(ORDER, BERIT),
        about(ORDER, f"{BERIT}/_history/1"),
        {**ORDER, "supportingInfo": [{"reference": f"https://a.example/fhir/Patient/{BERIT}"}]},
        {**ORDER, "contained": [{"resourceType": "Patient", "id": ANNA}]},
        {"resourceType": "Patient"},
        {"resourceType": "Bundle", "type": "collection"},
        {"resourceType": "Nothing"},
        {"resourceType": 1},
        {**ORDER, "id": 1},
        {},
        [],
        None,
    ],
    ids=str,
)
def test_what_does_not_belong_there(shell: Shell, melder: dict[str, Any], resource: object) -> None:
    assert say(shell, melder, "create", resource=resource)["status"] == "422 Unprocessable Content"
    assert say(shell, melder, "read") == {"scratchpad": []}


def test_missing_members_and_a_full_pad(shell: Shell, melder: dict[str, Any]) -> None:
    assert say(shell, melder, "create")["status"] == "400 Bad Request"
    assert say(shell, melder, "delete", location=7)["status"] == "404 Not Found"
    for _ in range(50):
        location = say(shell, melder, "create", resource=ORDER)["location"]
    assert say(shell, melder, "create", resource=ORDER)["status"] == "413 Content Too Large"
    again = {**ORDER, "id": location.removeprefix("ServiceRequest/"), "status": "active"}
    assert say(shell, melder, "update", resource=again)["status"] == "200 OK"
    large = {**ORDER, "note": [{"text": "x" * 100_000}]}
    for place in [one["id"] for one in say(shell, melder, "read")["scratchpad"]][:5]:
        last = say(shell, melder, "update", resource={**large, "id": place})["status"]
    assert last == "200 OK"
    assert say(shell, melder, "update", resource={**large, "id": again["id"]})["status"].startswith("413")


def test_the_shell_is_told_what_lies_there(shell: Shell, topic: str, melder: dict[str, Any]) -> None:
    location = say(shell, melder, "create", resource=ORDER)["location"]
    with shell.gateway.http.stream("GET", "/workspace/events", headers=shell.bearer) as answer:
        facts = (json.loads(line[5:]) for line in answer.iter_lines() if line.startswith("data:"))
        pads = (fact for fact in facts if fact["type"] == "scratchpad")
        draft = {"location": location, "text": "Røntgen thorax", "client_id": "melder"}
        told = {"type": "scratchpad", "topic": topic, "patient": ANNA, "drafts": [draft]}
        assert next(pads) == told
        say(shell, melder, "delete", location=location)
        assert next(pads)["drafts"] == []
        say(shell, melder, "create", resource=ORDER)
        assert len(next(pads)["drafts"]) == 1
        shell.open_patient(topic, BERIT)
        assert (emptied := next(pads))["drafts"] == [] and emptied["patient"] is None


def test_a_restarted_gateway_knows_the_drafts_sealed(
    systems: UpstreamSystems, signing_record: Records, tmp_path: Path
) -> None:
    with running_gateway(systems, tmp_path, records=signing_record, which=1) as first:
        shell = first.shell()
        topic = shell.context()
        shell.open_patient(topic, ANNA)
        tokens = shell.app("melder", topic)
        say(shell, tokens, "create", resource=ORDER)
        sealed = dict(first.records)
        assert "thorax" not in repr(sealed)
        assert f"scratchpad/{topic}" in sealed
        shell.open_patient(topic, BERIT)
        assert f"scratchpad/{topic}" not in first.records
    with running_gateway(systems, tmp_path, records=sealed, which=1) as second:
        again = Shell(second, shell.browser, shell.tokens)
        assert len(say(again, tokens, "read")["scratchpad"]) == 1
