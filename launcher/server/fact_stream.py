"""Server-sent facts of each user's workspace: a bounded queue per listener (``GET /workspace/events``)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

Fact = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listener:
    """One open stream; ``None`` in its queue is the end."""

    sid: str
    queue: asyncio.Queue[Fact | None]


class FactStream:
    """Passes facts to every listener of a session; a listener that does not read is ended, not waited for."""

    def __init__(self, queue_length: int) -> None:
        self._queue_length = queue_length
        self._listeners: dict[str, set[asyncio.Queue[Fact | None]]] = {}
        self._record_answers = True

    @property
    def record(self) -> Fact:
        """Whether the record system answered when it was last asked, by whomever."""
        return {"type": "record", "answers": self._record_answers}

    def record_heard(self, answers: bool) -> None:
        """Tell every session when the record system goes away or comes back."""
        if answers is not self._record_answers:
            self._record_answers = answers
            for sid in list(self._listeners):
                self.publish(sid, self.record)

    def publish(self, sid: str, fact: Fact) -> None:
        """Give ``fact`` to the session's listeners."""
        for queue in list(self._listeners.get(sid, ())):
            try:
                queue.put_nowait(fact)
            except asyncio.QueueFull:
                self._end(sid, queue)

    def listens(self, sid: str) -> bool:
        """Whether anybody hears the session's facts."""
        return sid in self._listeners

    def offer(self, sid: str, fact: Fact) -> None:
        """Give a fact that may be missed: a listener that is behind goes without it, and is not ended for it."""
        for queue in list(self._listeners.get(sid, ())):
            if queue.qsize() * 2 < self._queue_length:
                queue.put_nowait(fact)

    def end(self, sid: str) -> None:
        """End every stream of a session."""
        for queue in list(self._listeners.get(sid, ())):
            self._end(sid, queue)

    def end_all(self) -> None:
        """End every stream: the gateway stops."""
        for sid in list(self._listeners):
            self.end(sid)

    def open(self, sid: str) -> Listener:
        """A listener that gets every fact published from now on; give it back with :meth:`close`."""
        listener = Listener(sid, asyncio.Queue(self._queue_length))
        self._listeners.setdefault(sid, set()).add(listener.queue)
        return listener

    def close(self, listener: Listener) -> None:
        """Forget a listener."""
        self._forget(listener.sid, listener.queue)

    def _end(self, sid: str, queue: asyncio.Queue[Fact | None]) -> None:
        self._forget(sid, queue)
        if queue.full():
            queue.get_nowait()
        queue.put_nowait(None)

    def _forget(self, sid: str, queue: asyncio.Queue[Fact | None]) -> None:
        listeners = self._listeners.get(sid, set())
        listeners.discard(queue)
        if not listeners:
            self._listeners.pop(sid, None)
