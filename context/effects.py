"""What the hub wants done; the runner does it in this order and decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Accepted:
    """Answer the HTTP call with 202; ``endpoint`` is set for subscribe and unsubscribe (FC-07, FC-13)."""

    endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Answer the HTTP call with ``status`` and ``reason`` as plain text (FC-07)."""

    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Send:
    """Put one frame on a subscriber's channel."""

    endpoint: str
    message: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CloseChannel:
    """Close a channel after what was sent on it, and never accept its endpoint again."""

    endpoint: str
    code: int


@dataclass(frozen=True, slots=True)
class MoveFence:
    """Set the effective patient of a grant (DESIGN section 4, two ways to follow)."""

    grant_id: str
    patient_id: str | None


@dataclass(frozen=True, slots=True)
class NoteEvent:
    """Fact: an event was sent to this grant. ``event_id`` is the posted one, also for a derived open."""

    grant_id: str
    event_id: str
    event_name: str


@dataclass(frozen=True, slots=True)
class NoteAck:
    """Fact: this grant answered. ``event_id`` is the posted one, also for a derived open."""

    grant_id: str
    event_id: str
    status: int


@dataclass(frozen=True, slots=True)
class NoteSocket:
    """Fact: this grant has a live channel, or has none any more."""

    grant_id: str
    connected: bool


@dataclass(frozen=True, slots=True)
class ContextChanged:
    """What must survive a restart has changed: record :meth:`context.hub.Hub.snapshot` before going on."""


Effect = (
    Accepted | Refused | Send | CloseChannel | MoveFence | NoteEvent | NoteAck | NoteSocket | ContextChanged
)
