"""``vaktrom audit list``: who did what, as a table."""

from __future__ import annotations

import sys
from collections import deque
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from launcher.gateway.audit_event import FAILED, SUCCESS, AccessFacts, patients_told
from launcher.stores.audit_reader import StoredAccess
from plugins.findings import Language
from shell.command_line.audit_selection import Selection
from shell.command_line.audit_store import OpenedLog
from shell.command_line.audit_texts import text

COLUMNS = ("row", "time", "who", "app", "what", "patient", "outcome")
WIDTH_IN_A_PIPE = 200


def list_accesses(log: OpenedLog, wanted: Selection, count: int, language: Language) -> int:
    """Print the newest ``count`` records, newest last; 0."""
    found = 0
    newest: deque[StoredAccess] = deque(maxlen=count)
    for row in wanted.of(log.reader.entries()):
        found += 1
        newest.append(row)
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH_IN_A_PIPE)
    if not newest:
        console.print(text("nothing", language))
        return 0
    table = Table(*(text(name, language) for name in COLUMNS), box=None, pad_edge=False)
    for row in newest:
        table.add_row(*(Text(cell, overflow="fold") for cell in _cells(row, language)))
    console.print(table)
    if found > len(newest):
        console.print(text("older", language, count=found - len(newest)))
    return 0


def _cells(row: StoredAccess, language: Language) -> list[str]:
    facts = row.facts
    recorded = datetime.fromisoformat(facts.recorded).astimezone()
    who = f"{facts.user_name} ({facts.user_role})" if facts.user_role else facts.user_name
    cells = [
        str(row.seq),
        f"{recorded:%Y-%m-%d %H:%M:%S}",
        who or facts.user_sub or "-",
        facts.client_id or "-",
        _what(facts, language),
        ", ".join(patients_told(facts)) or "-",
        _outcome(facts, language),
    ]
    return [printable(cell) for cell in cells]


def _what(facts: AccessFacts, language: Language) -> str:
    done = text(f"kind_{facts.kind}", language)
    touched = f"{facts.type}/{facts.id}" if facts.id else facts.type
    return f"{done} {touched}".strip()


def _outcome(facts: AccessFacts, language: Language) -> str:
    if facts.outcome == SUCCESS:
        return text("done", language)
    told = text("failed" if facts.outcome == FAILED else "refused", language)
    told = f"{told}: {facts.outcome_text}" if facts.outcome_text else told
    return f"{told} {text('repeated', language, count=facts.repeated)}" if facts.repeated else told


def printable(cell: str) -> str:
    """Nothing that was sent to us may steer the terminal."""
    return "".join(character if character.isprintable() else "?" for character in cell)
