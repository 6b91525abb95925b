"""The gateway as a process beside the shell: configuration and secrets in over the pipe, sealed records out."""

from __future__ import annotations

import asyncio
import secrets
import socket
import sys
from typing import Any

from launcher.server.serve import serve
from shell.composition.clock import SystemClock, new_id
from shell.composition.process_life import on_end_of_input, read_configuration, say


def main() -> int:
    """Serve until standard input ends; exit code 0."""
    configuration = read_configuration()
    listener = socket.socket(fileno=configuration["listeners"][0])
    factory = asyncio.SelectorEventLoop if sys.platform == "win32" else None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(_run(configuration, listener))
    return 0


async def _run(configuration: dict[str, Any], listener: socket.socket) -> None:
    ended = asyncio.Event()
    on_end_of_input(asyncio.get_running_loop(), ended)
    await serve(
        configuration,
        listener,
        say,
        ended,
        clock=SystemClock(),
        new_id=new_id,
        random_bytes=secrets.token_bytes,
    )
