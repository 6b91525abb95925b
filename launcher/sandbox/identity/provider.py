"""Puts the provider together: one Starlette app that answers to one Host."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from launcher.sandbox.identity.authorize import AuthorizeEndpoint
from launcher.sandbox.identity.clients import ClientAuthentication
from launcher.sandbox.identity.endpoints import BackEndpoints, LogoutEndpoint, protocol_error_answer
from launcher.sandbox.identity.errors import PageError, ProtocolError
from launcher.sandbox.identity.grants import Grants
from launcher.sandbox.identity.keys import SigningKey
from launcher.sandbox.identity.model import Clock, IdentityProviderSettings, NewId
from launcher.sandbox.identity.rendering import Pages
from launcher.sandbox.identity.requests import origin_of
from launcher.sandbox.identity.sessions import Sessions
from launcher.sandbox.identity.store import ProviderStore
from launcher.sandbox.identity.throttle import LoginThrottle
from launcher.sandbox.identity.tokens import TokenMaker

OPEN_PATHS = frozenset({"/.well-known/openid-configuration", "/jwks"})
CLIENT_PATHS = frozenset({"/token", "/par", "/userinfo"})


def unguessable() -> str:
    """A URL-safe identifier of 256 bits."""
    return secrets.token_urlsafe(32)


def create_identity_provider(
    settings: IdentityProviderSettings,
    clock: Clock,
    new_id: NewId = unguessable,
    keys: SigningKey | None = None,
) -> Starlette:
    """The sandbox's OpenID provider as an ASGI app; keys and sessions live in its memory and end with it.

    ``app.state.public_jwks`` is what its ``jwks_uri`` serves. Without ``keys`` the signing key is that of the
    settings, or made now.

    Raises ValueError when the issuer is no plain origin (scheme, host and port, nothing after).
    """
    parts = urlsplit(settings.issuer)
    if origin_of(settings.issuer) != settings.issuer or parts.scheme not in ("http", "https"):
        raise ValueError("the issuer must be scheme, host and port, without a path")
    limits = settings.limits
    store = ProviderStore(clock, limits)
    keys = keys or SigningKey(settings.signing_jwk)
    clients = ClientAuthentication(settings.clients, settings.issuer, store, clock, limits)
    tokens = TokenMaker(settings.issuer, settings.audience, keys, clock, new_id, limits)
    grants = Grants(store, tokens, clock, new_id, limits)
    sessions = Sessions(store, clock, new_id, secure=parts.scheme == "https")
    pages = Pages(settings)
    authorize = AuthorizeEndpoint(
        settings, store, clients, keys, grants, sessions, LoginThrottle(clock, limits), pages, clock, new_id
    )
    back = BackEndpoints(settings, store, clients, keys, grants, tokens, authorize)
    logout = LogoutEndpoint(settings, clients, keys, sessions, pages)

    async def asset(request: Request) -> Response:
        return pages.asset(request.path_params["name"])

    async def page_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, PageError)
        return pages.failure(request, error)

    async def protocol_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, ProtocolError)
        return protocol_error_answer(error)

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        response = pages.failure(request, PageError("not-found", status=error.status_code))
        response.headers.update(error.headers or {})
        return response

    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", back.discovery),
            Route("/jwks", back.jwks),
            Route("/par", back.push, methods=["POST"]),
            Route("/authorize", authorize.get, methods=["GET"]),
            Route("/authorize", authorize.post, methods=["POST"]),
            Route("/interaction/{interaction}", authorize.show_page, methods=["GET"]),
            Route("/interaction/{interaction}", authorize.submit, methods=["POST"]),
            Route("/token", back.token, methods=["POST"]),
            Route("/userinfo", back.userinfo, methods=["GET", "POST"]),
            Route("/endsession", logout.get, methods=["GET"]),
            Route("/endsession", logout.post, methods=["POST"]),
            Route("/assets/{name}", asset),
        ],
        middleware=[
            Middleware(ExactHost, authority=parts.netloc, pages=pages),
            Middleware(BrowserClients, origins=_browser_origins(settings)),
        ],
        exception_handlers={PageError: page_error, ProtocolError: protocol_error, HTTPException: http_error},
    )
    app.state.public_jwks = keys.public_jwks()
    return app


def _browser_origins(settings: IdentityProviderSettings) -> frozenset[str]:
    public = (client for client in settings.clients if client.token_endpoint_auth_method == "none")
    return frozenset(origin_of(uri) for client in public for uri in client.redirect_uris)


class ExactHost:
    """Answers 421 to a request whose Host is not the provider's own, before anything else looks at it."""

    def __init__(self, app: ASGIApp, authority: str, pages: Pages) -> None:
        self._app = app
        self._authority = authority
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and Headers(scope=scope).getlist("host") != [self._authority]:
            response = self._pages.failure(Request(scope), PageError("wrong-host", status=421))
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)


class BrowserClients:
    """CORS: discovery and keys for everybody, token and userinfo for the origins of public clients."""

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = self._allowed_origin(scope) if scope["type"] == "http" else None
        if allowed is None:
            await self._app(scope, receive, send)
            return

        async def send_with_origin(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Access-Control-Allow-Origin"] = allowed
                headers.add_vary_header("Origin")
            await send(message)

        if scope["method"] == "OPTIONS":
            preflight = Response(
                status_code=204,
                headers={
                    "Access-Control-Allow-Methods": "GET, POST",
                    "Access-Control-Allow-Headers": "Authorization, Content-Type",
                    "Access-Control-Max-Age": "600",
                },
            )
            await preflight(scope, receive, send_with_origin)
            return
        await self._app(scope, receive, send_with_origin)

    def _allowed_origin(self, scope: Scope) -> str | None:
        origin = Headers(scope=scope).get("origin")
        if origin is None:
            return None
        if scope["path"] in OPEN_PATHS:
            return "*"
        return origin if scope["path"] in CLIENT_PATHS and origin in self._origins else None
