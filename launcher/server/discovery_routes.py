"""Discovery, keys and health: what anybody may read (SAL-01, SAL-10)."""

from __future__ import annotations

from collections.abc import Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from launcher.oauth.signing import SigningKeys
from launcher.server.dependencies import GatewaySettings
from launcher.server.forms import json_answer
from launcher.smart.discovery import openid_configuration, smart_configuration

CACHE = {"cache-control": "public, max-age=300"}


def discovery_routes(
    settings: GatewaySettings, keys: SigningKeys, is_ready: Callable[[], bool]
) -> list[Route]:
    """Always ``application/json``, whatever ``Accept`` says."""
    smart = orjson.dumps(smart_configuration(settings.base_url, styled=bool(settings.styles)))
    openid = orjson.dumps(openid_configuration(settings.base_url))

    async def smart_document(request: Request) -> Response:
        return Response(smart, 200, CACHE, media_type="application/json")

    async def openid_document(request: Request) -> Response:
        return Response(openid, 200, CACHE, media_type="application/json")

    async def key_set(request: Request) -> Response:
        return Response(orjson.dumps(keys.public_keys()), 200, CACHE, media_type="application/json")

    async def live(request: Request) -> Response:
        return json_answer({"status": "live"})

    async def ready(request: Request) -> Response:
        return json_answer({"status": "ready"}) if is_ready() else json_answer({"status": "starting"}, 503)

    return [
        Route("/fhir/.well-known/smart-configuration", smart_document, methods=["GET"]),
        Route("/.well-known/openid-configuration", openid_document, methods=["GET"]),
        Route("/oauth/jwks", key_set, methods=["GET"]),
        Route("/health/live", live, methods=["GET"]),
        Route("/health/ready", ready, methods=["GET"]),
    ]
