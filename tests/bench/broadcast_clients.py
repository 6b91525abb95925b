"""Subscribers as cheap as there are: real sockets that acknowledge each event at once, so that the server shows."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import struct
import time
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_ID = re.compile(rb'"id": ?"([^"]+)"')
TEXT, SHORT, TWO_BYTES = 0x81, 126, 127
UNMASKED = bytes(4)
"""A masking key of noughts: the frame is masked, as a client's has to be, and its bytes stand as they are."""


class Subscriber(asyncio.Protocol):
    """One WebSocket; ``heard(event id)`` is called for each event, after its acknowledgement was written."""

    def __init__(self, host: str, path: str, heard: Callable[[bytes], None]) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._host, self._path, self._heard = host, path, heard
        self._buffer = bytearray()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (
            f"GET {self._path} HTTP/1.1",
            f"Host: {self._host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
        )
        transport.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self.opened.done():
            head, found, rest = bytes(self._buffer).partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.opened.set_exception(RuntimeError(head[:120].decode()))
                return
            self.opened.set_result(None)
            self._buffer = bytearray(rest)
        while (frame := self._next_frame()) is not None:
            found_id = _ID.search(frame)
            if found_id is not None:
                self._acknowledge(found_id[1])
                self._heard(found_id[1])

    def _next_frame(self) -> bytes | None:
        """The payload of the next whole frame."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        length, start = buffer[1], 2
        if length == SHORT:
            start = 4
            length = int.from_bytes(buffer[2:4], "big")
        elif length == TWO_BYTES:
            start = 10
            length = int.from_bytes(buffer[2:10], "big")
        if len(buffer) < start + length:
            return None
        frame = bytes(buffer[start : start + length])
        del buffer[: start + length]
        return frame

    def _acknowledge(self, event_id: bytes) -> None:
        answer = b'{"id":"' + event_id + b'","status":200}'
        self._transport.write(struct.pack("!BB", TEXT, 0x80 | len(answer)) + UNMASKED + answer)

    def close(self) -> None:
        self._transport.abort()


class Caller:
    """One kept connection for calls over HTTP."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self._reader, self._writer, self._host = reader, writer, host

    @classmethod
    async def to(cls, port: int) -> Caller:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        return cls(reader, writer, f"127.0.0.1:{port}")

    async def call(self, method: str, path: str, token: str, body: bytes = b"", kind: str = "") -> bytes:
        """The body of a good answer. Raises ``RuntimeError`` for any other."""
        lines = (
            f"{method} {path} HTTP/1.1",
            f"Host: {self._host}",
            f"Authorization: Bearer {token}",
            f"Content-Type: {kind}",
            f"Content-Length: {len(body)}",
        )
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        answer = await self._reader.readexactly(int(length[1]) if length else 0)
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 202")):
            raise RuntimeError(f"{method} {path}: {head[:60]!r} {answer[:120]!r}")
        return answer

    async def endpoint(self, topic: str, token: str) -> str:
        """The path of a new channel for opens of a patient."""
        form = {
            "hub.channel.type": "websocket",
            "hub.mode": "subscribe",
            "hub.topic": topic,
            "hub.events": "Patient-open,Patient-close",
        }
        body = urlencode(form).encode()
        answer = await self.call("POST", "/fhircast", token, body, "application/x-www-form-urlencoded")
        return str(urlsplit(json.loads(answer)["hub.channel.endpoint"]).path)

    def close(self) -> None:
        self._writer.close()


class Audience:
    """All the subscribers, and when the last of them had heard an event."""

    def __init__(self) -> None:
        self.subscribers: list[Subscriber] = []
        self._waiting_for = b""
        self._left = 0
        self._last: asyncio.Future[float] | None = None

    async def join(self, port: int, path: str) -> None:
        """One more."""
        loop = asyncio.get_running_loop()
        made = lambda: Subscriber(f"127.0.0.1:{port}", path, self._heard)  # noqa: E731
        _, subscriber = await loop.create_connection(made, "127.0.0.1", port)
        await subscriber.opened
        self.subscribers.append(subscriber)

    def expect(self, event_id: str) -> asyncio.Future[float]:
        """The moment at which the last subscriber will have heard this event."""
        self._waiting_for, self._left = event_id.encode(), len(self.subscribers)
        self._last = asyncio.get_running_loop().create_future()
        return self._last

    def _heard(self, event_id: bytes) -> None:
        if event_id != self._waiting_for:
            return
        self._left -= 1
        if self._left == 0 and self._last is not None:
            self._last.set_result(time.perf_counter())

    def leave(self) -> None:
        """Everybody hangs up."""
        for subscriber in self.subscribers:
            subscriber.close()
