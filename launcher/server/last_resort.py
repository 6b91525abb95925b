"""What nobody foresaw: an answer that tells nothing, and a line that tells kind and place, never the words (S7)."""

from __future__ import annotations

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from launcher.server.forms import json_answer

_LOG = structlog.get_logger("vaktrom.gateway")


class LastResort:
    """ASGI middleware: an exception ends here, since the server behind would write its text and the frames down."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = False

        async def sent(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except Exception as error:
            module, line = place_of(error)
            _LOG.error("request failed", error=type(error).__name__, module=module, line=line)
            if began or scope["type"] != "http":
                return
            content = {"error": "server_error", "error_description": "the gateway made a mistake"}
            await json_answer(content, 500)(scope, receive, send)


def place_of(error: BaseException) -> tuple[str | None, int]:
    """Module and line where an exception was raised; its text may hold anything."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return (trace.tb_frame.f_globals.get("__name__"), trace.tb_lineno) if trace else (None, 0)
