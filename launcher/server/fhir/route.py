"""The way from the gateway's routes to the data plane, which is imported when it is first asked: a start shows a
sign-in page first, and that needs no records."""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send


class FhirRoute(BaseRoute):
    """Everything below the prefix but ``/.well-known/``; matched on the raw path, since that is what is judged."""

    def __init__(self, prefix: str, make_plane: Callable[[], ASGIApp]) -> None:
        self._prefix = prefix.encode("ascii")
        self._make_plane = make_plane
        self._plane: ASGIApp | None = None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Full for our paths; a path is not decoded to see whose it is."""
        if scope["type"] != "http":
            return Match.NONE, {}
        raw = scope.get("raw_path") or b""
        if not raw.startswith(self._prefix):
            return Match.NONE, {}
        rest = raw[len(self._prefix) :]
        if rest and not rest.startswith(b"/"):
            return Match.NONE, {}
        return (Match.NONE, {}) if rest.startswith(b"/.well-known/") else (Match.FULL, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand over to the data plane."""
        if self._plane is None:
            self._plane = self._make_plane()
        await self._plane(scope, receive, send)
