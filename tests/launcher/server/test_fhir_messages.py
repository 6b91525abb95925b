"""``fhir.http``: the host asks ``/fhir`` for the app, with the app's rights and no others (SWM-11)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes.gateway import RunningGateway, Shell
from tests.fakes.upstream_systems import ANNA, BERIT
from tests.launcher.server.test_possession import proof, redeem
from tests.launcher.server.test_web_messaging import ORIGIN, message


def ask(shell: Shell, tokens: dict[str, Any], payload: dict[str, Any]) -> dict[str, Any]:
    """One ``fhir.http``; the payload of its answer."""
    text = json.dumps(message(tokens, "fhir.http", payload=payload))
    body = {"origin": ORIGIN, "message": text}
    answer = shell.call("POST", f"/workspace/panes/{tokens['pane']}/messages", body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()["answer"]["payload"]
    return told


def batch(*requests: tuple[str, str], kind: str = "batch") -> dict[str, Any]:
    entries = [{"request": {"method": method, "url": url}} for method, url in requests]
    return {"bundle": {"resourceType": "Bundle", "type": kind, "entry": entries}}


READS = (
    ("GET", f"Patient/{ANNA}"),
    ("GET", f"Patient/{BERIT}"),
    ("GET", "MedicationRequest"),
    ("GET", "Patient"),
)


@pytest.fixture
def melder(shell: Shell, topic: str) -> dict[str, Any]:
    return shell.app("melder", topic)


def test_the_answer_is_the_one_that_fhir_itself_gives(
    gateway: RunningGateway, shell: Shell, melder: dict[str, Any]
) -> None:
    bundle = ask(shell, melder, batch(*READS))["bundle"]
    bearer = {"Authorization": f"Bearer {melder['access_token']}", "Content-Type": "application/fhir+json"}
    own = gateway.http.post("/fhir", json=batch(*READS)["bundle"], headers=bearer).json()
    statuses = [entry["response"]["status"][:3] for entry in bundle["entry"]]
    assert (bundle["type"], statuses) == ("batch-response", ["200", "403", "403", "200"])
    assert statuses == [entry["response"]["status"][:3] for entry in own["entry"]]
    assert bundle["entry"][0]["resource"] == own["entry"][0]["resource"]
    assert BERIT not in json.dumps(bundle)


def test_it_is_read_by_the_pane_and_moves_with_its_patient(
    shell: Shell, topic: str, melder: dict[str, Any]
) -> None:
    assert shell.call("GET", f"/workspace/panes/{melder['pane']}").json()["read_since"] is False
    ask(shell, melder, batch(READS[0]))
    assert shell.call("GET", f"/workspace/panes/{melder['pane']}").json()["read_since"] is True
    shell.open_patient(topic, BERIT)
    told = ask(shell, melder, batch(*READS[:2]))["bundle"]["entry"]
    assert [entry["response"]["status"][:3] for entry in told] == ["200", "403"]


def test_the_scope_alone_gives_nothing_of_the_record(
    shell: Shell, topic: str, melder: dict[str, Any]
) -> None:
    bare = shell.app("melder", topic, scope="launch messaging/fhir")
    told = ask(shell, bare, batch(READS[0]))["bundle"]["entry"][0]
    assert told["response"]["status"].startswith("403")
    without = shell.app("melder", topic, scope="launch patient/Patient.rs messaging/ui")
    assert ask(shell, without, batch(READS[0]))["outcome"]["issue"][0]["code"] == "forbidden"


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"bundle": None},
        {"bundle": {"resourceType": "Patient"}},
        batch(READS[0], kind="collection"),
        batch(READS[0], kind="message"),
        {"bundle": {"resourceType": "Bundle", "type": "batch", "entry": "x"}},
    ],
    ids=str,
)
def test_what_is_no_batch_is_an_outcome(
    shell: Shell, melder: dict[str, Any], payload: dict[str, Any]
) -> None:
    assert set(ask(shell, melder, payload)) == {"outcome"}


def test_a_token_that_is_bound_to_a_key_has_no_way_around_it(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    """Whoever holds the handle has not proven the key (RFC 9449)."""
    pane, browser = shell.pane("melder", topic)
    code = browser.open(gateway.authorize_url("melder")).query["code"]
    proven = proof(gateway, "POST", "/oauth/token")
    tokens = {**redeem(gateway, code, proven, "melder").json(), "pane": pane}
    assert tokens["token_type"] == "DPoP"
    assert ask(shell, tokens, batch(READS[0]))["outcome"]["issue"][0]["code"] == "forbidden"
