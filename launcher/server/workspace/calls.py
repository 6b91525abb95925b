"""What every workspace call has in common: the shell's bearer token, no Origin, no cookie, JSON in and out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from launcher.oauth.errors import InvalidRequest
from launcher.oauth.model import Grant, UserSession
from launcher.server.dependencies import GatewaySettings
from launcher.server.errors import InvalidToken, ProblemAnswer, SessionLocked, UpstreamUnavailable
from launcher.server.forms import json_answer, read_body
from launcher.server.sessions import SessionKeeper
from launcher.server.tokens import TokenVerifier


@dataclass(frozen=True, slots=True)
class Call:
    """One authorized call: the request, whose session it is, and the shell's grant."""

    request: Request
    session: UserSession
    grant: Grant


WorkspaceHandler = Callable[[Call], Awaitable[Response]]
StarletteHandler = Callable[[Request], Awaitable[Response]]


class Gatekeeper:
    """Wraps handlers: nobody but the shell, and never a web page (DESIGN section 5)."""

    def __init__(self, settings: GatewaySettings, verifier: TokenVerifier, sessions: SessionKeeper) -> None:
        self._settings = settings
        self._verifier = verifier
        self._sessions = sessions

    def guard(
        self, handler: WorkspaceHandler, *, while_locked: bool = False, any_client: bool = False
    ) -> StarletteHandler:
        """A Starlette handler that answers every failure as JSON ``{"error", "message"}``.

        ``any_client``: whoever has a token of a signed-in user, not the shell alone; still never a web page.
        """

        async def guarded(request: Request) -> Response:
            try:
                return await handler(self._call(request, while_locked, any_client))
            except InvalidToken as invalid:
                content = {"error": "invalid_token", "message": invalid.reason}
                return json_answer(content, 401, {"www-authenticate": 'Bearer error="invalid_token"'})
            except SessionLocked as locked:
                content = {"error": "locked", "message": "the session is locked"}
                return json_answer(content, 503, {"retry-after": str(locked.retry_after)})
            except UpstreamUnavailable:
                content = {"error": "upstream_unavailable", "message": "the record system does not answer"}
                return json_answer(content, 503, {"retry-after": "5"})
            except ProblemAnswer as problem:
                content = {"error": problem.error, "message": problem.message}
                return json_answer(content, problem.status)

        return guarded

    def _call(self, request: Request, while_locked: bool, any_client: bool) -> Call:
        if "origin" in request.headers:
            raise ProblemAnswer(403, "origin_refused", "web pages may not call this")
        authorization = request.headers.get("authorization")
        verify = self._verifier.verify_for_session_calls if while_locked else self._verifier.verify
        grant = verify(authorization)
        if grant.client_id != self._settings.shell_client_id and not any_client:
            raise ProblemAnswer(403, "not_the_shell", "only the shell may call the workspace")
        session = self._sessions.session(grant.sid)
        if session is None:
            raise InvalidToken("the session has ended")
        return Call(request, session, grant)


async def json_body(request: Request, limit: int) -> dict[str, Any]:
    """The JSON object of the body, empty when there is no body; raises ``ProblemAnswer`` 400."""
    try:
        raw = await read_body(request, limit)
        body = orjson.loads(raw) if raw else {}
    except (InvalidRequest, orjson.JSONDecodeError) as malformed:
        raise ProblemAnswer(400, "malformed", "the body is not JSON, or too long") from malformed
    if not isinstance(body, dict):
        raise ProblemAnswer(400, "malformed", "the body is not a JSON object")
    return body


def text_member(body: Mapping[str, Any], name: str) -> str:
    """A required, non-empty string; raises ``ProblemAnswer`` 400."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise ProblemAnswer(400, "malformed", f"{name} must be a text")
    return value


def optional_text(body: Mapping[str, Any], name: str) -> str | None:
    """A string or nothing; raises ``ProblemAnswer`` 400."""
    return None if body.get(name) is None else text_member(body, name)
