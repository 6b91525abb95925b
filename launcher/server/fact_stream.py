"""Server-sent facts of one user's workspace: a bounded queue per listener (``GET /workspace/events``)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

Fact = dict[str, Any]


class FactStream:
    """Passes facts to every listener of a session; a listener that does not read is ended, not waited for."""

    def __init__(self, queue_length: int) -> None:
        self._queue_length = queue_length
        self._listeners: dict[str, set[asyncio.Queue[Fact | None]]] = {}

    def publish(self, sid: str, fact: Fact) -> None:
        """Give ``fact`` to the session's listeners."""
        for queue in list(self._listeners.get(sid, ())):
            try:
                queue.put_nowait(fact)
            except asyncio.QueueFull:
                self._end(sid, queue)

    def end(self, sid: str) -> None:
        """End every stream of a session."""
        for queue in list(self._listeners.get(sid, ())):
            self._end(sid, queue)

    def end_all(self) -> None:
        """End every stream: the gateway stops."""
        for sid in list(self._listeners):
            self.end(sid)

    async def listen(self, sid: str, keep_alive_seconds: float) -> AsyncIterator[Fact | None]:
        """Yield facts as they come, ``None`` when there was none for ``keep_alive_seconds``."""
        queue: asyncio.Queue[Fact | None] = asyncio.Queue(self._queue_length)
        self._listeners.setdefault(sid, set()).add(queue)
        try:
            while True:
                try:
                    fact = await asyncio.wait_for(queue.get(), keep_alive_seconds)
                except TimeoutError:
                    yield None
                    continue
                if fact is None:
                    return
                yield fact
        finally:
            self._forget(sid, queue)

    def _end(self, sid: str, queue: asyncio.Queue[Fact | None]) -> None:
        self._forget(sid, queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)

    def _forget(self, sid: str, queue: asyncio.Queue[Fact | None]) -> None:
        listeners = self._listeners.get(sid, set())
        listeners.discard(queue)
        if not listeners:
            self._listeners.pop(sid, None)
