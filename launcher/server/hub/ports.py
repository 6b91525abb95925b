"""What the hub's runner needs from others, as small protocols, and its own limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from context.effects import Effect
from context.events import ContextEvent
from context.inputs import Input
from launcher.oauth.model import Grant


class Clock(Protocol):
    """Time as it is passed in; ``now`` is aware and UTC, ``monotonic`` is seconds."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


class AccessTokens(Protocol):
    """Turns an ``Authorization`` header into its grant, with the scopes that the token still has.

    Raises ``launcher.server.errors.InvalidToken`` or ``SessionLocked``.
    """

    def verify(self, authorization_header: str | None) -> Grant: ...


class TopicDirectory(Protocol):
    """Which workspace contexts exist, and whose they are."""

    def session_of(self, topic: str) -> str | None: ...


class PatientCheck(Protocol):
    """Reads the patient upstream with the user's own rights before it may become current (S1).

    ``None`` when it may; otherwise one of the keys of :data:`PATIENT_REFUSALS`.
    """

    async def check(
        self, grant: Grant, patient_id: str, identifiers: Iterable[Mapping[str, Any]]
    ) -> str | None: ...


class FenceKeeper(Protocol):
    """Moves the effective patient of a fenced grant; a frozen fence stays."""

    def move(self, grant_id: str, patient_id: str | None) -> None: ...


class PaneFacts(Protocol):
    """Where the hub reports what it knows of a grant."""

    def note_event(self, grant_id: str, event_id: str, event_name: str) -> None: ...

    def note_ack(self, grant_id: str, event_id: str, status: int) -> None: ...

    def note_socket(self, grant_id: str, connected: bool) -> None: ...


class HubWitness(Protocol):
    """Sees what the hub does, for support; it decides nothing and never fails."""

    def posted(self, grant: Grant, event: ContextEvent) -> None: ...

    def refused(self, grant: Grant, event: ContextEvent | None, status: int) -> None: ...

    def handled(self, topic: str, sid: str, given: Input, effects: Sequence[Effect]) -> None: ...


class NoWitness:
    """A ``HubWitness`` that looks away."""

    def posted(self, grant: Grant, event: ContextEvent) -> None:
        """Do nothing."""

    def refused(self, grant: Grant, event: ContextEvent | None, status: int) -> None:
        """Do nothing."""

    def handled(self, topic: str, sid: str, given: Input, effects: Sequence[Effect]) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class RunnerLimits:
    """Bytes, frames, seconds, and how deep a body may be nested.

    After a frame that meant nothing its channel is read again in ``useless_frame_seconds``. ``calls_burst`` and
    ``calls_per_minute`` are of one app in one session.
    """

    body_bytes: int = 256 * 1024
    body_levels: int = 100
    frame_characters: int = 4096
    queue_frames: int = 64
    drain_seconds: float = 0.5
    patient_check_seconds: float = 2.0
    waiting_posts_per_topic: int = 16
    retry_after_seconds: int = 5
    name_characters: int = 128
    useless_frame_seconds: float = 0.001
    calls_burst: int = 120
    calls_per_minute: int = 600


@dataclass(frozen=True, slots=True)
class CurrentPatient:
    """What one topic is about; ``version`` is empty when nothing is current."""

    patient: str | None
    encounter: str | None
    version: str


PATIENT_REFUSALS: Mapping[str, tuple[int, str]] = {
    "not-readable": (403, "there is no such patient that this user may read"),
    "deleted": (410, "the patient's record has been deleted"),
    "identifier-mismatch": (409, "the identifiers of the event disagree with the patient's record"),
    "unreachable": (503, "the patient could not be checked in time; nothing was changed"),
}
"""Answer of the hub for each refusal of a :class:`PatientCheck`; any other word is answered as not readable."""
