"""Runs several ASGI applications on inherited sockets in one process, until told to end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import uvicorn

GRACE_SECONDS = 1


class QuietServer(uvicorn.Server):
    """A uvicorn server that leaves signals to the program."""

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


async def serve_all(pairs: Sequence[tuple[Any, Any]], started: asyncio.Event, ended: asyncio.Event) -> None:
    """Serve each (application, socket) until ``ended``; ``started`` is set when all accept requests."""
    servers = [(server(application), socket) for application, socket in pairs]
    tasks = [asyncio.create_task(one.serve(sockets=[socket])) for one, socket in servers]
    try:
        while not all(one.started for one, _ in servers):
            if any(task.done() for task in tasks):
                break
            await asyncio.sleep(0.005)
        else:
            started.set()
            await ended.wait()
    finally:
        for one, _ in servers:
            one.should_exit = True
        await asyncio.gather(*tasks)
