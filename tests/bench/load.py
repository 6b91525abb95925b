"""One request, sent again and again over kept connections: as cheap a client as there is, so that the server shows."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked, and of whom; ``headers`` are whole lines."""

    url: str
    token: str
    headers: tuple[str, ...] = ()

    def raw(self) -> bytes:
        """The request's bytes."""
        parts = urlsplit(self.url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        lines = (
            f"GET {target} HTTP/1.1",
            f"Host: {parts.netloc}",
            f"Authorization: Bearer {self.token}",
            "Accept: application/fhir+json",
            *self.headers,
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


async def exchange(call: Call, times: int, side_by_side: int = 1) -> list[float]:
    """Send the call ``times`` times over ``side_by_side`` connections; seconds of each. Raises on any but 200."""
    left = iter(range(times))
    seconds: list[float] = []
    await asyncio.gather(*(_connection(call, left, seconds) for _ in range(side_by_side)))
    return seconds


async def _connection(call: Call, left: object, seconds: list[float]) -> None:
    parts = urlsplit(call.url)
    reader, writer = await asyncio.open_connection("127.0.0.1", parts.port)
    request = call.raw()
    try:
        for _ in left:  # type: ignore[attr-defined]  # one iterator for all connections
            started = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            if not head.startswith(b"HTTP/1.1 200") or length is None:
                raise RuntimeError(f"{parts.path}: {head[:120]!r}")
            await reader.readexactly(int(length[1]))
            seconds.append(time.perf_counter() - started)
    finally:
        writer.close()
