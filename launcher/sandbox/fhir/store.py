"""The resources on SQLite: current ones, superseded versions, and the index tables.

One writer thread, a few reader threads, each with a connection of its own (WAL: readers never wait for the writer). A write is
synced to disk before ``write`` returns (S8). Nothing here runs on the event loop.
"""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any, TypeVar

from launcher.sandbox.fhir import fhir_time, json_numbers
from launcher.sandbox.fhir.index_values import Indexer, IndexRows
from launcher.sandbox.fhir.outcomes import StoreUnavailable
from launcher.sandbox.fhir.patient_access import ACCESS_SCHEMA, AccessRows, Rights, forget
from launcher.sandbox.fhir.search_parameters import RESOURCE_TYPES, table_digest

Result = TypeVar("Result")

SCHEMA_VERSION = 2
READER_THREADS = 3
BUSY_SECONDS = 5.0

_SCHEMA = """
CREATE TABLE resource (
  key INTEGER PRIMARY KEY, type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, updated INTEGER NOT NULL,
  seq INTEGER NOT NULL, method TEXT NOT NULL, body BLOB);
CREATE TABLE superseded (
  type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, updated INTEGER NOT NULL,
  seq INTEGER NOT NULL, method TEXT NOT NULL, body BLOB, PRIMARY KEY (type, id, version));
CREATE TABLE token_index (
  parameter INTEGER NOT NULL, code TEXT NOT NULL, key INTEGER NOT NULL, system TEXT NOT NULL,
  PRIMARY KEY (parameter, code, key, system)) WITHOUT ROWID;
CREATE TABLE reference_index (
  parameter INTEGER NOT NULL, target TEXT NOT NULL, key INTEGER NOT NULL,
  PRIMARY KEY (parameter, target, key)) WITHOUT ROWID;
CREATE TABLE date_index (
  parameter INTEGER NOT NULL, key INTEGER NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL,
  PRIMARY KEY (parameter, key, low, high)) WITHOUT ROWID;
CREATE TABLE string_index (
  parameter INTEGER NOT NULL, key INTEGER NOT NULL, folded TEXT NOT NULL, exact TEXT NOT NULL,
  PRIMARY KEY (parameter, key, folded, exact)) WITHOUT ROWID;
CREATE TABLE setting (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
"""
_SECONDARY = {
    "resource_name": "CREATE UNIQUE INDEX resource_name ON resource (type, id)",
    "resource_live": "CREATE INDEX resource_live ON resource (type, key) WHERE body IS NOT NULL",
    "resource_seq": "CREATE INDEX resource_seq ON resource (type, seq)",
    "superseded_seq": "CREATE INDEX superseded_seq ON superseded (type, seq)",
}
_INDEX_TABLES = ("token", "reference", "date", "string")


@dataclass(frozen=True, slots=True)
class Stored:
    """One version of a resource; ``body`` is None when this version is its deletion. ``updated`` in microseconds."""

    type: str
    id: str
    version: int
    updated: int
    seq: int
    method: str
    body: bytes | None


class StoreSession:
    """What can be done inside one transaction; ``rights`` are those of its caller (at first: of the program itself)."""

    def __init__(self, connection: sqlite3.Connection, indexer: Indexer, clock: fhir_time.Clock) -> None:
        self.connection = connection
        self.indexer = indexer
        self.rights = Rights()
        self._clock = clock

    def find(self, resource_type: str, resource_id: str) -> Stored | None:
        """The current version, which may be a deletion; None if the address was never used."""
        row = self.connection.execute(
            "SELECT type, id, version, updated, seq, method, body FROM resource WHERE type = ? AND id = ?",
            (resource_type, resource_id),
        ).fetchone()
        return None if row is None else Stored(*row)

    def find_version(self, resource_type: str, resource_id: str, version: int) -> Stored | None:
        """One version, current or superseded."""
        current = self.find(resource_type, resource_id)
        if current is not None and current.version == version:
            return current
        row = self.connection.execute(
            "SELECT type, id, version, updated, seq, method, body FROM superseded"
            " WHERE type = ? AND id = ? AND version = ?",
            (resource_type, resource_id, version),
        ).fetchone()
        return None if row is None else Stored(*row)

    def put(self, resource: dict[str, Any], resource_id: str, method: str) -> Stored:
        """Stores a new version and its index rows; ``id`` and ``meta`` are set, everything else is kept as given."""
        resource_type: str = resource["resourceType"]
        former = self.find(resource_type, resource_id)
        stored, patched = self._next(resource_type, resource_id, former, method, resource)
        key = self._replace(former, stored)
        if patched is not None:
            rows = IndexRows()
            self.indexer.add(patched, key, rows)
            access = AccessRows()
            access.add(self.indexer, patched, key, rows.reference)
            access.insert(self.connection)
            insert_rows(self.connection, rows)
        return stored

    def remove(self, resource_type: str, resource_id: str) -> Stored | None:
        """Deletes; the deletion is a version too. None if there was nothing to delete."""
        former = self.find(resource_type, resource_id)
        if former is None or former.body is None:
            return None
        stored, _ = self._next(resource_type, resource_id, former, "DELETE", None)
        self._replace(former, stored)
        forget(self.connection, resource_type, resource_id)
        return stored

    def _next(
        self,
        resource_type: str,
        resource_id: str,
        former: Stored | None,
        method: str,
        resource: dict[str, Any] | None,
    ) -> tuple[Stored, dict[str, Any] | None]:
        version = 1 if former is None else former.version + 1
        updated = fhir_time.microseconds(self._clock.now()) // 1000 * 1000
        if former is not None:
            updated = max(updated, former.updated)
        (seq,) = self.connection.execute(
            "UPDATE setting SET value = value + 1 WHERE name = 'seq' RETURNING value"
        ).fetchone()
        patched = None if resource is None else with_meta(resource, resource_id, version, updated)
        body = None if patched is None else json_numbers.dumps(patched)
        return Stored(resource_type, resource_id, version, updated, seq, method, body), patched

    def _replace(self, former: Stored | None, stored: Stored) -> int:
        if former is None:
            cursor = self.connection.execute(
                "INSERT INTO resource (type, id, version, updated, seq, method, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
                _columns(stored),
            )
            assert cursor.lastrowid is not None
            return cursor.lastrowid
        self.connection.execute("INSERT INTO superseded VALUES (?, ?, ?, ?, ?, ?, ?)", _columns(former))
        (key,) = self.connection.execute(
            "UPDATE resource SET version = ?, updated = ?, seq = ?, method = ?, body = ?"
            " WHERE type = ? AND id = ? RETURNING key",
            (stored.version, stored.updated, stored.seq, stored.method, stored.body, stored.type, stored.id),
        ).fetchone()
        if former.body is not None:
            rows = IndexRows()
            self.indexer.add(json_numbers.decode(former.body), key, rows)
            _delete_rows(self.connection, rows)
        return int(key)


class Store:
    """The database file and the threads that use it. Close it when done."""

    def __init__(
        self, database: Path | str, *, clock: fhir_time.Clock, base_url: str, zone: tzinfo | None = None
    ) -> None:
        self.clock = clock
        self.base_url = base_url
        self.zone = zone or fhir_time.NorwegianTime()
        self.indexer = Indexer(base_url=base_url, zone=self.zone)
        self._database = str(database)
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._readers = ThreadPoolExecutor(READER_THREADS, thread_name_prefix="fhir-read")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="fhir-write")
        try:
            self._connection = self._connect()
            self._prepare()
        except sqlite3.Error as error:
            self.close()
            raise StoreUnavailable(f"the database {database} cannot be opened: {error}") from error

    def close(self) -> None:
        """Waits for what is under way and closes every connection."""
        self._readers.shutdown(wait=True)
        self._writer.shutdown(wait=True)
        for connection in self._opened:
            connection.close()
        self._opened.clear()

    async def read(self, work: Callable[[StoreSession], Result]) -> Result:
        """Runs ``work`` on a reader thread, in one snapshot of the database. Raises StoreUnavailable."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._reading, work)

    async def write(self, work: Callable[[StoreSession], Result]) -> Result:
        """Runs ``work`` on the writer thread, all or nothing, durable when this returns. Raises StoreUnavailable."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._writing, work)

    async def compute(self, work: Callable[[], Result]) -> Result:
        """Runs work without a database, such as validation, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    def write_now(self, work: Callable[[StoreSession], Result]) -> Result:
        """Like ``write``, for a caller that has no event loop."""
        return self._writer.submit(self._writing, work).result()

    def is_empty(self) -> bool:
        """True until something has been stored."""
        return self._writer.submit(self._is_empty).result()

    def page_key(self) -> bytes:
        """The secret of this database that seals paging links."""
        return self._page_key

    def _is_empty(self) -> bool:
        return self._connection.execute("SELECT 1 FROM resource LIMIT 1").fetchone() is None

    def _reading(self, work: Callable[[StoreSession], Result]) -> Result:
        connection = getattr(self._local, "connection", None)
        try:
            if connection is None:
                connection = self._local.connection = self._connect()
            connection.execute("BEGIN")
            try:
                return work(StoreSession(connection, self.indexer, self.clock))
            finally:
                connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(f"the database cannot be read: {error}") from error

    def _writing(self, work: Callable[[StoreSession], Result]) -> Result:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(StoreSession(self._connection, self.indexer, self.clock))
                self._connection.execute("COMMIT")
                return result
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(f"the database cannot be written: {error}") from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._database, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        with self._lock:
            self._opened.append(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -16000")
        return connection

    def _prepare(self) -> None:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        (schema,) = connection.execute("PRAGMA user_version").fetchone()
        if schema not in (0, 1, SCHEMA_VERSION):
            connection.execute("ROLLBACK")
            raise StoreUnavailable(f"the database {self._database} was written by another version")
        if schema == 0:
            for statement in (*_SCHEMA.split(";"), *_SECONDARY.values()):
                connection.execute(statement)
            settings = (
                ("seq", 0),
                ("digest", table_digest()),
                ("base_url", self.base_url),
                ("page_key", secrets.token_bytes(32)),
            )
            connection.executemany("INSERT INTO setting VALUES (?, ?)", settings)
        if schema != SCHEMA_VERSION:
            for statement in ACCESS_SCHEMA.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        if schema == 1 or self._is_indexed_otherwise(connection):
            self._index_anew(connection)
        connection.execute("UPDATE setting SET value = ? WHERE name = 'base_url'", (self.base_url,))
        page_key: bytes
        (page_key,) = connection.execute("SELECT value FROM setting WHERE name = 'page_key'").fetchone()
        self._page_key = page_key
        connection.execute("COMMIT")

    def _is_indexed_otherwise(self, connection: sqlite3.Connection) -> bool:
        """True after a change of the table, or of our address if a resource was stored that names the former one."""
        former = dict(connection.execute("SELECT name, value FROM setting").fetchall())
        if former["digest"] != table_digest():
            return True
        if former["base_url"] == self.base_url:
            return False
        named = "SELECT 1 FROM resource WHERE instr(body, ?) OR instr(body, ?) LIMIT 1"
        addresses = (former["base_url"].encode(), self.base_url.encode())
        return connection.execute(named, addresses).fetchone() is not None

    def _index_anew(self, connection: sqlite3.Connection) -> None:
        for name in _INDEX_TABLES:
            connection.execute(f"DELETE FROM {name}_index")
        rows, access = IndexRows(), AccessRows()
        known = set(RESOURCE_TYPES)
        for key, body in connection.execute("SELECT key, body FROM resource WHERE body IS NOT NULL"):
            resource = json_numbers.decode(body)
            if resource["resourceType"] in known:
                before = len(rows.reference)
                self.indexer.add(resource, key, rows)
                access.add(self.indexer, resource, key, rows.reference[before:])
        insert_rows(connection, rows)
        access.insert(connection)
        connection.execute("UPDATE setting SET value = ? WHERE name = 'digest'", (table_digest(),))


def load(store: Store, resources: Iterable[dict[str, Any]]) -> int:
    """Stores many resources that bring their own ids, in one transaction and without validation; returns how many.

    ``meta.lastUpdated`` is kept where given. Meant for an empty database: an id that is already used is an error
    (``ValueError``), and then nothing is stored.
    """
    return store.write_now(lambda session: _load(session, store, resources))


def _load(session: StoreSession, store: Store, resources: Iterable[dict[str, Any]]) -> int:
    connection = session.connection
    (seq,) = connection.execute("SELECT value FROM setting WHERE name = 'seq'").fetchone()
    (key,) = connection.execute("SELECT coalesce(max(key), 0) FROM resource").fetchone()
    now = fhir_time.microseconds(store.clock.now()) // 1000 * 1000
    rows, access = IndexRows(), AccessRows()
    records: list[tuple[Any, ...]] = []
    for resource in resources:
        key, seq = key + 1, seq + 1
        resource_id = resource.get("id")
        if resource["resourceType"] not in RESOURCE_TYPES or not isinstance(resource_id, str):
            raise ValueError(f"{resource.get('resourceType')}/{resource_id} cannot be loaded")
        updated = _given_time(resource, store.zone) or now
        patched = with_meta(resource, resource_id, 1, updated)
        body = json_numbers.dumps(patched)
        records.append((key, resource["resourceType"], resource_id, 1, updated, seq, "PUT", body))
        before = len(rows.reference)
        session.indexer.add(patched, key, rows)
        access.add(session.indexer, patched, key, rows.reference[before:])
    try:
        connection.executemany("INSERT INTO resource VALUES (?, ?, ?, ?, ?, ?, ?, ?)", records)
    except sqlite3.IntegrityError as error:
        raise ValueError("an id is loaded twice, or is already used") from error
    insert_rows(connection, rows)
    access.insert(connection)
    connection.execute("UPDATE setting SET value = ? WHERE name = 'seq'", (seq,))
    return len(records)


def _given_time(resource: dict[str, Any], zone: tzinfo) -> int | None:
    given = resource.get("meta", {}).get("lastUpdated")
    return fhir_time.interval(given, zone)[0] if isinstance(given, str) else None


def with_meta(resource: dict[str, Any], resource_id: str, version: int, updated: int) -> dict[str, Any]:
    """A copy with ``id``, ``meta.versionId`` and ``meta.lastUpdated`` set, first of all elements."""
    meta = {"versionId": str(version), "lastUpdated": fhir_time.instant(updated)}
    given = resource.get("meta")
    if isinstance(given, dict):
        meta |= {name: value for name, value in given.items() if name not in meta}
    patched = {"resourceType": resource["resourceType"], "id": resource_id, "meta": meta}
    return patched | {name: value for name, value in resource.items() if name not in patched}


def insert_rows(connection: sqlite3.Connection, rows: IndexRows) -> None:
    """Writes index rows, in the order of the tables' keys, which makes a bulk load several times faster."""
    for values in (rows.token, rows.reference, rows.date, rows.string):
        values.sort()
    connection.executemany("INSERT INTO token_index VALUES (?, ?, ?, ?)", rows.token)
    connection.executemany("INSERT INTO reference_index VALUES (?, ?, ?)", rows.reference)
    connection.executemany("INSERT INTO date_index VALUES (?, ?, ?, ?)", rows.date)
    connection.executemany("INSERT INTO string_index VALUES (?, ?, ?, ?)", rows.string)


def _delete_rows(connection: sqlite3.Connection, rows: IndexRows) -> None:
    connection.executemany(
        "DELETE FROM token_index WHERE parameter = ? AND code = ? AND key = ? AND system = ?", rows.token
    )
    connection.executemany(
        "DELETE FROM reference_index WHERE parameter = ? AND target = ? AND key = ?", rows.reference
    )
    connection.executemany(
        "DELETE FROM date_index WHERE parameter = ? AND key = ? AND low = ? AND high = ?", rows.date
    )
    connection.executemany(
        "DELETE FROM string_index WHERE parameter = ? AND key = ? AND folded = ? AND exact = ?", rows.string
    )


def _columns(stored: Stored) -> tuple[Any, ...]:
    return (
        stored.type,
        stored.id,
        stored.version,
        stored.updated,
        stored.seq,
        stored.method,
        stored.body,
    )
