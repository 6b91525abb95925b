"""The sealed records of a hosted gateway in one SQLite file, durable before the answer that depends on them (S8).

The gateway works in memory; every change of state is a record (``journal``) that is put here. One writer commits at
``synchronous=FULL`` whatever has been put since its last commit, so many answers share one wait for the disk.
Rows hold AES-256-GCM only, each under the named state key it was sealed with; opening the file seals older rows anew
under the current key. The file belongs to one issuer and to one process at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    select,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from launcher.stores.errors import SealBroken, StateUnusable, StateUnwritable
from launcher.stores.sealing import Sealer

FORM = "1"
"""What the tables look like; a file of a later form is refused."""
LOCK_SECONDS = 2.0
"""How long a start waits for the process before it to let go of the file."""

_TABLES = MetaData()
_RECORD = Table(
    "record",
    _TABLES,
    Column("name", String, primary_key=True),
    Column("key", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
_ABOUT = Table(
    "about", _TABLES, Column("what", String, primary_key=True), Column("value", String, nullable=False)
)
_PUT = insert(_RECORD)
_KEEP = _PUT.on_conflict_do_update(
    index_elements=["name"], set_={"key": _PUT.excluded.key, "sealed": _PUT.excluded.sealed}
)
_DROP = _RECORD.delete().where(_RECORD.c.name == bindparam("gone"))

Keys = Sequence[tuple[str, bytes]]
Batch = dict[str, bytes | None]


class SqliteState:
    """The state of one gateway; :meth:`put` is its journal's sink. Made on the event loop that writes it.

    ``keys`` are (name, key), newest last. Raises :class:`StateUnusable`.
    """

    def __init__(self, path: Path, issuer: str, keys: Keys, random_bytes: Callable[[int], bytes]) -> None:
        self._path = path
        self._key_name = keys[-1][0]
        self._loop = asyncio.get_running_loop()
        self._changing = threading.Lock()
        self._waiting: Batch = {}
        self._put = self._written = 0
        self._failure: str | None = None
        self._writing: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "state writer")
        with contextlib.ExitStack() as opening:
            try:
                engine = _engine(path)
                opening.callback(engine.dispose)
                self._connection = engine.connect()
                opening.callback(self._connection.close)
                self.records = self._opened(issuer, dict(keys), Sealer(keys[-1][1], random_bytes))
            except (SQLAlchemyError, sqlite3.Error, OSError) as error:
                raise StateUnusable(f"{path} cannot be used ({_reason(error)})") from error
            self._held = opening.pop_all()

    @property
    def is_behind(self) -> bool:
        """True while something that was put is not on disk yet."""
        return self._written < self._put

    def put(self, name: str, sealed: bytes | None) -> None:
        """Take a record, or ``None`` when its object is gone; it is written soon, :meth:`written` says when.

        From any thread: a signing key is made beside the loop, and no answer may be faster than its record.
        """
        with self._changing:
            self._waiting[name] = sealed
            self._put += 1
        self._loop.call_soon_threadsafe(self._write_soon)

    async def written(self) -> None:
        """Return when everything that has been put until now is on disk. Raises :class:`StateUnwritable`."""
        until = self._put
        while self._written < until:
            await asyncio.shield(self._write_soon())
            if self._failure is not None:
                raise StateUnwritable(self._failure)

    async def close(self) -> None:
        """Write what waits and give the file back. Raises :class:`StateUnwritable`."""
        try:
            await self.written()
        finally:
            self._thread.shutdown()
            self._held.close()

    def _write_soon(self) -> asyncio.Task[None]:
        if self._writing is None or self._writing.done():
            self._writing = self._loop.create_task(self._write())
        return self._writing

    async def _write(self) -> None:
        """Commit until nothing waits; a batch that fails waits on, under what has been put since."""
        self._failure = None
        while self._waiting and self._failure is None:
            with self._changing:
                batch, self._waiting, until = self._waiting, {}, self._put
            try:
                await self._loop.run_in_executor(self._thread, self._commit, batch)
                self._written = until
            except Exception as error:  # whatever it was: these records must not be lost
                with self._changing:
                    self._waiting = batch | self._waiting
                self._failure = f"{self._path} cannot be written ({_reason(error)})"

    def _commit(self, batch: Mapping[str, bytes | None]) -> None:
        kept = [
            {"name": name, "key": self._key_name, "sealed": sealed}
            for name, sealed in batch.items()
            if sealed is not None
        ]
        gone = [{"gone": name} for name, sealed in batch.items() if sealed is None]
        with self._connection.begin():
            if kept:
                self._connection.execute(_KEEP, kept)
            if gone:
                self._connection.execute(_DROP, gone)

    def _opened(self, issuer: str, keys: Mapping[str, bytes], current: Sealer) -> list[tuple[str, bytes]]:
        with self._connection.begin():
            _TABLES.create_all(self._connection)
            _belongs_here(self._connection, {"form": FORM, "issuer": issuer}, self._path)
            rows = self._connection.execute(select(_RECORD)).all()
            older = [
                {"name": name, "key": self._key_name, "sealed": self._anew(name, key, sealed, keys, current)}
                for name, key, sealed in rows
                if key != self._key_name
            ]
            if older:
                self._connection.execute(_KEEP, older)
            found = self._connection.execute(select(_RECORD.c.name, _RECORD.c.sealed).order_by("name")).all()
        return [(name, sealed) for name, sealed in found]

    def _anew(self, name: str, key: str, sealed: bytes, keys: Mapping[str, bytes], current: Sealer) -> bytes:
        if key not in keys:
            raise StateUnusable(f"{self._path} is sealed with the key {key}, which is not there")
        try:
            return current.seal(name, Sealer(keys[key], os.urandom).open(name, sealed))
        except SealBroken as broken:
            raise StateUnusable(f"{self._path} does not open with the key {key}") from broken


def _engine(path: Path) -> Engine:
    """One connection for good; nobody else may use the file meanwhile."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=LOCK_SECONDS, check_same_thread=False)
        for setting in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {setting}")
        return connection

    return create_engine("sqlite://", creator=connect, poolclass=StaticPool)


def _belongs_here(connection: Connection, demanded: Mapping[str, str], path: Path) -> None:
    """The file is new, or says of itself what is demanded. Raises :class:`StateUnusable`."""
    found = {row.what: row.value for row in connection.execute(select(_ABOUT))}
    if not found:
        connection.execute(insert(_ABOUT), [{"what": what, "value": demanded[what]} for what in demanded])
        return
    if found.get("form") != demanded["form"]:
        raise StateUnusable(f"{path} was written by another version of this program")
    if found.get("issuer") != demanded["issuer"]:
        raise StateUnusable(f"{path} belongs to {found.get('issuer')}")


def _reason(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    if "locked" in str(cause):
        return "another gateway is using it"
    return str(getattr(cause, "strerror", None) or cause)
