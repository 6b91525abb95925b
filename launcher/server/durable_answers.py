"""No answer, event or frame leaves before the state that it tells of is on disk (S8)."""

from __future__ import annotations

from typing import Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from launcher.stores.errors import StateUnwritable

UNSTORED = (
    b"Vaktrom kan ikke lagre akkurat n\xc3\xa5, s\xc3\xa5 ingenting ble gitt ut. Pr\xc3\xb8v igjen om litt.\n"
    b"Vaktrom cannot store anything just now, so nothing was handed out. Try again in a moment.\n"
)


class DurableState(Protocol):
    """Where records are put; :class:`launcher.stores.sqlite_state.SqliteState`."""

    @property
    def is_behind(self) -> bool: ...

    async def written(self) -> None: ...


class DurableAnswers:
    """ASGI middleware around a whole gateway; 503 instead of an answer that could not be made true."""

    def __init__(self, application: ASGIApp, state: DurableState) -> None:
        self._application = application
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        withheld = False

        async def send_when_stored(message: Message) -> None:
            nonlocal withheld
            if withheld:
                return
            try:
                if self._state.is_behind:
                    await self._state.written()
            except StateUnwritable:
                withheld = True
                await _instead_of(message, send)
                return
            await send(message)

        await self._application(scope, receive, send_when_stored if scope["type"] != "lifespan" else send)


async def _instead_of(message: Message, send: Send) -> None:
    if message["type"] == "http.response.start":
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(UNSTORED)),
            (b"cache-control", b"no-store"),
            (b"retry-after", b"5"),
        ]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": UNSTORED})
    elif message["type"].startswith("websocket."):
        await send({"type": "websocket.close", "code": 1011})
    else:
        raise StateUnwritable("an answer that had begun cannot go on")
