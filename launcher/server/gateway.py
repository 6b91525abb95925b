"""The gateway as one ASGI application: exact Hosts, origin rules, then routes (DESIGN section 3)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from launcher.oauth.model import ClientRegistry
from launcher.server.app_sites import AppSiteFiles
from launcher.server.cors import ClientCors
from launcher.server.dependencies import GatewaySettings
from launcher.server.fhir.route import FhirRoute
from launcher.server.forms import json_answer
from launcher.server.host_dispatch import HostDispatch
from launcher.server.last_resort import LastResort
from launcher.server.pages import Pages

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def no_lifespan(application: Starlette) -> AsyncIterator[None]:
    """Nothing to start, nothing to stop."""
    yield


class DataPlaneFirst:
    """Hands FHIR requests over before any middleware and route: the data plane answers its own failures."""

    def __init__(self, planes: Sequence[FhirRoute], other: ASGIApp) -> None:
        self._planes = planes
        self._other = other

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for plane in self._planes:
            if plane.matches(scope)[0] is Match.FULL:
                await plane.handle(scope, receive, send)
                return
        await self._other(scope, receive, send)


def create_gateway(
    settings: GatewaySettings,
    clients: ClientRegistry,
    routes: Sequence[BaseRoute],
    lifespan: Lifespan = no_lifespan,
    gate: Callable[[ASGIApp], ASGIApp] = lambda app: app,
) -> ASGIApp:
    """Join the routes of all parts behind the exact Host ``settings.authority``; app hosts get files only.

    ``gate`` stands between the origin rules and the routes.
    """
    pages = Pages()

    async def not_found(request: Request, failure: Exception) -> Response:
        if request.url.path.startswith("/oauth/"):
            return pages.page(request, "wrong_place", status=404)
        return json_answer({"error": "not_found", "message": "there is no such address here"}, 404)

    planes = [route for route in routes if isinstance(route, FhirRoute)]
    others = [route for route in routes if not isinstance(route, FhirRoute)]
    application = Starlette(routes=others, exception_handlers={404: not_found}, lifespan=lifespan)
    application.router.redirect_slashes = False
    gateway = ClientCors(gate(DataPlaneFirst(planes, application)), clients)
    hosts: dict[str, ASGIApp] = {settings.authority: LastResort(gateway)}
    for host, site in settings.app_hosts.items():
        hosts[host] = AppSiteFiles(site, settings.base_url)
    return HostDispatch(hosts, lifespan=application)
