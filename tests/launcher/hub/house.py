"""A hub on a real socket, with the parties around it: tokens, patients, fences, facts."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import secrets
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect

from context.subscription import HubLimits
from launcher.gateway.audit_event import AccessFacts
from launcher.oauth.model import GatewayState, Grant
from launcher.server.connections import ConnectionLimits, connection_settings
from launcher.server.errors import InvalidToken, SessionLocked
from launcher.server.hub import HubAudit, HubRunner, RunnerLimits, hub_routes
from launcher.server.hub.ports import HubWitness
from launcher.stores.audit_reader import AuditUnavailable
from tests.context.playbook import encounter_body, patient_body

SHELL = "vaktrom-shell"


class RunningClock:
    """Wall time that a test may push ahead."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead.total_seconds()


@dataclass
class Tokens:
    grants: dict[str, Grant] = field(default_factory=dict)
    locked: set[str | None] = field(default_factory=set)

    def verify(self, authorization_header: str | None) -> Grant:
        grant = self.grants.get((authorization_header or "").removeprefix("Bearer "))
        if grant is None or grant.ended:
            raise InvalidToken("unknown or ended")
        if grant.sid in self.locked:
            raise SessionLocked(7)
        return grant


@dataclass
class Patients:
    """The upstream record: knows p-1 to p-9; may be told to misbehave."""

    refusal: str | None = None
    gate: asyncio.Event | None = None
    asked: list[tuple[str, str, list[Any]]] = field(default_factory=list)

    async def check(
        self, grant: Grant, patient_id: str, identifiers: Iterable[Mapping[str, Any]]
    ) -> str | None:
        self.asked.append((grant.grant_id, patient_id, list(identifiers)))
        if self.gate is not None:
            await self.gate.wait()
        return self.refusal


@dataclass
class Facts:
    """Fences and pane facts, as they came."""

    seen: list[tuple[Any, ...]] = field(default_factory=list)
    fences: dict[str, str | None] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def _note(self, *fact: Any) -> None:
        self.seen.append(fact)
        self.changed.set()

    def move(self, grant_id: str, patient_id: str | None) -> None:
        self.fences[grant_id] = patient_id
        self._note("fence", grant_id, patient_id)

    def note_event(self, grant_id: str, event_id: str, event_name: str) -> None:
        self._note("event", grant_id, event_id, event_name)

    def note_ack(self, grant_id: str, event_id: str, status: int) -> None:
        self._note("ack", grant_id, event_id, status)

    def note_socket(self, grant_id: str, connected: bool) -> None:
        self._note("socket", grant_id, connected)

    async def until(self, *fact: Any) -> None:
        """Wait until this was noted; the test's own time limit is the end of patience."""
        async with asyncio.timeout(5):
            while fact not in self.seen:
                self.changed.clear()
                await self.changed.wait()


@dataclass
class Log:
    """The access log: what was recorded, in order; may be told to be slow or to fail."""

    rows: list[AccessFacts] = field(default_factory=list)
    gate: asyncio.Event | None = None
    broken: bool = False

    async def record(self, facts: AccessFacts, *, at_once: bool = False) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.broken:
            raise AuditUnavailable("the access log cannot be written")
        self.rows.append(facts)

    async def check(self) -> None:
        if self.broken:
            raise AuditUnavailable("the access log cannot be written")

    def record_soon(self, facts: AccessFacts) -> None:
        self.rows.append(facts)

    def told(self) -> list[tuple[str, str, str, tuple[str, ...]]]:
        """Kind, outcome, client and patients of each row."""
        return [(row.kind, row.outcome, row.client_id, row.patients) for row in self.rows]


class Subscriber:
    """One WebSocket client and what it was sent."""

    def __init__(self, socket: ClientConnection, endpoint: str) -> None:
        self.socket = socket
        self.endpoint = endpoint

    async def frame(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            return dict(json.loads(await self.socket.recv()))

    async def event(self, name: str, event_id: str | None = None) -> dict[str, Any]:
        frame = await self.frame()
        assert frame.get("event", {}).get("hub.event") == name, frame
        assert event_id in (None, frame["id"]), frame
        return frame

    async def answers(self, event_id: str, status: int | str = 200) -> None:
        await self.socket.send(json.dumps({"id": event_id, "status": status}))

    async def nothing(self, seconds: float = 0.15) -> None:
        """Nothing more comes in this time."""
        try:
            async with asyncio.timeout(seconds):
                raise AssertionError(f"unexpected {await self.socket.recv()!r}")
        except TimeoutError:
            return

    async def closed(self) -> int:
        """The code of the close that comes next."""
        async with asyncio.timeout(5):
            await self.socket.wait_closed()
        return self.socket.close_code or 0


class House:
    """Everything around one runner."""

    def __init__(self, hub_limits: HubLimits | None, limits: RunnerLimits | None) -> None:
        self.clock = RunningClock()
        self.tokens = Tokens()
        self.patients = Patients()
        self.facts = Facts()
        self.log = Log()
        self.topics: dict[str, str] = {"topic-1": "session-1", "topic-2": "session-1", "topic-3": "session-2"}
        self.records: dict[str, bytes | None] = {}
        self.witness: HubWitness | None = None
        self.runner: HubRunner
        self.http: httpx2.AsyncClient
        self._hub_limits, self._limits = hub_limits, limits
        self._open = contextlib.AsyncExitStack()

    def session_of(self, topic: str) -> str | None:
        return self.topics.get(topic)

    def make_runner(self, base_url: str) -> HubRunner:
        return HubRunner(
            tokens=self.tokens,
            topics=self,
            patients=self.patients,
            fences=self.facts,
            facts=self.facts,
            clock=self.clock,
            new_id=lambda: secrets.token_urlsafe(24),
            base_url=base_url,
            record=self.records.__setitem__,
            audit=HubAudit(self.log, GatewayState(), self.clock, base_url),
            hub_limits=self._hub_limits,
            limits=self._limits,
            witness=self.witness,
        )

    def token(
        self,
        name: str,
        *,
        scopes: tuple[str, ...] = ("fhircast/*.*",),
        topic: str | None = "topic-1",
        sid: str = "session-1",
        client_id: str | None = None,
        seconds: float = 900,
        **more: Any,
    ) -> str:
        """A token whose grant is ``grant-{name}``; its payload carries ``exp`` as a real one does."""
        grant = Grant(
            grant_id=f"grant-{name}", sid=sid, client_id=client_id or f"client-{name}", scopes=scopes,
            patient=more.pop("patient", None), encounter=None, topic=topic, pane=None, fenced=more.pop("fenced", False),
            effective_patient=None, fhir_user=None, implied_reads=frozenset(), created_at=self.clock.now(), **more,
        )  # fmt: skip
        claims = json.dumps({"exp": int((self.clock.now() + timedelta(seconds=seconds)).timestamp())})
        payload = base64.urlsafe_b64encode(claims.encode()).decode().rstrip("=")
        token = f"head.{payload}.{name}"
        self.tokens.grants[token] = grant
        return token

    def shell_token(self, name: str = "shell", **more: Any) -> str:
        return self.token(name, client_id=SHELL, topic=None, **more)

    def grant(self, token: str) -> Grant:
        return self.tokens.grants[token]

    async def call(self, token: str | None, **form: str) -> httpx2.Response:
        """A form to the hub; names with ``_`` for ``.`` are spelt out by the caller."""
        fields = {
            "hub.channel.type": "websocket",
            "hub.mode": "subscribe",
            "hub.topic": "topic-1",
            "hub.events": "Patient-open,Patient-close,Encounter-open,Encounter-close,SyncError",
        } | form
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self.http.post("/fhircast", data={k: v for k, v in fields.items() if v}, headers=headers)

    async def connected(self, endpoint: str, **more: Any) -> Subscriber:
        socket = await self._open.enter_async_context(connect(endpoint, proxy=None, close_timeout=1, **more))
        return Subscriber(socket, endpoint)

    async def joins(self, token: str, connection: Mapping[str, Any] | None = None, **form: str) -> Subscriber:
        """Subscribe, connect, and take the confirmation."""
        answer = await self.call(token, **form)
        assert answer.status_code == 202, answer.text
        subscriber = await self.connected(answer.json()["hub.channel.endpoint"], **(connection or {}))
        confirmation = await subscriber.frame()
        assert confirmation["hub.mode"] == "subscribe"
        return subscriber

    async def posts(
        self, token: str | None, event: Mapping[str, Any], kind: str = "application/json"
    ) -> httpx2.Response:
        headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {token}"} if token else {})
        return await self.http.post("/fhircast", content=json.dumps(event), headers=headers)

    async def opens(self, token: str, patient: str, event_id: str, **where: str) -> httpx2.Response:
        return await self.posts(token, self.event("Patient-open", patient, event_id, **where))

    async def closes(self, token: str, patient: str, event_id: str) -> httpx2.Response:
        return await self.posts(token, self.event("Patient-close", patient, event_id))

    def event(self, name: str, patient: str, event_id: str, topic: str = "topic-1") -> dict[str, Any]:
        body = patient_body(name, patient, event_id, self.clock.now())
        body["event"]["hub.topic"] = topic
        return body

    def encounter(self, name: str, encounter: str, patient: str, event_id: str) -> dict[str, Any]:
        return encounter_body(name, encounter, patient, event_id, self.clock.now())

    async def current(self, token: str, topic: str = "topic-1") -> httpx2.Response:
        return await self.http.get(f"/fhircast/{topic}", headers={"Authorization": f"Bearer {token}"})

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[House]:
        """Serve on a real port, over the WebSocket implementation of the gateway."""
        late = _Late()
        config = uvicorn.Config(
            late,
            host="127.0.0.1",
            port=0,
            **connection_settings(ConnectionLimits()),
            lifespan="off",
            log_level="critical",
            access_log=False,
        )
        server = uvicorn.Server(config)
        config.load()
        server.lifespan = config.lifespan_class(config)
        await server.startup()
        port = server.servers[0].sockets[0].getsockname()[1]
        base = f"http://127.0.0.1:{port}"
        self.runner = self.make_runner(base)
        late.app = Starlette(routes=hub_routes(self.runner))
        async with httpx2.AsyncClient(base_url=base, trust_env=False) as self.http:
            try:
                async with self._open:
                    yield self
            finally:
                self.runner.close()
                await _stopped(server)


async def _stopped(server: uvicorn.Server) -> None:
    """What ``server.shutdown()`` does, without its pauses."""
    for listener in server.servers:
        listener.close()
    for connection in list(server.server_state.connections):
        connection.shutdown()
    async with asyncio.timeout(5):
        while server.server_state.connections or server.server_state.tasks:
            await asyncio.sleep(0.002)


class _Late:
    """An application whose address is known only after it listens."""

    app: Starlette

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)
