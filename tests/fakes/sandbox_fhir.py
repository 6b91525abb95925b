"""The sandbox's FHIR server on a free port, on a thread of its own, for tests that speak HTTP to it."""

from __future__ import annotations

import importlib
import importlib.util
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from launcher.sandbox.fhir import Store, create_fhir_server, load, open_store
from launcher.sandbox.fhir.patient_access import HPR_CLAIM

TOKEN = "upstream-token-of-a-test"
POPULATION = "launcher.sandbox.population"


@dataclass
class HandClock:
    """A clock that stands until it is moved."""

    at: datetime = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


class OneToken:
    """Lets in who bears the token of the test, a system; and ``{TOKEN}/{HPR number}``, somebody with that number."""

    def verify(self, header: str | None) -> Mapping[str, Any]:
        token, _, hpr_number = (header or "").removeprefix("Bearer ").partition("/")
        if token != TOKEN:
            raise PermissionError("not the token of the test")
        return {HPR_CLAIM: hpr_number} if "/" in str(header) else {"sub": "test", "client_id": "test"}


@dataclass
class RunningServer:
    """What a test needs of it; ``client`` is signed in and has the base URL."""

    base_url: str
    client: httpx2.Client
    clock: HandClock
    store: Store
    database: Path
    facts: dict[str, Any] = field(default_factory=dict)


@contextmanager
def running_fhir_server(
    database: Path,
    *,
    resources: Iterable[dict[str, Any]] = (),
    clock: HandClock | None = None,
    port: int = 0,
) -> Iterator[RunningServer]:
    """Starts the server on loopback, loaded with these resources; stops it and joins its thread at the end."""
    clock = clock or HandClock()
    # Named TCP: asyncio sets TCP_NODELAY only then, and an answer would otherwise wait 40 ms for an acknowledgement
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}/fhir"
    store = open_store(database, base_url=base_url, clock=clock)
    if store.is_empty():
        load(store, resources)
    app = create_fhir_server(store, base_url=base_url, clock=clock, access=OneToken())
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="sandbox-fhir")
    thread.start()
    try:
        with httpx2.Client(
            base_url=base_url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=20
        ) as client:
            client.get("/metadata").raise_for_status()
            yield RunningServer(base_url, client, clock, store, database)
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


def population(now: datetime) -> Iterator[dict[str, Any]]:
    """The synthetic people of the sandbox; nothing where that package does not exist."""
    if importlib.util.find_spec(POPULATION) is None:
        return iter(())
    found: Iterator[dict[str, Any]] = importlib.import_module(POPULATION).resources(now)
    return found
