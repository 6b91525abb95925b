"""The sandbox as a process: an OpenID provider and a FHIR server on SQLite, each on its own socket.

The provider is served first, since a desktop that starts shows its page first; requests for records wait at their
socket until the records are there.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from launcher.sandbox.identity.keys import SigningKey
from launcher.sandbox.identity.model import IdentityProviderSettings, ProviderClient
from launcher.sandbox.identity.provider import create_identity_provider
from launcher.sandbox.identity.users import DEMO_USERS
from shell.composition.clock import SystemClock
from shell.composition.handed_sockets import introduce_yourself, run_serving, taken_over
from shell.composition.process_life import on_end_of_input, read_configuration, say
from shell.composition.serving import served


def main() -> int:
    """Serve until standard input ends; exit code 0."""
    introduce_yourself(say)
    configuration = read_configuration()
    run_serving(_run(configuration, *taken_over(configuration["listeners"])))
    return 0


async def _run(
    configuration: Mapping[str, Any], fhir_socket: socket.socket, identity_socket: socket.socket
) -> None:
    ended = asyncio.Event()
    on_end_of_input(asyncio.get_running_loop(), ended)
    clock = SystemClock()
    if not configuration["own_issuer"]:
        await _serve_records(configuration, clock, None, fhir_socket, ended)
        return
    keys = SigningKey(_signing_key(Path(configuration["signing_key_file"])))
    provider = create_identity_provider(_provider_settings(configuration), clock, keys=keys)
    async with served(provider, identity_socket):
        await _serve_records(configuration, clock, keys.public_jwks(), fhir_socket, ended)


async def _serve_records(
    configuration: Mapping[str, Any],
    clock: SystemClock,
    keys: Mapping[str, Any] | None,
    fhir_socket: socket.socket,
    ended: asyncio.Event,
) -> None:
    def made() -> Any:
        from shell.composition.sandbox_records import records_server

        return records_server(configuration, clock, keys)

    async with served(await asyncio.to_thread(made), fhir_socket):
        say({"type": "ready"})
        await ended.wait()


def _signing_key(file: Path) -> dict[str, Any]:
    """The provider's key, kept beside the practice data: making one takes longer than the rest of a start."""
    try:
        key: dict[str, Any] = json.loads(file.read_text(encoding="ascii"))
        return key
    except (OSError, ValueError):
        from joserfc.jwk import RSAKey

        made = RSAKey.generate_key(2048, private=True, auto_kid=True).as_dict(private=True)
        new = file.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            json.dump(made, stream)
        os.replace(new, file)
        return made


def _provider_settings(configuration: Mapping[str, Any]) -> IdentityProviderSettings:
    gateway, test = configuration["gateway_client"], configuration["test_client"]
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
                offline=True,
            ),
            ProviderClient(
                client_id=test["client_id"],
                client_name="Test",
                loopback_paths=tuple(test["loopback_paths"]),
            ),
        ),
        users=DEMO_USERS,
    )
