"""The audit log: append-only, chained, encrypted, on disk before the answer leaves (DESIGN section 4).

One SQLite file at ``synchronous=FULL``, one writer thread. Each row holds one access, sealed with AES-256-GCM,
and a link: an HMAC over the previous link, the row's number and its sealed bytes. Whoever lacks the key can
neither read nor rewrite it; a cut tail shows against an anchor that was taken earlier and kept elsewhere.

Keys are rotated: rows are written under the newest key and stay readable under the one they were written with. The
chain runs on across a rotation, and never back: a row under an older key than the row before it is a forgery.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from launcher.gateway.audit_event import AccessFacts
from launcher.stores.errors import StoreError

_NONCE_BYTES = 12
_TABLES = """
CREATE TABLE IF NOT EXISTS access (seq INTEGER PRIMARY KEY, sealed BLOB NOT NULL, link BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS probe (id INTEGER PRIMARY KEY, turn INTEGER NOT NULL) STRICT;
CREATE TRIGGER IF NOT EXISTS access_is_never_changed BEFORE UPDATE ON access
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS access_is_never_removed BEFORE DELETE ON access
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
"""


class AuditUnavailable(StoreError):
    """Our state: the log cannot be written, so nothing may be shown or stored; ``reason`` is for the user."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


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
    """One row as ``entries`` gives it back."""

    seq: int
    facts: AccessFacts


class _Seal:
    """The two keys derived from the one given: one for the payload, one for the chain."""

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("the audit key has 32 bytes")
        self._payload = AESGCM(self._derive(key, b"vaktrom audit payload 1"))
        self._chain = self._derive(key, b"vaktrom audit chain 1")
        self.first_link = hmac.digest(self._chain, b"first", hashlib.sha256)

    @staticmethod
    def _derive(key: bytes, purpose: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=purpose).derive(key)

    def seal(self, seq: int, plain: bytes, nonce: bytes) -> bytes:
        return nonce + self._payload.encrypt(nonce, plain, seq.to_bytes(8, "big"))

    def open(self, seq: int, sealed: bytes) -> bytes:
        return self._payload.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], seq.to_bytes(8, "big"))

    def link(self, previous: bytes, seq: int, sealed: bytes) -> bytes:
        return hmac.digest(self._chain, previous + seq.to_bytes(8, "big") + sealed, hashlib.sha256)


@dataclass(frozen=True, slots=True)
class _Waiting:
    facts: AccessFacts | None
    at_once: bool
    loop: asyncio.AbstractEventLoop | None
    done: asyncio.Future[None] | None


class _KeyRing:
    """The seals in the order in which their keys were made; following a chain, it only ever moves forward."""

    def __init__(self, seals: Sequence[_Seal]) -> None:
        self._seals = seals
        self._index = 0

    def follow(self, previous: bytes | None, seq: int, sealed: bytes, link: bytes) -> bool:
        """True when the row is the next of the chain; ``previous`` is ``None`` for the first row of all."""
        for index in range(self._index, len(self._seals)):
            seal = self._seals[index]
            before = seal.first_link if previous is None else previous
            if hmac.compare_digest(seal.link(before, seq, sealed), link) and _opened(seal, seq, sealed):
                self._index = index
                return True
        return False

    def open(self, seq: int, sealed: bytes) -> bytes | None:
        """The payload; ``None`` when no key that may still come opens it."""
        for index in range(self._index, len(self._seals)):
            plain = _opened(self._seals[index], seq, sealed)
            if plain is not None:
                self._index = index
                return plain
        return None


def _opened(seal: _Seal, seq: int, sealed: bytes) -> bytes | None:
    try:
        return seal.open(seq, sealed)
    except InvalidTag:
        return None


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
        self._seals = [_Seal(one) for one in (*older_keys, key)]
        self._seal = self._seals[-1]
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

    def entries(self) -> Iterator[StoredAccess]:
        """Every record from the first on, decrypted. Raises ``AuditUnavailable`` for a row that does not open."""
        ring = _KeyRing(self._seals)
        with contextlib.closing(self._reader()) as reader:
            for seq, sealed in reader.execute("SELECT seq, sealed FROM access ORDER BY seq"):
                plain = ring.open(seq, sealed)
                if plain is None:
                    raise AuditUnavailable(f"row {seq} of the audit log was changed, or its key is gone")
                yield StoredAccess(seq, msgspec.json.decode(plain, type=AccessFacts))

    def anchor(self) -> AuditAnchor:
        """Where the chain stands now, to be kept somewhere else."""
        with contextlib.closing(self._reader()) as reader:
            seq, link = self._tail(reader)
        return AuditAnchor(seq, link.hex())

    def verify(self, anchor: AuditAnchor | None = None) -> AuditVerification:
        """Walk the whole chain: a changed, removed or inserted row, and a tail cut since ``anchor``."""
        problems: list[str] = []
        ring = _KeyRing(self._seals)
        rows, expected = 0, 1
        link: bytes | None = None
        anchored_link = self._first_link_of(anchor)
        with contextlib.closing(self._reader()) as reader:
            for seq, sealed, stored in reader.execute("SELECT seq, sealed, link FROM access ORDER BY seq"):
                rows += 1
                if seq != expected:
                    problems.append(f"rows {expected} to {seq - 1} are missing")
                elif not ring.follow(link, seq, sealed, stored):
                    problems.append(f"row {seq} was changed, or its key is gone")
                expected, link = seq + 1, stored
                if anchor is not None and seq == anchor.seq:
                    anchored_link = stored
        if problems:
            return AuditVerification("changed", rows, anchor is not None, tuple(problems[:20]))
        if anchor is not None and anchored_link is None:
            problem = f"the anchor knows row {anchor.seq}, the log ends at row {expected - 1}"
            return AuditVerification("truncated", rows, True, (problem,))
        if anchor is not None and anchored_link is not None and anchored_link.hex() != anchor.link:
            return AuditVerification(
                "changed", rows, True, (f"row {anchor.seq} is not the one that was anchored",)
            )
        return AuditVerification("intact", rows, anchor is not None)

    def _first_link_of(self, anchor: AuditAnchor | None) -> bytes | None:
        """The link that an anchor of an empty log holds: that of the key which was the newest then."""
        if anchor is None or anchor.seq != 0:
            return None
        firsts = [seal.first_link for seal in self._seals]
        return next((first for first in firsts if first.hex() == anchor.link), firsts[-1])

    def _reader(self) -> sqlite3.Connection:
        try:
            reader = sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True)
            reader.execute("SELECT count(*) FROM access LIMIT 1")
        except sqlite3.Error as error:
            raise AuditUnavailable(f"the audit log cannot be read: {error}") from error
        return reader

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
                sealed = self._seal.seal(seq, msgspec.json.encode(facts), self._random_bytes(_NONCE_BYTES))
                link = self._seal.link(link, seq, sealed)
                rows.append((seq, sealed, link))
            connection.executemany("INSERT INTO access VALUES (?, ?, ?)", rows)
            connection.execute("COMMIT")
            self._known_tail = (seq, link)
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    def _tail(self, connection: sqlite3.Connection) -> tuple[int, bytes]:
        row = connection.execute("SELECT seq, link FROM access ORDER BY seq DESC LIMIT 1").fetchone()
        return (int(row[0]), bytes(row[1])) if row else (0, self._seal.first_link)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=2.0)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.executescript(_TABLES)
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


def _resolve(futures: list[asyncio.Future[None]], failure: str | None) -> None:
    for future in futures:
        if future.done():
            continue
        if failure is None:
            future.set_result(None)
        else:
            future.set_exception(AuditUnavailable(failure))
