"""What a frame from a subscriber means to the hub (FC-28)."""

from __future__ import annotations

from context.acknowledgements import read_answer
from context.inputs import Acknowledged, Oversize, Unreadable


def meaning_of(
    endpoint: str, frame: str | bytes, most_characters: int
) -> Acknowledged | Oversize | Unreadable:
    """An answer is text, at most ``most_characters`` long; a frame of bytes is none, whatever it says."""
    if len(frame) > most_characters:
        return Oversize(endpoint)
    answer = read_answer(frame) if isinstance(frame, str) else None
    return Unreadable(endpoint) if answer is None else Acknowledged(endpoint, answer.event_id, answer.status)
