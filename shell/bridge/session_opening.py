"""From the login's code to everything that a session works with; imported when the sign-in page is shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from shell.bridge.loop_thread import LoopThread
from shell.bridge.services import Services
from shell.composition.clock import SystemClock, new_id
from shell.composition.practice import SHELL_CLIENT
from shell.gateway_client.connection import Connection, new_http_client
from shell.gateway_client.hub import HubPosts
from shell.gateway_client.login import AuthorizationRequest, ShellTokens
from shell.gateway_client.records import Records
from shell.gateway_client.workspace import Workspace

Opened = tuple[Services, dict[str, Any], list[dict[str, Any]], str]


def new_connection(base_url: str, client_id: str, secret: str) -> Connection:
    """A fresh connection without tokens."""
    http = new_http_client(base_url)
    return Connection(http, ShellTokens(http, client_id, secret, time.monotonic))


async def open_session(
    base_url: str,
    secret: str,
    threads: LoopThread,
    language: Callable[[], str],
    request: AuthorizationRequest,
    code: str,
) -> Opened:
    """Exchange the code; services, session, apps and the first topic. Raises GatewayError kinds."""
    connection = new_connection(base_url, SHELL_CLIENT, secret)
    workspace = Workspace(connection)
    try:
        await connection.tokens.redeem(request, code)
        session = await workspace.session()
        apps = await workspace.apps()
        context = await workspace.new_context()
    except BaseException:
        await connection.close()
        raise
    services = Services(
        threads=threads,
        connection=connection,
        workspace=workspace,
        records=Records(connection),
        posts=HubPosts(connection, new_id, SystemClock().now),
        language=language,
    )
    return services, session, apps, str(context["topic"])
