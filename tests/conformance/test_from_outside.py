"""The suite asks gateways that run in processes of their own: the sandbox as a vendor starts it, and a hosted one."""

from __future__ import annotations

import ast
import contextlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.facts import PANE, STEER, FactsWrong, NotAsked, facts_of, read_facts
from tests.conformance.own_server import SERVER, USERS, secured
from tests.conformance.registration import (
    SERVICE,
    VENDOR,
    Credentials,
    client_id,
    sandbox_arguments,
    write,
    write_apps,
)
from tests.conformance.status import ALL
from tests.conformance.table import Target
from tests.fakes.environment import ROOT, sandbox
from tests.fakes.gateway import APP_SECRET_SHA256
from tests.fakes.hosted_gateway import SERVER_SIDE, Place, public_url, reserved_port
from tests.fakes.hosted_gateway import write_apps as write_hosted_apps
from tests.fakes.hosted_names import authority
from tests.fakes.key_server import key_server
from tests.fakes.upstream_systems import upstream_systems

PRODUCT = {"context", "launcher", "plugins", "shell"}
RUN_SECONDS = 240
"""Generous: a run takes 6 s on a machine that has nothing else to do."""
STEERED = {
    "SAL-12-launch_is_short",
    "SAL-18-code_short",
    "SAL-25-short_tokens",
    "SAL-31-style_has_a_new_address",
    "SAL-50-reuse_ends_the_grant",
    "SAL-57-two_keys_of_one_name",
    "SAL-58-keys_are_fetched_anew",
    "NAV-08-expired_is_401",
}
"""Rows that move the server's clock, start it anew or count what it fetches."""
IN_PANE = {row.name for row in ALL if row.in_pane}
"""Rows that ask a page in a pane: no gateway has one."""

BEYOND_THE_SANDBOX = {
    "FC-01-hub_in_the_token_response",
    "FC-04-scopes",
    "FC-12-revocation",
    "SAL-05-listed_scopes",
    "SAL-05-listed_system_scopes",
    "SAL-24-backend_answers_are_never_stored",
    "SAL-26-client_id_in_the_form",
    "SAL-49-refresh_needs_the_secret",
    "SAL-52-introspection_by_a_service",
    "SAL-54-keys_by_address",
    "SAL-59-secrets_by_basic",
    "SAL-63-backend_token",
    "SAL-64-backend_scope",
    "SAL-69-tls_alone",
    "NAV-01-reachable_from_a_server",
    "NAV-02-https_issuer",
    "NAV-04-secret_and_client_id",
}
"""Rows that need TLS, or a client that no folder beside a desktop can register: with a secret or without a user."""


def run(base_url: str, *files: Path) -> dict[str, str]:
    """Ask a gateway everything; why each row was not asked. Fails where a row does."""
    facts = [part for file in files for part in ("--facts", str(file))]
    command = [sys.executable, "-m", "pytest", "tests/conformance", "--base-url", base_url, *facts]
    ended = subprocess.run(
        [*command, "-p", "no:cacheprovider"], cwd=ROOT, capture_output=True, text=True, timeout=RUN_SECONDS
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = ended.stdout.splitlines()
    told = [line.split(": ", 2)[1:] for line in lines if line.startswith("not asked: ")]
    reasons = {name: why for name, why in told if not name.endswith("mutants")}
    steered, pages = (sum(why.startswith(kind) for why in reasons.values()) for kind in (STEER, PANE))
    assert (
        f"rows: {len(ALL) - len(reasons)} pass, 0 fail, {steered} need a server we may steer, "
        f"{pages} need a pane, {len(reasons) - steered - pages} lack a fact"
    ) in lines
    assert len(told) == len(reasons) + 1, "the mutants are told of too"
    return reasons


def lacking(reasons: dict[str, str], kind: str) -> set[str]:
    """The rows that need a server we may steer, or a pane."""
    return {name for name, why in reasons.items() if why.startswith(kind)}


@pytest.mark.timeout(2 * RUN_SECONDS)
def test_the_sandbox_as_a_vendor_starts_it(tmp_path: Path) -> None:
    """Its ready line is the facts; the rest are the apps that it was given."""
    credentials = Credentials()
    apps = write_apps(tmp_path / "apps", credentials)
    known = write(tmp_path, {"clients": apps}, "clients.json")
    with sandbox(tmp_path / "state", *sandbox_arguments(tmp_path / "apps")) as ready:
        reasons = run(ready["gateway"], write(tmp_path, ready, "ready.json"), known)
    assert (lacking(reasons, STEER), lacking(reasons, PANE)) == (STEERED, IN_PANE)
    assert reasons.keys() - STEERED - IN_PANE == BEYOND_THE_SANDBOX


@pytest.mark.timeout(2 * RUN_SECONDS)
def test_a_hosted_gateway_behind_tls(tmp_path: Path) -> None:
    """Nothing is left out but what needs steering."""
    credentials = Credentials()
    registered, facts = credentials.everywhere(VENDOR)
    with (
        contextlib.closing(reserved_port()) as held,
        key_server(tmp_path) as vendor,
        upstream_systems(tmp_path, 0, further=[public_url(held)]) as systems,
    ):
        place = Place(tmp_path / "hosted", systems, authority(tmp_path), held.getsockname()[1])
        write_hosted_apps(place.folder / "apps")
        remote: dict[str, Any] = {
            **credentials.registered("service", VENDOR),
            "client_id": client_id("remote"),
        }
        del remote["jwks"]
        remote["jwks_uri"] = vendor.keys("/keys", credentials.public["keys"], Cache_Control="max-age=60")
        facts["remote"] = credentials.fact("service", client_id=client_id("remote"), scope=SERVICE)
        secret = {"client_id": SERVER_SIDE, "secret_sha256": APP_SECRET_SHA256}
        place.write(
            clients=[secret, remote, *registered],
            outbound={"networks": ["127.0.0.1/32"], "ca_file": vendor.ca_file},
        )
        given = {"users": USERS, "clients": {**facts, **SERVER}, **secured(place)}
        with place.process() as (_, command):
            ready = write(tmp_path, command.ready, "ready.json")
            reasons = run(command.ready["gateway"], ready, write(tmp_path, given, "facts.json"))
    assert (lacking(reasons, STEER), lacking(reasons, PANE)) == (STEERED, IN_PANE)
    assert reasons.keys() == STEERED | IN_PANE


def test_without_facts_discovery_is_asked(target: Target) -> None:
    """A base URL alone is enough for what needs no login; everything else says what is missing."""
    asked: set[str] = set()
    reasons: dict[str, str] = {}
    with contextlib.closing(Target(facts_of({"gateway": target.base_url + "/"}))) as bare:
        for row in ALL:
            try:
                row.check(bare)
                asked.add(row.requirement)
            except NotAsked as reason:
                reasons[row.name] = str(reason)
    assert len(reasons) > 80 and all(reasons.values())
    assert asked == {f"SAL-{number:02d}" for number in (1, 2, 3, 4, 6, 8, 9, 62, 65, 67)} | {
        "NAV-03",
        "FC-02",
    }


def test_rows_know_nothing_of_the_server() -> None:
    """What rows are made of imports nothing of the product: it could ask anybody's gateway."""
    parts = ("asking", "facts", "hub_client", "lines", "network", "pages", "people", "steps", "table")
    folder = Path(__file__).parent
    for file in (*folder.glob("rows_*.py"), *(folder / f"{part}.py" for part in parts)):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            of_product = {name for name in names if name.partition(".")[0] in PRODUCT}
            assert not of_product, (file.name, of_product)


def test_a_missing_fact_is_told(tmp_path: Path) -> None:
    """Facts that cannot be are one line; a client that is not there costs its rows and says which."""
    user = {"username": "siri", "password": "vaktrom"}
    for given, why in (
        ({"users": [user]}, "gateway"),
        ({"gateway": "ftp://host", "users": [user]}, "gateway"),
        ({"gateway": "http://host", "users": [user], "clients": {"strange": {}}}, "strange is not a role"),
    ):
        with pytest.raises(FactsWrong, match=why):
            facts_of(given)
    (tmp_path / "facts.json").write_text("{", encoding="utf-8")
    with pytest.raises(FactsWrong, match="not JSON"):
        read_facts([tmp_path / "facts.json"])
    with pytest.raises(NotAsked, match="client 'wide'"):
        facts_of({"gateway": "http://host", "users": [user]}).client("wide")
