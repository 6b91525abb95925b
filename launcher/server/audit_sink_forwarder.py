"""Carries the audit log to its sink in the background: in order, until it has arrived, and in nobody's way.

A read waits for its own row on disk and never for the sink. How far the sink has come stands in a small file beside
the log; losing that file only means that rows are sent again, which the sink stores once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from launcher.server.audit_sink import FhirAuditSink, SinkFailed
from launcher.stores.audit_reader import (
    AuditMissing,
    AuditReader,
    AuditRowUnreadable,
    AuditUnavailable,
    StoredAccess,
)

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

BATCH_ROWS = 100
LOOK_SECONDS = 0.25
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
LAST_WORDS_SECONDS = 0.8

Sleep = Callable[[float], Awaitable[None]]


def _log() -> FilteringBoundLogger:
    """Imported when something is to be told: its terminal colours take longer to import than the log to be opened."""
    import structlog

    logger: FilteringBoundLogger = structlog.get_logger("vaktrom.audit")
    return logger


class Written(Protocol):
    """The part of ``AuditLog`` that is used here."""

    reader: AuditReader

    @property
    def written(self) -> int: ...


class Forwarded(msgspec.Struct, frozen=True):
    """The last row that has arrived: of which log, its number and its hexadecimal link; ``sink`` is whose base."""

    log: str = ""
    seq: int = 0
    link: str = ""
    sink: str = ""


@dataclass(frozen=True, slots=True)
class ForwardedFile:
    """``Forwarded`` on disk, beside the log."""

    path: Path

    @classmethod
    def beside(cls, log: Path) -> ForwardedFile:
        """The file that belongs to an audit log."""
        return cls(log.with_name(log.name + ".forwarded"))

    def read(self) -> Forwarded:
        """What stands there; the beginning when there is nothing that can be read."""
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Forwarded)
        except (OSError, msgspec.MsgspecError):
            return Forwarded()

    def write(self, forwarded: Forwarded) -> None:
        """Replace it whole."""
        new = self.path.with_name(self.path.name + ".new")
        new.write_bytes(msgspec.json.encode(forwarded))
        os.replace(new, self.path)


def log_name(reader: AuditReader) -> str | None:
    """What a log is called at its sink: the beginning of its first link; ``None`` while it is empty."""
    try:
        first = reader.link_of(1)
    except AuditMissing:
        return None
    return first[:16] if first else None


class AuditForwarder:
    """One task; ``start`` it inside the loop that serves, ``close`` it when the log has been closed."""

    def __init__(
        self, log: Written, sink: FhirAuditSink, base: str, file: ForwardedFile, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._log = log
        self._sink = sink
        self._base = base
        self._file = file
        self._sleep = sleep
        self._task: asyncio.Task[None] | None = None
        self._place: Forwarded | None = None
        self.failure: str | None = None

    def start(self) -> None:
        """Begin where an earlier life ended."""
        self._task = asyncio.create_task(self._run(), name="audit forwarder")

    async def close(self) -> None:
        """Send what is left if the sink takes it at once; the rest waits for the next life."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            if self.failure is None:
                with contextlib.suppress(TimeoutError, SinkFailed, AuditUnavailable, OSError):
                    async with asyncio.timeout(LAST_WORDS_SECONDS):
                        while await self.forward():
                            pass
        await self._sink.close()

    async def forward(self) -> bool:
        """Send the next rows; false when there are none. Raises ``SinkFailed`` or ``AuditUnavailable``."""
        reader = self._log.reader
        name = await asyncio.to_thread(log_name, reader)
        if name is None:
            return False
        place = self._place
        if place is None:
            place = await asyncio.to_thread(self._begin, name)
        rows, skipped = await asyncio.to_thread(self._next_rows, reader, place.seq)
        for row in rows:
            await self._sink.put(name, row)
            place = self._place = Forwarded(name, row.seq, row.link, self._base)
        if skipped is not None:
            link = await asyncio.to_thread(reader.link_of, skipped)
            place = self._place = Forwarded(name, skipped, link or "", self._base)
        if not rows and skipped is None:
            return False
        self._file.write(place)
        return True

    async def _run(self) -> None:
        pause = FIRST_PAUSE
        seen = -1
        while True:
            written = self._log.written
            try:
                if written == seen or not await self.forward():
                    seen = written
                    await self._sleep(LOOK_SECONDS)
                self._tell(None)
                pause = FIRST_PAUSE
            except (SinkFailed, AuditUnavailable, OSError) as failed:
                self._tell(str(failed) if isinstance(failed, SinkFailed) else type(failed).__name__)
                await self._sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _begin(self, name: str) -> Forwarded:
        """Where to go on. A log that is not the one that was forwarded is sent from its first row."""
        place = self._file.read()
        if (place.log, place.sink) != (name, self._base):
            return Forwarded(name, sink=self._base)
        if place.seq and self._log.reader.link_of(place.seq) != place.link:
            _log().error("the audit log was changed after it was forwarded", row=place.seq)
            return Forwarded(name, sink=self._base)
        return place

    @staticmethod
    def _next_rows(reader: AuditReader, after: int) -> tuple[list[StoredAccess], int | None]:
        """The next rows, and the number of one that does not open, behind them."""
        rows: list[StoredAccess] = []
        try:
            for row in reader.entries(after, BATCH_ROWS):
                rows.append(row)
        except AuditRowUnreadable as unreadable:
            _log().error("a row of the audit log does not open and was not forwarded", row=unreadable.seq)
            return rows, unreadable.seq
        return rows, None

    def _tell(self, failure: str | None) -> None:
        """Say once that the sink is gone, and once that it is back."""
        if failure != self.failure:
            if failure is None:
                _log().info("audit sink reached again")
            else:
                _log().warning("audit sink not reached; records wait here", reason=failure)
        self.failure = failure
