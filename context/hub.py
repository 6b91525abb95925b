"""The FHIRcast hub of one topic, as a state machine: ``handle(input, now, ids) -> effects`` (FC-06..FC-34).

It never blocks, reads no clock and sends nothing. A refusal is an effect, not an exception.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, assert_never

from context.acknowledgements import RECEIVED, is_refusal, moves_fence
from context.admission import granted_events
from context.delivery import Delivery
from context.denials import Denial
from context.effects import (
    Accepted,
    CloseChannel,
    ContextChanged,
    Effect,
    NoteAck,
    NoteSocket,
    Refused,
    Send,
)
from context.errors import UnreadableSnapshot
from context.events import ContextEvent
from context.fences import Fences
from context.inputs import (
    Acknowledged,
    DenyGrant,
    EndTopic,
    FellBehind,
    Input,
    Lock,
    Oversize,
    Post,
    SocketClosed,
    SocketOpened,
    Subscribe,
    TimerFired,
    Unlock,
    Unreadable,
    Unsubscribe,
)
from context.messages import Message, confirmation, denial, ending, sync_error
from context.patient_context import PatientContext
from context.scopes import FhircastScopes
from context.subscription import Awaited, HubLimits, Subscription
from context.subscriptions import Subscriptions

NORMAL_CLOSURE = 1000
POLICY_VIOLATION = 1008
TOO_BIG = 1009
TRY_AGAIN_LATER = 1013

Ids = Callable[[], str]


class Hub:
    """One topic: its subscriptions, its patient context and the fences that follow it."""

    def __init__(
        self, topic: str, limits: HubLimits | None = None, context: PatientContext | None = None
    ) -> None:
        self.topic = topic
        self.context = PatientContext() if context is None else context
        self._limits = limits or HubLimits()
        self._subscriptions = Subscriptions()
        self._delivery = Delivery(self.context, self._subscriptions, self._limits)
        self._fences = Fences(self.context, self._subscriptions)
        self._locked_at: datetime | None = None
        self._arrived: datetime | None = None

    # what may be asked

    @property
    def locked(self) -> bool:
        return self._locked_at is not None

    def subscriptions(self) -> Sequence[Subscription]:
        """Every subscription, connected or not; to look at, not to change."""
        return tuple(self._subscriptions)

    def next_deadline(self) -> datetime | None:
        """When to hand in :class:`TimerFired`; ``None`` when only an input can change anything."""
        if self.locked:
            return None
        times = [subscription.deadline() for subscription in self._subscriptions]
        if self._delivery.waits_until is not None:
            times.append(self._delivery.waits_until)
        return min(times, default=None)

    def current_context(self, scopes: FhircastScopes) -> dict[str, Any]:
        """The body of get-current-context, as far as the caller may read it (FC-34)."""
        return self.context.told_to(scopes.may_read)

    def refusal_of(self, event: ContextEvent, now: datetime) -> Refused | None:
        """How a post of this event would be refused at ``now``; ``None`` when it would be accepted."""
        if self.locked:
            return Refused(503, "the session is locked")
        if event.topic != self.topic:
            return Refused(404, "no such topic")
        if event.kind.action == "open" and event.timestamp.is_ahead_of(now, self._limits.clock_ahead):
            return Refused(400, "timestamp lies in the future of the hub's clock")
        refused = self.context.refusal_of(event, self._limits.content_characters)
        return None if refused is None else Refused(refused.status, refused.reason)

    def snapshot(self) -> bytes:
        """What a restarted hub needs: the context, and whether a shell has to come back before fences move.

        Subscribers come back by themselves (FC-39).
        """
        body = {"topic": self.topic, "context": self.context.snapshot(), "shell": self._fences.has_shell}
        return json.dumps(body, separators=(",", ":")).encode()

    @classmethod
    def restore(cls, snapshot: bytes, limits: HubLimits | None = None) -> Hub:
        """The hub whose :meth:`snapshot` this is. Raises :class:`UnreadableSnapshot`."""
        try:
            body = json.loads(snapshot)
            hub = cls(str(body["topic"]), limits, PatientContext.restored(body["context"]))
            hub._fences.has_shell = bool(body.get("shell", False))
        except (LookupError, TypeError, ValueError) as error:
            raise UnreadableSnapshot("the snapshot of a topic is not one of ours") from error
        return hub

    # what happens

    def handle(self, given: Input, now: datetime, ids: Ids) -> list[Effect]:
        """Take one input; the effects are to be done in their order. While locked, time stands still."""
        self._arrived = now
        if self._locked_at is not None and not isinstance(given, Unlock):
            now = self._locked_at
        effects = self._effects_of(given, now, ids)
        released = self._delivery.release(now)
        effects += released
        effects += self._fences.moves(None if released else self._only_answering(given))
        return effects

    def _effects_of(self, given: Input, now: datetime, ids: Ids) -> list[Effect]:
        match given:
            case Subscribe():
                return self._subscribe(given, now)
            case Unsubscribe():
                return self._unsubscribe(given)
            case SocketOpened(endpoint):
                return self._socket_opened(endpoint, now)
            case SocketClosed():
                return self._socket_closed(given, now, ids)
            case Acknowledged():
                return self._acknowledged(given, now, ids)
            case Unreadable(endpoint):
                return self._unreadable(endpoint, now, ids)
            case Oversize(endpoint):
                return self._misbehaved(endpoint, Denial.TOO_LONG, TOO_BIG, now, ids)
            case FellBehind(endpoint):
                return self._fell_behind(endpoint, now, ids)
            case Post():
                return self._post(given, now, ids)
            case DenyGrant(grant_id, reason):
                return self._deny(self._subscriptions.of_grant(grant_id), reason, POLICY_VIOLATION)
            case EndTopic(reason, logout):
                told = self._tell_all("UserLogout", logout, now, ids) if logout else []
                return told + self._deny(self.subscriptions(), reason, POLICY_VIOLATION)
            case Lock(code):
                return self._lock(code, now, ids)
            case Unlock():
                return self._unlock(now)
            case TimerFired():
                return self._timer_fired(now, ids)
            case _:
                assert_never(given)

    # subscriptions

    def _subscribe(self, given: Subscribe, now: datetime) -> list[Effect]:
        if self.locked:
            return [Refused(503, "the session is locked")]
        events = granted_events(given, self._subscriptions, self._limits)
        if isinstance(events, Refused):
            return [events]
        asked = given.lease_seconds or self._limits.default_lease_seconds
        left = (given.token_expires_at - now).total_seconds()
        seconds = min(asked, self._limits.longest_lease_seconds, left)
        if seconds <= 0:
            return [Refused(401, "the access token has expired")]
        lease_until = now + timedelta(seconds=seconds)
        if given.fenced:
            self._fences.begin(given.grant_id, given.effective_patient)
        existing = self._subscriptions.get(given.endpoint)
        if existing is not None:
            return self._modify(existing, given, events, lease_until, now)
        self._subscriptions.add(
            Subscription(
                endpoint=given.endpoint,
                grant_id=given.grant_id,
                name=given.name,
                scopes=given.scopes,
                events=events,
                is_shell=given.is_shell,
                fenced=given.fenced,
                lease_until=lease_until,
                connect_until=now + self._limits.connect_within,
            )
        )
        return [Accepted(given.endpoint)]

    def _modify(
        self,
        subscription: Subscription,
        given: Subscribe,
        events: tuple[str, ...],
        lease_until: datetime,
        now: datetime,
    ) -> list[Effect]:
        """Renew or change a channel; opens of added events are replayed (FC-11, FC-10)."""
        added = [name for name in events if not subscription.wants(name)]
        subscription.events, subscription.scopes = events, given.scopes
        subscription.lease_until, subscription.name = lease_until, given.name
        effects: list[Effect] = [Accepted(subscription.endpoint)]
        if subscription.connected:
            effects += self._confirm(subscription, now)
            effects += self._delivery.replay(subscription, added, now)
        return effects

    def _unsubscribe(self, given: Unsubscribe) -> list[Effect]:
        subscription = self._subscriptions.get(given.endpoint)
        if subscription is None:
            return [Refused(404, "there is no such hub.channel.endpoint")]
        if subscription.grant_id != given.grant_id:
            return [Refused(403, "hub.channel.endpoint belongs to somebody else")]
        return [Accepted(given.endpoint), *self._deny([subscription], Denial.UNSUBSCRIBED, NORMAL_CLOSURE)]

    def _socket_opened(self, endpoint: str, now: datetime) -> list[Effect]:
        subscription = self._subscriptions.get(endpoint)
        if subscription is None or subscription.connected:
            return [] if subscription else [CloseChannel(endpoint, POLICY_VIOLATION)]
        first = not self._subscriptions.is_connected(subscription.grant_id)
        subscription.connected = True
        self._fences.has_shell = self._fences.has_shell or subscription.is_shell
        effects = self._confirm(subscription, now)
        if first:
            effects.append(NoteSocket(subscription.grant_id, True))
        return effects + self._delivery.joined(subscription, now)

    def _confirm(self, subscription: Subscription, now: datetime) -> list[Effect]:
        left = int((subscription.lease_until - now).total_seconds())
        frame = confirmation(self.topic, subscription.events, max(1, left))
        return self._delivery.send(subscription, frame)

    def _socket_closed(self, given: SocketClosed, now: datetime, ids: Ids) -> list[Effect]:
        subscription = self._subscriptions.get(given.endpoint)
        if subscription is None:
            return []
        effects = self._forget([subscription])
        if not given.normal:
            what = "lost its connection" + (f" ({given.code})" if given.code is not None else "")
            effects += self._sync_error(subscription, None, what, now, ids)
        return effects

    def _fell_behind(self, endpoint: str, now: datetime, ids: Ids) -> list[Effect]:
        subscription = self._subscriptions.get(endpoint)
        if subscription is None:
            return []
        effects = self._forget([subscription])
        effects.append(CloseChannel(endpoint, TRY_AGAIN_LATER))
        return effects + self._sync_error(subscription, None, "does not read its channel", now, ids)

    def _deny(self, leaving: Iterable[Subscription], reason: Denial, code: int) -> list[Effect]:
        """End channels with a denial (FC-12); a lock does not hold it back."""
        chosen = list(leaving)
        effects = self._forget(chosen)
        for subscription in chosen:
            frame = denial(self.topic, subscription.events, reason)
            effects += [Send(subscription.endpoint, frame), CloseChannel(subscription.endpoint, code)]
        return effects

    def _forget(self, leaving: Sequence[Subscription]) -> list[Effect]:
        effects: list[Effect] = []
        for subscription in leaving:
            self._subscriptions.remove(subscription)
            if not self._subscriptions.of_grant(subscription.grant_id):
                self._fences.end(subscription.grant_id)
            if subscription.connected and not self._subscriptions.is_connected(subscription.grant_id):
                effects.append(NoteSocket(subscription.grant_id, False))
        return effects

    # events

    def _post(self, given: Post, now: datetime, ids: Ids) -> list[Effect]:
        event = given.event
        refused = self.refusal_of(event, now)
        if refused is not None:
            return [refused]
        change = self.context.apply(event, now, ids)
        effects: list[Effect] = [ContextChanged()] if change.changed else []
        effects.append(Accepted())
        return effects + self._delivery.shell_first(event.event_id, change, now)

    def _connected(self) -> list[Subscription]:
        return self._subscriptions.connected()

    # answers

    def _acknowledged(self, given: Acknowledged, now: datetime, ids: Ids) -> list[Effect]:
        subscription = self._subscriptions.get(given.endpoint)
        awaited = subscription.awaited.get(given.event_id) if subscription else None
        if subscription is None or awaited is None:
            return []
        if given.status == RECEIVED:
            self._keep_undecided(subscription, given.event_id, awaited)
        else:
            del subscription.awaited[given.event_id]
        if moves_fence(given.status):
            subscription.followed = max(subscription.followed, awaited.sequence)
        effects: list[Effect] = [NoteAck(subscription.grant_id, awaited.posted_id, given.status)]
        if is_refusal(given.status) and not awaited.event_name.endswith(("-update", "-select")):  # FC-32
            reason = f"refused with status {given.status}"
            effects += self._sync_error(
                subscription, (awaited.posted_id, awaited.event_name), reason, now, ids
            )
        return effects

    def _unreadable(self, endpoint: str, now: datetime, ids: Ids) -> list[Effect]:
        """Tell the sender, once in each stretch of time as it is: frames come while the session is locked, too."""
        subscription = self._subscriptions.get(endpoint)
        if subscription is None:
            return []
        count = subscription.count_unreadable(self._arrived or now, self._limits.unreadable_frames_within)
        if count > self._limits.unreadable_frames:
            return self._misbehaved(endpoint, Denial.NO_SENSE, POLICY_VIOLATION, now, ids)
        if count > 1 or not subscription.wants("SyncError"):
            return []
        what = "sent a frame that is no answer"
        return self._delivery.send(subscription, self._trouble_of(subscription, None, what, now, ids))

    def _misbehaved(self, endpoint: str, what: Denial, code: int, now: datetime, ids: Ids) -> list[Effect]:
        """End a channel for what came on it: its sender gets the reason, the others one SyncError."""
        subscription = self._subscriptions.get(endpoint)
        if subscription is None:
            return []
        effects = self._deny([subscription], what, code)
        return effects + self._sync_error(subscription, None, what, now, ids)

    def _keep_undecided(self, subscription: Subscription, event_id: str, awaited: Awaited) -> None:
        """After 202 a later answer with the same id still counts (FC-28); only the latest few are remembered."""
        awaited.deadline = None
        undecided = [key for key, entry in subscription.awaited.items() if entry.deadline is None]
        for key in undecided[: -self._limits.undecided_per_subscription]:
            del subscription.awaited[key]

    def _sync_error(
        self,
        subscription: Subscription,
        about: tuple[str, str] | None,
        what: str,
        now: datetime,
        ids: Ids,
    ) -> list[Effect]:
        """Tell the others that one of them does not follow (FC-29..31)."""
        message = self._trouble_of(subscription, about, what, now, ids)
        effects: list[Effect] = []
        for other in self._connected():
            if other is not subscription and other.wants("SyncError"):
                effects += self._delivery.send(other, message)
        return effects

    def _trouble_of(
        self, subscription: Subscription, about: tuple[str, str] | None, what: str, now: datetime, ids: Ids
    ) -> Message:
        own_id = ids()
        about_id, about_event = about or subscription.last_sent or (own_id, "SyncError")
        return sync_error(
            topic=self.topic,
            own_id=own_id,
            about_id=about_id,
            about_event=about_event,
            subscriber=subscription.name,
            now=now,
            diagnostics=f"{subscription.name} {what}",
        )

    # time

    def _timer_fired(self, now: datetime, ids: Ids) -> list[Effect]:
        if self.locked:
            return []
        effects: list[Effect] = []
        for subscription in self.subscriptions():
            silent = subscription.silent_on(now) if subscription.connected else None
            if subscription.lease_until <= now:
                effects += self._deny([subscription], Denial.LEASE_EXPIRED, NORMAL_CLOSURE)
            elif not subscription.connected and subscription.connect_until <= now:
                effects += self._forget([subscription])
                effects.append(CloseChannel(subscription.endpoint, POLICY_VIOLATION))
            elif silent is not None:
                effects += self._deny([subscription], Denial.NO_ANSWER, POLICY_VIOLATION)
                about = (silent.posted_id, silent.event_name)
                effects += self._sync_error(subscription, about, "did not answer in time", now, ids)
        return effects

    def _lock(self, code: str, now: datetime, ids: Ids) -> list[Effect]:
        """Say so to whoever wants to know, then fall silent (FC-26)."""
        if self.locked:
            return []
        effects = self._tell_all("UserHibernate", code, now, ids)
        self._locked_at = now
        self._delivery.fall_silent()
        return effects

    def _tell_all(self, name: str, code: str, now: datetime, ids: Ids) -> list[Effect]:
        wanting = [subscription for subscription in self._connected() if subscription.wants(name)]
        message = ending(self.topic, name, ids(), now, code)
        return [Send(subscription.endpoint, message) for subscription in wanting]

    def _unlock(self, now: datetime) -> list[Effect]:
        if self._locked_at is None:
            return []
        stood_still, self._locked_at = now - self._locked_at, None
        for subscription in self._subscriptions:
            subscription.postpone(stood_still)
        return self._delivery.speak_again(stood_still, now)

    # fences

    def _only_answering(self, given: Input) -> str | None:
        """The one grant whose fence an input can move, where it is no more than a follower's answer."""
        subscription = self._subscriptions.get(given.endpoint) if isinstance(given, Acknowledged) else None
        return None if subscription is None or subscription.is_shell else subscription.grant_id
