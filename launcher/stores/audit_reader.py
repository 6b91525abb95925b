"""The audit log as it is read: its records, its head, and whether somebody has changed it.

Opens the file read-only, also while a gateway writes to it, and makes nothing.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from launcher.gateway.audit_event import AccessFacts
from launcher.stores.audit_chain import AuditSeal, KeyRing
from launcher.stores.errors import StoreError

MOST_PROBLEMS = 20
TRIED_ROWS = 50


class AuditUnavailable(StoreError):
    """Our state: the log cannot be written or read, so nothing may be shown or stored; ``reason`` is for the user."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AuditMissing(AuditUnavailable):
    """There is no audit log at this place."""


class AuditRowUnreadable(AuditUnavailable):
    """Row ``seq`` does not open: it was changed, or its key is gone."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"row {seq} of the audit log was changed, or its key is gone")
        self.seq = seq


@dataclass(frozen=True, slots=True)
class AuditAnchor:
    """Where the chain stood once: the number of rows and the hexadecimal link of the last one."""

    seq: int
    link: str


@dataclass(frozen=True, slots=True)
class AuditVerification:
    """What ``verify`` found. ``anchored`` is false when nothing outside the file could prove its length."""

    state: Literal["intact", "changed", "truncated"]
    rows: int
    anchored: bool
    problems: tuple[str, ...] = ()

    def words(self) -> str:
        """One line for a command."""
        tail = "" if self.anchored else ", unanchored: a cut tail would not show"
        return f"{self.state}, {self.rows} rows{tail}" + "".join(f"; {problem}" for problem in self.problems)


@dataclass(frozen=True, slots=True)
class StoredAccess:
    """One row: its number, what happened, and its hexadecimal link."""

    seq: int
    facts: AccessFacts
    link: str


class AuditReader:
    """Reads one log with its keys, oldest first."""

    def __init__(self, path: Path, keys: Sequence[bytes]) -> None:
        self._path = path
        self._seals = [AuditSeal(key) for key in keys]

    def entries(self, after: int = 0, limit: int = -1) -> Iterator[StoredAccess]:
        """Records behind row ``after``, decrypted, at most ``limit`` when that is not negative.

        Raises ``AuditRowUnreadable``, and ``AuditUnavailable`` for a file that cannot be read.
        """
        ring = KeyRing(self._seals)
        query = "SELECT seq, sealed, link FROM access WHERE seq > ? ORDER BY seq LIMIT ?"
        with contextlib.closing(self._reader()) as reader:
            try:
                for seq, sealed, link in reader.execute(query, (after, limit)):
                    plain = ring.open(seq, sealed)
                    if plain is None:
                        raise AuditRowUnreadable(seq)
                    yield StoredAccess(seq, msgspec.json.decode(plain, type=AccessFacts), link.hex())
            except sqlite3.Error as error:
                raise AuditUnavailable(f"the audit log cannot be read: {error}") from error

    def opens(self) -> bool:
        """True when these keys open one of the first rows or the last, or there is none."""
        query = (
            "SELECT seq, sealed FROM (SELECT * FROM access ORDER BY seq LIMIT ?)"
            " UNION SELECT seq, sealed FROM (SELECT * FROM access ORDER BY seq DESC LIMIT 1)"
        )
        with contextlib.closing(self._reader()) as reader:
            try:
                rows = reader.execute(query, (TRIED_ROWS,)).fetchall()
            except sqlite3.Error:
                return True  # a damaged file says nothing about the key; ``verify`` tells of the damage
        return not rows or any(seal.open(*row) is not None for row in rows for seal in self._seals)

    def anchor(self) -> AuditAnchor:
        """Where the chain stands now, to be kept somewhere else."""
        with contextlib.closing(self._reader()) as reader:
            row = reader.execute("SELECT seq, link FROM access ORDER BY seq DESC LIMIT 1").fetchone()
        return AuditAnchor(row[0], row[1].hex()) if row else AuditAnchor(0, self._seals[-1].first_link.hex())

    def link_of(self, seq: int) -> str | None:
        """The hexadecimal link of one row; ``None`` when there is no such row."""
        with contextlib.closing(self._reader()) as reader:
            row = reader.execute("SELECT link FROM access WHERE seq = ?", (seq,)).fetchone()
        return row[0].hex() if row else None

    def verify(self, anchors: Sequence[AuditAnchor] = ()) -> AuditVerification:
        """Walk the whole chain: a changed, removed or inserted row, and whatever an anchor knows better."""
        links: dict[int, str] = {
            0: next(
                (seal.first_link.hex() for seal in self._seals if _knows(anchors, seal)),
                self._seals[-1].first_link.hex(),
            )
        }
        wanted = {anchor.seq for anchor in anchors}
        problems: list[str] = []
        rows, last = 0, 0
        try:
            for seq, link, problem in self._walk():
                rows, last = rows + 1, seq
                if problem is not None and len(problems) < MOST_PROBLEMS:
                    problems.append(problem)
                if seq in wanted:
                    links[seq] = link
        except sqlite3.Error as error:
            problems.append(f"the file is damaged ({error})")
        anchored = bool(anchors)
        if problems:
            return AuditVerification("changed", rows, anchored, tuple(problems))
        beyond = max((anchor.seq for anchor in anchors), default=0)
        if beyond > last:
            problem = f"the anchor knows row {beyond}, the log ends at row {last}"
            return AuditVerification("truncated", rows, True, (problem,))
        others = [anchor.seq for anchor in anchors if links.get(anchor.seq) != anchor.link]
        if others:
            problem = f"row {min(others)} is not the one that was anchored"
            return AuditVerification("changed", rows, True, (problem,))
        return AuditVerification("intact", rows, anchored)

    def _walk(self) -> Iterator[tuple[int, str, str | None]]:
        """Number and link of each row, and what is wrong with it."""
        ring = KeyRing(self._seals)
        expected = 1
        previous: bytes | None = None
        with contextlib.closing(self._reader()) as reader:
            for seq, sealed, link in reader.execute("SELECT seq, sealed, link FROM access ORDER BY seq"):
                problem = None
                if seq != expected:
                    missing = (
                        f"rows {expected} to {seq - 1} are" if seq - expected > 1 else f"row {expected} is"
                    )
                    problem = f"{missing} missing"
                elif not ring.follow(previous, seq, sealed, link):
                    problem = f"row {seq} was changed, or its key is gone"
                yield seq, link.hex(), problem
                expected, previous = seq + 1, link

    def _reader(self) -> sqlite3.Connection:
        if not self._path.is_file():
            raise AuditMissing(f"there is no audit log at {self._path}")
        try:
            reader = sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True)
            reader.execute("SELECT seq FROM access LIMIT 0")
        except sqlite3.Error as error:
            raise AuditUnavailable(f"the audit log cannot be read: {error}") from error
        return reader


def _knows(anchors: Sequence[AuditAnchor], seal: AuditSeal) -> bool:
    """True when an anchor of an empty log was taken under this key."""
    return any(anchor.seq == 0 and anchor.link == seal.first_link.hex() for anchor in anchors)
