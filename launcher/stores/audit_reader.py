"""The audit log as it is read: its records, its head, and whether somebody has changed it.

Opens the file read-only, also while a gateway writes to it, and makes nothing.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

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
class AuditProblem:
    """One thing that is wrong with a log.

    ``changed``: row ``row`` does not open or does not follow; ``missing``: rows ``row`` to ``last`` are gone;
    ``cut``: an anchor knows row ``row``, the log ends at ``last``; ``replaced``: an anchor knows another row ``row``;
    ``damaged``: the file cannot be read to its end, for the reason ``detail``.
    """

    kind: Literal["changed", "missing", "cut", "replaced", "damaged"]
    row: int = 0
    last: int = 0
    detail: str = ""

    def words(self) -> str:
        """One phrase."""
        return PROBLEM_WORDS[self.kind].format(problem=self)


PROBLEM_WORDS = {
    "changed": "row {problem.row} was changed, or its key is gone",
    "missing": "rows {problem.row} to {problem.last} are missing",
    "cut": "an anchor knows row {problem.row}, the log ends at row {problem.last}",
    "replaced": "row {problem.row} is not the one that was anchored",
    "damaged": "the file is damaged ({problem.detail})",
}


@dataclass(frozen=True, slots=True)
class AuditVerification:
    """What ``verify`` found. ``anchored`` is false when nothing outside the file could prove its length."""

    state: Literal["intact", "changed", "truncated"]
    rows: int
    anchored: bool
    problems: tuple[AuditProblem, ...] = ()

    def words(self) -> str:
        """One line."""
        tail = "" if self.anchored else ", unanchored: a cut tail would not show"
        told = "".join(f"; {problem.words()}" for problem in self.problems)
        return f"{self.state}, {self.rows} rows{tail}{told}"


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
        """Where the chain stands now, to be kept somewhere else. Raises ``AuditUnavailable``."""
        row = self._one("SELECT seq, link FROM access ORDER BY seq DESC LIMIT 1")
        return AuditAnchor(row[0], row[1].hex()) if row else AuditAnchor(0, self._seals[-1].first_link.hex())

    def link_of(self, seq: int) -> str | None:
        """The hexadecimal link of one row; ``None`` when there is no such row. Raises ``AuditUnavailable``."""
        row = self._one("SELECT link FROM access WHERE seq = ?", seq)
        return row[0].hex() if row else None

    def _one(self, query: str, *values: int) -> Any:
        with contextlib.closing(self._reader()) as reader:
            try:
                return reader.execute(query, values).fetchone()
            except sqlite3.Error as error:
                raise AuditUnavailable(f"the audit log cannot be read: {error}") from error

    def verify(
        self, anchors: Sequence[AuditAnchor] = (), noted: Sequence[AuditAnchor] = ()
    ) -> AuditVerification:
        """Walk the whole chain: a changed, removed or inserted row, and whatever an anchor knows better.

        ``anchors`` were kept elsewhere; ``noted`` lie beside the log and prove little, but cost nothing to look at.
        """
        known = (*anchors, *noted)
        links = {0: self._first_link(known)}
        wanted = {anchor.seq for anchor in known}
        problems: list[AuditProblem] = []
        rows, last = 0, 0
        try:
            for seq, link, problem in self._walk():
                rows, last = rows + 1, seq
                if problem is not None and len(problems) < MOST_PROBLEMS:
                    problems.append(problem)
                if seq in wanted:
                    links[seq] = link
        except sqlite3.Error as error:
            problems.append(AuditProblem("damaged", last, detail=str(error)))
        anchored = bool(anchors)
        if problems:
            return AuditVerification("changed", rows, anchored, tuple(problems))
        beyond = max(wanted, default=0)
        if beyond > last:
            return AuditVerification("truncated", rows, anchored, (AuditProblem("cut", beyond, last),))
        others = [anchor.seq for anchor in known if links.get(anchor.seq) != anchor.link]
        if others:
            return AuditVerification("changed", rows, anchored, (AuditProblem("replaced", min(others)),))
        return AuditVerification("intact", rows, anchored)

    def _first_link(self, anchors: Sequence[AuditAnchor]) -> str:
        """The link that stands before row 1; an anchor of an empty log may have been taken under an older key."""
        firsts = [seal.first_link.hex() for seal in self._seals]
        taken = {anchor.link for anchor in anchors if anchor.seq == 0}
        return next((first for first in firsts if first in taken), firsts[-1])

    def _walk(self) -> Iterator[tuple[int, str, AuditProblem | None]]:
        """Number and link of each row, and what is wrong with it."""
        ring = KeyRing(self._seals)
        expected = 1
        previous: bytes | None = None
        with contextlib.closing(self._reader()) as reader:
            for seq, sealed, link in reader.execute("SELECT seq, sealed, link FROM access ORDER BY seq"):
                problem = None
                if seq != expected:
                    problem = AuditProblem("missing", expected, seq - 1)
                elif not ring.follow(previous, seq, sealed, link):
                    problem = AuditProblem("changed", seq)
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
