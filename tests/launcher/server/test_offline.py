"""``offline_access`` in earnest: what outlives pane, logout, restart, and what ends it (SAL-47..SAL-50)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.fakes.gateway import APP_SECRET, Records, RunningGateway, Shell, running_gateway
from tests.fakes.upstream_systems import ANNA, BERIT, UpstreamSystems

APP = "fravaer"
AUTH = (APP, APP_SECRET)
SCOPE = "openid launch offline_access patient/Patient.read"


def launched(shell: Shell, topic: str, scope: str = SCOPE) -> dict[str, Any]:
    """The app's server redeems with its secret."""
    gateway = shell.gateway
    pane, browser = shell.pane(APP, topic)
    launch = shell.launch(APP, topic, pane).json()["launch"]
    code = browser.open(gateway.authorize_url(APP, launch=launch, scope=scope)).query["code"]
    answer = gateway.token(
        AUTH,
        grant_type="authorization_code",
        code=code,
        code_verifier="verifier-" + "v" * 43,
        redirect_uri=gateway.authorize_redirect(APP),
    )
    assert answer.status_code == 200, answer.text
    return {**answer.json(), "pane": pane}


def refresh(gateway: RunningGateway, token: str) -> httpx2.Response:
    return gateway.token(AUTH, grant_type="refresh_token", refresh_token=token)


def read(gateway: RunningGateway, tokens: dict[str, Any], patient: str = ANNA) -> int:
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    return gateway.http.get(f"/fhir/Patient/{patient}", headers=headers).status_code


def test_offline_outlives_logout_and_online_does_not(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    """SAL-47: after logout the one refreshes and reads its patient for weeks, the other is dead."""
    offline, online = (
        launched(shell, topic),
        launched(shell, topic, "launch online_access patient/Patient.read"),
    )
    assert offline["scope"] == SCOPE
    assert shell.call("DELETE", "/workspace/session").status_code == 200
    assert refresh(gateway, online["refresh_token"]).json()["error"] == "invalid_grant"
    assert (read(gateway, online), read(gateway, offline), read(gateway, shell.tokens)) == (401, 200, 401)
    gateway.browser().open(f"{gateway.base_url}/oauth/logout?id_token_hint={shell.tokens['id_token']}")
    for _ in range(3):
        gateway.clock.advance(4 * 3600)
        answer = refresh(gateway, offline["refresh_token"])
        assert answer.status_code == 200, answer.text
        offline = answer.json()
        assert (read(gateway, offline), read(gateway, offline, BERIT)) == (200, 403)
    assert shell.browser.open(gateway.authorize_url(prompt="none")).query["error"] == "login_required"


def test_it_outlives_pane_and_tab(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    """SAL-70: the token stays on its patient, whatever the shell shows."""
    tokens = launched(shell, topic)
    shell.call("DELETE", f"/workspace/panes/{tokens['pane']}")
    assert read(gateway, tokens) == 200
    shell.call("DELETE", f"/workspace/contexts/{topic}")
    assert refresh(gateway, tokens["refresh_token"]).status_code == 200


def test_it_outlives_the_end_of_the_shift(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    """Twelve hours pass without a logout: the session is over, the grant is not."""
    tokens = launched(shell, topic)
    gateway.clock.advance(12 * 3600 + 1)
    assert shell.call("GET", "/workspace/session").status_code == 401
    assert refresh(gateway, tokens["refresh_token"]).status_code == 200


def test_it_goes_on_after_a_restart(
    systems: UpstreamSystems, signing_record: Records, tmp_path: Path
) -> None:
    with running_gateway(systems, tmp_path, which=2, records=signing_record) as gateway:
        shell = gateway.shell()
        topic = shell.context()
        shell.open_patient(topic, ANNA)
        tokens = launched(shell, topic)
        shell.call("DELETE", "/workspace/session")
        records = dict(gateway.records)
    with running_gateway(systems, tmp_path, which=2, records=records) as gateway:
        answer = refresh(gateway, tokens["refresh_token"])
        assert answer.status_code == 200, answer.text
        assert read(gateway, answer.json()) == 200
        assert (
            Shell(gateway, shell.browser, shell.tokens).call("GET", "/workspace/session").status_code == 401
        )


def test_revocation_and_reuse_end_it(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    """SAL-50, SAL-53: after logout too; nothing of the user is left then."""
    revoked, reused = launched(shell, topic), launched(shell, topic)
    shell.call("DELETE", "/workspace/session")
    gateway.http.post("/oauth/revoke", data={"token": revoked["refresh_token"]}, auth=AUTH)
    assert read(gateway, revoked) == 401
    successor = refresh(gateway, reused["refresh_token"]).json()
    gateway.clock.advance(11)
    assert refresh(gateway, reused["refresh_token"]).json()["error"] == "invalid_grant"
    assert read(gateway, successor) == 401
    names = {name.partition("/")[0] for name in gateway.records}
    left = [name for name in gateway.records if name.startswith(("session/", "grant/"))]
    assert "signing-key" in names
    assert not left or all(reused["pane"] not in name for name in left)


def test_a_month_without_use_ends_it(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    tokens = launched(shell, topic)
    shell.call("DELETE", "/workspace/session")
    gateway.clock.advance(30 * 24 * 3600 + 1)
    assert refresh(gateway, tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_while_locked_it_waits_like_everything_of_the_user(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    tokens = launched(shell, topic)
    shell.call("POST", "/workspace/session/lock")
    assert refresh(gateway, tokens["refresh_token"]).status_code == 503


@pytest.mark.parametrize(
    ("client_id", "scope"), [("notat", "launch offline_access"), ("alt-folger", "launch offline_access")]
)
def test_only_who_is_approved_and_follows_nobody_gets_it(
    gateway: RunningGateway, shell: Shell, topic: str, client_id: str, scope: str
) -> None:
    """SAL-38, SAL-47: without approval, and for an app that follows a tab, it is absent and so is the token."""
    tokens = shell.app(client_id, topic, scope=scope)
    assert "offline_access" not in tokens["scope"].split()
    assert "refresh_token" not in tokens


def test_neither_asked_for_neither_given(shell: Shell, topic: str) -> None:
    """SAL-47."""
    assert "refresh_token" not in launched(shell, topic, "launch patient/Patient.read")


def test_a_refresh_narrows_and_never_widens(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    """SAL-49: also when the narrower refresh leaves out offline_access, the grant stays what it is."""
    tokens = launched(shell, topic)
    narrow = gateway.token(
        AUTH, grant_type="refresh_token", refresh_token=tokens["refresh_token"], scope="patient/Patient.read"
    ).json()
    assert narrow["scope"] == "patient/Patient.read"
    wide = gateway.token(
        AUTH,
        grant_type="refresh_token",
        refresh_token=narrow["refresh_token"],
        scope="patient/Patient.read patient/Encounter.read",
    )
    assert wide.json()["error"] == "invalid_scope"
    shell.call("DELETE", "/workspace/session")
    assert refresh(gateway, narrow["refresh_token"]).status_code == 200
