"""WebSockets for rows that read one line after the other, all served by one thread.

One thread, since a TLS connection that one thread reads while another writes loses what was written: under Python 3.11
nothing guards it, and the server's session tickets come just when the request for the WebSocket goes out.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from websockets.asyncio.client import ClientConnection, connect

CLOSED_WITHIN = 5.0
"""Seconds for the other side to say goodbye too."""
Result = TypeVar("Result")


class Lines:
    """The thread and its connections, which end with the block."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="websockets", daemon=True)
        self._open: list[Line] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        for line in self._open:
            line.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def connected(
        self, endpoint: str, reached: socket.socket, trusting: ssl.SSLContext | None, seconds: float
    ) -> Line:
        """A WebSocket over ``reached``. Raises ``InvalidHandshake``, ``TimeoutError``."""

        async def opened() -> ClientConnection:
            return await connect(
                endpoint,
                sock=reached,
                ssl=trusting,
                proxy=None,
                open_timeout=seconds,
                close_timeout=CLOSED_WITHIN,
            )

        line = Line(self, self.done(opened()))
        self._open.append(line)
        return line

    def done(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Have it done by the thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


class Line:
    """One WebSocket; raises ``ConnectionClosed`` when it is over."""

    def __init__(self, lines: Lines, connection: ClientConnection) -> None:
        self._lines = lines
        self._connection = connection

    def recv(self, seconds: float) -> str | bytes:
        """The next message. Raises ``TimeoutError``."""

        async def message() -> str | bytes:
            async with asyncio.timeout(seconds):
                return await self._connection.recv()

        return self._lines.done(message())

    def send(self, text: str) -> None:
        self._lines.done(self._connection.send(text))

    def close(self, code: int = 1000) -> None:
        self._lines.done(self._connection.close(code))

    def break_off(self) -> None:
        """The connection is gone without a word."""

        async def broken() -> None:
            self._connection.transport.abort()
            await self._connection.wait_closed()

        self._lines.done(broken())
