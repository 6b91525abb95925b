"""``vaktrom doctor --context``: one session's timeline, as a table or as JSON."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import platformdirs
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from plugins.findings import Language
from shell.command_line.app_commands import language
from shell.command_line.doctor_texts import milliseconds, text, word
from shell.command_line.failures import SAID_NO, WrongUse
from shell.timeline.folder import FOLDER
from shell.timeline.reader import KeptSession, TimelineRow, read_session, session_numbers
from shell.timeline.summary import Summary, summary_of

COLUMNS = (
    "column_time",
    "column_seconds",
    "column_by",
    "column_tab",
    "column_patient",
    "column_app",
    "column_what",
)
WIDTH_IN_A_PIPE = 160
LONGEST_NUMBER = 9


def show_context(state: Path | None, wanted: str, *, as_json: bool) -> int:
    """Print the session's timeline; 1 when there is none. Raises WrongUse, OSError."""
    chosen = language()
    if wanted != "last" and not (wanted.isascii() and wanted.isdigit() and len(wanted) <= LONGEST_NUMBER):
        raise WrongUse(text("bad_session", chosen))
    folder = (state or Path(platformdirs.user_state_dir("vaktrom", appauthor=False))) / FOLDER
    numbers = session_numbers(folder)
    if not numbers:
        typer.echo(f"vaktrom: {text('no_timeline', chosen, folder=folder)}", err=True)
        return SAID_NO
    number = numbers[-1] if wanted == "last" else int(wanted)
    if number not in numbers:
        kept = ", ".join(str(one) for one in numbers)
        typer.echo(f"vaktrom: {text('no_session', chosen, number=number, kept=kept)}", err=True)
        return SAID_NO
    session = read_session(folder, number)
    summary = summary_of(session)
    if as_json:
        typer.echo(json.dumps(session_as_json(session, summary, numbers)))
    else:
        _print(session, summary, numbers, chosen)
    return 0


def first_line(session: KeptSession, summary: Summary, chosen: Language) -> str:
    """How many changes, the slowest, who fell out of step and why."""
    when = _span(session, chosen)
    changes = text("changes_one" if summary.changes == 1 else "changes", chosen, count=summary.changes)
    said = [text("session_line", chosen, number=session.number, when=when, changes=changes)]
    if summary.slowest is not None:
        facts = summary.slowest.facts
        took = milliseconds(facts["ms"], chosen)
        said.append(text("slowest", chosen, took=took, app=facts.get("client", "?")))
    lost = ", ".join(
        f"{client} ({word(reason, chosen)}{f' x {count}' if count > 1 else ''})"
        for client, reason, count in summary.out_of_sync
    )
    times = summary.times_out_of_sync
    said.append(text("out_of_sync", chosen, count=times, which=lost) if times else text("in_sync", chosen))
    return " ".join(said)


def _span(session: KeptSession, chosen: Language) -> str:
    if not session.rows:
        return "-"
    first, last = (row.at.astimezone() for row in (session.rows[0], session.rows[-1]))
    day = f"{first:%d.%m.%Y}" if chosen == "nb" else f"{first:%Y-%m-%d}"
    return f"{day} {first:%H:%M}-{last:%H:%M}"


def _remarks(session: KeptSession, summary: Summary, chosen: Language) -> list[str]:
    """What the reader has to know before trusting the table."""
    remarks = [
        text(key, chosen, count=count)
        for key, count in (
            ("remark_left_out", session.left_out),
            ("remark_damaged", session.damaged),
            ("remark_gaps", session.gaps),
            ("remark_refused", summary.refused),
            ("remark_restarts", summary.restarts),
        )
        if count
    ]
    if not session.ended:
        remarks.append(text("remark_open", chosen))
    if not any(row.source == "gateway" for row in session.rows):
        remarks.append(text("remark_no_gateway", chosen))
    return remarks


def _print(session: KeptSession, summary: Summary, numbers: list[int], chosen: Language) -> None:
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH_IN_A_PIPE)
    console.print(Text(first_line(session, summary, chosen)))
    for remark in _remarks(session, summary, chosen):
        console.print(Text(remark))
    table = Table(*(text(name, chosen) for name in COLUMNS), box=None, pad_edge=False)
    for row in session.rows:
        table.add_row(*(Text(cell, overflow="fold") for cell in _cells(row, chosen)))
    console.print(table)
    if len(numbers) > 1:
        kept = ", ".join(str(number) for number in numbers)
        console.print(Text(text("kept", chosen, kept=kept)))


def _cells(row: TimelineRow, chosen: Language) -> tuple[str, ...]:
    facts = row.facts
    at: datetime = row.at.astimezone()
    app = str(facts.get("client", "")) or ", ".join(facts.get("clients", ()))
    return (
        f"{at:%H:%M:%S}.{at.microsecond // 1000:03}",
        f"{row.seconds:.3f}",
        word(row.source, chosen),
        str(facts.get("tab", "")),
        str(facts.get("patient", "")),
        app if row.kind != "session-begun" else "",
        _what(row, chosen),
    )


def _what(row: TimelineRow, chosen: Language) -> str:
    facts = row.facts
    said = [_kind_said(row, chosen)]
    if "name" in facts:
        said.append(str(facts["name"]))
    if "event" in facts:
        said.append(text("event", chosen, number=facts["event"]))
    said += [word(str(facts[name]), chosen) for name in ("state", "why", "how", "step") if name in facts]
    if "failure" in facts:
        said.append(f"({word(str(facts['failure']), chosen)})")
    if "status" in facts:
        said.append(_status(row.kind, int(facts["status"]), chosen))
    if "count" in facts or "more" in facts:
        said.append(str(facts.get("count", facts.get("more"))))
    if "ms" in facts:
        said.append(text("after", chosen, took=milliseconds(facts["ms"], chosen)))
    if "moved_ms" in facts:
        said.append(milliseconds(facts["moved_ms"], chosen))
    if "version" in facts:
        said.append(str(facts["version"]))
    return " ".join(said)


def _kind_said(row: TimelineRow, chosen: Language) -> str:
    if "up" in row.facts:
        return text(f"kind_{row.kind}_{'up' if row.facts['up'] else 'down'}", chosen)
    return text(f"kind_{row.kind}", chosen)


def _status(kind: str, status: int, chosen: Language) -> str:
    reason = word(f"refused {status}", chosen) if kind in ("refused", "subscribed") else ""
    return f"{status} ({reason})" if reason and status != 202 else str(status)


def session_as_json(session: KeptSession, summary: Summary, numbers: list[int]) -> dict[str, Any]:
    """What ``--json`` prints of one session."""
    return {
        "session": session.number,
        "kept": numbers,
        "ended": session.ended,
        "summary": summary.as_json(),
        "left_out": session.left_out,
        "damaged_lines": session.damaged,
        "removed_parts": session.gaps,
        "rows": [
            {
                "seconds": row.seconds,
                "utc": row.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "from": row.source,
                "kind": row.kind,
                **row.facts,
            }
            for row in session.rows
        ],
    }
