"""The gateway as one ASGI application: exact Hosts, origin rules, then routes (DESIGN section 3)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from launcher.oauth.model import ClientRegistry
from launcher.server.app_sites import AppSiteFiles
from launcher.server.cors import ClientCors
from launcher.server.dependencies import GatewaySettings
from launcher.server.forms import json_answer
from launcher.server.host_dispatch import HostDispatch
from launcher.server.pages import Pages

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def no_lifespan(application: Starlette) -> AsyncIterator[None]:
    """Nothing to start, nothing to stop."""
    yield


def create_gateway(
    settings: GatewaySettings,
    clients: ClientRegistry,
    routes: Sequence[BaseRoute],
    lifespan: Lifespan = no_lifespan,
) -> ASGIApp:
    """Join the routes of all parts behind the exact Host ``settings.authority``; app hosts get files only."""
    pages = Pages()

    async def not_found(request: Request, failure: Exception) -> Response:
        if request.url.path.startswith("/oauth/"):
            return pages.page(request, "wrong_place", status=404)
        return json_answer({"error": "not_found", "message": "there is no such address here"}, 404)

    application = Starlette(routes=list(routes), exception_handlers={404: not_found}, lifespan=lifespan)
    application.router.redirect_slashes = False
    gateway = ClientCors(application, clients)
    hosts: dict[str, ASGIApp] = {settings.authority: gateway}
    for host, site in settings.app_hosts.items():
        hosts[host] = AppSiteFiles(site, settings.base_url)
    return HostDispatch(hosts, lifespan=application)
