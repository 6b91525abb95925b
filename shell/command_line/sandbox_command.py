"""``vaktrom sandbox``: sandbox and gateway without a screen."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import stat
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from launcher.sandbox.identity import DEMO_USERS
from shell.command_line.choices import demand_usable, practice_choice
from shell.command_line.failures import WrongUse
from shell.composition.clock import SystemClock
from shell.composition.practice import (
    SHELL_CLIENT,
    TEST_CLIENT,
    TEST_CLIENT_CALLBACK,
    Environment,
    prepare,
)
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
    app_policy: Path | None = None,
) -> int:
    """Run until SIGTERM or Ctrl+C (on Windows also until standard input is closed); exit code 0."""
    if host != "127.0.0.1":
        raise WrongUse(f"--host {host}: the sandbox is served on 127.0.0.1 only")
    with contextlib.ExitStack() as stack:
        if state is None:
            state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vaktrom-sandbox-")))
        choice = practice_choice(
            state_directory(state), port, folders, identity_provider, audit_sink, app_policy
        )
        environment = prepare(choice, SystemClock().now())
        demand_usable(environment, folders)
        return asyncio.run(_serve(environment, json_line))


async def _serve(environment: Environment, json_line: bool) -> int:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(getattr(signal, name), ended.set)
    if sys.platform == "win32" and _is_told_by_a_pipe():
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


def _is_told_by_a_pipe() -> bool:
    """Windows has no SIGTERM: there a program that started this one ends it by closing the pipe."""
    return sys.stdin is not None and stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode)


def ready_line(environment: Environment) -> dict[str, Any]:
    """The line that tests and vendors read (DESIGN section 5).

    ``identity_provider_client`` is there when the identity provider is the sandbox's own: a public client whose
    tokens open ``upstream_fhir``; RFC 8252 section 7.3 lets it come back to any port of its redirect URI.
    """
    base = environment.base_url
    apps = [(row.manifest, environment.apps.addresses(row)) for row in environment.apps.enabled()]
    line = {
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
    if environment.choice.identity_provider is None:
        line["identity_provider_client"] = {
            "client_id": TEST_CLIENT,
            "redirect_uris": [f"http://127.0.0.1{TEST_CLIENT_CALLBACK}"],
            "token_endpoint_auth_method": "none",
        }
    return line
