"""What is posted goes to every socket: the hub with its rules and its access log, or the least on the same libraries.

``python -m tests.bench.broadcast_server hub|bare`` prints its port and serves until standard input ends. Both run
Starlette under uvicorn with ``websockets-sansio``; ``GET /recorded`` tells the seconds of each record since it was asked.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import secrets
import socket
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from context.subscription import HubLimits
from launcher.gateway.audit_event import AccessFacts
from launcher.oauth.model import GatewayState, Grant
from launcher.server.connections import ConnectionLimits, connection_settings
from launcher.server.hub import HubAudit, HubRunner, hub_routes
from launcher.server.whole_gateway import READ_LINGER_SECONDS
from launcher.stores.audit import AuditLog

TOPIC, SESSION = "topic", "session"
POSTER = "poster"
"""The shell, whose calls are not counted."""
MOST = 1000
BACKLOG = 2048


class WallClock:
    """Time as the gateway's clock tells it."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class TimedLog:
    """The access log, with a look at how long each record took."""

    def __init__(self, log: AuditLog) -> None:
        self._log = log
        self.seconds: list[float] = []

    async def record(self, facts: AccessFacts, *, at_once: bool = False) -> None:
        begun = time.perf_counter()
        await self._log.record(facts, at_once=at_once)
        self.seconds.append(time.perf_counter() - begun)

    async def check(self) -> None:
        await self._log.check()

    def record_soon(self, facts: AccessFacts) -> None:
        self._log.record_soon(facts)


class Surroundings:
    """Tokens that name their grant, patients whom everybody may read, panes that nobody looks at."""

    def __init__(self) -> None:
        self.grants: dict[str, Grant] = {}

    def verify(self, authorization_header: str | None) -> Grant:
        name = (authorization_header or "").rpartition(" ")[2].rpartition(".")[2]
        return self.grants.setdefault(name, follower(name))

    def session_of(self, topic: str) -> str | None:
        return SESSION

    async def check(
        self, grant: Grant, patient_id: str, identifiers: Iterable[Mapping[str, Any]]
    ) -> str | None:
        return None

    def move(self, grant_id: str, patient_id: str | None) -> None: ...

    def note_event(self, grant_id: str, event_id: str, event_name: str) -> None: ...

    def note_ack(self, grant_id: str, event_id: str, status: int) -> None: ...

    def note_socket(self, grant_id: str, connected: bool) -> None: ...


def follower(name: str) -> Grant:
    """A grant whose fence follows the topic."""
    return Grant(
        grant_id=name,
        sid=SESSION,
        client_id="vaktrom-shell" if name == POSTER else f"client-{name}",
        scopes=("fhircast/*.*",),
        patient=None,
        encounter=None,
        topic=TOPIC,
        pane=None,
        fenced=True,
        effective_patient=None,
        fhir_user=None,
        implied_reads=frozenset(),
        created_at=datetime.now(UTC),
    )


def token_of(name: str) -> str:
    """A token that says when it ends, as a real one does."""
    ends = int((datetime.now(UTC) + timedelta(hours=1)).timestamp())
    claims = base64.urlsafe_b64encode(json.dumps({"exp": ends}).encode()).decode().rstrip("=")
    return f"head.{claims}.{name}"


def hub(base_url: str, folder: Path) -> list[BaseRoute]:
    """The gateway's hub, its state kept by nobody."""
    audit = AuditLog(
        folder / "audit.sqlite",
        bytes(32),
        random_bytes=os.urandom,
        read_linger_seconds=READ_LINGER_SECONDS,
    )
    log, around, clock = TimedLog(audit), Surroundings(), WallClock()
    records: dict[str, bytes | None] = {}
    runner = HubRunner(
        tokens=around,
        topics=around,
        patients=around,
        fences=around,
        facts=around,
        clock=clock,
        new_id=lambda: secrets.token_urlsafe(24),
        base_url=base_url,
        record=records.__setitem__,
        audit=HubAudit(log, GatewayState(), clock, base_url),
        hub_limits=HubLimits(subscriptions_per_topic=MOST),
    )

    async def recorded(_: Request) -> Response:
        seconds, log.seconds = log.seconds, []
        return JSONResponse(seconds)

    return [Route("/recorded", recorded), *hub_routes(runner)]


def bare() -> list[BaseRoute]:
    """One loop over the sockets."""
    sockets: set[WebSocket] = set()

    async def channel(socket: WebSocket) -> None:
        await socket.accept()
        sockets.add(socket)
        try:
            while True:
                await socket.receive_text()
        except WebSocketDisconnect:
            sockets.discard(socket)

    async def posted(request: Request) -> Response:
        text = (await request.body()).decode()
        for subscriber in list(sockets):
            await subscriber.send_text(text)
        return Response(status_code=202)

    async def recorded(_: Request) -> Response:
        return JSONResponse([])

    return [
        Route("/recorded", recorded),
        Route("/fhircast", posted, methods=["POST"]),
        WebSocketRoute("/fhircast/ws/{name}", channel),
    ]


async def main() -> None:
    """Serve on a free port of 127.0.0.1."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["hub", "bare"])
    what = parser.parse_args().what
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(BACKLOG)
    port = listener.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="vaktrom-bench-") as folder:
        routes = hub(f"http://127.0.0.1:{port}", Path(folder)) if what == "hub" else bare()
        config = uvicorn.Config(
            Starlette(routes=routes),
            **connection_settings(ConnectionLimits()),
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.005)
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
        server.should_exit = True
        await serving


if __name__ == "__main__":
    asyncio.run(main())
