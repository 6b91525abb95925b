"""Why the hub ends a channel: each reason once, in the words of its last frame (FC-12)."""

from __future__ import annotations

from enum import StrEnum


class Denial(StrEnum):
    """The value is ``hub.reason``, as the subscriber reads it."""

    UNSUBSCRIBED = "unsubscribed"
    LEASE_EXPIRED = "the lease has expired"
    NO_ANSWER = "no acknowledgement in time"
    NO_SENSE = "sends frames that are no answers"
    TOO_LONG = "sent a frame that is longer than any answer"
    PINNED = "the pane is pinned to its patient"
    ACCESS_ENDED = "access has ended"
    TAB_ENDED = "the workspace context has ended"
    SESSION_ENDED = "the session has ended"
