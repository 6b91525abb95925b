"""Tells the desktop what the hub saw, for the timeline that support reads (``vaktrom doctor --context``).

Ids go over the session's own stream, where the desktop has them already; what is written there is numbers. Nothing waits
for a row: they leave in batches, and a desktop that is behind loses rows and is told how many.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from context.acknowledgements import is_refusal
from context.denials import Denial
from context.effects import (
    Accepted,
    CloseChannel,
    Effect,
    MoveFence,
    NoteAck,
    NoteEvent,
    NoteSocket,
    Refused,
    Send,
)
from context.events import ContextEvent
from context.inputs import (
    Acknowledged,
    FellBehind,
    Input,
    Oversize,
    Post,
    SocketClosed,
    Subscribe,
    Unreadable,
)
from launcher.oauth.model import GatewayState, Grant
from launcher.server.dependencies import Clock
from launcher.server.fact_stream import FactStream

BATCH_SECONDS = 0.05
ROWS_IN_A_BATCH = 200
NAMED = 8
AWAITED = 512
"""Answers of one gateway whose milliseconds are counted at once; of further ones the time is not known."""
CLIENTS_KNOWN = 2048
"""Grants whose client is known after they have ended."""
DENIALS: Mapping[Denial, str] = {
    Denial.UNSUBSCRIBED: "unsubscribed",
    Denial.LEASE_EXPIRED: "lease-expired",
    Denial.NO_ANSWER: "no-answer",
    Denial.NO_SENSE: "no-sense",
    Denial.TOO_LONG: "too-long",
    Denial.PINNED: "pinned",
    Denial.ACCESS_ENDED: "access-ended",
    Denial.TAB_ENDED: "tab-ended",
    Denial.SESSION_ENDED: "session-ended",
}
"""What a row says of each; ``shell.command_line.doctor_texts`` has the words."""

Row = dict[str, Any]


@dataclass(slots=True)
class _Batch:
    """Rows of one session that leave together."""

    rows: list[Row] = field(default_factory=list)
    left_out: int = 0


class HubTimeline:
    """Implements ``HubWitness``. All methods are to be called in the gateway's event loop."""

    def __init__(self, state: GatewayState, facts: FactStream, clock: Clock) -> None:
        self._state = state
        self._facts = facts
        self._clock = clock
        self._batches: dict[str, _Batch] = {}
        self._grants: dict[str, str] = {}
        self._clients: dict[str, tuple[str, str | None]] = {}
        self._sent: dict[tuple[str, str], float] = {}

    # HubWitness

    def posted(self, grant: Grant, event: ContextEvent) -> None:
        """An event is accepted; what comes of it follows."""
        self._row(grant.sid, "posted", **_event(event), client=grant.client_id)

    def refused(self, grant: Grant, event: ContextEvent | None, status: int) -> None:
        """A post was refused; without an event its body could not be read."""
        named = _event(event) if event is not None else {}
        self._row(grant.sid, "refused", **named, client=grant.client_id, status=status)

    def handled(self, topic: str, sid: str, given: Input, effects: Sequence[Effect]) -> None:
        """The hub of a topic took an input, and this is what it wants done."""
        if isinstance(given, Subscribe):
            self._subscribed(topic, sid, given, effects)
        if self._facts.listens(sid):
            self._seen(topic, sid, given, effects)
        self._forget(given, effects)

    def _seen(self, topic: str, sid: str, given: Input, effects: Sequence[Effect]) -> None:
        events: dict[tuple[str, str], list[str]] = {}
        denied = ""
        told = False
        for effect in effects:
            match effect:
                case NoteEvent(grant_id, event_id, name):
                    events.setdefault((event_id, name), []).append(self._client(grant_id)[0])
                    self._await(grant_id, event_id)
                case NoteAck(grant_id, event_id, status):
                    began = self._sent.pop((grant_id, event_id), None)
                    took = None if began is None else (self._clock.monotonic() - began) * 1000
                    self._about(sid, topic, grant_id, "answered", event=event_id, status=status, ms=took)
                case NoteSocket(grant_id, connected):
                    self._about(sid, topic, grant_id, "socket", up=connected)
                case MoveFence(grant_id, patient):
                    self._about(sid, topic, grant_id, "fence", patient=patient)
                case Send(endpoint, message) if message.get("hub.mode") == "denied":
                    denied = endpoint
                    why = DENIALS[Denial(message["hub.reason"])]
                    self._about(sid, topic, self._grants.get(endpoint, ""), "denied", why=why)
                case Send(_, message):
                    told = told or (message.get("event") or {}).get("hub.event") == "SyncError"
                case _:
                    pass
        self._told_of(topic, sid, events)
        if told and not isinstance(given, Post):
            self._sync_error(topic, sid, given, denied)

    # rows

    def _subscribed(self, topic: str, sid: str, given: Subscribe, effects: Iterable[Effect]) -> None:
        grant = self._state.grants.get(given.grant_id)
        client = (grant.client_id, grant.pane) if grant is not None else ("?", None)
        status = next((effect.status for effect in effects if isinstance(effect, Refused)), 202)
        if any(isinstance(effect, Accepted) for effect in effects):
            self._grants[given.endpoint] = given.grant_id
            if len(self._clients) >= CLIENTS_KNOWN:
                self._clients.pop(next(iter(self._clients)))
            self._clients[given.grant_id] = client
        if not given.renewal or status != 202:
            name, pane = client
            self._row(sid, "subscribed", tab=topic, client=name, pane=pane, status=status)

    def _told_of(self, topic: str, sid: str, events: Mapping[tuple[str, str], list[str]]) -> None:
        for (event_id, name), clients in events.items():
            more = max(0, len(clients) - NAMED)
            named = clients[:NAMED]
            self._row(sid, "sent", tab=topic, event=event_id, name=name, clients=named, more=more or None)

    def _sync_error(self, topic: str, sid: str, given: Input, denied: str) -> None:
        why, endpoint = "no-answer", denied
        if isinstance(given, SocketClosed):
            why, endpoint = "connection-lost", given.endpoint
        elif isinstance(given, FellBehind):
            why, endpoint = "too-slow", given.endpoint
        elif isinstance(given, Unreadable | Oversize):
            why, endpoint = "no-sense" if isinstance(given, Unreadable) else "too-long", given.endpoint
        elif isinstance(given, Acknowledged) and is_refusal(given.status):
            why, endpoint = "refused", given.endpoint
        self._about(sid, topic, self._grants.get(endpoint, ""), "sync-error", why=why)

    def _await(self, grant_id: str, event_id: str) -> None:
        if len(self._sent) >= AWAITED:
            self._sent.pop(next(iter(self._sent)))
        self._sent[grant_id, event_id] = self._clock.monotonic()

    def _forget(self, given: Input, effects: Iterable[Effect]) -> None:
        gone = [effect.endpoint for effect in effects if isinstance(effect, CloseChannel)]
        if isinstance(given, SocketClosed):
            gone.append(given.endpoint)
        for endpoint in gone:
            self._grants.pop(endpoint, None)

    def _client(self, grant_id: str) -> tuple[str, str | None]:
        known = self._clients.get(grant_id)
        if known is None:
            grant = self._state.grants.get(grant_id)
            known = (grant.client_id, grant.pane) if grant is not None else ("?", None)
        return known

    def _about(self, sid: str, topic: str, grant_id: str, kind: str, **facts: Any) -> None:
        client, pane = self._client(grant_id)
        self._row(sid, kind, tab=topic, client=client, pane=pane, **facts)

    def _row(self, sid: str | None, kind: str, **facts: Any) -> None:
        if sid is None or not self._facts.listens(sid):
            return
        batch = self._batches.get(sid)
        if batch is None:
            batch = self._batches[sid] = _Batch()
            asyncio.get_running_loop().call_later(BATCH_SECONDS, self._leave, sid)
        if len(batch.rows) >= ROWS_IN_A_BATCH:
            batch.left_out += 1
            return
        known = {name: value for name, value in facts.items() if value is not None}
        batch.rows.append({"kind": kind, "at": self._clock.monotonic(), **known})

    def _leave(self, sid: str) -> None:
        batch = self._batches.pop(sid)
        now = self._clock.monotonic()
        if batch.left_out:
            batch.rows.append({"kind": "left-out", "at": now, "count": batch.left_out})
        self._facts.offer(sid, {"type": "timeline", "now": now, "rows": batch.rows})


def _event(event: ContextEvent) -> Row:
    return {
        "tab": event.topic,
        "event": event.event_id,
        "name": event.kind.name,
        "patient": event.patient_id,
    }
