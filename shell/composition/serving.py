"""Runs ASGI applications on inherited sockets, several in one process."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn

GRACE_SECONDS = 1


class QuietServer(uvicorn.Server):
    """A uvicorn server that leaves signals to the program; ``accepting`` is set when it has started."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.accepting = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self.accepting.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server(application: Any) -> QuietServer:
    return QuietServer(
        uvicorn.Config(
            application,
            ws="websockets-sansio",
            lifespan="on",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )


@contextlib.asynccontextmanager
async def served(application: Any, listener: socket.socket) -> AsyncIterator[None]:
    """Inside it the application accepts requests on ``listener``; leaving it ends them. Raises what the server raised."""
    one = server(application)
    serving = asyncio.create_task(one.serve(sockets=[listener]))
    accepting = asyncio.create_task(one.accepting.wait())
    try:
        await asyncio.wait({serving, accepting}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            await serving
            raise RuntimeError("the server ended while it started")
        yield
    finally:
        accepting.cancel()
        one.should_exit = True
        await serving
