"""Which web pages may read what (SAL-62): discovery for all, token endpoint and data for registered origins.

There is no wildcard on anything that takes a token, and nothing at all for ``/workspace``.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from launcher.oauth.claims import unverified_client
from launcher.oauth.model import ClientRegistry

FOR_EVERYBODY = frozenset(
    {
        "/.well-known/openid-configuration",
        "/fhir/.well-known/smart-configuration",
        "/fhir/metadata",
        "/fhircast/.well-known/fhircast-configuration",
        "/oauth/jwks",
    }
)
STYLES = "/style/"
FOR_REGISTERED = ("/oauth/token", "/oauth/revoke")
BY_TOKEN = ("/fhir", "/fhircast")
METHODS_FOR_EVERYBODY = "GET, HEAD"
METHODS = "GET, POST, PUT, DELETE"
ALLOWED_HEADERS = (
    "Accept, Authorization, Content-Type, DPoP, If-Match, If-Modified-Since, If-None-Exist, If-None-Match, Prefer, "
    "X-Request-Id"
)
EXPOSED_HEADERS = "ETag, Last-Modified, Location, Retry-After, WWW-Authenticate, X-Request-Id"
PREFLIGHT_SECONDS = "600"


class ClientCors:
    """ASGI middleware; headers of other makers are replaced, so that one table decides."""

    def __init__(self, app: ASGIApp, clients: ClientRegistry) -> None:
        self._app = app
        self._clients = clients

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        preflight = scope["method"] == "OPTIONS" and "access-control-request-method" in headers
        if path in FOR_EVERYBODY or path.startswith(STYLES):
            if preflight:
                await _preflight("*", METHODS_FOR_EVERYBODY)(scope, receive, send)
            else:
                await self._app(scope, receive, _adding(send, "*"))
            return
        data = path.startswith(tuple(f"{prefix}/" for prefix in BY_TOKEN)) or path in BY_TOKEN
        if origin is None or not (data or path in FOR_REGISTERED):
            await self._app(scope, receive, _adding(send, None))
            return
        client_id = None if preflight or not data else unverified_client(headers.get("authorization"))
        if not self._allowed(origin, client_id):
            answer = PlainTextResponse("This origin is not registered.\n", 403, {"vary": "Origin"})
            await answer(scope, receive, send)
        elif preflight:
            await _preflight(origin, METHODS)(scope, receive, send)
        else:
            await self._app(scope, receive, _adding(send, origin))

    def _allowed(self, origin: str, client_id: str | None) -> bool:
        """With a token its client's origins count, without one those of any approved client."""
        if client_id is not None:
            client = self._clients.find(client_id)
            return client is not None and origin in client.origins
        return any(origin in client.origins for client in self._clients.all_clients() if client.usable)


def _preflight(origin: str, methods: str) -> Response:
    return Response(
        None,
        204,
        {
            "access-control-allow-origin": origin,
            "access-control-allow-methods": methods,
            "access-control-allow-headers": ALLOWED_HEADERS,
            "access-control-max-age": PREFLIGHT_SECONDS,
            "vary": "Origin",
        },
    )


def _adding(send: Send, origin: str | None) -> Send:
    async def adding(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [
                (name, value)
                for name, value in message.get("headers", [])
                if not name.lower().startswith(b"access-control-")
            ]
            if origin is not None:
                kept.append((b"access-control-allow-origin", origin.encode("latin-1")))
                kept.append((b"access-control-expose-headers", EXPOSED_HEADERS.encode("ascii")))
                if origin != "*":
                    kept.append((b"vary", b"Origin"))
            message = {**message, "headers": kept}
        await send(message)

    return adding
