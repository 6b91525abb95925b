"""SMART Web Messaging at the gateway: who gets a handle, what it is good for, and when it dies (SWM-01..SWM-08)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from launcher.gateway.audit_event import AccessFacts
from launcher.stores.audit_reader import AuditReader
from tests.fakes.gateway import STATE_KEY, Records, RunningGateway, Shell, running_gateway
from tests.fakes.upstream_systems import ANNA, UpstreamSystems

ORIGIN = "http://melder.localhost:9999"


def message(tokens: dict[str, Any], kind: str = "status.handshake", **changes: Any) -> dict[str, Any]:
    return {
        "messagingHandle": tokens["smart_web_messaging_handle"],
        "messageId": "m-1",
        "messageType": kind,
        "payload": {},
        **changes,
    }


def post(shell: Shell, pane: str, sent: object, origin: str = ORIGIN) -> dict[str, Any]:
    """What the shell is told about one message of a pane."""
    text = sent if isinstance(sent, str) else json.dumps(sent)
    answer = shell.call("POST", f"/workspace/panes/{pane}/messages", {"origin": origin, "message": text})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


UNHEARD = {"answer": None, "effect": None}


@pytest.fixture
def melder(shell: Shell, topic: str) -> dict[str, Any]:
    """An app in a pane that was granted ``messaging/ui``."""
    return shell.app("melder", topic)


def test_handle_and_origin_come_with_the_scope_and_only_with_it(
    gateway: RunningGateway, shell: Shell, topic: str, melder: dict[str, Any]
) -> None:
    assert melder["smart_web_messaging_origin"] == gateway.base_url
    assert "messaging/ui" in melder["scope"].split()
    without = shell.app("melder", topic, scope="launch patient/Patient.rs")
    other = shell.app("notat", topic, scope="launch patient/Patient.rs messaging/ui")
    for tokens in (without, other):
        assert not {name for name in tokens if name.startswith("smart_web_messaging")}
        assert "messaging" not in tokens["scope"]


def test_unknown_groups_are_not_granted(shell: Shell, topic: str) -> None:
    assert "chat" not in shell.app("melder", topic, scope="launch messaging/ui messaging/chat")["scope"]


def test_outside_a_pane_nobody_hears_messages(gateway: RunningGateway, shell: Shell) -> None:
    """The browser of a user who is signed in, without a pane."""
    page = shell.browser.open(gateway.authorize_url("melder", scope="openid messaging/ui"))
    tokens = gateway.redeem(page.query["code"], "melder").json()
    assert (tokens["scope"], "smart_web_messaging_handle" in tokens) == ("openid", False)


def test_a_handle_is_no_token_and_each_launch_has_its_own(
    gateway: RunningGateway, shell: Shell, topic: str, melder: dict[str, Any]
) -> None:
    handle = melder["smart_web_messaging_handle"]
    second = shell.app("melder", topic)
    assert len({handle, second["smart_web_messaging_handle"], second["access_token"]}) == 3
    for path in (f"/fhir/Patient/{ANNA}", "/fhircast", "/workspace/session"):
        answer = gateway.http.get(path, headers={"Authorization": f"Bearer {handle}"})
        assert answer.status_code in (401, 405), path
    assert gateway.refresh(handle, "melder").status_code == 400


def test_a_refresh_keeps_the_handle(gateway: RunningGateway, shell: Shell, melder: dict[str, Any]) -> None:
    fresh = gateway.refresh(melder["refresh_token"], "melder").json()
    assert fresh["smart_web_messaging_handle"] == melder["smart_web_messaging_handle"]
    narrower = gateway.refresh(fresh["refresh_token"], "melder", scope="launch online_access").json()
    assert "smart_web_messaging_handle" not in narrower


def test_a_handshake_is_answered_once_and_in_shape(shell: Shell, melder: dict[str, Any]) -> None:
    told = post(shell, melder["pane"], message(melder))
    answer = told["answer"]
    assert answer == {"messageId": answer["messageId"], "responseToMessageId": "m-1", "payload": {}}
    assert answer["messageId"] not in ("", "m-1", melder["smart_web_messaging_handle"])
    assert told["effect"] is None


def test_done_is_an_effect_and_takes_no_activity(shell: Shell, melder: dict[str, Any]) -> None:
    told = post(shell, melder["pane"], message(melder, "ui.done"))
    assert (told["answer"]["payload"], told["effect"]) == ({"status": "success"}, {"kind": "done"})
    told = post(shell, melder["pane"], message(melder, "ui.done", payload={"activityType": "order-review"}))
    assert (told["answer"]["payload"]["status"], told["effect"]) == ("failure", None)


def test_an_unknown_type_is_told_so(shell: Shell, melder: dict[str, Any]) -> None:
    payload = post(shell, melder["pane"], message(melder, "ui.fly"))["answer"]["payload"]
    assert payload["outcome"]["issue"][0]["code"] == "not-supported"


@pytest.mark.parametrize(
    "changes",
    [
        {"messagingHandle": "x"},
        {"messagingHandle": None},
        {"messageId": None},
        {"messageId": ""},
        {"messageId": "m" * 257},
        {"messageType": 7},
        {"payload": None},
        {"payload": []},
        {"payload": "{}"},
    ],
    ids=str,
)
def test_what_is_no_message_of_the_pane_is_not_answered(
    shell: Shell, melder: dict[str, Any], changes: dict[str, Any]
) -> None:
    sent = message(melder, "ui.done", **changes)
    assert post(shell, melder["pane"], sent) == UNHEARD
    assert (
        post(shell, melder["pane"], {name: value for name, value in sent.items() if name not in changes})
        == UNHEARD
    )


@pytest.mark.parametrize("text", ["[]", "null", '"ui.done"', "{", '{"payload":' * 2000])
def test_other_json_and_none_at_all(shell: Shell, melder: dict[str, Any], text: str) -> None:
    assert post(shell, melder["pane"], text) == UNHEARD


@pytest.mark.parametrize(
    "origin", ["http://notat.localhost:9999", "null", ORIGIN + "0", "https" + ORIGIN[4:]]
)
def test_another_origin_is_not_answered(shell: Shell, melder: dict[str, Any], origin: str) -> None:
    assert post(shell, melder["pane"], message(melder, "ui.done"), origin) == UNHEARD


def test_the_handle_of_a_sibling_is_not_heard(shell: Shell, topic: str, melder: dict[str, Any]) -> None:
    sibling = shell.app("melder", topic)
    assert post(shell, melder["pane"], message(sibling, "ui.done")) == UNHEARD
    assert post(shell, sibling["pane"], message(sibling))["answer"] is not None


def test_a_handle_ends_with_its_grant_pane_and_session(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    revoked, closed, left = (shell.app("melder", topic) for _ in range(3))
    gateway.http.post("/oauth/revoke", data={"client_id": "melder", "token": revoked["refresh_token"]})
    assert post(shell, revoked["pane"], message(revoked, "ui.done")) == UNHEARD
    shell.call("DELETE", f"/workspace/panes/{closed['pane']}")
    for pane in (revoked["pane"], left["pane"]):
        assert post(shell, pane, message(closed, "ui.done")) == UNHEARD
    shell.call("DELETE", "/workspace/session")
    again = gateway.shell()
    fresh_topic = again.context()
    again.open_patient(fresh_topic, ANNA)
    fresh = again.app("melder", fresh_topic)
    assert post(again, fresh["pane"], message(left, "ui.done")) == UNHEARD


def test_nobody_else_hands_messages_in(gateway: RunningGateway, shell: Shell, melder: dict[str, Any]) -> None:
    path, body = f"/workspace/panes/{melder['pane']}/messages", {"origin": ORIGIN, "message": "{}"}
    bearer = {"Authorization": f"Bearer {melder['access_token']}"}
    assert gateway.http.post(path, json=body, headers=bearer).status_code == 403
    assert gateway.shell("helge").call("POST", path, body).status_code == 404
    assert shell.call("POST", path, body, Origin=ORIGIN).status_code == 403


def test_locked_nothing_is_heard(shell: Shell, melder: dict[str, Any]) -> None:
    shell.call("POST", "/workspace/session/lock")
    body = {"origin": ORIGIN, "message": json.dumps(message(melder))}
    assert shell.call("POST", f"/workspace/panes/{melder['pane']}/messages", body).status_code == 503


@pytest.mark.parametrize(
    "body", [{"refused": "whim"}, {"refused": "flood", "count": 0}, {"message": "{}"}, {}]
)
def test_a_call_that_is_not_understood(shell: Shell, melder: dict[str, Any], body: dict[str, Any]) -> None:
    assert shell.call("POST", f"/workspace/panes/{melder['pane']}/messages", body).status_code == 400


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("messages")


@pytest.fixture(scope="module")
def audited(systems: UpstreamSystems, signing_record: Records, folder: Path) -> Iterator[RunningGateway]:
    with running_gateway(systems, folder, records=signing_record, which=2) as running:
        yield running


def test_what_is_not_heard_is_noted_once_for_many_and_without_a_patient(
    audited: RunningGateway, folder: Path
) -> None:
    shell = audited.shell()
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    tokens = shell.app("melder", topic)
    secret = f"about {ANNA}"
    for _ in range(30):
        post(shell, tokens["pane"], message(tokens, "ui.done", messagingHandle="x", payload={"text": secret}))
    path = f"/workspace/panes/{tokens['pane']}/messages"
    shell.call("POST", path, {"origin": ORIGIN, "refused": "flood", "count": 900})
    audited.clock.advance(11)
    post(shell, tokens["pane"], message(tokens, messagingHandle="y"))
    rows = AuditReader(folder / "audit.sqlite", [STATE_KEY]).entries()
    noted: list[AccessFacts] = [row.facts for row in rows if row.facts.kind == "web-message"]
    assert [facts.outcome_text for facts in noted] == [
        "wrong_handle",
        "flood (900 times)",
        "wrong_handle (30 times)",
    ]
    for facts in noted:
        assert (facts.client_id, facts.patients, facts.status) == ("melder", (), 403)
        assert ANNA not in repr(facts) and tokens["smart_web_messaging_handle"] not in repr(facts)


def test_what_a_page_may_not_do_stands_in_the_access_log(audited: RunningGateway, folder: Path) -> None:
    """Mutants: any word is written; the tenth window in a second is a row of its own; another user's pane is known."""
    shell = audited.shell()
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    tokens = shell.app("melder", topic)
    path = f"/workspace/panes/{tokens['pane']}/refusals"
    for _ in range(10):
        assert shell.call("POST", path, {"refused": "new_window"}).status_code == 204
    assert shell.call("POST", path, {"refused": f"about {ANNA}"}).status_code == 400
    assert audited.shell().call("POST", path, {"refused": "new_window"}).status_code == 404
    rows = AuditReader(folder / "audit.sqlite", [STATE_KEY]).entries()
    noted = [row.facts for row in rows if row.facts.kind == "page-refused"]
    assert [(facts.outcome_text, facts.client_id, facts.status) for facts in noted] == [
        ("new_window", "melder", 403)
    ]
