"""``vaktrom sandbox``: sandbox and gateway without a screen."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from launcher.sandbox.identity import DEMO_USERS
from shell.command_line.choices import environment_choice
from shell.command_line.failures import WrongUse
from shell.composition.clock import SystemClock
from shell.composition.practice import SHELL_CLIENT, Environment, prepare
from shell.composition.process_life import on_end_of_input
from shell.composition.state_directory import state_directory


def run_sandbox(
    host: str,
    port: int,
    state: Path | None,
    folders: Sequence[Path],
    identity_provider: Path | None,
    json_line: bool,
    audit_sink: str | None = None,
) -> int:
    """Run until SIGTERM, Ctrl+C, or the end of standard input on a pipe; exit code 0."""
    if host != "127.0.0.1":
        raise WrongUse(f"--host {host}: the sandbox is served on 127.0.0.1 only")
    with contextlib.ExitStack() as stack:
        if state is None:
            state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vaktrom-sandbox-")))
        choice = environment_choice(state_directory(state), port, folders, identity_provider, audit_sink)
        environment = prepare(choice, SystemClock().now())
        broken = [
            row for row in environment.apps.rows() if row.state in ("broken", "incompatible", "duplicate")
        ]
        for row in broken:
            reasons = "; ".join(reason.in_language("en") for reason in row.reasons)
            sys.stderr.write(f"vaktrom: the app in {row.folder} is left out: {reasons}\n")
        return asyncio.run(_serve(environment, json_line))


async def _serve(environment: Environment, json_line: bool) -> int:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(getattr(signal, name), ended.set)
    if not sys.stdin.isatty() and os.environ.get("VAKTROM_KEEP_RUNNING") != "1":
        on_end_of_input(loop, ended)
    if not json_line:
        sys.stderr.write("vaktrom: starting the practice environment ...\n")
    try:
        await environment.start()
        typer.echo(json.dumps(ready_line(environment), ensure_ascii=False))
        await ended.wait()
    finally:
        await environment.stop()
    return 0


def ready_line(environment: Environment) -> dict[str, Any]:
    """The line that tests and vendors read (DESIGN section 5)."""
    base = environment.base_url
    apps = [(row.manifest, environment.apps.addresses(row)) for row in environment.apps.enabled()]
    return {
        "gateway": base,
        "fhir": f"{base}/fhir",
        "issuer": base,
        "smart_configuration": f"{base}/fhir/.well-known/smart-configuration",
        "hub": f"{base}/fhircast",
        "workspace": f"{base}/workspace",
        "upstream_fhir": environment.upstream_fhir,
        "identity_provider": environment.issuer,
        "shell": {"client_id": SHELL_CLIENT, "client_secret": environment.shell_secret},
        "users": [
            {"username": user.username, "password": user.password, "name": user.name, "role": user.role}
            for user in DEMO_USERS
        ],
        "apps": [
            {"client_id": manifest.id, "name": manifest.client_name, "launch_uri": addresses.launch_uri}
            for manifest, addresses in apps
        ],
        "pid": os.getpid(),
    }
