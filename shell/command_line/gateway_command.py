"""``vaktrom gateway``: the gateway as a server of its own, behind TLS, for many desktops and vendors' servers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import sys
from pathlib import Path
from typing import Any

import typer

from plugins.registry import NO_POLICY
from shell.command_line.app_policy import chosen_policy
from shell.command_line.chosen_settings import decided_app_policy
from shell.command_line.failures import WrongUse
from shell.composition.clock import SystemClock, new_id
from shell.composition.hosted import HostedChoice, HostedGateway, prepare_hosted
from shell.composition.hosted_door import HostedWrong
from shell.composition.practice import SHELL_CLIENT


def run_gateway(
    config: Path,
    public_url: str | None,
    listen: str | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    app_policy: Path | None,
) -> int:
    """Run until SIGTERM or Ctrl+C; exit code 0. Raises WrongUse for whatever is configured wrongly."""
    clock = SystemClock()
    policy = chosen_policy(decided_app_policy(app_policy)) or NO_POLICY
    choice = HostedChoice(config, public_url, listen, tls_cert, tls_key, policy)
    try:
        gateway = prepare_hosted(choice, clock.now())
        factory = asyncio.SelectorEventLoop if sys.platform == "win32" else None
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(_serve(gateway, clock))
    except HostedWrong as error:
        raise WrongUse(str(error)) from error
    return 0


async def _serve(gateway: HostedGateway, clock: SystemClock) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(getattr(signal, name), ended.set)
    for reason in gateway.apps.left_out:
        sys.stderr.write(f"vaktrom: an app is left out: {reason}\n")
    with contextlib.closing(gateway.listener()) as listener:
        await gateway.serve(
            listener,
            lambda message: typer.echo(json.dumps(ready_line(gateway), ensure_ascii=False)),
            ended,
            clock=clock,
            new_id=new_id,
            random_bytes=secrets.token_bytes,
        )


def ready_line(gateway: HostedGateway) -> dict[str, Any]:
    """The line that says that the gateway has answered itself, and where everything is (DESIGN section 5)."""
    base = gateway.address.base_url
    return {
        "gateway": base,
        "fhir": f"{base}/fhir",
        "issuer": base,
        "smart_configuration": f"{base}/fhir/.well-known/smart-configuration",
        "hub": f"{base}/fhircast",
        "workspace": f"{base}/workspace",
        "shell": {"client_id": SHELL_CLIENT},
        "apps": [
            {
                "client_id": client["client_id"],
                "name": client["client_name"],
                "launch_uri": client.get("launch_uri"),
            }
            for client in gateway.apps.clients
        ],
        "pid": os.getpid(),
    }
