"""The gateway as a process beside the shell: configuration and secrets in over the pipe, sealed records out."""

from __future__ import annotations

import asyncio
import secrets
import socket
from typing import Any

from launcher.server.serve import serve
from shell.composition.clock import SystemClock, new_id
from shell.composition.handed_sockets import introduce_yourself, run_serving, taken_over
from shell.composition.process_life import on_end_of_input, read_configuration, say


def main() -> int:
    """Serve until standard input ends; exit code 0."""
    introduce_yourself(say)
    configuration = read_configuration()
    (listener,) = taken_over(configuration["listeners"])
    run_serving(_run(configuration, listener))
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
