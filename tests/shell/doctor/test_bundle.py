"""``vaktrom doctor --bundle``: what is planted anywhere does not get into the zip, and the zip is the user's alone."""

from __future__ import annotations

import base64
import json
import os
import secrets
import stat
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from launcher.gateway.audit_event import AccessFacts
from launcher.stores.audit import AuditLog
from shell.command_line import application, doctor_bundle
from shell.composition.state_key import KeyFileStore, load_state_keys
from shell.doctor.bundle import BundleRefused, write_bundle
from shell.doctor.redaction import Redaction
from shell.timeline.folder import FOLDER
from shell.timeline.session_timeline import SessionTimeline
from shell.timeline.writer import TimelineWriter

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzaXJpIn0.c2lnbmF0dXJl"
NAME = "Åse Nordli-Bø"
PLANTED = {
    "a JWT": JWT,
    "base64url": secrets.token_urlsafe(32),
    "base64": base64.b64encode(bytes(range(60, 100))).decode(),
    "a bearer": "Bearer abc.def~ghi",
    "a number of month + 80": "15927812345",
    "such a number, written apart": "159278 12345",
    "a name": NAME,
    "a part of it": "nordli-bø",
    "the name as JSON writes it": json.dumps(NAME)[1:-1],
    "the name in an address": "%C3%85se",
    "user info": "https://kari:hemmelig@proxy.example:8080/x",
    "a query": "https://journal.example/fhir?family=Hansen",
}
SECRETS = (
    JWT,
    "kari",
    "hemmelig",
    "Hansen",
    "15927812345",
    "159278 12345",
    NAME,
    "Åse",
    "nordli",
    "%C3%85se",
    "abc.def",
)


@pytest.mark.parametrize("kind", PLANTED)
@pytest.mark.parametrize("part", ["doctor.json", "settings.json", "timeline-1.json", "versions.json"])
def test_what_is_planted_in_any_part_is_taken_out(tmp_path: Path, kind: str, part: str) -> None:
    """Mutants: one of the patterns is dropped; names are compared with their case; only the first is taken out."""
    planted = PLANTED[kind]
    sentence = (
        f'{{"a": "x {planted} y", "b": "{planted}", "c": "Chromium 140.0.7339.264 (ConnectionRefusedError)"}}'
    )
    found = write_bundle(tmp_path / "s.zip", {part: sentence}, [NAME])
    with zipfile.ZipFile(tmp_path / "s.zip") as archive:
        whole = "".join(archive.read(name).decode() for name in archive.namelist())
    assert sum(found.values()) >= 2
    assert planted not in whole and not any(secret.lower() in whole.lower() for secret in SECRETS)
    assert "Chromium 140.0.7339.264 (ConnectionRefusedError)" in whole


def test_what_a_second_scan_still_finds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutant: the zip is written before the second scan. A name of a part counts too."""
    with pytest.raises(BundleRefused):
        write_bundle(tmp_path / "s.zip", {"15927812345.json": "{}"}, [])
    cleanings = iter([False])
    real = Redaction.clean
    monkeypatch.setattr(
        Redaction, "clean", lambda self, text: real(self, text) if next(cleanings, True) else text
    )
    with pytest.raises(BundleRefused):
        write_bundle(tmp_path / "s.zip", {"doctor.json": JWT}, [])
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_one_file_for_the_user_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutants: others may read it; a file that is there is overwritten; the timeline is left out."""
    state, file = tmp_path / "state", tmp_path / "support.zip"
    writer = TimelineWriter(state / FOLDER)
    SessionTimeline(writer).see("session-begun", version="0.1")
    writer.drain()
    keys = load_state_keys(KeyFileStore(state), datetime(2026, 11, 23, tzinfo=UTC))
    log = AuditLog(state / "audit.sqlite", keys.current[1], random_bytes=os.urandom)
    log.record_soon(AccessFacts("login", "2026-11-23T07:00:00Z", user_name=NAME, user_sub="siri-9"))
    log.close()
    assert doctor_bundle.names_of_users(state) == ({NAME, "siri-9"}, True)
    monkeypatch.setattr(doctor_bundle, "examined", lambda look: {"verdict": f"planted {NAME}"})
    monkeypatch.setenv("VAKTROM_DESKTOP_LANGAGE", f"planted {JWT}")
    command = ["doctor", "--bundle", str(file), "--state", str(state)]
    told = CliRunner().invoke(application, command, env={"LC_ALL": "en"})
    assert told.exit_code == 0 and "name x" in told.output
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        whole = "".join(archive.read(name).decode() for name in names)
    assert names == ["doctor.json", "settings.json", "versions.json", "timeline-1.json", "scan.json"]
    assert NAME not in whole and JWT not in whole and str(Path.home()) not in whole
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert CliRunner().invoke(application, command).exit_code == 2
    (state / "PRACTICE-ONLY-state-keys.json").unlink()
    assert doctor_bundle.names_of_users(state) == (set(), False)
    nowhere = ["doctor", "--bundle", str(tmp_path / "no" / "s.zip"), "--state", str(state)]
    assert CliRunner().invoke(application, nowhere).exit_code == 2
