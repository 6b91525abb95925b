"""The gateway child as it is, with a clock beside its hub: one JSON line for each moment of an event.

``python -m tests.bench.timed_gateway PARENT FILE`` is what ``vaktrom child gateway PARENT`` is otherwise. Moments are
seconds of ``time.monotonic``, which all processes of a machine share.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any, TextIO

from starlette.websockets import WebSocket

from context.hub import Hub
from context.inputs import Input, Post
from launcher.gateway.audit_event import AccessFacts
from launcher.server.hub.runner import HubRunner
from launcher.stores.audit import AuditLog
from shell.composition.process_life import die_with_parent

_EVENT = re.compile(r'"id":"([^"]+)"')
_RECORDS = {"context-open": "record", "context-told": "told"}


class Moments:
    """Writes what happened when."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def note(self, what: str, began: float, event_id: str = "") -> None:
        """Something that began then and has just ended."""
        line = {"what": what, "began": began, "ended": time.monotonic(), "event": event_id}
        self._stream.write(json.dumps(line) + "\n")
        self._stream.flush()


def watch(moments: Moments) -> None:
    """Look at the hub: check of the patient, records, acceptance, each frame handed to a socket."""
    handle, send = Hub.handle, WebSocket.send_text

    def handled(hub: Hub, given: Input, *more: Any) -> Any:
        if isinstance(given, Post):
            moments.note("accepted", time.monotonic(), given.event.event_id)
        return handle(hub, given, *more)

    async def sent(socket: WebSocket, data: str) -> None:
        began = time.monotonic()
        await send(socket, data)
        named = _EVENT.search(data) if '"hub.event":"Patient-open"' in data else None
        if named is not None:
            moments.note("handed", began, named[1])

    Hub.handle = handled  # type: ignore[method-assign, assignment]
    WebSocket.send_text = sent  # type: ignore[method-assign, assignment]
    timed(HubRunner, "_check_patient", lambda *_: moments, "read")
    timed(AuditLog, "record", lambda _, facts: moments if facts.kind in _RECORDS else None, None)


def timed(owner: type, name: str, of: Callable[..., Moments | None], what: str | None) -> None:
    """Note each call of an asynchronous method; without ``what`` the record says what it is."""
    method: Callable[..., Awaitable[Any]] = getattr(owner, name)

    async def looked(*arguments: Any, **named: Any) -> Any:
        began = time.monotonic()
        answer = await method(*arguments, **named)
        moments = of(*arguments)
        if moments is not None:
            facts: AccessFacts = arguments[1]
            moments.note(what or _RECORDS[facts.kind], began)
        return answer

    setattr(owner, name, looked)


def main() -> None:
    """Be the child."""
    die_with_parent(int(sys.argv[1]))
    from shell.composition.children import serve

    with open(sys.argv[2], "a", encoding="ascii") as stream:
        watch(Moments(stream))
        sys.exit(serve("gateway"))


if __name__ == "__main__":
    main()
