"""What users allowed apps: kept over a restart, told to the access log, listed and withdrawn (BALP-13, SAL-19, SAL-47).

Five ways to break it: a restart that forgets or resurrects a consent; a decision without user, organisation or
reference in the log; another user who sees or ends it; an app that goes on after it was withdrawn; a user who gives what
only the administrator may give. Each has a test here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from launcher.gateway.audit_event import audit_events
from launcher.smart.scopes import changes_context, left_to_the_user
from tests.fakes.gateway import APP_SECRET, Records, RunningGateway, Shell, app_client, running_gateway
from tests.fakes.upstream_systems import ANNA, UpstreamSystems
from tests.launcher.server.test_consent import asked
from tests.launcher.server.test_openapi import check
from tests.launcher.server.test_session_audit import Log

APP, FOLLOWER = "ny-app", "ny-folger"
CLIENTS = [
    app_client(
        APP,
        approved=False,
        consent_allowed=True,
        scope="openid launch online_access offline_access patient/Patient.rs",
    ),
    app_client(
        FOLLOWER,
        approved=False,
        consent_allowed=True,
        follows="fhircast",
        scope="openid launch online_access user/Patient.rs fhircast/*.* fhircast/SyncError.write",
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("grants")


@pytest.fixture
def house(systems: UpstreamSystems, signing_record: Records, folder: Path) -> Iterator[RunningGateway]:
    with running_gateway(systems, folder, which=1, clients=CLIENTS, records=signing_record) as running:
        yield running


def opened(shell: Shell) -> str:
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    return topic


def allowed(shell: Shell, topic: str, client_id: str = APP, **more: str) -> dict[str, Any]:
    """The user says yes; the app's tokens."""
    browser, page, _ = asked(shell, topic, client_id, **more)
    callback = browser.submit(page, answer="allow")
    tokens: dict[str, Any] = shell.gateway.redeem(callback.query["code"], client_id).json()
    return tokens


def listed(shell: Shell) -> list[dict[str, Any]]:
    answer = shell.call("GET", "/workspace/grants")
    assert answer.status_code == 200, answer.text
    check("Grants", answer.json())
    grants: list[dict[str, Any]] = answer.json()["grants"]
    return grants


def read(shell: Shell, tokens: dict[str, Any]) -> int:
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    return shell.gateway.http.get(f"/fhir/Patient/{ANNA}", headers=headers).status_code


def test_the_log_tells_the_decision_with_organisation_and_reference(
    house: RunningGateway, folder: Path
) -> None:
    """BALP-13. Mutant: yes and no recorded alike, or the no without its user."""
    shell = house.shell()
    topic, log = opened(shell), Log(folder)
    browser, page, _ = asked(shell, topic)
    browser.submit(page, answer="refuse")
    allowed(shell, topic)
    no, yes = [row for row in log.new() if row.kind == "consent"]
    assert (no.outcome, no.outcome_text, yes.outcome) == ("4", "the user refused", "0")
    organisation = shell.call("GET", "/workspace/session").json()["organization"]["reference"]
    for row in (no, yes):
        assert (row.client_id, row.patients, row.organization) == (APP, (ANNA,), organisation)
        assert row.user_sub != ""
        (event,) = audit_events(row)
        who = [agent["who"] for agent in event["agent"]]
        assert {"reference": organisation} in who
        what = [entity["what"]["reference"] for entity in event["entity"]]
        assert what[:2] == [f"Patient/{ANNA}", row.consents[0]]
    assert no.consents != yes.consents
    assert yes.consents == (f"Consent/{listed(shell)[0]['grant']}",)


def test_a_consent_survives_a_restart_but_not_its_session(
    systems: UpstreamSystems, signing_record: Records, folder: Path
) -> None:
    """Mutant: not recorded; restored for another session; no end."""
    changes: dict[str, Any] = {"which": 1, "clients": CLIENTS}
    with running_gateway(systems, folder, records=signing_record, **changes) as first:
        shell = first.shell()
        topic = opened(shell)
        allowed(shell, topic)
        (consent,) = listed(shell)
        stays = first.shell("jonas")
        allowed(stays, opened(stays))
        assert stays.call("DELETE", "/workspace/session").status_code == 200
    with running_gateway(systems, folder, records=first.records, **changes) as second:
        assert [name for name in second.records if name.startswith("consent/")] == [
            f"consent/{consent['grant']}"
        ]
        again = Shell(second, shell.browser, shell.tokens)
        assert listed(again) == [consent]
        assert (consent["kind"], consent["client_name"], consent["scope"]) == (
            "consent",
            APP.title(),
            "openid launch online_access patient/Patient.rs",
        )
        assert "code" in asked(again, topic)[1].query
        other = second.shell("jonas")
        assert "Vil du gi" in asked(other, opened(other))[1].text
        second.clock.advance(600)
        again.call("POST", "/workspace/session/lock")
        assert again.call("GET", "/workspace/grants").status_code == 503


def test_withdrawn_is_withdrawn_at_once_and_only_by_its_user(house: RunningGateway, folder: Path) -> None:
    """Mutant: the consent forgotten, the tokens left; anybody's id accepted."""
    shell, other = house.shell(), house.shell("jonas")
    topic = opened(shell)
    tokens = allowed(shell, topic)
    (consent,) = listed(shell)
    path = f"/workspace/grants/{consent['grant']}"
    assert listed(other) == []
    assert other.call("DELETE", path).status_code == 404
    app = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert house.http.delete(path, headers=app).status_code == 403
    assert read(shell, tokens) == 200
    log = Log(folder)
    assert shell.call("DELETE", path).status_code == 204
    (row,) = [row for row in log.new() if row.kind == "withdraw"]
    assert (row.client_id, row.consents) == (APP, (f"Consent/{consent['grant']}",))
    assert read(shell, tokens) == 401
    assert house.refresh(tokens["refresh_token"], APP).json()["error"] == "invalid_grant"
    assert listed(shell) == []
    assert shell.call("DELETE", path).status_code == 404
    assert "Vil du gi" in asked(shell, topic)[1].text
    assert not [name for name in house.records if name.startswith("consent/")]


def test_a_code_is_worth_nothing_once_the_permission_behind_it_was_withdrawn(house: RunningGateway) -> None:
    """Mutant: the consent looked at when the code is made, and never again."""
    shell = house.shell()
    browser, page, _ = asked(shell, opened(shell))
    code = browser.submit(page, answer="allow").query["code"]
    (consent,) = listed(shell)
    assert shell.call("DELETE", f"/workspace/grants/{consent['grant']}").status_code == 204
    answer = house.redeem(code, APP)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_access_that_outlives_the_user_is_seen_and_ended_by_him_later(house: RunningGateway) -> None:
    """SAL-47. Mutant: only grants of the present session listed; somebody else's listed too."""
    shell = house.shell()
    topic = opened(shell)
    pane, browser = shell.pane("fravaer", topic)
    launch = shell.launch("fravaer", topic, pane).json()["launch"]
    code = browser.open(house.authorize_url("fravaer", launch=launch)).query["code"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": house.authorize_redirect("fravaer"),
    }
    tokens = house.token(("fravaer", APP_SECRET), code_verifier="verifier-" + "v" * 43, **form).json()
    assert "offline_access" in tokens["scope"]
    shell.call("DELETE", "/workspace/session")
    assert read(shell, tokens) == 200
    later, other = house.shell(), house.shell("jonas")
    (grant,) = listed(later)
    assert (grant["kind"], grant["client_id"], grant["patient"]) == ("offline", "fravaer", ANNA)
    assert grant["until"] > grant["given_at"]
    assert listed(other) == []
    assert other.call("DELETE", f"/workspace/grants/{grant['grant']}").status_code == 404
    assert later.call("DELETE", f"/workspace/grants/{grant['grant']}").status_code == 204
    assert read(shell, tokens) == 401
    assert listed(later) == []


def test_only_the_administrator_lets_an_app_change_the_patient(house: RunningGateway) -> None:
    """DESIGN section 4. Mutant: a user's yes gives ``fhircast/*.*``."""
    shell = house.shell()
    topic = opened(shell)
    tokens = allowed(shell, topic, FOLLOWER)
    granted = tokens["scope"].split()
    assert [scope for scope in granted if scope.startswith("fhircast/")] == [
        "fhircast/*.read",
        "fhircast/SyncError.write",
    ]
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert shell.gateway.http.get(f"/fhircast/{topic}", headers=headers).status_code == 200
    hostile = Shell(house, shell.browser, tokens)
    assert hostile.post_open(topic, ANNA).status_code == 403


@pytest.mark.parametrize(
    ("scope", "changes"),
    [
        ("fhircast/*.*", True),
        ("fhircast/*.write", True),
        ("fhircast/Patient-open.write", True),
        ("fhircast/encounter-CLOSE.*", True),
        ("fhircast/UserLogout.write", True),
        ("fhircast/userhibernate.*", True),
        ("fhircast/UserLogout.read", False),
        ("fhircast/Patient-open.read", False),
        ("fhircast/SyncError.write", False),
        ("fhircast/SyncError.*", False),
        ("patient/*.write", False),
    ],
)
def test_which_scopes_change_the_patient(scope: str, changes: bool) -> None:
    assert changes_context(scope) is changes
    kept = left_to_the_user([scope, "offline_access", "openid"])
    assert "offline_access" not in kept and kept[-1] == "openid"
    assert not any(changes_context(one) for one in kept)
    assert (scope in kept) is not changes
