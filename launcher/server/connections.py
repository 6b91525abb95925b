"""Connections that waste no place: headers and bodies come in time, or the connection is closed (slowloris)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Literal

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from launcher.server.web_sockets import MeteredWebSocket

Awaited = Literal["headers", "body"]


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Seconds from the connection, or from the first byte of a later request, to its whole headers; then to the end
    of its body. ``frame_bytes`` is the longest WebSocket message that a client may send, ``header_bytes`` what line
    and headers of one request may be long."""

    header_seconds: float = 5.0
    body_seconds: float = 60.0
    header_bytes: int = 64 * 1024
    frame_bytes: int = 64 * 1024


class PunctualProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 with deadlines for what the client owes; its own timer covers the pause between requests."""

    limits = ConnectionLimits()

    _awaited: Awaited | None = None
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected and now owes its first headers."""
        super().connection_made(transport)
        self._await("headers")

    def data_received(self, data: bytes) -> None:
        """Something came: what is owed now?"""
        super().data_received(data)
        if self.transport.get_protocol() is not self:
            return
        if self.conn.their_state is h11.SEND_BODY:
            self._await("body")
        elif self.conn.their_state is h11.IDLE and self.conn.our_state is h11.IDLE:
            self._await("headers")
        else:
            self._await(None)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """The connection is somebody else's from here on."""
        self._await(None)
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._await(None)
        super().connection_lost(exc)

    def _await(self, awaited: Awaited | None) -> None:
        if awaited == self._awaited:
            return
        self._awaited = awaited
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if awaited is not None:
            seconds = self.limits.header_seconds if awaited == "headers" else self.limits.body_seconds
            self._deadline = self.loop.call_later(seconds, self._too_late)

    def _too_late(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()


def connection_settings(limits: ConnectionLimits) -> dict[str, Any]:
    """The keyword arguments for ``uvicorn.Config`` that put ``limits`` into force."""
    protocol = type("LimitedProtocol", (PunctualProtocol,), {"limits": limits})
    return {
        "http": protocol,
        "ws": MeteredWebSocket,
        "ws_max_size": limits.frame_bytes,
        "h11_max_incomplete_event_size": limits.header_bytes,
    }
