"""Does what the pure hubs say: channels, timers, patient checks, records (DESIGN section 4)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, assert_never

from starlette.websockets import WebSocket

from context.denials import Denial
from context.effects import (
    Accepted,
    CloseChannel,
    ContextChanged,
    Effect,
    MoveFence,
    NoteAck,
    NoteEvent,
    NoteSocket,
    Refused,
    Send,
)
from context.event_kinds import EVENT_KINDS
from context.events import ContextEvent
from context.hub import Hub
from context.inputs import (
    Acknowledged,
    DenyGrant,
    EndTopic,
    FellBehind,
    Input,
    Lock,
    Post,
    SocketClosed,
    SocketOpened,
    Subscribe,
    TimerFired,
    Unlock,
    Unsubscribe,
)
from context.subscription import HubLimits
from launcher.oauth.model import Grant
from launcher.server.errors import InvalidToken, SessionLocked
from launcher.server.hub.access import HubAccess, HubRefusal, token_expiry
from launcher.server.hub.audit import HubAudit
from launcher.server.hub.call import HubCall
from launcher.server.hub.channel import Channel, Ending
from launcher.server.hub.event_bodies import read_event_body
from launcher.server.hub.forms import MalformedForm, SubscriptionForm, read_form
from launcher.server.hub.frames import Frame, Frames
from launcher.server.hub.incoming_frames import meaning_of
from launcher.server.hub.pace import CallPace
from launcher.server.hub.ports import (
    PATIENT_REFUSALS,
    AccessTokens,
    Clock,
    CurrentPatient,
    FenceKeeper,
    HubWitness,
    NoWitness,
    PaneFacts,
    PatientCheck,
    RunnerLimits,
    TopicDirectory,
)

Record = Callable[[str, bytes | None], None]
GOING_AWAY = 1001
_SHORTEST_TIMER = 0.005


@dataclass(slots=True)
class _Topic:
    """One topic's hub with what the runner adds: its session, its turn-taking and its timer."""

    sid: str
    hub: Hub
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    timer: asyncio.TimerHandle | None = None
    armed_for: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """Whose channel an endpoint is: its topic, its grant, and where the subscribe call came from."""

    topic: str
    grant: Grant
    address: str


class HubRunner:
    """Runs the hub of every topic of one gateway, inside one event loop.

    All methods are to be called in that loop. It implements the ``GrantListener`` and ``CurrentContext`` protocols of
    the gateway: what ends, is pinned or locked is told to it and takes effect before the call returns.
    """

    def __init__(
        self,
        *,
        tokens: AccessTokens,
        topics: TopicDirectory,
        patients: PatientCheck,
        fences: FenceKeeper,
        facts: PaneFacts,
        clock: Clock,
        new_id: Callable[[], str],
        base_url: str,
        record: Record,
        audit: HubAudit,
        shell_client_id: str = "vaktrom-shell",
        hub_limits: HubLimits | None = None,
        limits: RunnerLimits | None = None,
        witness: HubWitness | None = None,
    ) -> None:
        self.limits = limits or RunnerLimits()
        self._access = HubAccess(tokens, topics, shell_client_id)
        self._directory = topics
        self._patients = patients
        self._fences = fences
        self._facts = facts
        self._clock = clock
        self._new_id = new_id
        self._record = record
        self.audit = audit
        self._hub_limits = hub_limits or HubLimits()
        self._channel_base = base_url.replace("http", "ws", 1) + "/fhircast/ws/"
        self._witness = witness or NoWitness()
        self._pace = CallPace(self.limits.calls_burst, self.limits.calls_per_minute, clock.monotonic)
        self._topics: dict[str, _Topic] = {}
        self._endpoints: dict[str, _Endpoint] = {}
        self._channels: dict[str, Channel] = {}
        self._locked_sessions: set[str] = set()

    # calls over HTTP

    def configuration(self) -> dict[str, Any]:
        """The body of ``.well-known/fhircast-configuration`` (FC-02)."""
        return {
            "eventsSupported": [kind.name for kind in EVENT_KINDS],
            "websocketSupport": True,
            "fhircastVersion": "3.0.0",
            "fhirVersion": "R4",
            "getCurrentSupport": True,
            "capabilities": {"supportsGetCurrentContext": True, "supportsNonCurrentContextUpdates": False},
        }

    def caller(self, call: HubCall) -> Grant | None:
        """Whose token a call carries; ``None`` for one that does not count, or not now."""
        try:
            return self._access.grant(call.authorization)
        except (InvalidToken, SessionLocked):
            return None

    def count(self, call: HubCall) -> None:
        """Count one call of an app, before its body is read; the shell's are not. Raises :class:`TooManyCalls`."""
        grant = self.caller(call)
        if grant is not None and not self._access.is_shell(grant):
            self._pace.take(f"{grant.sid or ''} {grant.client_id}")

    def subscription_call(self, call: HubCall) -> dict[str, str]:
        """Subscribe, renew, modify or unsubscribe (FC-06..FC-13); the JSON body of the 202.

        Raises :class:`HubRefusal`, ``InvalidToken`` or ``SessionLocked``.
        """
        grant = self._access.grant(call.authorization)
        form = read_form(call.body)
        if isinstance(form, MalformedForm):
            raise HubRefusal(400, form.reason)
        topic = self._topic(form.topic, self._access.demand_topic(grant, form.topic))
        secret = self._secret_of(form.endpoint) if form.endpoint else self._new_id()
        given: Input = Unsubscribe(secret, grant.grant_id)
        if form.mode == "subscribe":
            given = self._subscribe_input(grant, form, secret, call.authorization)
        self._answered(topic, given)
        if form.endpoint is None:
            self._endpoints[secret] = _Endpoint(form.topic, grant, call.client_address)
        return {"hub.channel.endpoint": self._channel_base + secret}

    async def post(self, call: HubCall) -> None:
        """Accept one event for broadcast (FC-18), in order of arrival, after the patient was checked (S1).

        An open is in the access log before it takes effect. Raises :class:`HubRefusal`, ``InvalidToken``,
        ``SessionLocked`` or ``AuditUnavailable``; then nothing was changed.
        """
        grant = self._access.grant(call.authorization)
        event: ContextEvent | None = None
        try:
            event = read_event_body(call.body, self.limits.body_levels)
            await self._take(call, grant, event)
        except HubRefusal as refusal:
            self._witness.refused(grant, event, refusal.status)
            raise

    async def _take(self, call: HubCall, grant: Grant, event: ContextEvent) -> None:
        if not self._access.scopes(grant).may_write(event.kind.name):
            raise HubRefusal(403, f"no scope of this token writes {event.kind.name}")
        topic = self._topic(event.topic, self._access.demand_topic(grant, event.topic))
        if topic.waiting >= self.limits.waiting_posts_per_topic:
            raise HubRefusal(503, "too many events are waiting on this topic")
        topic.waiting += 1
        try:
            async with topic.turn:
                if event.kind.action == "open":
                    await self._check_patient(grant, event)
                    self._demand_still_open(call, event, topic)
                    await self.audit.opened(call, grant, event)
                self._demand_still_open(call, event, topic)
                self._witness.posted(grant, event)
                self._answered(topic, Post(event))
        finally:
            topic.waiting -= 1

    def _demand_still_open(self, call: HubCall, event: ContextEvent, topic: _Topic) -> None:
        """What may have changed while something was waited for."""
        self._access.grant(call.authorization)
        if self._topics.get(event.topic) is not topic:
            raise HubRefusal(404, "there is no such topic")
        refused = topic.hub.refusal_of(event, self._clock.now())
        if refused is not None:
            raise HubRefusal(refused.status, refused.reason)

    async def current_context(self, call: HubCall, name: str) -> dict[str, Any]:
        """The body of get-current-context (FC-34), recorded when it names a patient. Raises as :meth:`post`."""
        grant = self._access.grant(call.authorization)
        topic = self._topic(name, self._access.demand_topic(grant, name))
        scopes = self._access.scopes(grant)
        if not scopes.may_read_anything:
            raise HubRefusal(403, "no scope of this token reads events")
        found = topic.hub.current_context(scopes)
        await self.audit.read(call, grant, found["context"])
        self._access.grant(call.authorization)
        return found

    def _subscribe_input(
        self, grant: Grant, form: SubscriptionForm, secret: str, authorization: str | None
    ) -> Subscribe:
        name = form.subscriber_name or grant.client_id
        longest = self._clock.now() + timedelta(seconds=self._hub_limits.longest_lease_seconds)
        return Subscribe(
            endpoint=secret,
            renewal=form.endpoint is not None,
            grant_id=grant.grant_id,
            name="".join(filter(str.isprintable, name))[: self.limits.name_characters],
            events=form.events,
            scopes=self._access.scopes(grant),
            token_expires_at=token_expiry(authorization, longest),
            lease_seconds=form.lease_seconds,
            is_shell=self._access.is_shell(grant),
            fenced=grant.fenced,
            effective_patient=grant.effective_patient,
            pinned=grant.fence_frozen,
        )

    def _secret_of(self, endpoint: str) -> str:
        if not endpoint.startswith(self._channel_base):
            raise HubRefusal(404, "there is no such hub.channel.endpoint")
        return endpoint.removeprefix(self._channel_base)

    async def _check_patient(self, grant: Grant, event: ContextEvent) -> None:
        patient_id = event.patient_id
        if patient_id is None:
            return
        identifiers = event.resources["patient"].get("identifier", [])
        try:
            async with asyncio.timeout(self.limits.patient_check_seconds):
                refusal = await self._patients.check(grant, patient_id, identifiers)
        except TimeoutError:
            refusal = "unreachable"
        if refusal is not None:
            raise HubRefusal(*PATIENT_REFUSALS.get(refusal, PATIENT_REFUSALS["not-readable"]))

    # channels

    def knows(self, secret: str) -> bool:
        """Whether a socket may be accepted on this endpoint now: known and never connected before."""
        return secret in self._endpoints and secret not in self._channels

    async def serve(self, secret: str, socket: WebSocket) -> None:
        """Run one accepted socket to its end. Call only right after :meth:`knows` said yes."""
        name = self._endpoints[secret].topic
        limits = self.limits
        channel = Channel(limits.queue_frames, limits.drain_seconds, limits.useless_frame_seconds)
        self._channels[secret] = channel
        try:
            await socket.accept()
            self._tell(name, SocketOpened(secret))
            ending = await channel.run(socket, lambda frame: self._received(name, secret, frame))
            self._tell(name, _closed(secret, ending))
        except BaseException:
            self._tell(name, SocketClosed(secret, normal=False))
            raise
        finally:
            self._channels.pop(secret, None)
            self._endpoints.pop(secret, None)

    def _received(self, name: str, secret: str, frame: str | bytes) -> bool:
        """Hand in what a subscriber sent; false when it meant nothing."""
        known = self._topics.get(name)
        given = meaning_of(secret, frame, self.limits.frame_characters)
        return known is not None and bool(self._handle(known, given))

    # what the gateway tells (GrantListener)

    def topic_opened(self, topic: str, sid: str) -> None:
        """A workspace context was made."""
        self._topic(topic, sid)

    def topic_closed(self, topic: str) -> None:
        """A workspace context ended: its channels are denied and closed, its record removed."""
        self._end(topic, EndTopic(Denial.TAB_ENDED))

    def _end(self, topic: str, ending: EndTopic) -> None:
        known = self._topics.get(topic)
        if known is None:
            return
        self._handle(known, ending)
        self._disarm(known)
        self._topics.pop(topic, None)
        self._record(topic, None)

    def grant_ended(self, grant_id: str) -> None:
        """A grant was revoked: its channels are denied and closed at once (FC-12)."""
        self._deny(grant_id, Denial.ACCESS_ENDED)
        self.audit.forget(grant_id)

    def grant_pinned(self, grant_id: str) -> None:
        """A follower's pane was pinned: its subscription ends with a denial."""
        self._deny(grant_id, Denial.PINNED)

    def session_locked(self, sid: str) -> None:
        """Channels of the session fall silent; their leases stand still."""
        self._locked_sessions.add(sid)
        self._tell_session(sid, Lock())

    def session_unlocked(self, sid: str) -> None:
        """Channels of the session speak again and get the current context."""
        self._locked_sessions.discard(sid)
        self._tell_session(sid, Unlock())

    def session_ended(self, sid: str) -> None:
        """Every topic of the session ends."""
        for name in [name for name, topic in self._topics.items() if topic.sid == sid]:
            self._end(name, EndTopic(Denial.SESSION_ENDED, logout="system-initiated"))
        self._locked_sessions.discard(sid)

    def close(self) -> None:
        """The gateway stops: sockets are closed as *going away*, timers end, records stay."""
        for topic in self._topics.values():
            self._disarm(topic)
        self._topics.clear()
        self._endpoints.clear()
        for channel in self._channels.values():
            channel.finish(GOING_AWAY)

    # state

    def current(self, topic: str) -> CurrentPatient:
        """The patient of a topic; empty when the topic has none or is unknown."""
        known = self._topics.get(topic)
        if known is None:
            return CurrentPatient(None, None, "")
        context = known.hub.context
        return CurrentPatient(context.patient, context.encounter, context.version)

    def snapshot(self, topic: str) -> bytes | None:
        """What :meth:`restore` needs; the same bytes went to ``record`` at the last change."""
        known = self._topics.get(topic)
        return None if known is None else known.hub.snapshot()

    def restore(self, topic: str, sid: str, snapshot: bytes) -> None:
        """Put back a topic after a restart; its subscribers come back by themselves (FC-39).

        Raises ``context.errors.UnreadableSnapshot``.
        """
        known = self._topic(topic, sid)
        known.hub = Hub.restore(snapshot, self._hub_limits)
        if sid in self._locked_sessions:
            self._handle(known, Lock())

    def _topic(self, name: str, sid: str) -> _Topic:
        known = self._topics.get(name)
        if known is None:
            known = self._topics[name] = _Topic(sid, Hub(name, self._hub_limits))
            if sid in self._locked_sessions:
                self._handle(known, Lock())
        return known

    # effects

    def _answered(self, topic: _Topic, given: Input) -> None:
        """Hand in an HTTP call; raises :class:`HubRefusal` when the hub refuses it."""
        for effect in self._handle(topic, given):
            if isinstance(effect, Refused):
                raise HubRefusal(effect.status, effect.reason)

    def _tell(self, name: str, given: Input) -> None:
        known = self._topics.get(name)
        if known is not None:
            self._handle(known, given)

    def _tell_session(self, sid: str, given: Input) -> None:
        for topic in list(self._topics.values()):
            if topic.sid == sid:
                self._handle(topic, given)

    def _deny(self, grant_id: str, reason: Denial) -> None:
        for topic in list(self._topics.values()):
            if any(entry.grant_id == grant_id for entry in topic.hub.subscriptions()):
                self._handle(topic, DenyGrant(grant_id, reason))

    def _handle(self, topic: _Topic, given: Input) -> list[Effect]:
        effects = topic.hub.handle(given, self._clock.now(), self._new_id)
        self._witness.handled(topic.hub.topic, topic.sid, given, effects)
        frames = Frames()
        behind = [
            endpoint for effect in effects if (endpoint := self._perform(topic, effect, frames)) is not None
        ]
        for endpoint in dict.fromkeys(behind):
            self._handle(topic, FellBehind(endpoint))
        if not _only_shortens_waiting(given, effects):
            self._arm(topic)
        return effects

    def _perform(self, topic: _Topic, effect: Effect, frames: Frames) -> str | None:
        """Do one effect; returns the endpoint whose queue is full, if that is what happened."""
        match effect:
            case Send(endpoint, message):
                channel = self._channels.get(endpoint)
                if channel is not None:
                    frame = frames.of(message)
                    if not channel.offer(frame.text, self._told(endpoint, frame)):
                        return endpoint
            case CloseChannel(endpoint, code):
                self._endpoints.pop(endpoint, None)
                if endpoint in self._channels:
                    self._channels[endpoint].finish(code)
            case MoveFence(grant_id, patient_id):
                self._fences.move(grant_id, patient_id)
            case NoteEvent(grant_id, event_id, event_name):
                self._facts.note_event(grant_id, event_id, event_name)
            case NoteAck(grant_id, event_id, status):
                self._facts.note_ack(grant_id, event_id, status)
            case NoteSocket(grant_id, connected):
                self._facts.note_socket(grant_id, connected)
            case ContextChanged():
                self._record(topic.hub.topic, topic.hub.snapshot())
            case Accepted() | Refused():
                pass
            case _:
                assert_never(effect)
        return None

    def _told(self, endpoint: str, frame: Frame) -> asyncio.Task[None] | None:
        """The record that this frame has to wait for."""
        known = self._endpoints.get(endpoint) if frame.patients else None
        return self.audit.told(known.grant, known.address, frame.patients) if known is not None else None

    # timers

    def wake(self) -> None:
        """Let every hub look at the clock; timers do it by themselves when the clock runs."""
        for topic in list(self._topics.values()):
            self._handle(topic, TimerFired())

    def _arm(self, topic: _Topic) -> None:
        deadline = topic.hub.next_deadline()
        if deadline == topic.armed_for:
            return
        self._disarm(topic)
        if deadline is None or self._topics.get(topic.hub.topic) is not topic:
            return
        seconds = max(_SHORTEST_TIMER, (deadline - self._clock.now()).total_seconds())
        topic.armed_for = deadline
        topic.timer = asyncio.get_running_loop().call_later(seconds, self._fired, topic)

    def _fired(self, topic: _Topic) -> None:
        topic.timer = topic.armed_for = None
        self._handle(topic, TimerFired())

    def _disarm(self, topic: _Topic) -> None:
        if topic.timer is not None:
            topic.timer.cancel()
        topic.timer = topic.armed_for = None


def _closed(secret: str, ending: Ending | None) -> SocketClosed:
    """How a channel ended, as the hub is told; without an ending the hub ended it itself."""
    if ending is None or ending.normal:
        return SocketClosed(secret, normal=True)
    return SocketClosed(secret, normal=False, code=ending.code)


def _only_shortens_waiting(given: Input, effects: Sequence[Effect]) -> bool:
    """An answer that has nobody sent anything ends a wait: the timer then comes too early, which it may, never too late."""
    return isinstance(given, Acknowledged) and not any(isinstance(effect, Send) for effect in effects)
