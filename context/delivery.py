"""What goes out and when: the shell first, the others when it has answered, nothing while the session is locked (S3, FC-10)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from context.effects import Effect, NoteEvent, Send
from context.event_kinds import find_kind
from context.messages import Message
from context.patient_context import Change, PatientContext
from context.subscription import Awaited, HubLimits, Subscription
from context.subscriptions import Subscriptions


@dataclass(frozen=True, slots=True)
class _Held:
    """A change that waits until the shell has its curtains up (S3, DESIGN section 4)."""

    posted_id: str
    change: Change
    until: datetime | None


class Delivery:
    """Events to the subscriptions of one topic, each with its answer awaited."""

    def __init__(self, context: PatientContext, subscriptions: Subscriptions, limits: HubLimits) -> None:
        self._context = context
        self._subscriptions = subscriptions
        self._limits = limits
        self._held: deque[_Held] = deque()
        self._replays_due = False
        self._silent = False
        self._silenced: list[Send] = []

    @property
    def waits_until(self) -> datetime | None:
        """When the next change goes to the others, whatever the shell says."""
        return self._held[0].until if self._held else None

    def shell_first(self, event_id: str, change: Change, now: datetime) -> list[Effect]:
        """A change was accepted: the shell hears of it, the others wait for :meth:`release`."""
        effects: list[Effect] = []
        for shell in self._subscriptions.connected_shells():
            effects += self._deliver(shell, change, now)
        until = now + self._limits.shell_first if change.of_patient else None
        self._held.append(_Held(event_id, change, until))
        return effects

    def release(self, now: datetime) -> list[Effect]:
        """Send held changes, in order, to everybody but the shell, as soon as the shell allows or time is up."""
        if self._silent:
            return []
        effects: list[Effect] = []
        while self._held and self._may_go(self._held[0], now):
            change = self._held.popleft().change
            for subscription in self._subscriptions.connected():
                if not subscription.is_shell and not subscription.replay_due:
                    effects += self._deliver(subscription, change, now)
        if self._replays_due and not self._held:
            self._replays_due = False
            for subscription in self._subscriptions.connected():
                if subscription.replay_due:
                    effects += self._replay_all(subscription, now)
        return effects

    def _may_go(self, held: _Held, now: datetime) -> bool:
        if held.until is None or now >= held.until:
            return True
        return not any(
            entry.posted_id == held.posted_id and entry.deadline is not None
            for shell in self._subscriptions.connected_shells()
            for entry in shell.awaited.values()
        )

    def joined(self, subscription: Subscription, now: datetime) -> list[Effect]:
        """A channel was opened: it gets what is open, after what is still held back."""
        if self._silent or (self._held and not subscription.is_shell):
            subscription.replay_due = self._replays_due = True
            return []
        return self._replay_all(subscription, now)

    def replay(
        self, subscription: Subscription, events: Iterable[str], now: datetime, *, noted: bool = True
    ) -> list[Effect]:
        """What is open now, as far as ``events`` name it (FC-10)."""
        effects: list[Effect] = []
        for anchor in self._context.replay(events):
            effects += self._send_event(
                subscription, anchor.message, anchor.posted_id, anchor.sequence, now, noted=noted
            )
        return effects

    def _replay_all(self, subscription: Subscription, now: datetime, *, noted: bool = True) -> list[Effect]:
        subscription.replay_due = False
        if self._context.patient is None:
            subscription.followed = self._context.patient_sequence
        return self.replay(subscription, subscription.events, now, noted=noted)

    def _deliver(self, subscription: Subscription, change: Change, now: datetime) -> list[Effect]:
        """The event itself, or the open that it implies to whoever does not get the event (FC-25)."""
        posted_id = str(change.message["id"])
        for message in (change.message, *change.derived):
            if subscription.wants(message["event"]["hub.event"]):
                return self._send_event(
                    subscription, message, posted_id, change.sequence, now, noted=change.changed
                )
        return []

    def _send_event(
        self,
        subscription: Subscription,
        message: Message,
        posted_id: str,
        sequence: int,
        now: datetime,
        *,
        noted: bool,
    ) -> list[Effect]:
        """Send an event and await its answer; facts speak only of events that changed something."""
        event_id, name = str(message["id"]), str(message["event"]["hub.event"])
        kind = find_kind(name)
        if kind is None or kind.action == "infrastructure":
            return self.send(subscription, message)
        deadline = now + self._limits.acknowledgement
        subscription.awaited[event_id] = Awaited(posted_id, name, sequence, deadline)
        subscription.last_sent = (posted_id, name)
        effects = self.send(subscription, message)
        return [*effects, NoteEvent(subscription.grant_id, posted_id, name)] if noted else effects

    def send(self, subscription: Subscription, message: Message) -> list[Effect]:
        """A frame that wants no answer; kept while the session is locked."""
        send = Send(subscription.endpoint, message)
        if self._silent:
            self._silenced.append(send)
            return []
        return [send]

    def fall_silent(self) -> None:
        """The session was locked: what is sent is kept."""
        self._silent = True

    def speak_again(self, stood_still: timedelta, now: datetime) -> list[Effect]:
        """The session was unlocked after so long: what was kept goes out, then the current context once more."""
        self._silent = False
        self._held = deque(
            _Held(held.posted_id, held.change, held.until + stood_still if held.until else None)
            for held in self._held
        )
        silenced, self._silenced = self._silenced, []
        effects: list[Effect] = [send for send in silenced if send.endpoint in self._subscriptions]
        for subscription in sorted(self._subscriptions.connected(), key=lambda s: not s.is_shell):
            if subscription.is_shell or not self._held:
                effects += self._replay_all(subscription, now, noted=subscription.replay_due)
        return effects
