"""Nobody takes the record system's connections from the others: so many requests of one user's app are under way at once."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

import msgspec
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from launcher.server.errors import InvalidToken
from launcher.server.forms import NO_STORE
from launcher.server.tokens import TokenVerifier

REASON = "Too many requests of this app are under way. Wait for some of them to be answered."


@dataclass(slots=True)
class _Share:
    """One app's requests in one session: how many are under way, and who waits, in order of arrival."""

    running: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)


class GrantShare:
    """ASGI middleware below ``/fhir``: ``most`` requests of an app and session at once, ``waiting`` more, then 429.

    An app may have many grants, one for each launch, and a backend service one for each token: they share. Requests
    without a token of ours pass: they are refused before anything is asked upstream.
    """

    def __init__(self, app: ASGIApp, verifier: TokenVerifier, most: int, waiting: int) -> None:
        self._app = app
        self._verifier = verifier
        self._most = most
        self._most_waiting = waiting
        self._shares: dict[str, _Share] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = self._name(scope) if scope["type"] == "http" and scope["path"].startswith("/fhir/") else None
        if name is None:
            await self._app(scope, receive, send)
            return
        share = self._shares.setdefault(name, _Share())
        if share.running >= self._most and len(share.waiting) >= self._most_waiting:
            await _too_many(scope, receive, send)
            return
        await self._begin(name, share)
        try:
            await self._app(scope, receive, send)
        finally:
            self._end(name, share)

    def _name(self, scope: Scope) -> str | None:
        header = next((value for name, value in scope["headers"] if name == b"authorization"), None)
        if header is None:
            return None
        try:
            token = self._verifier.bearer(header.decode("latin-1"))
            grant, _ = self._verifier.grant_and_session(token)
        except InvalidToken:
            return None
        return f"{grant.sid or ''} {grant.client_id}"

    async def _begin(self, name: str, share: _Share) -> None:
        """Wait for a place; whoever leaves hands his own on."""
        if share.running < self._most:
            share.running += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        share.waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._end(name, share)
            elif turn in share.waiting:  # else whoever left before has already passed it over
                share.waiting.remove(turn)
            raise

    def _end(self, name: str, share: _Share) -> None:
        while share.waiting:
            turn = share.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        share.running -= 1
        if share.running == 0:
            self._shares.pop(name, None)


async def _too_many(scope: Scope, receive: Receive, send: Send) -> None:
    issue = {"severity": "error", "code": "throttled", "diagnostics": REASON}
    content = msgspec.json.encode({"resourceType": "OperationOutcome", "issue": [issue]})
    headers = {**NO_STORE, "retry-after": "1"}
    await Response(content, 429, headers, media_type="application/fhir+json")(scope, receive, send)
