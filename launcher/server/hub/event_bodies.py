"""Bodies of posted events: only what every subscriber can be told again, word for word (FC-18, RFC 8259)."""

from __future__ import annotations

import json
from typing import Any

from context.events import ContextEvent, MalformedEvent, read_event
from launcher.server.hub.access import HubRefusal


def read_event_body(body: bytes, most_levels: int) -> ContextEvent:
    """The event in a body that is nested ``most_levels`` deep at most. Raises :class:`HubRefusal` (400).

    A number that JSON does not know, half a surrogate pair or a nesting that another decoder gives up on would be
    accepted here and then reach nobody: the patient would change, and no banner or app would hear of it (S1, S3).
    """
    try:
        parsed = json.loads(body)
        json.dumps(parsed, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise HubRefusal(400, "the body is not JSON") from None
    if _is_deeper_than(most_levels, parsed):
        raise HubRefusal(400, f"the body is nested more than {most_levels} levels deep")
    event = read_event(parsed)
    if isinstance(event, MalformedEvent):
        raise HubRefusal(400, event.reason)
    return event


def _is_deeper_than(levels: int, value: Any) -> bool:
    waiting: list[tuple[Any, int]] = [(value, 1)]
    while waiting:
        inner, level = waiting.pop()
        if isinstance(inner, dict | list):
            if level > levels:
                return True
            members = inner.values() if isinstance(inner, dict) else inner
            waiting += ((member, level + 1) for member in members)
    return False
