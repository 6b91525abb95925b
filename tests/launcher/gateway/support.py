"""A data plane on a real socket with a fake upstream behind it, and grants made by hand."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import uvicorn
import yarl
from starlette.applications import Starlette
from starlette.types import ASGIApp

from launcher.gateway.audit_event import AccessFacts
from launcher.gateway.capability import OAuthUris
from launcher.oauth.model import GatewayState, Grant, UserSession
from launcher.server.errors import InvalidToken, SessionLocked
from launcher.server.fhir import FhirPlaneDependencies, FhirPlaneSettings, data_plane
from launcher.server.fhir.settings import FhirLimits
from launcher.server.fhir.sharing_limits import SharingLimits
from launcher.stores.audit import AuditLog
from launcher.stores.audit_reader import AuditUnavailable
from launcher.upstream.fhir import FhirConnection, UpstreamLimits
from tests.fakes.upstream_fhir import FakeUpstream

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
MARIT, TORBJORN = "p-marit", "p-torbjorn"


class FixedClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 100.0


class MovingClock(FixedClock):
    """A clock whose seconds are moved by hand."""

    def __init__(self) -> None:
        self._seconds = 100.0

    def monotonic(self) -> float:
        return self._seconds

    def move(self, seconds: float) -> None:
        self._seconds += seconds


@contextlib.asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """Serve an ASGI app on a free loopback port; gives ``http://127.0.0.1:port``."""
    # Named TCP, or asyncio leaves Nagle's algorithm on.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, lifespan="off"))
    serving_task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving_task
        listener.close()


def grant(
    *scopes: str,
    patient: str | None = MARIT,
    fenced: bool = False,
    implied: tuple[str, ...] = (),
    name: str = "g1",
) -> Grant:
    """A grant for one patient; pass ``patient=None`` for none."""
    return Grant(
        grant_id=name,
        sid="s1",
        client_id="app.example",
        scopes=scopes,
        patient=patient,
        encounter=None,
        topic="t1",
        pane="pane1",
        fenced=fenced,
        effective_patient=patient,
        fhir_user="Practitioner/siri-nordli",
        implied_reads=frozenset(implied),
        created_at=NOW,
    )


def session() -> UserSession:
    return UserSession(
        sid="s1",
        sub="siri",
        upstream_issuer="http://localhost:1",
        name="Siri Nordli",
        fhir_user="Practitioner/siri-nordli",
        hpr_number="9144900",
        role="helsefagarbeider",
        organization=None,
        lists=[],
        created_at=NOW,
        expires_at=NOW,
        authenticated_at=NOW,
        upstream_access_token="up-1",
        upstream_refresh_token=None,
        upstream_id_token=None,
        upstream_expires_at=NOW,
    )


@dataclass
class HandTokens:
    """``Bearer <grant id>`` is the token of that grant."""

    state: GatewayState
    locked: bool = False

    def verify(self, authorization_header: str | None) -> Grant:
        if self.locked:
            raise SessionLocked(7)
        found = self.state.grants.get((authorization_header or "").removeprefix("Bearer "))
        if found is None or found.ended:
            raise InvalidToken("no such token")
        return found


@dataclass
class HandUpstreamTokens:
    """Gives ``up-1`` until it is told that it was rejected."""

    current: str = "up-1"
    renewals: int = 0

    async def token_for(self, grant: Grant) -> str:
        return self.current

    async def renewed_for(self, grant: Grant, rejected: str) -> str:
        self.renewals += 1
        self.current = f"up-{self.renewals + 1}"
        return self.current


@dataclass
class NotedReads:
    """Collects what panes are told."""

    reads: list[tuple[str, str]] = field(default_factory=list)

    def note_event(self, grant_id: str, event_id: str, event_name: str) -> None: ...

    def note_ack(self, grant_id: str, event_id: str, status: int) -> None: ...

    def note_socket(self, grant_id: str, connected: bool) -> None: ...

    def note_read(self, grant_id: str, patient_id: str) -> None:
        self.reads.append((grant_id, patient_id))


@dataclass
class ListedAudit:
    """An audit log in memory that can be out of order."""

    records: list[AccessFacts] = field(default_factory=list)
    broken: bool = False

    async def record(self, facts: AccessFacts, *, at_once: bool = False) -> None:
        await self.check()
        self.records.append(facts)

    async def check(self) -> None:
        if self.broken:
            raise AuditUnavailable("The access log cannot be written.")

    def record_soon(self, facts: AccessFacts) -> None:
        self.records.append(facts)


@dataclass
class Reply:
    """An answer as bytes."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        import json

        return json.loads(self.body)


@dataclass
class Plane:
    """The data plane under test and everything around it."""

    base: str
    upstream: FakeUpstream
    state: GatewayState
    tokens: HandTokens
    upstream_tokens: HandUpstreamTokens
    audit: ListedAudit | AuditLog
    noted: NotedReads
    client: aiohttp.ClientSession

    def give(self, *scopes: str, **options: Any) -> Grant:
        made = grant(*scopes, **options)
        self.state.grants[made.grant_id] = made
        return made

    async def ask(
        self,
        method: str,
        target: str,
        *,
        token: str | None = "g1",
        headers: dict[str, str] | None = None,
        body: bytes | str | dict[str, Any] | None = None,
    ) -> Reply:
        """``target`` goes out byte for byte below the FHIR base."""
        import json

        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if isinstance(body, dict):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        if body is not None:
            sent.setdefault("Content-Type", "application/fhir+json")
        url = yarl.URL(self.base + target, encoded=True)
        async with self.client.request(
            method, url, headers=sent, data=body, allow_redirects=False
        ) as response:
            return Reply(
                response.status, {k.lower(): v for k, v in response.headers.items()}, await response.read()
            )

    async def get(self, target: str, **options: Any) -> Reply:
        return await self.ask("GET", target, **options)


@contextlib.asynccontextmanager
async def running_plane(
    *,
    audit: AuditLog | None = None,
    limits: FhirLimits | None = None,
    upstream_limits: UpstreamLimits | None = None,
    upstream_base: str | None = None,
    upstream_token: str = "up-1",
    sharing: SharingLimits | None = None,
    clock: FixedClock | None = None,
) -> AsyncIterator[Plane]:
    """Fake upstream (or the one at ``upstream_base``), data plane and client, all on real sockets."""
    upstream = FakeUpstream()
    state = GatewayState()
    state.sessions["s1"] = session()
    numbers = itertools.count(1)
    used_audit = audit or ListedAudit()
    async with serving(upstream.app()) as upstream_url:
        upstream.base = f"{upstream_url}/fhir"
        connection = FhirConnection(upstream_base or upstream.base, upstream_limits)
        outer = Starlette()
        async with serving(outer) as gateway_url, aiohttp.ClientSession() as client:
            plane = Plane(
                f"{gateway_url}/fhir",
                upstream,
                state,
                HandTokens(state),
                HandUpstreamTokens(upstream_token),
                used_audit,
                NotedReads(),
                client,
            )
            uris = OAuthUris(f"{gateway_url}/oauth/authorize", f"{gateway_url}/oauth/token")
            outer.router.routes.extend(
                data_plane(
                    FhirPlaneSettings(
                        plane.base, uris, limits=limits or FhirLimits(), sharing=sharing or SharingLimits()
                    ),
                    FhirPlaneDependencies(
                        state=state,
                        tokens=plane.tokens,
                        upstream_tokens=plane.upstream_tokens,
                        connection=connection,
                        audit=used_audit,
                        pane_facts=plane.noted,
                        clock=clock or FixedClock(),
                        new_id=lambda: f"request-{next(numbers)}",
                        page_key=b"k" * 32,
                        random_bytes=os.urandom,
                    ),
                )
            )
            try:
                yield plane
            finally:
                await connection.close()


def patient(identifier: str, family: str = "Haugen") -> dict[str, Any]:
    return {"resourceType": "Patient", "id": identifier, "name": [{"family": family}]}


def observation(identifier: str, owner: str, category: str = "vital-signs") -> dict[str, Any]:
    system = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {
        "resourceType": "Observation",
        "id": identifier,
        "status": "final",
        "category": [{"coding": [{"system": system, "code": category}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": f"Patient/{owner}"},
        "valueQuantity": {"value": 72},
    }
