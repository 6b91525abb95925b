"""Writes one session's timeline in a thread of its own; whatever happens there, the session does not feel it."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from shell.timeline.counting import Counting
from shell.timeline.folder import PART_BYTES, begin_session, make_room, open_new, part_path

Source = Literal["desktop", "gateway"]
WAITING_ROWS = 4096
CLOCK_MOVED_SECONDS = 2.0
BURST: Mapping[Source, int] = {"desktop": 1000, "gateway": 500}
PER_SECOND: Mapping[Source, float] = {"desktop": 10.0, "gateway": 10.0}
"""A flood from one side is thinned, and takes nothing from the other."""
TRY_AGAIN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that was seen at ``monotonic`` seconds and ``wall`` seconds since 1970; ids still in it."""

    source: Source
    kind: str
    facts: Mapping[str, Any]
    monotonic: float
    wall: float


@dataclass(frozen=True, slots=True)
class SameAs:
    """Another id for what is counted already."""

    sort: str
    identifier: str
    as_identifier: str


@dataclass(slots=True)
class Share:
    """How many rows of one source may still be written."""

    source: Source
    left: float
    at: float

    def take(self, now: float) -> bool:
        self.left = min(BURST[self.source], self.left + (now - self.at) * PER_SECOND[self.source])
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


@dataclass(slots=True)
class PartFile:
    """The open end of a session's timeline. ``write`` raises OSError, and can be called again."""

    folder: Path
    number: int = 0
    place: int = 1
    size: int = 0
    descriptor: int = -1
    torn: bool = False

    def write(self, line: bytes) -> None:
        """Append one line; behind a torn one it begins anew."""
        if self.descriptor < 0:
            self._open()
        elif self.size + len(line) > PART_BYTES:
            self.close()
            self.place += 1
            make_room(self.folder, self.number)
            self._open()
        whole = b"\n" + line if self.torn else line
        written = 0
        try:
            written = os.write(self.descriptor, whole)
        finally:
            self.size += written
            self.torn = self.torn if written == 0 else written < len(whole)
        if written < len(whole):
            raise OSError("the line was not written whole")

    def _open(self) -> None:
        if self.number:
            self.descriptor = open_new(part_path(self.folder, self.number, self.place))
        else:
            make_room(self.folder, 0)
            self.number, self.descriptor = begin_session(self.folder)
        self.size, self.torn = 0, False

    def close(self) -> None:
        if self.descriptor >= 0:
            with contextlib.suppress(OSError):
                os.close(self.descriptor)
            self.descriptor = -1


@dataclass(slots=True)
class TimelineWriter:
    """``see`` and ``same`` may be called from any thread and return at once; a thread writes until ``end``."""

    folder: Path
    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    _queue: queue.Queue[Seen | SameAs | None] = field(default_factory=lambda: queue.Queue(WAITING_ROWS))
    _counting: Counting = field(default_factory=Counting)
    _left_out: int = 0
    _began: float = 0.0
    _offset: float = 0.0
    _quiet_until: float = float("-inf")
    _ended: bool = False
    _file: PartFile = field(init=False)
    _shares: dict[Source, Share] = field(init=False)
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._file = PartFile(self.folder)
        self._began = self.monotonic()
        self._offset = self.wall() - self._began
        self._shares = {source: Share(source, BURST[source], self._began) for source in BURST}
        self._thread = threading.Thread(target=self._run, name="vaktrom-timeline", daemon=True)
        self._thread.start()

    def see(self, kind: str, facts: Mapping[str, Any], source: Source = "desktop", age: float = 0.0) -> None:
        """Have a row written of what was seen ``age`` seconds ago; dropped when the disk is far behind."""
        now = self.monotonic()
        self._put(Seen(source, kind, facts, now - age, self.wall() - age))

    def same(self, sort: str, identifier: str, as_identifier: str) -> None:
        """Count another id as one that is known."""
        self._put(SameAs(sort, identifier, as_identifier))

    def drain(self) -> None:
        """Wait until what was handed in so far is taken."""
        self._queue.join()

    def end(self) -> None:
        """Write what waits, then end; returns at once."""
        self._ended = True
        self._put(None)

    def join(self, seconds: float) -> None:
        """Wait until everything is written, but not longer."""
        self._thread.join(seconds)

    def _put(self, item: Seen | SameAs | None) -> None:
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            self._left_out += 1

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            if isinstance(item, SameAs):
                self._counting.same(item.sort, item.identifier, item.as_identifier)
            else:
                self._take(item)
            self._queue.task_done()
            if self._ended and self._queue.empty():
                break
        self._file.close()

    def _take(self, seen: Seen) -> None:
        row = self._counting.row(seen.kind, seen.facts)
        if row is None:
            return
        moved = seen.wall - seen.monotonic - self._offset
        if seen.monotonic < self._quiet_until or not self._shares[seen.source].take(seen.monotonic):
            self._left_out += 1
            return
        try:
            if abs(moved) > CLOCK_MOVED_SECONDS:
                self._write(seen, "clock", {"moved_ms": round(moved * 1000)})
                self._offset += moved
            if self._left_out:
                self._write(seen, "left-out", {"count": self._left_out})
                self._left_out = 0
            self._write(seen, seen.kind, row)
        except OSError:  # a full disk costs the timeline and nothing else
            self._left_out += 1
            self._quiet_until = seen.monotonic + TRY_AGAIN_SECONDS

    def _write(self, seen: Seen, kind: str, row: Mapping[str, Any]) -> None:
        whole = {
            "t": round(seen.monotonic - self._began, 3),
            "utc": round(seen.wall * 1000),
            "from": seen.source,
            "kind": kind,
            **row,
        }
        self._file.write(json.dumps(whole, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
