"""The audit log as it is written: append-only, chained, encrypted, on disk before the answer leaves (DESIGN section 4).

One SQLite file at ``synchronous=FULL``, one writer thread. Each row holds one access, sealed and linked as
``audit_chain`` says. Whoever lacks the key can neither read nor rewrite it; a cut tail shows against an anchor that
was taken earlier and kept elsewhere. ``audit_reader`` reads and verifies.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from launcher.gateway.audit_event import AccessFacts
from launcher.stores.audit_chain import NONCE_BYTES, AuditSeal
from launcher.stores.audit_reader import AuditReader, AuditUnavailable

__all__ = ["AuditLog", "AuditUnavailable"]

LOCK_SECONDS = 2.0
"""How long one writer waits for another that has the file."""
_TABLES = """
CREATE TABLE IF NOT EXISTS access (seq INTEGER PRIMARY KEY, sealed BLOB NOT NULL, link BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS probe (id INTEGER PRIMARY KEY, turn INTEGER NOT NULL) STRICT;
CREATE TRIGGER IF NOT EXISTS access_is_never_changed BEFORE UPDATE ON access
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS access_is_never_removed BEFORE DELETE ON access
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
"""


@dataclass(frozen=True, slots=True)
class _Waiting:
    facts: AccessFacts | None
    at_once: bool
    loop: asyncio.AbstractEventLoop | None
    done: asyncio.Future[None] | None


class AuditLog:
    """Writes through one thread, which starts with the first record; safe to use from any loop.

    ``read_linger_seconds`` is how long the records of reads wait for company before one commit takes them all
    (at most 0.02), once a commit has had more than one; a lone reader never waits, nor does the record of a write.
    ``random_bytes(n)`` gives nonces. Rows are written under ``key``; ``older_keys``, oldest first, still read.
    """

    def __init__(
        self,
        path: Path,
        key: bytes,
        *,
        random_bytes: Callable[[int], bytes],
        older_keys: Sequence[bytes] = (),
        read_linger_seconds: float = 0.0,
        batch_rows: int = 256,
    ) -> None:
        if not 0 <= read_linger_seconds <= 0.02:
            raise ValueError("reads wait at most 20 ms for their batch")
        self._path = path
        self.reader = AuditReader(path, (*older_keys, key))
        self._seal = AuditSeal(key)
        self._random_bytes = random_bytes
        self._linger = read_linger_seconds
        self._batch_rows = batch_rows
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._failure: str | None = None
        self._known_tail: tuple[int, bytes] | None = None
        self._has_company = False
        self._written = 0

    @property
    def written(self) -> int:
        """How many records this process has put on disk; a cheap way to see that there are new ones."""
        return self._written

    @property
    def failure(self) -> str | None:
        """Why the last attempt to write failed; ``None`` when it did not."""
        return self._failure

    async def record(self, facts: AccessFacts, *, at_once: bool = False) -> None:
        """Return when the record is on disk. ``at_once`` for writes. Raises ``AuditUnavailable``."""
        await self._put(facts, at_once)

    async def check(self) -> None:
        """Return when the log has just taken a durable write that leaves no record. Raises ``AuditUnavailable``."""
        await self._put(None, True)

    def record_soon(self, facts: AccessFacts) -> None:
        """Write without waiting, for what is not an answer with health data (a login, a logout)."""
        self._start()
        self._queue.put(_Waiting(facts, False, None, None))

    def close(self) -> None:
        """Write what waits, then end the thread; a later record starts anew."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            thread.join()

    async def _put(self, facts: AccessFacts | None, at_once: bool) -> None:
        self._start()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._queue.put(_Waiting(facts, at_once, loop, done))
        await done

    def _start(self) -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._work, name="audit writer", daemon=True)
                    self._thread.start()

    def _work(self) -> None:
        running = True
        while running:
            first = self._queue.get()
            batch: list[_Waiting] = []
            running = self._collect(first, batch)
            self._has_company = len(batch) > 1
            if batch:
                self._finish(batch, self._try_write(batch))
        self._disconnect()

    def _collect(self, first: _Waiting | None, batch: list[_Waiting]) -> bool:
        """Fill one batch; false when the log is to end after it."""
        waiting = first
        until = time.monotonic() + self._linger if self._has_company else 0.0
        while waiting is not None:
            batch.append(waiting)
            if len(batch) >= self._batch_rows:
                return True
            until = 0.0 if waiting.at_once else until
            left = until - time.monotonic()
            try:
                waiting = self._queue.get(timeout=left) if left > 0 else self._queue.get_nowait()
            except queue.Empty:
                return True
        return False

    def _try_write(self, batch: list[_Waiting]) -> str | None:
        records = [waiting.facts for waiting in batch]
        try:
            try:
                self._write(records)
            except sqlite3.IntegrityError:
                # Another process has written to this file since: go on from its tail.
                self._known_tail = None
                self._write(records)
        except (sqlite3.Error, OSError) as error:
            self._disconnect()
            self._failure = f"The access log cannot be written ({error}), so nothing is shown or stored."
        except Exception as error:
            # Without this thread everybody would wait for ever; the error's text may hold what was to be recorded.
            self._failure = (
                f"The access log cannot be written ({type(error).__name__}), so nothing is shown or stored."
            )
        else:
            self._failure = None
        return self._failure

    def _write(self, records: list[AccessFacts | None]) -> None:
        connection = self._connection or self._connect()
        connection.execute("BEGIN IMMEDIATE")
        try:
            seq, link = self._known_tail or self._tail(connection)
            rows: list[tuple[int, bytes, bytes]] = []
            for facts in records:
                if facts is None:
                    connection.execute("INSERT OR REPLACE INTO probe VALUES (1, ?)", (seq,))
                    continue
                seq += 1
                sealed = self._seal.seal(seq, msgspec.json.encode(facts), self._random_bytes(NONCE_BYTES))
                link = self._seal.link(link, seq, sealed)
                rows.append((seq, sealed, link))
            connection.executemany("INSERT INTO access VALUES (?, ?, ?)", rows)
            connection.execute("COMMIT")
            self._known_tail = (seq, link)
            self._written += len(rows)
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    def _tail(self, connection: sqlite3.Connection) -> tuple[int, bytes]:
        row = connection.execute("SELECT seq, link FROM access ORDER BY seq DESC LIMIT 1").fetchone()
        return (int(row[0]), bytes(row[1])) if row else (0, self._seal.first_link)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=LOCK_SECONDS)
        try:
            _prepare(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        self._known_tail = None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    def _finish(self, batch: list[_Waiting], failure: str | None) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
        for waiting in batch:
            if waiting.loop is not None and waiting.done is not None:
                by_loop.setdefault(waiting.loop, []).append(waiting.done)
        for loop, futures in by_loop.items():
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_resolve, futures, failure)


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the file a log. SQLite does not wait for a lock while a file becomes a WAL file: so we do."""
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.executescript(_TABLES)
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _resolve(futures: list[asyncio.Future[None]], failure: str | None) -> None:
    for future in futures:
        if future.done():
            continue
        if failure is None:
            future.set_result(None)
        else:
            future.set_exception(AuditUnavailable(failure))
