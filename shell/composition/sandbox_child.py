"""The sandbox as a process: a FHIR server on SQLite and an OpenID provider, each on its own socket."""

from __future__ import annotations

import asyncio
import socket
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from launcher.sandbox.fhir import create_fhir_server, load, open_store
from launcher.sandbox.identity import (
    DEMO_USERS,
    IdentityProviderSettings,
    ProviderClient,
    UpstreamTokenCheck,
    create_identity_provider,
)
from launcher.sandbox.population import resource_lines
from shell.composition.clock import SystemClock, new_id
from shell.composition.process_life import die_with_parent, on_end_of_input, read_configuration, say
from shell.composition.serving import serve_all


def main() -> int:
    """Serve until standard input ends; exit code 0."""
    die_with_parent()
    configuration = read_configuration()
    sockets = [socket.socket(fileno=number) for number in configuration["listeners"]]
    asyncio.run(run(configuration, sockets))
    return 0


async def run(configuration: dict[str, Any], sockets: list[socket.socket]) -> None:
    started, ended = asyncio.Event(), asyncio.Event()
    on_end_of_input(asyncio.get_running_loop(), ended)
    raise NotImplementedError


if __name__ == "__main__":
    sys.exit(main())
