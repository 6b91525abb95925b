"""Lock and unlock: 503, never 401; lives stand still; the same user goes on (DESIGN section 5)."""

from __future__ import annotations

import httpx2
import pytest

from tests.fakes.browser import Browser
from tests.fakes.gateway import VERIFIER, RunningGateway, Shell
from tests.fakes.upstream_systems import ANNA


def locked(answer: httpx2.Response) -> bool:
    return answer.status_code == 503 and "retry-after" in answer.headers


def fresh_code(gateway: RunningGateway, username: str, browser: Browser | None = None) -> str:
    callback = (browser or gateway.browser()).sign_in(gateway.authorize_url(prompt="login"), username)
    return callback.query["code"]


def unlock(shell: Shell, code: str, /, **changes: str) -> httpx2.Response:
    body = {"code": code, "redirect_uri": f"{shell.gateway.base_url}/callback", "code_verifier": VERIFIER}
    return shell.call("POST", "/workspace/session/unlock", {**body, **changes})


def read(gateway: RunningGateway, token: str) -> httpx2.Response:
    return gateway.http.get(f"/fhir/Patient/{ANNA}", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def app(shell: Shell, topic: str) -> dict[str, str]:
    return shell.app("notat", topic)


def test_locked_means_503_for_everything(
    gateway: RunningGateway, shell: Shell, topic: str, app: dict[str, str]
) -> None:
    assert shell.call("POST", "/workspace/session/lock").json()["locked"] is True
    assert locked(read(gateway, app["access_token"]))
    assert locked(read(gateway, shell.tokens["access_token"]))
    assert locked(gateway.refresh(app["refresh_token"], "notat"))
    assert locked(gateway.refresh(shell.tokens["refresh_token"]))
    assert locked(shell.call("GET", "/workspace/panes"))
    assert locked(shell.call("POST", "/workspace/contexts"))
    assert locked(shell.launch("notat", topic))
    event = {
        "timestamp": "2026-11-23T00:00:00Z",
        "id": "1",
        "event": {"hub.topic": topic, "hub.event": "Home-open"},
    }
    assert locked(shell.call("POST", "/fhircast", event))
    facts = shell.call("GET", "/workspace/session")
    assert (facts.status_code, facts.json()["locked"]) == (200, True)
    assert shell.call("POST", "/workspace/session/lock").status_code == 200


def test_unlock_goes_on_with_the_same_tokens(
    gateway: RunningGateway, shell: Shell, app: dict[str, str]
) -> None:
    shell.call("POST", "/workspace/session/lock")
    answer = unlock(shell, fresh_code(gateway, "siri", shell.browser))
    assert (answer.status_code, answer.json()["locked"]) == (200, False)
    assert read(gateway, app["access_token"]).status_code == 200
    assert gateway.refresh(app["refresh_token"], "notat").status_code == 200
    assert "code" in shell.browser.open(gateway.authorize_url(prompt="none")).query


def test_lives_stand_still_while_locked(gateway: RunningGateway, shell: Shell, app: dict[str, str]) -> None:
    """Five hours behind the lock: the shell's token opens it, and what was refreshable stays refreshable."""
    shell.call("POST", "/workspace/session/lock")
    gateway.clock.advance(5 * 3600)
    assert shell.call("GET", "/workspace/session").json()["locked"] is True
    assert unlock(shell, fresh_code(gateway, "siri")).status_code == 200
    assert read(gateway, app["access_token"]).status_code == 401
    renewed = gateway.refresh(app["refresh_token"], "notat").json()
    assert read(gateway, renewed["access_token"]).status_code == 200
    assert gateway.refresh(shell.tokens["refresh_token"]).status_code == 200


def test_another_user_cannot_unlock(gateway: RunningGateway, shell: Shell, app: dict[str, str]) -> None:
    shell.call("POST", "/workspace/session/lock")
    other = gateway.browser()
    answer = unlock(shell, fresh_code(gateway, "jonas", other))
    assert (answer.status_code, answer.json()["error"]) == (403, "other_user")
    assert locked(read(gateway, app["access_token"]))
    assert other.open(gateway.authorize_url(prompt="none")).query["error"] == "login_required"


def test_a_code_without_a_new_login_does_not_unlock(gateway: RunningGateway, shell: Shell) -> None:
    code = shell.browser.open(gateway.authorize_url()).query["code"]
    shell.call("POST", "/workspace/session/lock")
    answer = unlock(shell, code)
    assert (answer.status_code, answer.json()["error"]) == (400, "login_not_fresh")


def test_a_login_from_before_the_lock_does_not_unlock(gateway: RunningGateway, shell: Shell) -> None:
    code = fresh_code(gateway, "siri")
    gateway.clock.advance(1)
    shell.call("POST", "/workspace/session/lock")
    assert unlock(shell, code).json()["error"] == "login_not_fresh"


def test_single_sign_on_does_not_get_around_the_lock(gateway: RunningGateway, shell: Shell) -> None:
    shell.call("POST", "/workspace/session/lock")
    assert shell.browser.open(gateway.authorize_url(prompt="none")).query["error"] == "login_required"
    page = shell.browser.open(gateway.authorize_url())
    assert page.status == 200
    assert "password" in page.text


@pytest.mark.parametrize(
    "changes",
    [{"code_verifier": "w" * 43}, {"redirect_uri": "http://127.0.0.1:5555/callback"}, {"code": "no"}],
)
def test_unlock_checks_the_code(gateway: RunningGateway, shell: Shell, changes: dict[str, str]) -> None:
    shell.call("POST", "/workspace/session/lock")
    answer = unlock(shell, fresh_code(gateway, "siri"), **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert shell.call("GET", "/workspace/session").json()["locked"] is True


def test_a_code_works_once(gateway: RunningGateway, shell: Shell) -> None:
    shell.call("POST", "/workspace/session/lock")
    code = fresh_code(gateway, "siri")
    assert unlock(shell, code).status_code == 200
    shell.call("POST", "/workspace/session/lock")
    assert unlock(shell, code).json()["error"] == "invalid_grant"


def test_a_pane_cannot_authorize_while_locked(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    _, browser = shell.pane("notat", topic)
    shell.call("POST", "/workspace/session/lock")
    answer = browser.open(gateway.authorize_url("notat")).query
    assert answer["error"] == "temporarily_unavailable"


def test_a_locked_session_is_inactive_for_introspection(
    gateway: RunningGateway, shell: Shell, app: dict[str, str]
) -> None:
    other = gateway.shell("jonas")
    shell.call("POST", "/workspace/session/lock")
    answer = gateway.http.post("/oauth/introspect", data={"token": app["access_token"]}, headers=other.bearer)
    assert answer.json() == {"active": False}


def test_logging_out_a_locked_session(gateway: RunningGateway, shell: Shell, app: dict[str, str]) -> None:
    shell.call("POST", "/workspace/session/lock")
    answer = shell.call("DELETE", "/workspace/session")
    assert answer.status_code == 200
    assert answer.json()["end_session_url"].startswith("http://localhost:")
    assert read(gateway, app["access_token"]).status_code == 401
