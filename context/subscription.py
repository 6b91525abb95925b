"""One subscriber of a topic, and what it still owes an answer to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from context.event_kinds import EVENT_KINDS
from context.scopes import FhircastScopes


@dataclass(frozen=True, slots=True)
class HubLimits:
    """Every number of the hub, with its unit in the name or the type.

    ``unreadable_frames`` are frames of one subscriber that are no answers, in each ``unreadable_frames_within``; one more ends
    its channel.
    """

    acknowledgement: timedelta = timedelta(seconds=10)
    shell_first: timedelta = timedelta(milliseconds=250)
    clock_ahead: timedelta = timedelta(seconds=5)
    connect_within: timedelta = timedelta(seconds=60)
    default_lease_seconds: int = 7200
    longest_lease_seconds: int = 7200
    subscriptions_per_topic: int = 64
    subscriptions_per_grant: int = 8
    undecided_per_subscription: int = 16
    unreadable_frames: int = 64
    unreadable_frames_within: timedelta = timedelta(seconds=60)
    content_characters: int = 500_000


@dataclass(slots=True)
class Awaited:
    """An event that was sent and not finally answered. ``deadline`` is ``None`` once it was answered with 202."""

    posted_id: str
    event_name: str
    sequence: int
    deadline: datetime | None


@dataclass(slots=True)
class Subscription:
    """A channel and its state. ``followed`` is the highest change answered with 200 or 202."""

    endpoint: str
    grant_id: str
    name: str
    scopes: FhircastScopes
    events: tuple[str, ...]
    is_shell: bool
    fenced: bool
    lease_until: datetime
    connect_until: datetime
    connected: bool = False
    replay_due: bool = False
    followed: int = 0
    awaited: dict[str, Awaited] = field(default_factory=dict)
    last_sent: tuple[str, str] | None = None
    unreadable: int = 0
    unreadable_since: datetime | None = None

    def wants(self, event_name: str) -> bool:
        return event_name in self.events

    @property
    def is_told_of_patients(self) -> bool:
        """Whether opens of a patient reach it, directly or implied."""
        return any(self.wants(kind.name) for kind in EVENT_KINDS if kind.action == "open" and kind.anchor)

    def has_followed(self, sequence: int, patient: str | None, set_by: str) -> bool:
        """Whether it answered the change; one that is not told how the patient went has nothing to answer to."""
        if patient is None and not self.wants(set_by or "Patient-close"):
            return True
        return self.followed >= sequence

    def deadline(self) -> datetime:
        """The next moment at which time alone changes this subscription."""
        if not self.connected:
            return min(self.lease_until, self.connect_until)
        waiting = [entry.deadline for entry in self.awaited.values() if entry.deadline is not None]
        return min([self.lease_until, *waiting])

    def silent_on(self, now: datetime) -> Awaited | None:
        """The oldest event that it should have answered by now (FC-30)."""
        late = [e for e in self.awaited.values() if e.deadline is not None and e.deadline <= now]
        return min(late, key=lambda entry: entry.sequence, default=None)

    def postpone(self, by: timedelta) -> None:
        """Let lease and waiting times stand still for ``by`` (lock)."""
        self.lease_until += by
        self.connect_until += by
        for entry in self.awaited.values():
            if entry.deadline is not None:
                entry.deadline += by

    def count_unreadable(self, now: datetime, within: timedelta) -> int:
        """Count one more frame that is no answer; how many there were since a stretch of ``within`` began.

        A clock that was set back begins a new stretch.
        """
        since = self.unreadable_since
        if since is None or not since <= now < since + within:
            self.unreadable, self.unreadable_since = 0, now
        self.unreadable += 1
        return self.unreadable
