"""A restarted gateway goes on where it was: same keys, grants, topics; single-use things stay spent (S8)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from launcher.stores.errors import SealBroken
from tests.fakes.gateway import Records, RunningGateway, Shell, app_client, running_gateway
from tests.fakes.upstream_systems import ANNA, BERIT, UpstreamSystems
from tests.launcher.server.test_possession import code_of, proof, read, redeem


class Lives:
    """Starts one gateway after the other on the same port, handing the sealed records on."""

    def __init__(self, systems: UpstreamSystems, records: Records, folder: Path) -> None:
        self._systems = systems
        self._folder = folder
        self.records = records

    @contextmanager
    def next(self, **changes: Any) -> Iterator[RunningGateway]:
        with running_gateway(
            self._systems, self._folder, which=1, records=self.records, **changes
        ) as gateway:
            yield gateway
            self.records = dict(gateway.records)


@pytest.fixture
def lives(systems: UpstreamSystems, signing_record: Records, tmp_path: Path) -> Lives:
    return Lives(systems, signing_record, tmp_path)


def test_everything_goes_on(lives: Lives) -> None:
    with lives.next() as gateway:
        shell = gateway.shell()
        topic = shell.context()
        shell.open_patient(topic, ANNA)
        app, follower = shell.app("notat", topic), shell.app("malinger", topic)
        version = shell.call("GET", f"/workspace/contexts/{topic}").json()["context_version"]
        keys = gateway.http.get("/oauth/jwks").json()
    with lives.next() as gateway:
        shell = Shell(gateway, shell.browser, shell.tokens)
        assert gateway.http.get("/oauth/jwks").json() == keys
        assert shell.call("GET", "/workspace/session").json()["user"]["name"] == "Siri Nordli"
        context = shell.call("GET", f"/workspace/contexts/{topic}").json()
        assert (context["patient"], context["context_version"]) == (ANNA, version)
        panes = {pane["pane"]: pane for pane in shell.call("GET", "/workspace/panes").json()["panes"]}
        assert panes[app["pane"]]["effective_patient"] == ANNA
        assert (panes[follower["pane"]]["fenced"], panes[follower["pane"]]["socket"]) == (True, False)
        headers = {"Authorization": f"Bearer {app['access_token']}"}
        assert gateway.http.get(f"/fhir/Patient/{ANNA}", headers=headers).status_code == 200
        assert gateway.http.get(f"/fhir/Patient/{BERIT}", headers=headers).status_code in (403, 404)
        assert gateway.refresh(app["refresh_token"], "notat").status_code == 200
        assert "code" in shell.browser.open(gateway.authorize_url(prompt="none")).query
        shell.open_patient(topic, BERIT)
        assert shell.call("GET", f"/workspace/contexts/{topic}").json()["patient"] == BERIT


def test_what_has_ended_stays_ended(lives: Lives) -> None:
    with lives.next() as gateway:
        shell, gone = gateway.shell("siri"), gateway.shell("jonas")
        topic = shell.context()
        shell.open_patient(topic, ANNA)
        closed, revoked = shell.app("notat", topic), shell.app("notat", topic)
        shell.call("DELETE", f"/workspace/panes/{closed['pane']}")
        gateway.http.post("/oauth/revoke", data={"token": revoked["access_token"], "client_id": "notat"})
        gone.call("DELETE", "/workspace/session")
    with lives.next() as gateway:
        for tokens in (closed, revoked):
            headers = {"Authorization": f"Bearer {tokens['access_token']}"}
            assert gateway.http.get(f"/fhir/Patient/{ANNA}", headers=headers).status_code == 401
        assert gateway.refresh(closed["refresh_token"], "notat").status_code == 400
        assert Shell(gateway, gone.browser, gone.tokens).call("GET", "/workspace/session").status_code == 401


def test_a_repeated_refresh_gets_its_answer_from_the_next_life(lives: Lives) -> None:
    """The answer was lost with the old process; the client asks again within ten seconds."""
    with lives.next() as gateway:
        shell = gateway.shell()
        answer = gateway.refresh(shell.tokens["refresh_token"])
    with lives.next() as gateway:
        assert gateway.refresh(shell.tokens["refresh_token"]).content == answer.content
        second = answer.json()["refresh_token"]
        assert gateway.refresh(second).status_code == 200
        assert gateway.refresh(shell.tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_codes_and_launches_die_with_the_process(lives: Lives) -> None:
    with lives.next() as gateway:
        shell = gateway.shell()
        topic = shell.context()
        shell.open_patient(topic, ANNA)
        code = shell.browser.open(gateway.authorize_url()).query["code"]
        pane, browser = shell.pane("notat", topic)
        launch = shell.launch("notat", topic, pane).json()["launch"]
    with lives.next() as gateway:
        assert gateway.redeem(code).json()["error"] == "invalid_grant"
        refused = browser.open(gateway.authorize_url("notat", launch=launch)).query
        assert refused["error"] == "invalid_request"
        shell = Shell(gateway, shell.browser, shell.tokens)
        again = shell.launch("notat", topic, pane).json()["launch"]
        assert "code" in browser.open(gateway.authorize_url("notat", launch=again)).query


def test_a_lock_outlives_the_process(lives: Lives) -> None:
    with lives.next() as gateway:
        shell = gateway.shell()
        shell.call("POST", "/workspace/session/lock")
    with lives.next() as gateway:
        shell = Shell(gateway, shell.browser, shell.tokens)
        assert shell.call("GET", "/workspace/session").json()["locked"] is True
        assert shell.call("GET", "/workspace/panes").status_code == 503


def test_records_are_sealed(lives: Lives) -> None:
    """Nothing readable leaves the process, and a record cannot be put in another's place."""
    with lives.next() as gateway:
        shell = gateway.shell()
        shell.context()
    everything = json.dumps(lives.records)
    for secret in (shell.tokens["access_token"], shell.tokens["refresh_token"], "Siri", "9144900"):
        assert secret not in everything
    sessions = [name for name in lives.records if name.startswith("session/")]
    grants = [name for name in lives.records if name.startswith("grant/")]
    lives.records[sessions[0]] = lives.records[grants[0]]
    with pytest.raises(SealBroken), lives.next():
        pass


def test_another_key_opens_nothing(lives: Lives) -> None:
    with lives.next() as gateway:
        gateway.shell()
    with pytest.raises(SealBroken), lives.next(state_key="A" * 43 + "="):
        pass


def test_what_is_no_longer_approved_is_not_taken_over(lives: Lives) -> None:
    """SAL-38: between two lives one app lost its approval and another some scopes; the rest goes on."""
    with lives.next() as gateway:
        shell = gateway.shell()
        topic = shell.context()
        shell.open_patient(topic, ANNA)
        gone, narrowed, same = (shell.app(name, topic) for name in ("notat", "legemidler", "klassisk"))
    changed = [
        app_client("notat", approved=False),
        app_client("legemidler", scope="openid launch online_access patient/Patient.r"),
    ]
    with lives.next(clients=changed) as gateway:

        def status(tokens: dict[str, Any], target: str) -> int:
            headers = {"Authorization": f"Bearer {tokens['access_token']}"}
            return gateway.http.get(f"/fhir/{target}", headers=headers).status_code

        assert (status(gone, f"Patient/{ANNA}"), status(same, f"Patient/{ANNA}")) == (401, 200)
        assert status(narrowed, "Observation") == 403
        renewed = gateway.refresh(narrowed["refresh_token"], "legemidler").json()
        assert renewed["scope"] == "openid launch online_access patient/Patient.r"
        assert (status(renewed, f"Patient/{ANNA}"), status(renewed, "Observation")) == (200, 403)
        assert gateway.refresh(gone["refresh_token"], "notat").json()["error"] == "invalid_client"
        assert gateway.refresh(same["refresh_token"], "klassisk").json()["scope"] == same["scope"]


def test_a_proof_of_a_clock_that_is_ahead_is_not_used_again(lives: Lives) -> None:
    """RFC 9449 11.1: the next life cannot tell it by its time, so it is told of it."""
    path = f"/fhir/Patient/{ANNA}"
    with lives.next() as gateway:
        shell = gateway.shell()
        topic = shell.context()
        shell.open_patient(topic, ANNA)
        token = redeem(gateway, code_of(shell, topic), proof(gateway, "POST", "/oauth/token")).json()[
            "access_token"
        ]
        ahead = proof(gateway, "GET", path, token, iat=int(gateway.clock.now().timestamp()) + 9)
        assert read(gateway, token, ahead).status_code == 200
    with lives.next() as gateway:
        gateway.clock.advance(3)
        assert read(gateway, token, ahead).status_code == 401
        assert read(gateway, token, proof(gateway, "GET", path, token)).status_code == 200
        assert any(name.startswith("proof/") for name in gateway.records)
        gateway.clock.advance(80)
        assert read(gateway, token, proof(gateway, "GET", path, token)).status_code == 200
        assert not any(name.startswith("proof/") for name in gateway.records)
