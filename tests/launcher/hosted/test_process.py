"""``vaktrom gateway`` as a process: started from its file, ended by SIGTERM or kill -9, started again (S8)."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from launcher.stores.sqlite_state import SqliteState
from shell.command_line import application
from tests.fakes.gateway import APP_SECRET, VERIFIER
from tests.fakes.hosted_gateway import (
    PACKAGED,
    SERVER_SIDE,
    HostedShell,
    HostedUnderTest,
    Place,
)
from tests.fakes.upstream_systems import ANNA, BERIT

KILLED_AFTER = 12
"""Answers that are seen before the kill."""

REPEATED_WITHIN = 9.0
"""A renewal whose answer was lost may be repeated for ten seconds (SAL-50); a busy machine may need longer to start."""


def launched(shell: HostedShell, topic: str) -> dict[str, Any]:
    """The vendor's server redeems with its secret; offline access."""
    pane, browser = shell.pane(SERVER_SIDE, topic)
    launch = shell.launch(SERVER_SIDE, topic, pane).json()["launch"]
    code = browser.open(shell.gateway.authorize_url(SERVER_SIDE, launch=launch)).query["code"]
    answer = shell.gateway.token(
        (SERVER_SIDE, APP_SECRET),
        grant_type="authorization_code",
        code=code,
        code_verifier=VERIFIER,
        redirect_uri=shell.gateway.authorize_redirect(SERVER_SIDE),
    )
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


def renewed(gateway: HostedUnderTest, tokens: dict[str, Any]) -> httpx2.Response:
    return gateway.token(
        (SERVER_SIDE, APP_SECRET), grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )


def reads(gateway: HostedUnderTest, tokens: dict[str, Any], patient: str) -> int:
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    return gateway.http.get(f"/fhir/Patient/{patient}", headers=headers).status_code


def resumed(gateway: HostedUnderTest, shell: HostedShell) -> HostedShell:
    """The same desktop, asking the next life of the gateway."""
    return HostedShell(gateway, shell.browser, shell.tokens, shell.key)


def assert_the_audit_log_is_whole(place: Place) -> None:
    """``vaktrom audit`` with the gateway's own key file; without it the log stays shut."""
    log = ["--state", str(place.folder / "state")]
    key = ["--key-file", str(place.folder / "state-keys.json")]
    verified = CliRunner().invoke(application, ["audit", "verify", *log, *key])
    assert verified.exit_code == 0, verified.output
    assert "Jonas Berg" in CliRunner().invoke(application, ["audit", "list", *log, *key]).output
    assert CliRunner().invoke(application, ["audit", "list", *log]).exit_code == 2


def assert_nothing_is_readable(place: Place, tokens: list[dict[str, Any]]) -> None:
    """S7: the state folder as it was left."""
    files = [file for file in sorted((place.folder / "state").iterdir()) if file.is_file()]
    stored = b"".join(file.read_bytes() for file in files)
    secrets = [given[name] for given in tokens for name in ("access_token", "refresh_token")]
    for secret in (*secrets, "Nordli", "p-00000000"):
        assert secret.encode() not in stored


class _Renewing:
    """An app's server that renews as fast as it is answered, and keeps the last token that it was given."""

    def __init__(self, gateway: HostedUnderTest, tokens: dict[str, Any]) -> None:
        self._gateway = gateway
        self.told = tokens
        self.answers = 0
        self.enough = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        try:
            while True:
                answer = renewed(self._gateway, self.told)
                assert answer.status_code == 200, answer.text
                self.told = answer.json()
                self.answers += 1
                if self.answers >= KILLED_AFTER:
                    self.enough.set()
        except httpx2.TransportError:
            return
        finally:
            self.enough.set()

    def joined(self) -> dict[str, Any]:
        """The last tokens, when the gateway is gone."""
        self._thread.join(10)
        assert self.answers >= KILLED_AFTER
        return self.told


def test_a_life_ended_by_kill_9_and_the_next(place: Place) -> None:
    """S8: killed in the middle of renewals it loses nothing that anybody was told: issuer, keys, sessions, topics, grants,
    refresh tokens, and that some have ended; each client's last token works. SIGTERM ends it with exit code 0."""
    with place.process() as (gateway, command):
        base = place.base_url
        assert command.ready["issuer"] == command.ready["gateway"] == base
        assert command.ready["pid"] == command.process.pid
        assert {app["client_id"] for app in command.ready["apps"]} == {PACKAGED, SERVER_SIDE}
        assert "client_secret" not in command.ready["shell"]
        shell, gone = gateway.shell(), gateway.shell("jonas")
        topic, gone_topic = shell.context(), gone.context()
        shell.open_patient(topic, ANNA)
        gone.open_patient(gone_topic, ANNA)
        app, ended = shell.app(PACKAGED, topic), gone.app(PACKAGED, gone_topic)
        keys = gateway.http.get("/oauth/jwks").json()
        offline = [launched(gone, gone_topic), *(launched(shell, topic) for _ in range(3))]
        assert gone.call("DELETE", "/workspace/session").status_code == 200
        servers = [_Renewing(gateway, tokens) for tokens in offline]
        for server in servers:
            assert server.enough.wait(20)
        command.kill()
        killed = time.monotonic()
        told = [server.joined() for server in servers]
    assert_nothing_is_readable(place, [shell.tokens, app, *offline, *told])
    with place.process() as (gateway, command):
        assert gateway.http.get("/oauth/jwks").json() == keys
        for tokens in told:
            assert (reads(gateway, tokens, ANNA), reads(gateway, tokens, BERIT)) == (200, 403)
        for tokens in told:
            in_time = time.monotonic() - killed < REPEATED_WITHIN
            assert renewed(gateway, tokens).status_code == 200 or not in_time
        shell = resumed(gateway, shell)
        assert shell.call("GET", f"/workspace/contexts/{topic}").json()["patient"] == ANNA
        assert (reads(gateway, app, ANNA), reads(gateway, app, BERIT)) == (200, 403)
        assert gateway.refresh(app["refresh_token"], PACKAGED).status_code == 200
        assert shell.renew().status_code == 200
        assert resumed(gateway, gone).call("GET", "/workspace/session").status_code == 401
        assert reads(gateway, ended, ANNA) == 401
        code, printed, errors = command.terminate()
        assert (code, printed, "Traceback" in errors) == (0, "", False)
    assert_the_audit_log_is_whole(place)


def test_no_answer_while_the_disk_is_busy(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """S8: a renewed token is not told while the commit that keeps it is under way."""
    free, commit = threading.Event(), SqliteState._commit

    def when_free(self: SqliteState, batch: dict[str, bytes | None]) -> None:
        assert free.wait(10)
        commit(self, batch)

    monkeypatch.setattr(SqliteState, "_commit", when_free)
    free.set()
    with place.running() as gateway, ThreadPoolExecutor(1) as other:
        shell = gateway.shell()
        free.clear()
        renewal = other.submit(shell.renew)
        with pytest.raises(TimeoutError):
            renewal.result(0.3)
        free.set()
        assert renewal.result(5).status_code == 200
