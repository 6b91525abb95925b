"""The program's asyncio loop in a thread of its own; free of Qt, so that children can be started before Qt is imported."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
import weakref
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

Result = TypeVar("Result")
END_SECONDS = 2.0
LAST_ROUNDS = 3
"""Turns of the loop until a connection that was aborted has also closed its socket."""

if TYPE_CHECKING or sys.platform != "win32":
    EventLoop = asyncio.SelectorEventLoop
else:
    EventLoop = asyncio.ProactorEventLoop


class _Loop(EventLoop):
    """Knows the connections it made: a client that is cancelled while it connects, or closed while it asks, forgets its own."""

    def __init__(self) -> None:
        super().__init__()
        self._connections: weakref.WeakSet[asyncio.BaseTransport] = weakref.WeakSet()

    async def create_connection(self, *given: Any, **options: Any) -> Any:
        transport, protocol = await super().create_connection(*given, **options)
        self._connections.add(transport)
        return transport, protocol

    async def end(self, seconds: float) -> None:
        """Cancel what still runs, for at most ``seconds``, and leave no connection open."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
                    for task in tasks:
                        task.cancel()
                    await asyncio.wait(tasks)
        for transport in list(self._connections):
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()
        for _ in range(LAST_ROUNDS):
            await asyncio.sleep(0)


class IoLoop:
    """Runs coroutines beside the thread that made it. Children started here end with this thread, not before."""

    def __init__(self) -> None:
        self._loop = _Loop()
        self.loop: asyncio.AbstractEventLoop = self._loop
        self._thread = threading.Thread(target=self._serve, name="vaktrom-io", daemon=True)
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Start ``work``; cancel it through the future."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def stop(self) -> None:
        """Cancel what still runs and end the thread (at most two seconds)."""
        if self.loop.is_running():
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(END_SECONDS + 1)

    def _serve(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        self.loop.run_until_complete(self._loop.end(END_SECONDS))
        self.loop.close()
