"""EHR launch: one launch id, one use, for one user, client, pane, patient and encounter (SAL-11, SAL-12)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from launcher.server.dependencies import GatewayLimits
from tests.fakes.browser import Browser, Page
from tests.fakes.gateway import RunningGateway, Shell
from tests.fakes.upstream_systems import ANNA, BERIT, CARL


def authorize(gateway: RunningGateway, browser: Browser, client_id: str, launch: str, **more: str) -> Page:
    return browser.open(gateway.authorize_url(client_id, launch=launch, **more))


def test_launch_address_gets_exactly_iss_and_launch(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    answer = shell.launch("notat", topic)
    assert answer.status_code == 201
    address = urlsplit(answer.json()["url"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == gateway.clients["notat"]["launch_uri"]
    assert parse_qs(address.query) == {"iss": [gateway.fhir_base], "launch": [answer.json()["launch"]]}


def test_no_second_login_and_the_launch_context_beside_the_token(shell: Shell, topic: str) -> None:
    tokens = shell.app("notat", topic, intent="reconcile")
    assert tokens["patient"] == ANNA
    assert tokens["need_patient_banner"] is False
    assert tokens["intent"] == "reconcile"
    assert (
        tokens["scope"] == "openid fhirUser launch online_access patient/Patient.rs patient/Observation.cruds"
    )
    assert "hub.topic" not in tokens
    assert not [url for url in shell.gateway.browser().visited if "localhost" in url]


def test_follower_gets_hub_and_topic(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    tokens = shell.app("malinger", topic)
    assert tokens["hub.topic"] == topic
    assert tokens["hub.url"] == f"{gateway.base_url}/fhircast"
    facts = shell.call("GET", f"/workspace/panes/{tokens['pane']}").json()
    assert (facts["fenced"], facts["effective_patient"]) == (True, ANNA)


def test_follower_gets_no_patient_scope(shell: Shell, topic: str) -> None:
    """Its fence may move, a patient scope may not (SAL-70)."""
    tokens = shell.app("malinger", topic, scope="launch user/Patient.rs patient/Patient.rs")
    assert tokens["scope"] == "launch user/Patient.rs"


def test_a_launch_is_used_once(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    pane, browser = shell.pane("notat", topic)
    launch = shell.launch("notat", topic, pane).json()["launch"]
    assert "code" in authorize(gateway, browser, "notat", launch).query
    assert authorize(gateway, browser, "notat", launch).query["error"] == "invalid_request"


def test_a_launch_of_another_client_is_refused(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    _, browser = shell.pane("legemidler", topic)
    launch = shell.launch("notat", topic).json()["launch"]
    answer = authorize(gateway, browser, "legemidler", launch).query
    assert (answer["error"], answer["state"]) == ("invalid_request", "state-of-a-test")


def test_a_launch_of_another_users_session_is_refused(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    other = gateway.shell("jonas")
    _, browser = other.pane("notat", other.context())
    launch = shell.launch("notat", topic).json()["launch"]
    assert authorize(gateway, browser, "notat", launch).query["error"] == "access_denied"


def test_a_launch_of_another_pane_is_refused(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    pane, _ = shell.pane("notat", topic)
    _, other = shell.pane("notat", topic)
    launch = shell.launch("notat", topic, pane).json()["launch"]
    assert authorize(gateway, other, "notat", launch).query["error"] == "access_denied"


def test_without_a_cookie_a_launch_is_worth_nothing(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    launch = shell.launch("notat", topic).json()["launch"]
    assert authorize(gateway, gateway.browser(), "notat", launch).query["error"] == "access_denied"


def test_an_expired_launch_is_refused(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    pane, browser = shell.pane("notat", topic)
    launch = shell.launch("notat", topic, pane).json()["launch"]
    gateway.clock.advance(GatewayLimits().launch_seconds + 1)
    assert authorize(gateway, browser, "notat", launch).query["error"] == "invalid_request"


def test_an_unknown_launch_is_refused(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    _, browser = shell.pane("notat", topic)
    assert authorize(gateway, browser, "notat", "guessed").query["error"] == "invalid_request"


def test_409_when_the_context_has_moved(shell: Shell, topic: str) -> None:
    before = shell.call("GET", f"/workspace/contexts/{topic}").json()
    assert before["patient"] == ANNA
    shell.open_patient(topic, BERIT)
    answer = shell.launch("notat", topic, context_version=before["context_version"])
    assert (answer.status_code, answer.json()["error"]) == (409, "context_moved")
    now = shell.call("GET", f"/workspace/contexts/{topic}").json()["context_version"]
    assert shell.launch("notat", topic, context_version=now).status_code == 201


def test_409_without_a_patient(shell: Shell) -> None:
    answer = shell.launch("notat", shell.context())
    assert (answer.status_code, answer.json()["error"]) == (409, "no_patient")


@pytest.mark.parametrize(("patient", "expected"), [(ANNA, "e-anna-2"), (BERIT, "e-berit"), (CARL, None)])
def test_the_encounter_in_progress(shell: Shell, patient: str, expected: str | None) -> None:
    topic = shell.context()
    shell.open_patient(topic, patient)
    assert shell.app("kontakt", topic).get("encounter") == expected


def test_a_named_encounter_must_be_of_the_patient(shell: Shell) -> None:
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    answer = shell.launch("kontakt", topic, encounter="e-berit")
    assert (answer.status_code, answer.json()["error"]) == (409, "other_encounter")
    assert shell.app("kontakt", topic, encounter="e-anna-1")["encounter"] == "e-anna-1"


@pytest.mark.parametrize(
    "items",
    [
        [{"role": "launch"}],
        [{"reference": "Patient/1"}],
        [{"reference": "http://elsewhere/Task/1"}],
        [{"reference": "Task/1", "role": ""}],
        ["Task/1"],
        "Task/1",
    ],
)
def test_a_malformed_fhir_context_is_refused(shell: Shell, topic: str, items: Any) -> None:
    assert shell.launch("notat", topic, fhirContext=items).status_code == 400


def test_fhir_context_travels(shell: Shell, topic: str) -> None:
    items = [{"reference": "Task/1", "type": "Task"}]
    assert shell.app("notat", topic, fhirContext=items)["fhirContext"] == items


def test_unknown_and_unapproved_apps_cannot_be_launched(shell: Shell, topic: str) -> None:
    assert shell.launch("ingen", topic).status_code == 404
    assert shell.launch("ukjent", topic).status_code == 404
    assert shell.launch("vaktrom-shell", topic).status_code == 404


def test_a_pane_cookie_opens_only_its_own_client(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    _, browser = shell.pane("notat", topic)
    for client_id in ("legemidler", "vaktrom-shell"):
        answer = browser.open(gateway.authorize_url(client_id, prompt="none")).query
        assert answer["error"] == "login_required"
    assert browser.send("GET", f"{gateway.base_url}/workspace/session").status == 401


def test_the_apps_token_opens_no_workspace_call(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    token = shell.app("notat", topic)["access_token"]
    for path in ("/workspace/session", "/workspace/panes", "/workspace/events"):
        answer = gateway.http.get(path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 403


def test_a_closed_pane_ends_its_tokens(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    tokens = shell.app("notat", topic)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert gateway.http.get(f"/fhir/Patient/{ANNA}", headers=headers).status_code == 200
    assert shell.call("DELETE", f"/workspace/panes/{tokens['pane']}").status_code == 204
    assert gateway.http.get(f"/fhir/Patient/{ANNA}", headers=headers).status_code == 401
    assert gateway.refresh(tokens["refresh_token"], "notat").json()["error"] == "invalid_grant"


def test_a_standalone_launch_in_a_pane_takes_the_topics_patient(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    _, browser = shell.pane("notat", topic)
    assert gateway.app_tokens(browser, "notat", None)["patient"] == ANNA


def test_a_new_launch_in_the_same_pane_replaces_the_old_grant(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    """A pane is about one patient (S2): tokens of an earlier launch in it are dead."""
    pane, browser = shell.pane("notat", topic)
    first = gateway.app_tokens(browser, "notat", shell.launch("notat", topic, pane).json()["launch"])
    shell.open_patient(topic, BERIT)
    second = gateway.app_tokens(browser, "notat", shell.launch("notat", topic, pane).json()["launch"])
    for tokens, patient, status in ((first, ANNA, 401), (second, BERIT, 200)):
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        assert gateway.http.get(f"/fhir/Patient/{patient}", headers=headers).status_code == status
    assert shell.call("GET", f"/workspace/panes/{pane}").json()["effective_patient"] == BERIT
