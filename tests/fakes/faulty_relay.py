"""A server in between that can be stopped, fall silent, or spoil what the server behind it says."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Coroutine
from typing import TypeVar

from tests.fakes.upstream_systems import LoopThread

Result = TypeVar("Result")
TURNS_TO_BE_SERVED = 5
"""Turns of the loop from a connection that was accepted to the first step of its task."""
Fault = Callable[[bytes], bytes | None]
"""What becomes of a whole answer: other bytes, or ``None`` for no answer at all."""


def silence(answer: bytes) -> bytes | None:
    """Nothing is said; the connection stays open."""
    return None


def garbage(answer: bytes) -> bytes:
    """Not HTTP."""
    return b"\x16\x03\x01 this is no answer\r\n\r\n"


def not_json(answer: bytes) -> bytes:
    """A good head, a body that breaks off inside the JSON."""
    body = b'{"resourceType": "Patient", "id": "p-00000000aa", "name": ['
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: %d\r\n"
        b"Connection: close\r\n\r\n%s"
    ) % (len(body), body)


def broken_off(answer: bytes) -> bytes:
    """The connection ends in the middle of the body."""
    return answer[:-20]


def mistake(answer: bytes) -> bytes:
    """A page of the server's own about an error."""
    body = b"<h1>java.lang.NullPointerException</h1> at no.journal.Patient(Patient.java:42)"
    head = b"HTTP/1.1 500 Oops\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    return head % len(body) + body


class FaultyRelay:
    """Passes one request on for each connection; ``fault`` spoils the answers, ``stop`` and ``start`` the server."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._loop = LoopThread()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.fault: Fault | None = None
        self.requests = 0
        self.start()

    def start(self) -> None:
        """Listen, on the same port as ever."""
        self._run(self._start())

    def stop(self) -> None:
        """Refuse connections."""
        self._run(self._stop())

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        self._loop.close()

    def _run(self, work: asyncio.Future[None] | object) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop.loop).result(10)  # type: ignore[arg-type]

    async def _start(self) -> None:
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", self.port))
        self.port = bound.getsockname()[1]
        self._server = await asyncio.start_server(self._serve, sock=bound)

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in list(self._open):
                writer.transport.abort()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._relay(reader, writer)
        finally:
            self._open.discard(writer)
            writer.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.lower().startswith(b"content-length:")), 0)
        body = await reader.readexactly(length)
        self.requests += 1
        kept = [line for line in lines[:-2] if not line.lower().startswith(b"connection:")]
        answer = await self._asked(b"\r\n".join([*kept, b"Connection: close", b"", body]))
        said = answer if self.fault is None else self.fault(answer)
        if said is None:
            await reader.read()
        else:
            writer.write(said)
            await writer.drain()

    async def _asked(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        writer.write(request)
        try:
            return await reader.read()
        finally:
            writer.close()


class LineRelay:
    """A line to a server that carries whatever it is given, until it is cut or nothing comes through any more."""

    def __init__(self, bound: socket.socket, target_port: int) -> None:
        self._target_port = target_port
        self._loop = LoopThread()
        self._through = asyncio.Event()
        self._through.set()
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._refuses = False
        self.lost_bytes = 0
        self._server = self._run(asyncio.start_server(self._serve, sock=bound))

    def cut(self, *, refuse: bool = False) -> None:
        """End every connection; with ``refuse`` new ones end at once as well, until ``restore``."""
        self._run(self._cut(refuse))

    def freeze(self) -> None:
        """Half open: connections stay, new ones are taken, and not one byte comes through in either direction."""
        self._run(self._set(through=False))

    def restore(self) -> None:
        """Everything works again; what was sent in between is lost with its connection."""
        self._run(self._cut(False))
        self._run(self._set(through=True))

    def close(self) -> None:
        self._run(self._cut(True))
        self._run(self._end())
        self._loop.close()

    def _run(self, work: Coroutine[object, object, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop.loop).result(10)

    async def _set(self, *, through: bool) -> None:
        self._through.set() if through else self._through.clear()

    async def _cut(self, refuse: bool) -> None:
        self._refuses = refuse
        for writer in list(self._open):
            writer.transport.abort()

    async def _end(self) -> None:
        """Whoever was let in just now comes as far as being refused: a task cancelled before its first step closes nothing."""
        self._server.close()
        for _ in range(TURNS_TO_BE_SERVED):
            await asyncio.sleep(0)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        ends = [writer]
        self._open.add(writer)
        try:
            if self._refuses:
                return
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
            ends.append(there_writer)
            self._open.add(there_writer)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(reader, there_writer))
                both.create_task(self._carry(there_reader, writer))
        finally:
            self._open.difference_update(ends)
            for end in ends:
                end.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if self._through.is_set():
                    writer.write(data)
                    await writer.drain()
                else:
                    self.lost_bytes += len(data)
            writer.close()
