"""The sealed records of a hosted gateway on disk: durable, sealed, of one issuer, for one process (S7, S8)."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from launcher.server.durable_answers import DurableAnswers
from launcher.stores.errors import StateUnusable, StateUnwritable
from launcher.stores.sealing import Sealer
from launcher.stores.sqlite_state import SqliteState

ISSUER = "https://vaktrom.fjordvik.example"
OLD, NEW = ("old", bytes(32)), ("new", bytes(range(32)))


def opened(path: Path, *keys: tuple[str, bytes], issuer: str = ISSUER) -> SqliteState:
    return SqliteState(path, issuer, keys or (OLD,), os.urandom)


def sealed(name: str, plain: bytes, key: tuple[str, bytes] = OLD) -> bytes:
    return Sealer(key[1], os.urandom).seal(name, plain)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gateway.sqlite"


async def test_what_was_put_is_there_again(path: Path) -> None:
    state = opened(path)
    for name in ("grant/1", "grant/2", "session/1"):
        state.put(name, sealed(name, b"first"))
    state.put("grant/2", None)
    last = sealed("grant/1", b"last")
    state.put("grant/1", last)
    behind = state.is_behind
    assert behind
    await state.written()
    assert state.is_behind is False
    state.put("session/2", b"on its way when the process ends")
    await state.close()
    again = opened(path)
    assert [name for name, _ in again.records] == ["grant/1", "session/1", "session/2"]
    assert dict(again.records)["grant/1"] == last
    await again.close()
    assert path.stat().st_mode & 0o777 == 0o600


async def test_a_commit_is_on_the_disk_when_it_returns(path: Path) -> None:
    """S8: not only in the operating system's memory (``synchronous=FULL`` is 2)."""
    state = opened(path)
    settings = [
        state._connection.exec_driver_sql(f"PRAGMA {name}").scalar()
        for name in ("synchronous", "journal_mode")
    ]
    assert settings == [2, "wal"]
    await state.close()


async def test_one_wait_for_many(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is put while a commit runs goes into the next one together; nobody's answer is early."""
    state = opened(path)
    batches: list[list[str]] = []
    commit = state._commit

    def counted(batch: dict[str, bytes | None]) -> None:
        batches.append(list(batch))
        commit(batch)

    monkeypatch.setattr(state, "_commit", counted)

    async def answer(number: int) -> bool:
        state.put(f"grant/{number}", b"x")
        await state.written()
        return any(f"grant/{number}" in batch for batch in batches)

    assert all(await asyncio.gather(*(answer(number) for number in range(50))))
    assert len(batches) <= 2
    await state.close()


async def test_a_record_may_come_from_another_thread(path: Path) -> None:
    """A signing key is made beside the loop; whoever is answered afterwards waits for its record."""
    state = opened(path)
    await asyncio.to_thread(state.put, "signing-key/1", b"a key")
    await state.written()
    await state.close()
    again = opened(path)
    assert dict(again.records) == {"signing-key/1": b"a key"}
    await again.close()


async def test_two_processes_cannot_share_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("launcher.stores.sqlite_state.LOCK_SECONDS", 0.05)
    state = opened(path)
    with pytest.raises(StateUnusable, match="another gateway is using it"):
        opened(path)
    await state.close()


async def test_it_belongs_to_one_issuer(path: Path) -> None:
    await opened(path).close()
    with pytest.raises(StateUnusable, match=f"belongs to {ISSUER}"):
        opened(path, issuer="https://andre.example")
    await opened(path).close()


async def test_a_new_key_seals_everything_anew(path: Path) -> None:
    state = opened(path)
    state.put("grant/1", sealed("grant/1", b"a grant"))
    await state.close()
    state = opened(path, OLD, NEW)
    assert Sealer(NEW[1], os.urandom).open("grant/1", dict(state.records)["grant/1"]) == b"a grant"
    await state.close()
    await opened(path, NEW).close()
    with pytest.raises(StateUnusable, match="sealed with the key new, which is not there"):
        opened(path, OLD)
    with pytest.raises(StateUnusable, match="does not open"):
        opened(path, ("new", bytes(32)), ("newer", NEW[1]))


async def test_what_is_no_state_is_refused(path: Path) -> None:
    path.write_bytes(b"this is no database, but it is long enough to look at" * 40)
    with pytest.raises(StateUnusable, match="cannot be used"):
        opened(path)
    path.unlink()
    await opened(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE about SET value = '2' WHERE what = 'form'")
    connection.close()
    with pytest.raises(StateUnusable, match="another version"):
        opened(path)


class _FullDisk:
    """Commits fail while ``full``."""

    def __init__(self, state: SqliteState, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = True
        commit = state._commit

        def failing(batch: dict[str, bytes | None]) -> None:
            if self.full:
                raise OSError(28, "No space left on device")
            commit(batch)

        monkeypatch.setattr(state, "_commit", failing)


async def _ask(app: Any, kind: str = "http") -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    await app({"type": kind}, receive, send)
    return sent


async def test_no_answer_before_the_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk: 503 instead of a token, a closed socket instead of an event; afterwards everything is stored."""
    state = opened(path)
    disk = _FullDisk(state, monkeypatch)

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        state.put("refresh/1", b"rotated")
        if scope["type"] == "websocket":
            await send({"type": "websocket.send", "text": "an event"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"the token"})

    app = DurableAnswers(answering, state)
    refused = await _ask(app)
    assert [message.get("status") for message in refused] == [503, None]
    assert b"the token" not in refused[1]["body"]
    assert await _ask(app, "websocket") == [{"type": "websocket.close", "code": 1011}]
    with pytest.raises(StateUnwritable, match="No space left"):
        await state.written()
    disk.full = False
    assert [message.get("status") for message in await _ask(app)] == [200, None]
    await state.close()
    again = opened(path)
    assert dict(again.records) == {"refresh/1": b"rotated"}
    await again.close()
