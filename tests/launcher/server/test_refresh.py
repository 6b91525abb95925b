"""Refresh tokens: rotation, the ten-second exception, reuse, and a ten-hour shift (SAL-47..SAL-50)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx2

from tests.fakes.gateway import APP_SECRET, RunningGateway, Shell
from tests.fakes.upstream_systems import ANNA


def read(gateway: RunningGateway, access_token: str) -> int:
    headers = {"Authorization": f"Bearer {access_token}"}
    return gateway.http.get(f"/fhir/Patient/{ANNA}", headers=headers).status_code


def is_invalid(answer: httpx2.Response) -> bool:
    return answer.status_code == 400 and answer.json()["error"] == "invalid_grant"


def test_rotation(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    first = shell.app("notat", topic)
    answer = gateway.refresh(first["refresh_token"], "notat")
    assert answer.headers["cache-control"] == "no-store"
    second = answer.json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    assert (second["scope"], second["patient"]) == (first["scope"], ANNA)
    assert second["expires_in"] == 900
    assert read(gateway, second["access_token"]) == 200


def test_a_repeated_refresh_gets_the_identical_answer(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    token = shell.app("notat", topic)["refresh_token"]
    first = gateway.refresh(token, "notat")
    gateway.clock.advance(9)
    again = gateway.refresh(token, "notat")
    assert again.status_code == 200
    assert again.content == first.content
    assert not is_invalid(gateway.refresh(first.json()["refresh_token"], "notat"))


def test_after_ten_seconds_a_repetition_ends_the_grant(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    token = shell.app("notat", topic)["refresh_token"]
    second = gateway.refresh(token, "notat").json()
    gateway.clock.advance(11)
    assert is_invalid(gateway.refresh(token, "notat"))
    assert is_invalid(gateway.refresh(second["refresh_token"], "notat"))
    assert read(gateway, second["access_token"]) == 401


def test_a_repetition_after_the_successor_was_used_ends_the_grant(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    token = shell.app("notat", topic)["refresh_token"]
    second = gateway.refresh(token, "notat").json()
    third = gateway.refresh(second["refresh_token"], "notat").json()
    assert is_invalid(gateway.refresh(token, "notat"))
    assert is_invalid(gateway.refresh(third["refresh_token"], "notat"))
    assert read(gateway, third["access_token"]) == 401


def test_a_repetition_that_asks_for_another_scope_ends_the_grant(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    token = shell.app("notat", topic)["refresh_token"]
    gateway.refresh(token, "notat", scope="launch")
    assert is_invalid(gateway.refresh(token, "notat"))


def test_another_client_cannot_use_it_and_does_no_harm(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    """SAL-48; the repetition is only for the same authenticated client."""
    token = shell.app("notat", topic)["refresh_token"]
    assert is_invalid(gateway.refresh(token, "legemidler"))
    second = gateway.refresh(token, "notat").json()
    assert is_invalid(gateway.refresh(token, "legemidler"))
    assert gateway.refresh(second["refresh_token"], "notat").status_code == 200


def test_a_confidential_client_must_authenticate(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    _, browser = shell.pane("hemmelig", topic)
    code = browser.open(gateway.authorize_url("hemmelig")).query["code"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": gateway.authorize_redirect("hemmelig"),
        "code_verifier": "verifier-" + "v" * 43,
    }
    token = gateway.token(("hemmelig", APP_SECRET), **form).json()["refresh_token"]
    refused = gateway.refresh(token, "hemmelig")
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    form = {"grant_type": "refresh_token", "refresh_token": token}
    assert gateway.token(("hemmelig", APP_SECRET), **form).status_code == 200


def test_narrowing_is_allowed_widening_is_not(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    """SAL-49; narrowing holds for one access token, not for the grant."""
    token = shell.app("notat", topic)["refresh_token"]
    wider = gateway.refresh(token, "notat", scope="launch patient/*.cruds")
    assert (wider.status_code, wider.json()["error"]) == (400, "invalid_scope")
    narrow = gateway.refresh(token, "notat", scope="launch patient/Observation.cruds").json()
    assert narrow["scope"] == "launch patient/Observation.cruds"
    assert read(gateway, narrow["access_token"]) == 403
    full = gateway.refresh(narrow["refresh_token"], "notat").json()
    assert read(gateway, full["access_token"]) == 200


def test_without_online_access_there_is_no_refresh_token(shell: Shell, topic: str) -> None:
    tokens = shell.app("notat", topic, scope="launch patient/Patient.rs offline_access")
    assert "refresh_token" not in tokens
    assert "offline_access" not in tokens["scope"]


def test_logout_ends_every_refresh_token(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    token = shell.app("notat", topic)["refresh_token"]
    assert shell.call("DELETE", "/workspace/session").status_code == 200
    assert is_invalid(gateway.refresh(token, "notat"))
    assert is_invalid(gateway.refresh(shell.tokens["refresh_token"]))


def test_an_expired_access_token_is_401(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    tokens = shell.app("notat", topic)
    gateway.clock.advance(901)
    assert read(gateway, tokens["access_token"]) == 401


def test_tokens_renew_unseen_through_a_ten_hour_shift(gateway: RunningGateway) -> None:
    """Shell and app renew every 13 minutes, reads go on, and the browser is never asked to sign in again."""
    shell = gateway.shell()
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    app = shell.app("notat", topic)
    pages = len(shell.browser.visited)
    for _ in range(10 * 60 // 13):
        gateway.clock.advance(13 * 60)
        shell.tokens = gateway.refresh(shell.tokens["refresh_token"]).json()
        app = gateway.refresh(app["refresh_token"], "notat").json()
        assert read(gateway, app["access_token"]) == 200
        assert shell.call("GET", "/workspace/session").status_code == 200
    assert len(shell.browser.visited) == pages
    gateway.clock.advance(3 * 3600)
    assert is_invalid(gateway.refresh(shell.tokens["refresh_token"]))


def test_a_stolen_refresh_token_of_the_shell_ends_the_session(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    """Nobody could close the apps any more: they end with the shell's last grant."""
    app = shell.app("notat", topic)
    first = shell.tokens["refresh_token"]
    second = gateway.refresh(first).json()["refresh_token"]
    gateway.refresh(second)
    assert is_invalid(gateway.refresh(first))
    assert read(gateway, app["access_token"]) == 401
    assert shell.browser.open(gateway.authorize_url(prompt="none")).query["error"] == "login_required"


def test_refreshes_at_the_same_moment_get_one_answer(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    """Two windows of one app race: one rotation, the same answer for all."""
    token = shell.app("notat", topic)["refresh_token"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: gateway.refresh(token, "notat"), range(16)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1


def test_a_code_redeemed_at_the_same_moment_is_redeemed_once(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    """One wins; as the code came again, what it won is dead too (SAL-18)."""
    _, browser = shell.pane("notat", topic)
    code = browser.open(gateway.authorize_url("notat")).query["code"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: gateway.redeem(code, "notat"), range(16)))
    won = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert read(gateway, won[0]["access_token"]) == 401


def test_a_public_client_need_not_name_itself(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    """RFC 6749 section 6; npm ``fhirclient`` leaves it out. Who has a secret must still prove it."""
    first = shell.app("notat", topic)
    answer = gateway.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert (answer.status_code, answer.json()["patient"]) == (200, first["patient"])
    unknown = gateway.token(grant_type="refresh_token", refresh_token="unknown.token")
    assert (unknown.status_code, unknown.json()["error"]) == (400, "invalid_grant")
    confidential = gateway.token(grant_type="refresh_token", refresh_token=shell.tokens["refresh_token"])
    assert (confidential.status_code, confidential.json()["error"]) == (401, "invalid_client")
    assert gateway.refresh(shell.tokens["refresh_token"]).status_code == 200
