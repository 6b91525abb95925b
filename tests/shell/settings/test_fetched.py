"""``CONFIGURL`` and ``CONFIGFILE`` against real TLS servers: what is taken, what is refused, and the last good copy."""

from __future__ import annotations

import gzip
import hashlib
import os
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from plugins.findings import Text
from shell.settings.configuration_source import INSTALLED
from shell.settings.demands import ClinicalAccessRefused, demand_sound
from shell.settings.fetch import operating_system_trust
from shell.settings.machine_configuration import MachinePlaces, machine_configuration
from shell.settings.resolve import resolve
from shell.settings.rows import LOCK_AFTER
from shell.settings.sources import Given
from shell.settings.trusted_file import MOST_BYTES, Trust
from tests.fakes.key_server import KeyServer, key_server
from tests.shell.settings.test_sources import FakeRegistry

GOOD = b"[desktop]\nlock_after_minutes = 7\n"
TOML = {"Content-Type": "application/toml"}
PATH = "/vaktrom.toml"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyServer]:
    with key_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def places(tmp_path: Path, server: KeyServer) -> MachinePlaces:
    machine = tmp_path / "machine"
    machine.mkdir(mode=0o755)
    server.answers[PATH] = (200, TOML, GOOD)
    return MachinePlaces(
        file=machine / "settings.toml",
        source_file=machine / "source.toml",
        machine_copies=machine,
        user_copies=tmp_path / "user",
        trust=Trust((os.geteuid(),)),
        frozen=True,
        context=lambda: ssl.create_default_context(cafile=server.ca_file),
    )


def named(places: MachinePlaces, url: str, **further: str) -> None:
    lines = [f'{name} = "{value}"' for name, value in {"url": url, **further}.items()]
    places.source_file.write_text("\n".join(lines))


def minutes(given: Given) -> int:
    """What a frozen program makes of it. Raises ClinicalAccessRefused."""
    return demand_sound(resolve([given], frozen=True)).value(LOCK_AFTER)


def said(texts: tuple[Text, ...]) -> str:
    return "\n".join(text.en for text in texts)


def test_it_is_the_machine_file(places: MachinePlaces, server: KeyServer) -> None:
    """Mutants: it is not kept; the hash of nothing is compared; the local file counts beside it in silence."""
    places.file.write_text("desktop.lock_after_minutes = 1\n")
    named(places, server.base + PATH, sha256=hashlib.sha256(GOOD).hexdigest().upper())
    given = machine_configuration(places)
    assert (minutes(given), given.place) == (7, server.base + PATH)
    assert "settings.toml is not read" in said(given.notes)
    kept = [file for file in places.machine_copies.iterdir() if file.name.startswith("last-good-")]
    assert [file.read_bytes() for file in kept] == [GOOD] and not places.user_copies.exists()


BAD: dict[str, tuple[tuple[int, dict[str, str], bytes], str]] = {
    "redirect": ((302, {**TOML, "Location": "https://127.0.0.1:1/"}, b""), "redirects; that is not followed"),
    "gone": ((404, TOML, b""), "answered 404"),
    "wrong type": ((200, {"Content-Type": "text/html"}, GOOD), "answered with text/html, not TOML"),
    "packed": ((200, {**TOML, "Content-Encoding": "gzip"}, gzip.compress(GOOD)), "answered with gzip"),
    "too big": ((200, TOML, b"#" * (MOST_BYTES + 1)), "more than"),
    "truncated": ((200, {**TOML, "Content-Length": "500"}, GOOD), "is not whole"),
    "no end": ((200, {**TOML, "Content-Length": ""}, GOOD), "does not answer|is not whole"),
    "no TOML": ((200, TOML, b"[desktop\n"), "is not TOML"),
    "unknown key": ((200, TOML, b"desktop.langauge = 'nb'\n"), r"did you mean desktop\.language"),
    "wrong value": ((200, TOML, b"desktop.lock_after_minutes = 'soon'\n"), "must be a whole number"),
    "other content": ((200, TOML, GOOD + b"\n"), "has another sha256"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_answer_leaves_the_last_good_copy(places: MachinePlaces, server: KeyServer, what: str) -> None:
    """Mutants: one of the checks is left out; the bad answer becomes the copy; no warning."""
    answer, why = BAD[what]
    pinned = {"sha256": hashlib.sha256(GOOD).hexdigest()} if what == "other content" else {}
    named(places, server.base + PATH, **pinned)
    server.answers[PATH] = answer
    with pytest.raises(ClinicalAccessRefused, match=f"({why}).*no copy that can be trusted"):
        minutes(machine_configuration(places))
    server.answers[PATH] = (200, TOML, GOOD)
    machine_configuration(places)
    server.answers[PATH] = answer
    for _ in range(2):
        given = machine_configuration(places)
        assert minutes(given) == 7
        assert "the last good copy is used" in said(given.notes)


def test_who_does_not_answer_or_is_not_trusted(places: MachinePlaces, server: KeyServer) -> None:
    """Mutants: certificates are not checked; a variable of the user adds an authority."""
    named(places, server.base + PATH)
    assert minutes(machine_configuration(places)) == 7
    other = replace(places, context=lambda: ssl.create_default_context(cadata=authority()))
    assert "has no certificate that this machine trusts" in said(machine_configuration(other).notes)
    elsewhere = "https://127.0.0.1:1/vaktrom.toml"
    named(places, elsewhere)
    with pytest.raises(ClinicalAccessRefused, match=r"does not answer \(ConnectionRefusedError\)"):
        minutes(machine_configuration(places))  # the copy of another address never stands in


def authority() -> str:
    return trustme.CA().cert_pem.bytes().decode()


def test_the_operating_systems_authorities_are_not_the_users(
    server: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutant: the context reads SSL_CERT_FILE or SSL_CERT_DIR."""
    before = operating_system_trust().get_ca_certs(binary_form=True)
    monkeypatch.setenv("SSL_CERT_FILE", server.ca_file)
    monkeypatch.setenv("SSL_CERT_DIR", str(Path(server.ca_file).parent))
    context = operating_system_trust()
    assert context.get_ca_certs(binary_form=True) == before
    assert context.verify_mode == ssl.CERT_REQUIRED and context.check_hostname


def test_a_copy_that_the_user_could_have_written_needs_its_hash(
    places: MachinePlaces, server: KeyServer
) -> None:
    """Mutant: in a frozen program a user's own copy sets locked rows."""
    places = replace(places, machine_copies=places.user_copies.parent / "gone")
    digest = hashlib.sha256(GOOD).hexdigest()
    named(places, server.base + PATH, sha256=digest)
    assert minutes(machine_configuration(places)) == 7
    (copy,) = places.user_copies.iterdir()
    server.answers[PATH] = (503, {}, b"")
    assert minutes(machine_configuration(places)) == 7
    copy.write_bytes(GOOD.replace(b"7", b"0"))
    with pytest.raises(ClinicalAccessRefused):
        minutes(machine_configuration(places))
    copy.write_bytes(GOOD)
    named(places, server.base + PATH)
    with pytest.raises(ClinicalAccessRefused):
        minutes(machine_configuration(places))
    assert minutes(machine_configuration(replace(places, frozen=False))) == 7


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ('url = "http://config.example/vaktrom.toml"', "must begin with https"),
        ('url = "https://user:word@config.example/"', "must begin with https"),
        ('url = "https://config.example:99999/"', "must begin with https"),
        ('url = "https://config.example/"\nsha256 = "abc"', "64 hexadecimal"),
        (f'sha256 = "{"0" * 64}"', "belong to an address"),
        ('url = "https://config.example/"\nfile = "/etc/x.toml"', "not both"),
        ('file = "x.toml"', "whole path"),
        ('file = "/gone/x.toml"', "there is no file"),
        ("url = 7", "must be text"),
        ('adress = "https://config.example/"', "known are url, sha256, file"),
        ("url", "is not TOML"),
    ],
)
def test_what_names_no_machine_file_refuses(places: MachinePlaces, content: str, why: str) -> None:
    """Mutant: a source that cannot be is taken for none."""
    places.source_file.write_text(content)
    with pytest.raises(ClinicalAccessRefused, match=why):
        minutes(machine_configuration(places))


def test_a_named_file_and_what_the_installer_wrote(
    places: MachinePlaces, tmp_path: Path, server: KeyServer
) -> None:
    """Mutants: a named file that others may write counts; the registry's names are other ones."""
    file = tmp_path / "machine" / "site.toml"
    file.write_bytes(GOOD)
    values: dict[str, Any] = {"ConfigFile": str(file), "Version": "0.1.0"}
    installed = replace(places, registry=FakeRegistry({("HKLM", INSTALLED): values}))
    assert minutes(machine_configuration(installed)) == 7
    file.chmod(0o666)
    with pytest.raises(ClinicalAccessRefused, match="can be written by others"):
        minutes(machine_configuration(installed))
    values = {"ConfigUrl": server.base + PATH, "ConfigSha256": hashlib.sha256(GOOD).hexdigest()}
    installed = replace(places, registry=FakeRegistry({("HKLM", INSTALLED): values}))
    assert minutes(machine_configuration(installed)) == 7


@pytest.mark.parametrize("stranger", ["file", "folder"])
def test_on_windows_it_is_an_administrators_file(places: MachinePlaces, stranger: str) -> None:
    """Anybody may make a file below ProgramData where none is. Mutants: the owner is not asked; the folder's is not."""
    places.file.write_bytes(GOOD)
    owners = {places.file: "S-1-5-32-544", places.file.parent: "S-1-5-18"}
    windows = replace(places, trust=Trust(owner_of=lambda path: owners.get(path, "S-1-5-32-544")))
    assert minutes(machine_configuration(windows)) == 7
    owners[places.file if stranger == "file" else places.file.parent] = "S-1-5-21-1-2-3-1001"
    with pytest.raises(
        ClinicalAccessRefused, match="belongs to S-1-5-21-1-2-3-1001, not to an administrator"
    ):
        minutes(machine_configuration(windows))
