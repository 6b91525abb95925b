"""The gateway's half: the real hub and the real keeper of panes and fences, with sockets that can lose and delay."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

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
from context.hub import Hub
from context.inputs import DenyGrant, FellBehind, Input, Lock, SocketClosed, TimerFired
from context.subscription import HubLimits
from launcher.oauth.model import GatewayState, Grant, Pane
from launcher.server.fact_stream import FactStream
from launcher.server.panes import PaneKeeper
from launcher.server.sessions import SessionKeeper
from launcher.stores.state_records import StateRecords
from tests.context.playbook import START, TOPIC

Facts = dict[str, Any]
SESSION = "session"
QUEUE_FRAMES = 8
LIMITS = HubLimits()


@dataclass
class Socket:
    """One WebSocket. ``down`` is on its way to the client, ``up`` to the hub; ``open`` as the hub sees it."""

    down: deque[dict[str, Any]] = field(default_factory=deque)
    up: deque[Input] = field(default_factory=deque)
    closing: bool = False


@dataclass(frozen=True)
class Clock:
    gateway: Gateway

    def now(self) -> datetime:
        return self.gateway.now

    def monotonic(self) -> float:
        return self.gateway.monotonic()


class Sessions:
    """What the keeper of panes needs of the keeper of sessions: fences that outlive a kill, and whoever is told of a pin."""

    def __init__(self, gateway: Gateway) -> None:
        self.listeners = [gateway]
        self.pane_lost_grant: Callable[[str], None] = lambda _: None
        self._gateway = gateway

    def keep_grant(self, grant: Grant) -> None:
        self._gateway.kept_grants[grant.grant_id] = replace(grant)


class Gateway:
    """Everything on the far side of the shell's sockets; ``moved`` gets each move of a fence before it is made."""

    def __init__(self, moved: Callable[[MoveFence], None], sent: Callable[[Send], None]) -> None:
        self.hub = Hub(TOPIC, LIMITS)
        self._elapsed = self._set_ahead = timedelta()
        self.locked = False
        self.sockets: dict[str, Socket] = {}
        self.stream: deque[Facts] | None = None
        self.kept_grants: dict[str, Grant] = {}
        self.kept_panes: dict[str, Pane] = {}
        self._numbers = itertools.count(1)
        self._recorded: bytes | None = None
        self._moved, self._sent = moved, sent
        self._begin()

    def _begin(self) -> None:
        self.state = GatewayState()
        sessions = cast(SessionKeeper, Sessions(self))
        records, facts = cast(StateRecords, self), cast(FactStream, self)
        self.panes = PaneKeeper(self.state, sessions, records, Clock(self), self.new_id, facts)

    def new_id(self) -> str:
        return f"id-{next(self._numbers)}"

    # what the keeper of panes is given: records, stream of facts, listener

    @property
    def now(self) -> datetime:
        """What the clock of the machine says; somebody may have set it."""
        return START + self._elapsed + self._set_ahead

    def monotonic(self) -> float:
        return self._elapsed.total_seconds()

    def keep(self, kind: str, key: str, value: Pane) -> None:
        assert kind == "pane"
        self.kept_panes[key] = replace(value)

    def publish(self, sid: str, fact: Facts) -> None:
        assert sid == SESSION
        if self.stream is not None:
            self.stream.append(fact)

    def grant_pinned(self, grant_id: str) -> None:
        self.handle(DenyGrant(grant_id, Denial.PINNED))

    # inputs and effects

    def handle(self, given: Input) -> list[Effect]:
        effects = self.hub.handle(given, self.now, self.new_id)
        behind = [endpoint for effect in effects if (endpoint := self._perform(effect)) is not None]
        for endpoint in dict.fromkeys(behind):
            self.handle(FellBehind(endpoint))
        return effects

    def accepted(self, given: Input) -> bool:
        return not any(isinstance(effect, Refused) for effect in self.handle(given))

    def _perform(self, effect: Effect) -> str | None:
        match effect:
            case Send(endpoint, message):
                self._sent(effect)
                socket = self.sockets.get(endpoint)
                if socket is not None and not socket.closing:
                    if len(socket.down) >= QUEUE_FRAMES:
                        return endpoint
                    socket.down.append(dict(message))
            case CloseChannel(endpoint):
                if endpoint in self.sockets:
                    self.sockets[endpoint].closing = True
                    self.sockets[endpoint].up.clear()
            case MoveFence(grant_id, patient_id):
                self._moved(effect)
                self.panes.move(grant_id, patient_id)
            case NoteEvent(grant_id, event_id, event_name):
                self.panes.note_event(grant_id, event_id, event_name)
            case NoteAck(grant_id, event_id, status):
                self.panes.note_ack(grant_id, event_id, status)
            case NoteSocket(grant_id, connected):
                self.panes.note_socket(grant_id, connected)
            case ContextChanged():
                self._recorded = self.hub.snapshot()
            case Accepted() | Refused():
                pass
        return None

    def fire(self) -> None:
        """The timer, when it is due."""
        due = self.hub.next_deadline()
        if due is not None and due <= self.now:
            self.handle(TimerFired())

    def hear(self, endpoint: str) -> None:
        """The hub takes the next thing that came up this socket."""
        socket = self.sockets.get(endpoint)
        if socket is not None and socket.up:
            given = socket.up.popleft()
            if isinstance(given, SocketClosed):
                self.sockets.pop(endpoint)
            self.handle(given)

    # panes and grants

    def grant(self, pane: Pane, patient: str, encounter: str | None, *, fenced: bool) -> Grant:
        """A code was redeemed in a pane: its token is for the patient of the launch."""
        grant = Grant(
            grant_id=self.new_id(),
            sid=SESSION,
            client_id=pane.client_id,
            scopes=(),
            patient=patient,
            encounter=encounter,
            topic=TOPIC,
            pane=pane.pane,
            fenced=fenced,
            effective_patient=patient,
            fhir_user=None,
            implied_reads=frozenset(),
            created_at=self.now,
        )
        self.state.grants[grant.grant_id] = grant
        self.kept_grants[grant.grant_id] = replace(grant)
        self.panes.granted(grant)
        return grant

    def end_grants(self, grants: Iterable[Grant]) -> None:
        for grant in list(grants):
            self.state.grants.pop(grant.grant_id, None)
            self.kept_grants.pop(grant.grant_id, None)
            self.handle(DenyGrant(grant.grant_id, Denial.ACCESS_ENDED))
            self.panes.lost_grant(grant.pane or "")

    def end_pane(self, pane_id: str) -> None:
        self.end_grants([grant for grant in self.state.grants.values() if grant.pane == pane_id])
        self.state.panes.pop(pane_id, None)
        self.kept_panes.pop(pane_id, None)

    def kill(self) -> None:
        """Kill -9 and the next child: what was recorded is there, sockets and facts are not."""
        self._begin()
        self.state.grants.update({key: replace(grant) for key, grant in self.kept_grants.items()})
        self.state.panes.update({key: replace(pane) for key, pane in self.kept_panes.items()})
        self.hub = Hub.restore(self._recorded, LIMITS) if self._recorded else Hub(TOPIC, LIMITS)
        self.stream = None
        for socket in self.sockets.values():
            socket.closing = True
            socket.down.clear()
            socket.up.clear()
        if self.locked:
            self.handle(Lock())

    def pass_time(self, seconds: float) -> None:
        self._elapsed += timedelta(seconds=seconds)

    def jump(self, seconds: float) -> None:
        """The clock is set ahead, or back."""
        self._set_ahead += timedelta(seconds=seconds)
