"""Everything that can happen to a topic. With :mod:`context.effects` this is the hub's whole vocabulary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from context.denials import Denial
from context.events import ContextEvent
from context.scopes import FhircastScopes


@dataclass(frozen=True, slots=True)
class Subscribe:
    """A subscribe call was accepted at the door (FC-06). An ``endpoint`` that exists is renewed or modified (FC-11).

    ``endpoint`` is the channel's secret; ``events`` are the names as asked for; ``lease_seconds`` as asked for.
    """

    endpoint: str
    renewal: bool
    grant_id: str
    name: str
    events: tuple[str, ...]
    scopes: FhircastScopes
    token_expires_at: datetime
    lease_seconds: int | None = None
    is_shell: bool = False
    fenced: bool = False
    effective_patient: str | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """An unsubscribe call for one channel (FC-13)."""

    endpoint: str
    grant_id: str


@dataclass(frozen=True, slots=True)
class SocketOpened:
    """The subscriber connected to its endpoint for the first and only time."""

    endpoint: str


@dataclass(frozen=True, slots=True)
class SocketClosed:
    """A channel is gone from the other side; ``normal`` for 1000 and 1001 (FC-30), else with the close ``code``, if any."""

    endpoint: str
    normal: bool
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A subscriber answered an event (FC-28)."""

    endpoint: str
    event_id: str
    status: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A subscriber sent a frame that is no answer: not text, not JSON, without an id or a status (FC-28)."""

    endpoint: str


@dataclass(frozen=True, slots=True)
class Oversize:
    """A subscriber sent a frame that is longer than any answer."""

    endpoint: str


@dataclass(frozen=True, slots=True)
class FellBehind:
    """A subscriber's queue is full: it loses its channel, nobody else loses anything."""

    endpoint: str


@dataclass(frozen=True, slots=True)
class Post:
    """A well-formed event whose sender may write it and whose patient was checked (S1)."""

    event: ContextEvent


@dataclass(frozen=True, slots=True)
class DenyGrant:
    """A grant was revoked or its pane pinned: its channels end with a denial (FC-12)."""

    grant_id: str
    reason: Denial


@dataclass(frozen=True, slots=True)
class EndTopic:
    """The workspace context ended; with its session when ``logout`` says why, as FHIRcast codes it (FC-26)."""

    reason: Denial
    logout: str = ""


@dataclass(frozen=True, slots=True)
class Lock:
    """The session was locked: channels fall silent, leases and waiting times stand still. ``code`` as FC-26 has it."""

    code: str = "system-initiated"


@dataclass(frozen=True, slots=True)
class Unlock:
    """The session was unlocked: what was held back goes out, then the current context once more."""


@dataclass(frozen=True, slots=True)
class TimerFired:
    """The time that :meth:`context.hub.Hub.next_deadline` named has come."""


Input = (
    Subscribe
    | Unsubscribe
    | SocketOpened
    | SocketClosed
    | Acknowledged
    | Unreadable
    | Oversize
    | FellBehind
    | Post
    | DenyGrant
    | EndTopic
    | Lock
    | Unlock
    | TimerFired
)
