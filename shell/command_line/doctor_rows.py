"""``vaktrom doctor``: one line for each row of the table, with a verdict and what to do."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import platformdirs
import typer

from plugins.findings import Text
from shell.command_line.app_commands import language
from shell.command_line.failures import SAID_NO
from shell.composition.preferences import load_choices
from shell.composition.program_version import version_line
from shell.doctor.diagnosis import RANK, Diagnosis, Verdict
from shell.doctor.examine import examine
from shell.doctor.surroundings import Surroundings
from shell.doctor.table import TABLE, DoctorRow
from shell.settings.read import Named, read_settings, usual_places

VERDICTS: dict[Verdict, Text] = {
    "ok": Text("bra", "OK"),
    "look": Text("se på", "look"),
    "wrong": Text("FEIL", "WRONG"),
}
ASKING = Text("spør ennå: {names}", "still asking: {names}")
WIDTH = 18


def surroundings(state: Path | None) -> Surroundings:
    """What is set on this machine for this user."""
    folder = state or Path(platformdirs.user_state_dir("vaktrom", appauthor=False))
    named = Named(window=load_choices(folder), environment=os.environ)
    return Surroundings(read_settings(usual_places(), named), folder)


def show_rows(look: Surroundings, *, as_json: bool) -> int:
    """Examine and print; 1 when something is wrong."""
    if as_json:
        told = examined(look)
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return SAID_NO if told["verdict"] == "wrong" else 0
    wrong = False
    typer.echo(version_line())
    for row, found in examine(TABLE, look, _progress):
        wrong = wrong or found.verdict == "wrong"
        typer.echo(line(row, found))
    return SAID_NO if wrong else 0


def line(row: DoctorRow, found: Diagnosis) -> str:
    """Title, verdict, detail and action, in the language of the terminal."""
    chosen = language()
    action = f" -> {found.action.in_language(chosen)}" if found.action.en else ""
    verdict = VERDICTS[found.verdict].in_language(chosen)
    told = f"{row.title.in_language(chosen):<{WIDTH}} {verdict:<6} {found.detail.in_language(chosen)}{action}"
    return "".join(letter if letter.isprintable() else "?" for letter in told)


def examined(look: Surroundings) -> dict[str, Any]:
    """The same as JSON, in both languages."""
    found = list(examine(TABLE, look))
    worst = max((one.verdict for _, one in found), key=RANK.__getitem__)
    rows = [
        {
            "name": row.name,
            "verdict": one.verdict,
            "detail": {"nb": one.detail.nb, "en": one.detail.en},
            "action": {"nb": one.action.nb, "en": one.action.en},
        }
        for row, one in found
    ]
    return {"version": version_line(), "verdict": worst, "rows": rows}


def _progress(rows: list[DoctorRow]) -> None:
    names = ", ".join(row.title.in_language(language()) for row in rows)
    if sys.stderr is not None:
        sys.stderr.write(ASKING.about(names=names).in_language(language()) + "\n")
