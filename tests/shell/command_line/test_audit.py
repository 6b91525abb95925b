"""``vaktrom audit`` for real: subprocesses on the store that a running gateway has left."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from launcher.gateway.audit_event import AccessFacts
from shell.command_line import application
from shell.command_line.audit_list import _outcome
from tests.fakes.audit_sink import AuditSink, audit_sink
from tests.fakes.environment import ROOT, sandbox
from tests.fakes.signed_in import sign_in

Command = Callable[..., subprocess.CompletedProcess[str]]
KEY_FILE = "PRACTICE-ONLY-state-keys.json"
NOWHERE = "http://127.0.0.1:9/fhir"


def audit(*arguments: str | Path, language: str = "C") -> subprocess.CompletedProcess[str]:
    """The command as it is started; Norwegian unless the locale is another."""
    return subprocess.run(
        [sys.executable, "-m", "shell", "audit", *(str(argument) for argument in arguments)],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": language, "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Command:
    """The same command in this process: starting a program for every wrong word takes long."""
    monkeypatch.setattr(import_module("shell.command_line.app_commands"), "language", lambda: "nb")

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        words = ["audit", *(str(argument) for argument in arguments)]
        result = CliRunner().invoke(application, words)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return subprocess.CompletedProcess(words, result.exit_code, result.stdout, result.stderr)

    return run


def one_line(ended: subprocess.CompletedProcess[str]) -> str:
    (line,) = ended.stderr.strip().splitlines()
    assert line.startswith("vaktrom: ")
    return line


@dataclass
class Shift:
    """The state directory of a sandbox that has been used, the patient that was read, and the sink.

    ``meanwhile`` is what verify said while the gateway was running.
    """

    state: Path
    patient: str
    sink: AuditSink
    meanwhile: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shift]:
    state = tmp_path_factory.mktemp("shift")
    with audit_sink() as sink:
        with sandbox(state, "--audit-sink", sink.base) as ready:
            siri = sign_in(ready)
            residents = siri.residents()
            patient = residents[0]["id"]
            assert siri.http.get(f"/fhir/Patient/{patient}", headers=siri.bearer).status_code == 200
            assert siri.http.get("/fhir/Patient/nobody", headers=siri.bearer).status_code == 404
            siri.close()
            meanwhile = audit("verify", "--state", state, language="en_GB.utf8")
        yield Shift(state, patient, sink, meanwhile)


@pytest.fixture
def store(shift: Shift, tmp_path: Path) -> Path:
    """A copy of the state directory that may be spoilt."""
    copied = tmp_path / "state"
    copied.mkdir()
    for name in ("audit.sqlite", "audit.sqlite.forwarded", KEY_FILE):
        if (shift.state / name).exists():
            shutil.copy(shift.state / name, copied / name)
    return copied


def tamper(store: Path, *statements: str) -> None:
    connection = sqlite3.connect(store / "audit.sqlite")
    for name in ("changed", "removed"):
        connection.execute(f"DROP TRIGGER access_is_never_{name}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def events(ended: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert (ended.returncode, ended.stderr) == (0, "")
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_a_whole_log_is_intact_and_anchored_at_its_sink(shift: Shift) -> None:
    ended = audit("verify", "--state", shift.state)
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert lines[0].startswith("Uendret: ")
    assert lines[1].startswith("Forankret: ")


def test_one_changed_byte(here: Command, store: Path) -> None:
    with sqlite3.connect(store / "audit.sqlite") as connection:
        (sealed,) = connection.execute("SELECT sealed FROM access WHERE seq = 2").fetchone()
    connection.close()
    content = bytearray((store / "audit.sqlite").read_bytes())
    at = content.index(sealed[:40]) + 20
    content[at] ^= 1
    (store / "audit.sqlite").write_bytes(content)
    ended = audit("verify", "--state", store)
    assert ended.returncode == 1
    assert "Rad 2 er endret" in ended.stdout
    assert one_line(here("list", "--state", store)) == (
        "vaktrom: rad 2 kan ikke leses; se hva som er galt med: vaktrom audit verify"
    )


def test_one_removed_row(store: Path) -> None:
    tamper(store, "DELETE FROM access WHERE seq = 3")
    ended = audit("verify", "--state", store)
    assert ended.returncode == 1
    assert "Rad 3 til 3 mangler" in ended.stdout


def test_a_cut_tail_is_known_to_the_sink(shift: Shift, store: Path) -> None:
    tamper(store, "DELETE FROM access WHERE seq = (SELECT max(seq) FROM access)")
    (store / "audit.sqlite.forwarded").unlink()
    unanchored = audit("verify", "--state", store)
    assert unanchored.returncode == 0
    assert "unanchored" in unanchored.stdout
    ended = audit("verify", "--state", store, "--sink", shift.sink.base)
    assert ended.returncode == 1
    assert "AVKUTTET" in ended.stdout


def test_a_cut_tail_is_known_to_a_saved_anchor(here: Command, store: Path, tmp_path: Path) -> None:
    (store / "audit.sqlite.forwarded").unlink()
    anchor = tmp_path / "anchor.json"
    assert here("verify", "--state", store, "--save-anchor", anchor).returncode == 0
    kept = here("verify", "--state", store, "--anchor", anchor)
    assert kept.returncode == 0
    assert "Forankret" in kept.stdout
    tamper(store, "DELETE FROM access WHERE seq > 2")
    assert here("verify", "--state", store, "--anchor", anchor).returncode == 1


def test_a_sink_that_does_not_answer_is_no_proof(here: Command, store: Path) -> None:
    ended = here("verify", "--state", store, "--sink", NOWHERE)
    assert ended.returncode == 1
    assert "svarer ikke" in ended.stdout
    assert "unanchored" in ended.stdout


def test_a_file_that_is_damaged_is_told(here: Command, store: Path) -> None:
    with (store / "audit.sqlite").open("r+b") as stream:
        stream.seek(4096)
        stream.write(b"\xff" * 8192)
    ended = here("verify", "--state", store)
    assert ended.returncode == 1
    assert "ENDRET" in ended.stdout
    assert "Filen er skadet" in ended.stdout


def test_the_list(shift: Shift) -> None:
    ended = audit("list", "--state", shift.state)
    assert (ended.returncode, ended.stderr) == (0, "")
    heading, *rows = ended.stdout.splitlines()
    assert heading.split() == ["Rad", "Tid", "Hvem", "App", "Hva", "Pasient", "Utfall"]
    assert any("logget inn" in row for row in rows)
    assert any(f"leste Patient/{shift.patient}" in row and "utført" in row for row in rows)
    assert any("leste Patient/nobody" in row and "avvist" in row for row in rows)


def test_refusals_of_strangers_are_one_row_with_a_count() -> None:
    """Mutant: the count not told; told where there is none."""
    many = AccessFacts(kind="token", recorded="", outcome="4", outcome_text="401 invalid_client", repeated=12)
    assert _outcome(many, "nb") == "avvist: 401 invalid_client (og 12 til som ligner)"
    assert _outcome(many, "en") == "refused: 401 invalid_client (and 12 more like it)"
    assert _outcome(replace(many, repeated=0), "nb") == "avvist: 401 invalid_client"


def test_the_newest_only(here: Command, shift: Shift) -> None:
    ended = here("list", "--state", shift.state, "-n", "1")
    _, row, older = ended.stdout.splitlines()
    assert "Patient/nobody" in row
    assert "eldre innslag" in older


def test_events_are_told_as_fhir(shift: Shift) -> None:
    told = events(audit("export", "--state", shift.state))
    assert {event["resourceType"] for event in told} == {"AuditEvent"}
    assert len({event["id"] for event in told}) == len(told)
    assert {event["subtype"][0]["code"] for event in told} >= {"110122", "ITI-71", "read", "search-type"}
    assert [event["meta"]["tag"] for event in told] == [event["meta"]["tag"] for event in shift.sink.events]


def test_one_patient_only(here: Command, shift: Shift) -> None:
    told = events(here("export", "--state", shift.state, "--patient", shift.patient))
    named = {
        entity["what"]["reference"]
        for event in told
        for entity in event["entity"]
        if entity.get("role", {}).get("code") == "1"
    }
    assert named == {f"Patient/{shift.patient}"}
    assert events(here("export", "--state", shift.state, "--patient", "Patient/unknown")) == []


def test_a_span_of_time(here: Command, shift: Shift, tmp_path: Path) -> None:
    told = events(here("export", "--state", shift.state))
    middle = told[len(told) // 2]["recorded"]
    before = events(here("export", "--state", shift.state, "--until", middle))
    after = events(here("export", "--state", shift.state, "--since", middle))
    assert [event["id"] for event in before + after] == [event["id"] for event in told]
    out = tmp_path / "events.ndjson"
    ended = here("export", "--state", shift.state, "--until", "2020-01-01", "--out", out)
    assert (ended.returncode, out.read_bytes()) == (0, b"")
    assert ended.stderr.startswith("0 hendelser")
    assert out.stat().st_mode & 0o077 == 0


def test_no_store_no_key_wrong_key(here: Command, shift: Shift, store: Path, tmp_path: Path) -> None:
    empty = here("list", "--state", tmp_path / "nothing")
    assert (empty.returncode, "ingen logg" in one_line(empty)) == (2, True)
    assert not (tmp_path / "nothing").exists()
    (store / KEY_FILE).unlink()
    no_key = here("verify", "--state", store)
    assert (no_key.returncode, "nøkkelen til loggen finnes ikke" in one_line(no_key)) == (2, True)
    assert not (store / KEY_FILE).exists()
    other = json.loads((shift.state / KEY_FILE).read_text())
    other["keys"] = [["other", "A" * 43 + "="]]
    (store / KEY_FILE).write_text(json.dumps(other))
    wrong = here("export", "--state", store)
    assert (wrong.returncode, "åpner ikke loggen" in one_line(wrong)) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--since", "yesterday"),
        ("list", "--since", "2026-02-02", "--until", "2026-01-01"),
        ("export", "--patient", "41063412345"),
        ("verify", "--anchor", "/nowhere/at/all"),
        ("verify", "--sink", "http://audit.example/fhir"),
    ],
)
def test_wrong_use_is_one_line_and_2(here: Command, shift: Shift, arguments: tuple[str, ...]) -> None:
    ended = here(*arguments, "--state", shift.state)
    assert ended.returncode == 2
    assert "41063412345" not in one_line(ended)


def test_the_gateway_may_be_running(shift: Shift) -> None:
    assert (shift.meanwhile.returncode, shift.meanwhile.stderr) == (0, "")
    assert shift.meanwhile.stdout.startswith("Intact: ")
