"""What happens to logins, tokens and launches is on disk before the answer; nothing of it is a usable secret."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from launcher.gateway.audit_event import AccessFacts
from launcher.server.request_words import shown_parameters
from launcher.stores.audit_reader import AuditReader
from tests.fakes.gateway import (
    SHELL,
    SHELL_SECRET,
    STATE_KEY,
    VERIFIER,
    Records,
    RunningGateway,
    running_gateway,
)
from tests.fakes.upstream_systems import ANNA, UpstreamSystems
from tests.launcher.server.test_possession import code_of, proof, read, redeem


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("audited")


@pytest.fixture(scope="module")
def audited(systems: UpstreamSystems, signing_record: Records, folder: Path) -> Iterator[RunningGateway]:
    with running_gateway(systems, folder, records=signing_record, which=1) as running:
        yield running


class Log:
    """The rows written since the last look."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "audit.sqlite"
        self._seen = 0
        self.new()

    def new(self) -> list[AccessFacts]:
        if not self.path.exists():
            return []
        rows = [row.facts for row in AuditReader(self.path, [STATE_KEY]).entries() if row.seq > self._seen]
        self._seen += len(rows)
        return rows

    def kinds(self) -> list[tuple[str, str]]:
        return [(facts.kind, facts.outcome) for facts in self.new()]


@pytest.fixture
def log(folder: Path) -> Log:
    return Log(folder)


def test_from_login_to_logout(audited: RunningGateway, log: Log) -> None:
    shell = audited.shell()
    assert log.kinds() == [("login", "0"), ("code", "0"), ("token", "0")]
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    log.new()
    app = shell.app("notat", topic)
    launch, code, token = log.new()
    assert [one.kind for one in (launch, code, token)] == ["launch", "code", "token"]
    assert {one.patients for one in (launch, code, token)} == {(ANNA,)}
    assert {one.client_id for one in (launch, code, token)} == {"notat"}
    assert code.grant_id == token.grant_id != ""
    assert {one.user_sub for one in (launch, code, token)} == {code.user_sub} != {""}
    refreshed = audited.refresh(app["refresh_token"], "notat").json()
    assert log.kinds() == [("refresh", "0")]
    audited.http.post("/oauth/revoke", data={"client_id": "notat", "token": refreshed["refresh_token"]})
    assert log.kinds() == [("revoke", "0")]
    shell.call("POST", "/workspace/session/lock")
    assert log.kinds() == [("lock", "0")]
    shell.call("DELETE", "/workspace/session")
    assert log.kinds() == [("logout", "0")]


def test_who_what_and_where_from(audited: RunningGateway, log: Log) -> None:
    audited.shell()
    login, code, token = log.new()
    assert login.client_address == code.client_address == "127.0.0.1"
    assert token.request.startswith(
        f"POST {audited.base_url}/oauth/token grant_type=authorization_code&code=***&"
    )
    assert "redirect_uri=" in token.request
    assert "code_verifier" not in token.request
    assert token.server == audited.fhir_base
    assert token.token_issuer == audited.base_url


@pytest.mark.parametrize(
    ("method", "path", "form", "kind", "client", "reason"),
    [
        (
            "POST",
            "/oauth/token",
            {"grant_type": "authorization_code", "code": "stolen", "redirect_uri": "x"},
            "token",
            SHELL,
            "400 invalid_grant",
        ),
        (
            "POST",
            "/oauth/token",
            {"grant_type": "refresh_token", "refresh_token": "old.one"},
            "refresh",
            SHELL,
            "400 invalid_grant",
        ),
        ("POST", "/oauth/revoke", {}, "revoke", SHELL, "400 invalid_request"),
    ],
)
def test_a_refusal_is_recorded_though_nobody_says_so(
    audited: RunningGateway,
    log: Log,
    method: str,
    path: str,
    form: dict[str, str],
    kind: str,
    client: str,
    reason: str,
) -> None:
    answer = audited.http.request(method, path, data=form, auth=(SHELL, SHELL_SECRET))
    assert answer.status_code == 400
    (refused,) = log.new()
    assert (refused.kind, refused.outcome, refused.client_id) == (kind, "4", client)
    assert (refused.outcome_text, refused.status) == (reason, 400)


def test_a_wrong_secret_and_a_refused_authorization(audited: RunningGateway, log: Log) -> None:
    audited.http.post("/oauth/token", data={"grant_type": "x"}, auth=(SHELL, "wrong-secret"))
    (refused,) = log.new()
    assert (refused.outcome_text, refused.client_id) == ("401 invalid_client", SHELL)
    audited.http.get(audited.authorize_url(prompt="none"))
    (refused,) = log.new()
    assert (refused.kind, refused.outcome, refused.outcome_text) == ("code", "4", "302 login_required")


@pytest.mark.parametrize(
    ("changes", "page"),
    [
        ({"redirect_uri": "https://elsewhere.example/callback"}, "redirect_unregistered"),
        ({"client_id": "nobody"}, "client_unknown"),
        ({"client_id": None}, "request_malformed"),
    ],
)
def test_a_refusal_that_is_a_page_says_which_on_it_and_in_the_log(
    audited: RunningGateway, log: Log, changes: dict[str, str | None], page: str
) -> None:
    """Nothing may be redirected then, so a vendor and IT have only these words."""
    shown = audited.http.get(audited.authorize_url(**changes))
    assert f"<code>{page}</code>" in shown.text
    (refused,) = log.new()
    assert refused.outcome_text == f"400 {page}"


def test_no_secret_is_written(audited: RunningGateway, log: Log) -> None:
    shell = audited.shell()
    answer = audited.refresh(shell.tokens["refresh_token"]).json()
    audited.refresh("no.such-token-at-all")
    audited.http.post("/oauth/token", data={"client_id": SHELL, "client_secret": "s-e-c-r-e-t"})
    written = msgspec.json.encode(log.new()).decode()
    secrets = [SHELL_SECRET, VERIFIER, "such-token-at-all", "s-e-c-r-e-t"]
    for tokens in (shell.tokens, answer):
        secrets += [tokens["access_token"], tokens["refresh_token"], tokens["id_token"]]
    assert [secret for secret in secrets if secret in written] == []


def test_values_are_told_only_where_they_are_known_to_be_harmless() -> None:
    raw = b"scope=openid&code=abc&code_verifier=v&login_hint=01%2002&unheard_of=x&client_id=a%20b"
    assert shown_parameters(raw) == "scope=openid&code=***&login_hint=***&unheard_of=***&client_id=a%20b"


def test_without_a_log_there_is_no_token(audited: RunningGateway, folder: Path) -> None:
    shell = audited.shell()
    with sqlite3.connect(folder / "audit.sqlite", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = audited.refresh(shell.tokens["refresh_token"])
        other.execute("ROLLBACK")
    other.close()
    assert answer.status_code == 503
    assert "access_token" not in answer.text
    assert audited.refresh(shell.tokens["refresh_token"]).status_code == 200


def test_a_stolen_bound_token_leaves_a_record(audited: RunningGateway, log: Log) -> None:
    """Whoever tries a token without its key is seen, as with any other token that does not open."""
    shell = audited.shell()
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    answer = redeem(audited, code_of(shell, topic), proof(audited, "POST", "/oauth/token"))
    log.new()
    stolen = read(audited, answer.json()["access_token"], "no proof")
    assert (stolen.status_code, stolen.headers["www-authenticate"][:4]) == (401, "DPoP")
    assert audited.http.get(f"/fhir/Patient/{ANNA}").status_code == 401
    shell.call("GET", f"/fhir/Patient/{ANNA}")
    refused, own = log.new()
    assert (refused.kind, refused.status, refused.request) == ("refused", 401, f"GET /Patient/{ANNA}")
    assert own.outcome == "0"


def test_a_stranger_does_not_fill_the_disk(audited: RunningGateway, log: Log) -> None:
    shell = audited.shell()
    log.new()
    target = "/fhir/Patient?name=" + "a" * 50_000
    assert audited.http.get(target, headers={"Authorization": "Bearer x"}).status_code == 401
    assert shell.call("GET", target).status_code == 414
    shell.call("GET", f"/fhir/Patient/{ANNA}")
    stranger, known, _ = log.new()
    assert (len(stranger.request), len(known.request)) == (512, 8192 + len("GET /Patient?"))
