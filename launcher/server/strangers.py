"""Whoever shows no credential that counts: how often he may be refused, and how often he may begin a login.

The key is the client's address. Behind one address may stand a whole municipality (address translation, a server that ends
TLS), and on a desktop everything is 127.0.0.1. So nobody with a session, a pane or a token of this gateway is ever
counted, and an empty bucket never stands between a valid credential and its answer: what it changes is the answer of a
request that was refused anyway, and the beginning of a new login.
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable

import msgspec
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from launcher.server.cookies import CookieNames, read_cookie
from launcher.server.errors import InvalidToken
from launcher.server.forms import NO_STORE
from launcher.server.pages import Pages
from launcher.server.panes import PaneKeeper
from launcher.server.request_words import error_of
from launcher.server.sessions import SessionKeeper
from launcher.server.tokens import TokenVerifier

PAGES_OF_OURS = ("/oauth/authorize", "/oauth/callback", "/oauth/patient", "/oauth/consent", "/oauth/logout")
IPV6_PREFIX = 64


def address_key(address: str) -> str:
    """What counts as one client: an IPv4 address, or the network that one IPv6 customer gets."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, IPV6_PREFIX), strict=False))


def address_of(connection: HTTPConnection) -> str:
    """The key of the other side of a connection."""
    return address_key(connection.client.host) if connection.client else ""


class TokenBuckets:
    """One bucket for each key: ``burst`` at once, then ``per_second``; at most ``remembered`` keys, the longest unused
    forgotten first."""

    def __init__(
        self, burst: float, per_second: float, remembered: int, monotonic: Callable[[], float]
    ) -> None:
        self._burst = float(burst)
        self._per_second = float(per_second)
        self._remembered = remembered
        self._monotonic = monotonic
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, key: str) -> bool:
        """Take one; false when there is none left."""
        now = self._monotonic()
        left, since = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + max(0.0, now - since) * self._per_second)
        if len(self._buckets) >= self._remembered:
            del self._buckets[next(iter(self._buckets))]
        self._buckets[key] = (left - 1 if left >= 1 else left, now)
        return left >= 1

    @property
    def retry_after(self) -> int:
        """Whole seconds until there is one again."""
        return max(1, math.ceil(1 / self._per_second))


class Strangers:
    """Knows who is none."""

    def __init__(
        self,
        verifier: TokenVerifier,
        sessions: SessionKeeper,
        panes: PaneKeeper,
        cookies: CookieNames,
    ) -> None:
        self._verifier = verifier
        self._sessions = sessions
        self._panes = panes
        self._cookies = cookies

    def is_known(self, connection: HTTPConnection) -> bool:
        """True for a live session's or pane's cookie, and for a token that this gateway has signed.

        The token may have expired or been revoked meanwhile: then it is an app that will renew it, not a stranger.
        """
        if self._panes.of_cookie(read_cookie(connection, self._cookies.pane)) is not None:
            return True
        if self.is_signed_in(connection):
            return True
        token = connection.headers.get("authorization", "").partition(" ")[2].strip()
        try:
            return bool(token) and self._verifier.access_token(token).grant_id != ""
        except InvalidToken:
            return False

    def is_signed_in(self, connection: HTTPConnection) -> bool:
        """True for the cookie of a live session, locked or not; an app's pane or an old token is nobody who signs in."""
        return self._sessions.session_of_cookie(read_cookie(connection, self._cookies.session)) is not None


class StrangerGate:
    """ASGI middleware: 429 instead of a stranger's refusal once he has had too many (RFC 6585 4).

    A refusal is a 401 anywhere, and below ``/oauth`` any 4xx and any redirect with an error.
    """

    def __init__(self, app: ASGIApp, strangers: Strangers, refusals: TokenBuckets, pages: Pages) -> None:
        self._app = app
        self._strangers = strangers
        self._refusals = refusals
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        replaced = False

        async def sent(message: Message) -> None:
            nonlocal replaced
            if replaced:
                return
            if message["type"] == "http.response.start" and self._is_too_much(scope, message):
                replaced = True
                await self._too_many(scope)(scope, receive, send)
                return
            await send(message)

        await self._app(scope, receive, sent)

    def _is_too_much(self, scope: Scope, start: Message) -> bool:
        if not _is_refusal(scope["path"], start):
            return False
        connection = HTTPConnection(scope)
        return not self._strangers.is_known(connection) and not self._refusals.take(address_of(connection))

    def _too_many(self, scope: Scope) -> Response:
        return too_many(Request(scope), self._pages, self._refusals.retry_after)


def too_many(request: Request, pages: Pages, seconds: int, retry: str | None = None) -> Response:
    """429 with ``Retry-After``, as the place speaks: a page, JSON, an OperationOutcome or plain text."""
    path = request.url.path
    headers = {**NO_STORE, "retry-after": str(seconds)}
    reason = f"too many refused requests from this address; try again in {seconds} s"
    if path in PAGES_OF_OURS:
        answer: Response = pages.page(request, "too_many", status=429, retry=retry)
        answer.headers["retry-after"] = str(seconds)
        return answer
    if path.startswith("/fhircast"):
        return PlainTextResponse(reason, 429, headers)
    content: object = {"error": "temporarily_unavailable", "error_description": reason}
    media_type = "application/json"
    if path.startswith("/fhir/"):
        issue = {"severity": "error", "code": "throttled", "diagnostics": reason}
        content, media_type = {"resourceType": "OperationOutcome", "issue": [issue]}, "application/fhir+json"
    return Response(msgspec.json.encode(content), 429, headers, media_type=media_type)


def _is_refusal(path: str, start: Message) -> bool:
    status: int = start["status"]
    if status == 401:
        return True
    if not path.startswith("/oauth/"):
        return False
    return 400 <= status < 500 if status >= 400 else error_of(start, b"") != ""
