"""Names keep origins apart: who is asked is decided by the exact Host, before any routing (DESIGN section 3)."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class HostDispatch:
    """Passes a request to the application of its Host; 421 for every other, missing or repeated Host."""

    def __init__(self, applications: Mapping[str, ASGIApp], lifespan: ASGIApp) -> None:
        self._applications = {host.encode("ascii"): app for host, app in applications.items()}
        self._lifespan = lifespan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        application = self._applications.get(hosts[0]) if len(hosts) == 1 else None
        if application is not None:
            await application(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("This server has another name.\n", 421)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})
