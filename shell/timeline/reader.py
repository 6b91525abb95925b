"""Reads timelines back, also of a program that was killed or a disk that was full: what cannot be read is counted."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shell.timeline.folder import Part, parts_in
from shell.timeline.rows import KINDS, shaped

SOURCES = ("desktop", "gateway")


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """``seconds`` since the session began on a clock that never jumps; ``at`` is what the wall clock said."""

    seconds: float
    at: datetime
    source: str
    kind: str
    facts: dict[str, Any]


@dataclass(slots=True)
class KeptSession:
    """One session's rows in the order in which things happened; ``damaged`` lines could not be read."""

    number: int
    rows: list[TimelineRow] = field(default_factory=list)
    damaged: int = 0
    gaps: int = 0
    """Parts in the middle that were removed because the session is long."""

    @property
    def ended(self) -> bool:
        """Whether it says how it ended; otherwise it runs still, or was cut off."""
        return any(row.kind == "session-ended" for row in self.rows)

    @property
    def left_out(self) -> int:
        """Rows that were too many for the stream or the disk."""
        return sum(int(row.facts.get("count", 0)) for row in self.rows if row.kind == "left-out")


def session_numbers(folder: Path) -> list[int]:
    """The sessions that are kept, oldest first. Raises OSError."""
    return sorted({part.session for part in parts_in(folder)})


def read_session(folder: Path, number: int) -> KeptSession:
    """One session. Raises OSError."""
    session = KeptSession(number)
    parts = [part for part in parts_in(folder) if part.session == number]
    for part in parts:
        _read_part(part, session)
    session.gaps = (max(part.place for part in parts) - len(parts)) if parts else 0
    session.rows.sort(key=lambda row: row.seconds)
    return session


def _read_part(part: Part, session: KeptSession) -> None:
    try:
        content = part.path.read_bytes()
    except FileNotFoundError:
        return  # another desktop has just made room
    for line in content.split(b"\n"):
        if line:
            row = _row(line)
            if row is None:
                session.damaged += 1
            else:
                session.rows.append(row)


def _row(line: bytes) -> TimelineRow | None:
    """A line of ours, judged anew: what a stranger wrote into the file is not shown."""
    try:
        told = json.loads(line)
        at = datetime.fromtimestamp(int(told["utc"]) / 1000, UTC)
        seconds, source, kind = float(told["t"]), told["from"], told["kind"]
        fields = KINDS[kind]
    except (ValueError, LookupError, TypeError, OverflowError, OSError, RecursionError):
        return None
    if source not in SOURCES or not abs(seconds) < 10**9:
        return None
    given = {name: shaped(field, told[name]) for name, field in fields.items() if name in told}
    facts = {name: value for name, value in given.items() if value is not None}
    return TimelineRow(seconds, at, source, kind, facts)
