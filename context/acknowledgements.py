"""What a subscriber sends over its channel: an event id and an HTTP status (FC-28)."""

from __future__ import annotations

import json
from dataclasses import dataclass

FOLLOWED = 200
RECEIVED = 202


@dataclass(frozen=True, slots=True)
class Answer:
    """One acknowledgement frame."""

    event_id: str
    status: int


def read_answer(frame: str) -> Answer | None:
    """Read ``{"id", "status"}``; the status may be a number or a string. ``None`` for any other frame."""
    try:
        body = json.loads(frame)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict) or not isinstance(body.get("id"), str):
        return None
    status = body.get("status")
    if isinstance(status, str) and status.isascii() and status.isdigit() and len(status) == 3:
        status = int(status)
    if not isinstance(status, int) or isinstance(status, bool) or not 100 <= status <= 599:
        return None
    return Answer(body["id"], status)


def moves_fence(status: int) -> bool:
    """Whether this answer lets the effective patient move: 200 or 202 (DESIGN section 4)."""
    return status in (FOLLOWED, RECEIVED)


def is_refusal(status: int) -> bool:
    """Whether the others are told: any answer outside 2xx (FC-28, FC-29)."""
    return not 200 <= status <= 299
