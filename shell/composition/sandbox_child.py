"""The sandbox as a process: a FHIR server on SQLite and an OpenID provider, each on its own socket."""

from __future__ import annotations

import asyncio
import json
import socket
import urllib.request
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from launcher.sandbox.fhir import Store, create_fhir_server, load, open_store
from launcher.sandbox.identity import (
    DEMO_USERS,
    IdentityProviderSettings,
    ProviderClient,
    UpstreamTokenCheck,
    create_identity_provider,
)
from launcher.sandbox.population import resources
from shell.composition.clock import SystemClock
from shell.composition.process_life import on_end_of_input, read_configuration, say
from shell.composition.serving import serve_all

POPULATION_LIFE = timedelta(hours=12)
"""Older practice data is made anew at the next start: its times would no longer fit the shift."""


def main() -> int:
    """Serve until standard input ends; exit code 0."""
    configuration = read_configuration()
    sockets = [socket.socket(fileno=number) for number in configuration["listeners"]]
    asyncio.run(_run(configuration, sockets))
    return 0


async def _run(configuration: Mapping[str, Any], sockets: list[socket.socket]) -> None:
    started, ended = asyncio.Event(), asyncio.Event()
    on_end_of_input(asyncio.get_running_loop(), ended)
    clock = SystemClock()
    store = await asyncio.to_thread(_populated_store, configuration, clock)
    applications: list[Any] = []
    if configuration["own_issuer"]:
        provider = create_identity_provider(_provider_settings(configuration), clock)
        keys: Any = provider.state.public_jwks
        applications.append((provider, sockets[1]))
    else:
        keys = lambda: _foreign_keys(configuration["issuer"])  # noqa: E731
    access = UpstreamTokenCheck(keys, configuration["issuer"], configuration["fhir_base"], clock)
    fhir = create_fhir_server(store, base_url=configuration["fhir_base"], clock=clock, access=access)
    applications.append((fhir, sockets[0]))
    serving = asyncio.create_task(serve_all(applications, started, ended))
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if started.is_set():
        say({"type": "ready"})
    waiting.cancel()
    await serving


def _populated_store(configuration: Mapping[str, Any], clock: SystemClock) -> Store:
    """The database of this run; made anew when its times are those of an earlier shift."""
    database = Path(configuration["database"])
    born = database.with_name("populated-at")
    now = clock.now()
    if not _is_fresh(born, now):
        for file in database.parent.glob(f"{database.name}*"):
            file.unlink()
    store = open_store(database, base_url=configuration["fhir_base"], clock=clock)
    if store.is_empty():
        load(store, resources(now))
        born.write_text(now.isoformat(), encoding="ascii")
    return store


def _is_fresh(born: Path, now: datetime) -> bool:
    try:
        return now - datetime.fromisoformat(born.read_text(encoding="ascii")) < POPULATION_LIFE
    except (OSError, ValueError, TypeError):
        return False


def _provider_settings(configuration: Mapping[str, Any]) -> IdentityProviderSettings:
    gateway = configuration["gateway_client"]
    return IdentityProviderSettings(
        issuer=configuration["issuer"],
        audience=configuration["fhir_base"],
        clients=(
            ProviderClient(
                client_id=gateway["client_id"],
                client_name="Vaktrom",
                redirect_uris=tuple(gateway["redirect_uris"]),
                post_logout_redirect_uris=tuple(gateway["post_logout_redirect_uris"]),
                token_endpoint_auth_method="private_key_jwt",
                jwks=gateway["jwks"],
                require_pushed_authorization_requests=True,
            ),
        ),
        users=DEMO_USERS,
        signing_jwk=configuration.get("signing_jwk"),
    )


def _foreign_keys(issuer: str) -> Mapping[str, Any]:
    """The keys of an identity provider that is not the sandbox's own."""

    def fetch(url: str) -> Any:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return json.loads(answer.read(1 << 20))

    keys: Mapping[str, Any] = fetch(fetch(f"{issuer}/.well-known/openid-configuration")["jwks_uri"])
    return keys
