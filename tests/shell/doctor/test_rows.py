"""Each row of ``vaktrom doctor`` against real servers that fail in the way it is there to tell of."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from keyring.backends.fail import Keyring

from shell.composition.state_key import KeyringStore
from shell.doctor import machine_rows, network_rows, system_rows
from shell.doctor.diagnosis import Diagnosis
from shell.doctor.surroundings import Surroundings
from shell.settings.resolve import resolve
from shell.settings.sources import Given, Source
from tests.fakes.examined_system import ExaminedSystem, examined_system
from tests.fakes.upstream_fhir import CAPABILITIES

FHIR, ISSUER = "record_system.fhir_base", "identity_provider.issuer"
PASSWORD = "Hemmelig-og-lang"


@pytest.fixture
def system() -> Iterator[ExaminedSystem]:
    with examined_system() as running:
        yield running


def look(tmp_path: Path, **entries: Any) -> Surroundings:
    """Surroundings with these settings; ``__`` stands for the dot."""
    named = {key.replace("__", "."): value for key, value in entries.items()}
    return Surroundings(
        resolve([Given(Source.MACHINE_FILE, "settings.toml", named)], frozen=False), tmp_path, proxies=dict
    )


def fhir(tmp_path: Path, system: ExaminedSystem) -> Surroundings:
    return look(tmp_path, **{FHIR: f"http://127.0.0.1:{system.port}/fhir"})


def said(found: Diagnosis) -> tuple[str, str]:
    assert (found.detail.nb == "") is (found.detail.en == "") and (found.action.nb == "") is (
        found.action.en == ""
    )
    return found.verdict, found.detail.en


@pytest.mark.parametrize(
    ("names", "days", "trusted", "words"),
    [
        (["localhost"], 90, False, "unknown authority"),
        (["localhost"], -1, True, "has expired"),
        (["journal.example"], 90, True, "of another name"),
        (["localhost"], 10, True, "is trusted for"),
        (["localhost"], 90, True, "is trusted for"),
    ],
)
def test_certificates(tmp_path: Path, names: list[str], days: int, trusted: bool, words: str) -> None:
    """Mutants: an expired one is good; the organisation's own authority is not used; days are not counted."""
    authority = trustme.CA()
    now = datetime.now(UTC)
    issued = authority.issue_cert(
        *names, not_before=now - timedelta(days=30), not_after=now + timedelta(days=days)
    )
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with examined_system(issued) as running:
        own = {"network.upstream_ca_file": str(tmp_path / "ca.pem")} if trusted else {}
        surroundings = look(tmp_path, **{FHIR: f"https://localhost:{running.port}/fhir", **own})
        found = network_rows.certificates(surroundings)
        assert network_rows.network(surroundings).verdict == "ok"
    verdict = {90: "ok", 10: "look"}[days] if words == "is trusted for" else "wrong"
    assert said(found)[0] == verdict and words in said(found)[1]
    assert bool(found.action.en) is (verdict != "ok")


def test_the_clock_by_the_date_of_an_answer(tmp_path: Path, system: ExaminedSystem) -> None:
    """Mutant: ahead and behind are taken for each other."""
    system.clock = timedelta(minutes=-10)
    verdict, words = said(network_rows.clock(fhir(tmp_path, system)))
    assert verdict == "wrong" and "ahead of" in words and ("600 s" in words or "601 s" in words)
    system.clock = timedelta()
    assert said(network_rows.clock(fhir(tmp_path, system)))[0] == "ok"


def test_one_system_with_a_wrong_clock_does_not_make_ours_wrong(
    tmp_path: Path, system: ExaminedSystem
) -> None:
    system.clock = timedelta(minutes=10)
    with examined_system() as other:
        both = {FHIR: f"http://127.0.0.1:{system.port}/fhir", ISSUER: f"http://127.0.0.1:{other.port}"}
        assert said(network_rows.clock(look(tmp_path, **both)))[0] == "ok"


def test_nobody_there_and_no_such_name(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        surroundings = look(tmp_path, **{FHIR: f"http://127.0.0.1:{taken.getsockname()[1]}/fhir"})
        found = network_rows.network(surroundings)
    assert said(found)[0] == "wrong" and "cannot be reached (ConnectionRefusedError)" in said(found)[1]
    assert said(network_rows.clock(surroundings))[0] == "look"
    assert "network and certificates" in system_rows.fhir_server(surroundings).action.en
    nowhere = look(tmp_path, **{FHIR: f"https://{'j' * 64}.example/fhir"})
    assert "not known to the name service" in said(network_rows.network(nowhere))[1]


@pytest.mark.parametrize(
    ("status", "content_type", "body", "verdict", "words"),
    [
        (200, "application/fhir+json", json.dumps(CAPABILITIES).encode(), "ok", "FHIR 4.0.1"),
        (200, "text/html", b"<h1>Velkommen</h1>", "wrong", "does not answer with JSON (text/html)"),
        (200, "application/json", b'{"resourceType": "Bundle"}', "wrong", "is no FHIR R4 server"),
        (404, "application/json", b"{}", "wrong", "answered 404"),
        (302, "text/html", b"", "wrong", "answered 302"),
        (401, "application/json", b"{}", "look", "without a login"),
    ],
)
def test_fhir_server(
    tmp_path: Path,
    system: ExaminedSystem,
    status: int,
    content_type: str,
    body: bytes,
    verdict: str,
    words: str,
) -> None:
    system.status, system.content_type, system.body = status, content_type, body
    found = said(system_rows.fhir_server(fhir(tmp_path, system)))
    assert found[0] == verdict and words in found[1]
    assert system.asked == ["/fhir/metadata"] and "Authorization" not in system.heads[0]


@pytest.mark.parametrize("dripping", [False, True])
def test_a_slow_fhir_server_is_reached_but_too_slow(
    tmp_path: Path, system: ExaminedSystem, monkeypatch: pytest.MonkeyPatch, dripping: bool
) -> None:
    """Mutants: the visit has no end; only silence ends it."""
    monkeypatch.setattr("shell.doctor.visit.visit.__defaults__", (0.3,))
    system.held, system.dripping = not dripping, dripping
    surroundings = fhir(tmp_path, system)
    assert said(system_rows.fhir_server(surroundings)) == (
        "wrong",
        f"the record system (127.0.0.1:{system.port}) does not answer in time",
    )
    assert said(network_rows.network(surroundings))[0] == "ok"


def test_identity_provider(tmp_path: Path, system: ExaminedSystem) -> None:
    """Mutants: metadata of another issuer are good; a registration without its key is good."""
    issuer = f"http://127.0.0.1:{system.port}"
    surroundings = look(
        tmp_path, **{ISSUER: issuer, "identity_provider.client_id": "v", "identity_provider.method": "none"}
    )
    assert "another issuer" in said(system_rows.identity_provider(surroundings))[1]
    endpoints = dict.fromkeys(("authorization_endpoint", "token_endpoint", "jwks_uri"), f"{issuer}/x")
    system.body = json.dumps({"issuer": issuer, **endpoints}).encode()
    again = Surroundings(surroundings.settings, tmp_path, proxies=dict)
    assert said(system_rows.identity_provider(again))[0] == "ok"
    keyless = look(tmp_path, **{ISSUER: issuer, "identity_provider.client_id": "v"})
    assert said(system_rows.identity_provider(keyless))[0] == "wrong"


def test_a_proxy_that_refuses_and_its_password(tmp_path: Path, system: ExaminedSystem) -> None:
    """Mutant: the address is told as it is set."""
    surroundings = look(tmp_path, **{ISSUER: "https://login.example"})
    surroundings.proxies = lambda: {"https": f"http://kari:{PASSWORD}@127.0.0.1:{system.port}"}
    surroundings.bypassed = lambda host: False
    system.tunnel = 407
    found = network_rows.proxy(surroundings)
    assert said(found) == ("wrong", f"127.0.0.1:{system.port} refuses (407)")
    assert system.asked == ["login.example:443"]
    assert PASSWORD not in f"{found}" and "kari" not in f"{found}"
    system.tunnel = 200
    assert said(network_rows.proxy(surroundings))[0] == "ok"
    surroundings.bypassed = lambda host: host == "login.example"
    assert "not for the identity provider" in said(network_rows.proxy(surroundings))[1]


def test_no_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    none = Keyring()  # type: ignore[no-untyped-call]
    monkeypatch.setattr(machine_rows, "KeyringStore", lambda: KeyringStore(none))
    assert said(machine_rows.keyring(look(tmp_path)))[0] == "look"
    named = look(tmp_path, **{FHIR: "https://journal.example/fhir"})
    assert said(machine_rows.keyring(named)) == ("wrong", "none that can be used: no clinical access")


def test_a_full_disk_and_settings_that_refuse(tmp_path: Path) -> None:
    surroundings = look(tmp_path)
    for megabytes, verdict in ((5000, "ok"), (500, "look"), (20, "wrong")):
        free = megabytes * 1024 * 1024
        surroundings.free = lambda folder: free  # noqa: B023
        assert said(machine_rows.disk(surroundings))[0] == verdict
    assert said(machine_rows.settings(surroundings))[0] == "ok"
    mistaken = look(tmp_path, desktop__langage="nb")
    assert said(machine_rows.settings(mistaken))[0] == "wrong"
