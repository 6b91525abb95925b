"""The program's loop ends with nothing running and no connection open."""

from __future__ import annotations

import asyncio
import gc
import socket
import warnings
from collections.abc import Iterator
from concurrent.futures import CancelledError

import pytest

from shell.composition.io_loop import IoLoop


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        yield server


def connected(io: IoLoop, server: socket.socket) -> tuple[list[asyncio.BaseTransport], socket.socket]:
    """Both ends of a connection that the loop made."""
    work = io.loop.create_connection(asyncio.Protocol, *server.getsockname())
    transport, _ = io.submit(work).result(5)
    there, _ = server.accept()
    there.settimeout(5)
    return [transport], there


def test_a_connection_that_its_client_forgot_is_closed(listening: socket.socket) -> None:
    """Mutant: only tasks are cancelled; the socket stays until it is collected, with a warning into whoever comes next."""
    io = IoLoop()
    kept, there = connected(io, listening)
    with there, warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        io.stop()
        kept.clear()
        gc.collect()
        assert there.recv(1) == b""


def test_what_a_cancelled_task_starts_is_cancelled_as_well() -> None:
    """Mutant: one round of cancelling."""
    io = IoLoop()
    begun, ended = [], []

    async def late() -> None:
        begun.append(True)
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(True)

    async def first() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            keep.append(asyncio.create_task(late()))
            await asyncio.sleep(0)

    keep: list[asyncio.Task[None]] = []
    future = io.submit(first())
    io.submit(asyncio.sleep(0)).result(5)
    io.stop()
    with pytest.raises(CancelledError):
        future.result(0)
    assert begun == ended == [True] and io.loop.is_closed()


def test_a_task_that_will_not_end_holds_nobody_up(listening: socket.socket) -> None:
    """Mutant: the loop waits for good, or the connection is closed only when every task has ended."""
    io = IoLoop()
    kept, there = connected(io, listening)

    async def stubborn() -> None:
        for _ in range(1000):
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                continue

    io.submit(stubborn())
    io.submit(asyncio.sleep(0)).result(5)
    io.stop()
    with there:
        assert there.recv(1) == b""
    kept.clear()
