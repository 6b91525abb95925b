"""The sandbox's FHIR server and OpenID provider on real sockets, with a handful of synthetic people."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from joserfc.jwk import ECKey, RSAKey
from starlette.types import ASGIApp

from launcher.sandbox.fhir import create_fhir_server, load, open_store
from launcher.sandbox.identity import (
    DEMO_USERS,
    IdentityProviderSettings,
    ProviderClient,
    UpstreamTokenCheck,
    create_identity_provider,
)
from tests.fakes.clock import MovedClock

GATEWAY_CLIENT = "vaktrom-gateway"
HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
GATEWAY_KEY = ECKey.generate_key("P-256", {"kid": "gateway-1"}, private=True)
PROVIDER_KEY = RSAKey.generate_key(2048, private=True).as_dict(private=True)
WARD, PRACTICE = "Organization/vestfloyen", "Organization/legesenter"
ANNA, BERIT, CARL = "p-00000000aa", "p-00000000bb", "p-00000000cc"
DAGNY = "p-00000000dd"
"""On the list of Helge Solberg; nobody at the ward may read about her."""


def listen() -> socket.socket:
    """A listening socket on a free port of 127.0.0.1."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", 0))
    bound.listen(128)
    return bound


@contextmanager
def serving(app: ASGIApp, listener: socket.socket) -> Iterator[None]:
    """The app on the socket, in a thread of its own, until the end of the block."""
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            threading.Event().wait(0.005)
        yield
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def _practitioner(key: str, given: str, family: str, hpr: str) -> dict[str, Any]:
    return {
        "resourceType": "Practitioner",
        "id": key,
        "identifier": [{"system": HPR, "value": hpr}],
        "name": [{"given": [given], "family": family}],
    }


def _role(key: str, place: str, title: str) -> dict[str, Any]:
    return {
        "resourceType": "PractitionerRole",
        "id": f"role-{key}",
        "active": True,
        "practitioner": {"reference": f"Practitioner/{key}"},
        "organization": {"reference": place},
        "code": [{"text": title}],
    }


def _patient(key: str, given: str, family: str, born: str, place: str = WARD) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": key,
        "identifier": [{"system": "urn:example:number", "value": key}],
        "name": [{"given": [given], "family": family}],
        "birthDate": born,
        "managingOrganization": {"reference": place},
    }


def _encounter(key: str, patient: str, start: str, status: str = "in-progress") -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "id": key,
        "status": status,
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
        "subject": {"reference": f"Patient/{patient}"},
        "serviceProvider": {"reference": WARD},
        "participant": [{"individual": {"reference": "Practitioner/jonas-berg"}}],
        "period": {"start": start},
    }


def resources() -> list[dict[str, Any]]:
    """Staff, two places, three patients of the ward and one of the practice, encounters of two of them."""
    return [
        {"resourceType": "Organization", "id": "vestfloyen", "name": "Vestfløyen"},
        {"resourceType": "Organization", "id": "legesenter", "name": "Fjordvik legesenter"},
        _practitioner("siri-nordli", "Siri", "Nordli", "9144900"),
        _practitioner("jonas-berg", "Jonas", "Berg", "9144901"),
        _practitioner("helge-solberg", "Helge", "Solberg", "9144902"),
        _role("siri-nordli", WARD, "helsefagarbeider"),
        _role("jonas-berg", WARD, "sykepleier"),
        _role("helge-solberg", PRACTICE, "fastlege"),
        _patient(ANNA, "Anna", "Dal", "1940-02-03"),
        _patient(BERIT, "Berit", "Eng", "1938-11-23"),
        _patient(CARL, "Carl", "Foss", "1951-06-30"),
        _patient(DAGNY, "Dagny", "Gran", "1972-08-09", PRACTICE),
        _encounter("e-anna-old", ANNA, "2026-10-01T08:00:00Z", "finished"),
        _encounter("e-anna-1", ANNA, "2026-11-01T08:00:00Z"),
        _encounter("e-anna-2", ANNA, "2026-11-20T08:00:00Z"),
        _encounter("e-berit", BERIT, "2026-11-02T08:00:00Z"),
    ]


@dataclass
class UpstreamSystems:
    """Where they stand, and the listening sockets of the gateways that are registered at the provider."""

    fhir_base: str
    issuer: str
    clock: MovedClock
    gateway_sockets: list[socket.socket]


@contextmanager
def upstream_systems(
    folder: Path,
    gateways: int = 2,
    *,
    in_front: Callable[[int], int] = lambda port: port,
    further: Sequence[str] = (),
) -> Iterator[UpstreamSystems]:
    """Both systems, ready for so many gateways at once.

    ``in_front`` is asked for the port that everybody uses instead of the system's own: first for the FHIR server,
    then for the identity provider. ``further`` are base URLs of gateways that bring a socket of their own.
    """
    clock = MovedClock()
    fhir_socket, identity_socket = listen(), listen()
    gateway_sockets = [listen() for _ in range(gateways)]
    fhir_base = f"http://127.0.0.1:{in_front(fhir_socket.getsockname()[1])}/fhir"
    issuer = f"http://localhost:{in_front(identity_socket.getsockname()[1])}"
    bases = [f"http://127.0.0.1:{one.getsockname()[1]}" for one in gateway_sockets]
    bases += further
    client = ProviderClient(
        GATEWAY_CLIENT,
        tuple(f"{base}/oauth/callback" for base in bases),
        "private_key_jwt",
        jwks={"keys": [GATEWAY_KEY.as_dict(private=False)]},
        post_logout_redirect_uris=tuple(f"{base}/oauth/logged-out" for base in bases),
        offline=True,
    )
    provider = create_identity_provider(
        IdentityProviderSettings(issuer, fhir_base, (client,), DEMO_USERS, signing_jwk=PROVIDER_KEY), clock
    )
    check = UpstreamTokenCheck(provider.state.public_jwks, issuer, fhir_base, clock)
    store = open_store(folder / "records.sqlite", base_url=fhir_base, clock=clock)
    load(store, resources())
    fhir = create_fhir_server(store, base_url=fhir_base, clock=clock, access=check)
    with serving(fhir, fhir_socket), serving(provider, identity_socket):
        yield UpstreamSystems(fhir_base, issuer, clock, gateway_sockets)
    for gateway_socket in gateway_sockets:
        gateway_socket.close()


class LoopThread:
    """An asyncio loop on a thread of its own, for a server beside a synchronous test."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the loop and join the thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.run_until_complete(_end_of_tasks())
        self.loop.close()


async def _end_of_tasks() -> None:
    """What still runs closes its connections, in a second at most."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=1)
    for _ in range(3):  # a connection that was closed closes its socket in the turn after
        await asyncio.sleep(0)
