"""WebSocket connections that cost no more than they bring: pings, fragments and readers that never read (RFC 6455 5)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    from websockets.frames import Frame

POLICY_VIOLATION = 1008


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """Pings, pongs and fragments of one connection: ``small_frames`` at once, then ``small_frames_per_second``; one more
    closes it (1008). ``linger_seconds`` is how long a connection that is over may take to read what it was sent."""

    small_frames: int = 256
    small_frames_per_second: int = 32
    linger_seconds: float = 10.0


class MeteredWebSocket(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, which alone would answer every ping into memory, keep fragments of no length, and wait for ever."""

    limits = SocketLimits()

    _left: float | None = None
    _since: float = 0.0

    def handle_ping(self) -> None:
        """Answer a ping; not while the other side does not read (the pong of a later one will do, 5.5.3)."""
        if self._may_go_on():
            if self.writable.is_set():
                super().handle_ping()
            else:
                self.conn.data_to_send()

    def handle_pong(self, event: Frame) -> None:
        """A pong, asked for or not."""
        if self._may_go_on():
            super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        """One more fragment of a message."""
        if self._may_go_on():
            super().handle_cont(event)

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """The application is done with it; the connection ends even if what is left is never read."""
        super().on_task_complete(task)
        self.loop.call_later(self.limits.linger_seconds, self.transport.abort)

    def _may_go_on(self) -> bool:
        """Count one small frame; one too many ends the connection."""
        if self.close_sent:
            return False
        now, most = self.loop.time(), float(self.limits.small_frames)
        gained = (now - self._since) * self.limits.small_frames_per_second
        self._left = most if self._left is None else min(most, self._left + gained)
        self._since = now
        if self._left >= 1:
            self._left -= 1
            return True
        self.conn.fail(POLICY_VIOLATION, "too many small frames")
        self.handle_parser_exception()
        return False
