"""One subscriber's WebSocket: a bounded queue out, acknowledgements in."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from starlette.websockets import WebSocket, WebSocketDisconnect

from launcher.stores.audit_reader import AuditUnavailable

NO_STATUS = 1005
LOST = 1006
TRY_AGAIN_LATER = 1013
NORMAL_CODES = (1000, 1001)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a socket ended: its close code, and whether the other side said goodbye (FC-30)."""

    code: int
    normal: bool


class Channel:
    """Frames are queued without waiting; a full queue is the subscriber's own loss."""

    def __init__(self, limit: int, drain_seconds: float, useless_frame_seconds: float) -> None:
        self._limit = limit
        self._drain_seconds = drain_seconds
        self._useless_frame_seconds = useless_frame_seconds
        self._frames: deque[tuple[str, Awaitable[None] | None]] = deque()
        self._unrecorded = False
        self._wake = asyncio.Event()
        self._ended = asyncio.Event()
        self._code: int | None = None

    def offer(self, frame: str, recorded: Awaitable[None] | None = None) -> bool:
        """Queue one frame; ``False`` when the queue is full and the frame was not taken.

        It leaves when ``recorded`` has come true; if that fails it never leaves, and the channel ends (1013).
        """
        if len(self._frames) >= self._limit:
            return False
        self._frames.append((frame, recorded))
        self._wake.set()
        return True

    def finish(self, code: int, *, last: str | None = None) -> None:
        """Close with ``code`` after what is queued; a reader that does not take it in time is cut off."""
        if last is not None:
            self._frames.append((last, None))
        self._code = self._code or code
        self._ended.set()
        self._wake.set()

    async def run(self, socket: WebSocket, received: Callable[[str | bytes], bool]) -> Ending | None:
        """Serve an accepted socket to its end; ``None`` when the hub ended it.

        ``received`` gets each frame, and says whether it meant anything. After one that did not, the next one waits: a
        flood has no more than its share of the time, and what is not read fills the sender's own buffers.
        """
        sending = asyncio.create_task(self._send(socket))
        receiving = asyncio.create_task(self._receive(socket, received))
        finishing = asyncio.create_task(self._ended.wait())
        tasks: set[asyncio.Task[object]] = {sending, receiving, finishing}
        try:
            await asyncio.wait({receiving, finishing}, return_when=asyncio.FIRST_COMPLETED)
            if receiving.done() and self._code is None:
                return receiving.result()
            await asyncio.wait({sending}, timeout=self._drain_seconds)
            return Ending(TRY_AGAIN_LATER, normal=False) if self._unrecorded else None
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _send(self, socket: WebSocket) -> None:
        with suppress(WebSocketDisconnect, RuntimeError, OSError):
            while True:
                while self._frames:
                    frame, recorded = self._frames.popleft()
                    if recorded is not None and not await _is_true(recorded):
                        self._unrecorded = True
                        self._frames.clear()
                        self.finish(TRY_AGAIN_LATER)
                        break
                    await socket.send_text(frame)
                if self._code is not None:
                    await socket.close(self._code)
                    return
                self._wake.clear()
                await self._wake.wait()

    async def _receive(self, socket: WebSocket, received: Callable[[str | bytes], bool]) -> Ending:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return ending_of(int(message.get("code") or LOST), said_goodbye="reason" in message)
            text = message.get("text")
            if not received(text if text is not None else message.get("bytes") or b""):
                await asyncio.sleep(self._useless_frame_seconds)


async def _is_true(recorded: Awaitable[None]) -> bool:
    try:
        await asyncio.shield(recorded)
    except AuditUnavailable:
        return False
    return True


def ending_of(code: int, *, said_goodbye: bool) -> Ending:
    """What a disconnect message means.

    1000 and 1001 are normal. A close frame without a status counts as normal too; the server reports the same 1005
    for a connection that broke off, but without a reason, and that is 1006.
    """
    if code == NO_STATUS:
        return Ending(NO_STATUS if said_goodbye else LOST, said_goodbye)
    return Ending(code, code in NORMAL_CODES)
