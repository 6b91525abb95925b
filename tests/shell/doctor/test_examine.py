"""``vaktrom doctor`` as a whole: bounded, in order, and with an exit code."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plugins.findings import Text
from shell.command_line import application, doctor_rows
from shell.doctor.diagnosis import Diagnosis, Verdict
from shell.doctor.examine import examine
from shell.doctor.surroundings import Surroundings
from shell.doctor.table import TABLE, DoctorRow
from shell.settings.resolve import resolve

FINE = Diagnosis("ok", Text("bra", "good"))


def test_a_row_that_hangs_or_fails_harms_no_other(tmp_path: Path) -> None:
    """Mutants: rows run one after the other; a row's error ends the command; its words are told."""
    never = threading.Event()

    def hang(look: Surroundings) -> Diagnosis:
        never.wait(20)
        return FINE

    def fail(look: Surroundings) -> Diagnosis:
        raise RuntimeError("Kari Nordmann")

    rows = [
        DoctorRow(name, Text(name, name), one)
        for name, one in (("h", hang), ("f", fail), ("g", lambda _: FINE))
    ]
    found = {
        row.name: one
        for row, one in examine(rows, Surroundings(resolve([], frozen=False), tmp_path), seconds=0.4)
    }
    never.set()
    assert list(found) == ["h", "f", "g"]
    assert [one.verdict for one in found.values()] == ["wrong", "wrong", "ok"]
    assert "RuntimeError" in found["f"].detail.en and "Kari" not in found["f"].detail.en


@pytest.mark.parametrize(("verdict", "code"), [("ok", 0), ("look", 0), ("wrong", 1)])
def test_exit_code_and_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verdict: Verdict, code: int
) -> None:
    one = replace(FINE, verdict=verdict, action=Text("gjør noe", "do something"))
    monkeypatch.setattr(doctor_rows, "TABLE", (DoctorRow("x", Text("Eks", "Ex"), lambda _: one),))
    told = CliRunner().invoke(application, ["doctor", "--state", str(tmp_path)], env={"LC_ALL": "nb"})
    assert told.exit_code == code and "-> gjør noe" in told.output
    told = CliRunner().invoke(application, ["doctor", "--json", "--state", str(tmp_path)])
    assert (told.exit_code, json.loads(told.output)["verdict"]) == (code, verdict)


def test_the_table_names_what_support_asks_for() -> None:
    names = (
        "network proxy certificates clock identity-provider fhir-server keyring gpu chromium disk settings"
    )
    assert [row.name for row in TABLE] == names.split()
