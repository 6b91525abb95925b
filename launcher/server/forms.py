"""Reading form bodies within a limit, and the OAuth error answers (SAL-27)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response

from launcher.oauth.errors import AuthorizationRefused, InvalidClient, InvalidRequest, OAuthError
from launcher.oauth.parameters import Parameters, parse_parameters
from launcher.server.errors import SessionLocked, UpstreamUnavailable

NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}
FORM = "application/x-www-form-urlencoded"

Handler = Callable[[Request], Awaitable[Response]]


async def read_body(request: Request, limit: int) -> bytes:
    """The request's body; raises ``InvalidRequest`` when it is longer than ``limit`` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise InvalidRequest("the body is too long")
    return bytes(body)


async def read_form(request: Request, limit: int) -> Parameters:
    """The parameters of a form body; raises ``InvalidRequest``."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM:
        raise InvalidRequest(f"the body must be {FORM}")
    return parse_parameters(await read_body(request, limit))


def json_answer(content: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer that nobody may store (SAL-24)."""
    return Response(
        orjson.dumps(content), status, {**NO_STORE, **(headers or {})}, media_type="application/json"
    )


def oauth_errors(handler: Handler) -> Handler:
    """Answer failures of a token, PAR, revocation or introspection request as JSON, never as HTML."""

    async def answering(request: Request) -> Response:
        try:
            return await handler(request)
        except AuthorizationRefused as refused:
            return json_answer({"error": refused.code, "error_description": refused.description}, 400)
        except OAuthError as error:
            headers = {}
            if isinstance(error, InvalidClient) and (error.used_header or "authorization" in request.headers):
                headers["www-authenticate"] = 'Basic realm="vaktrom"'
            content = {"error": error.code, "error_description": error.description}
            return json_answer(content, error.status, headers)
        except SessionLocked as locked:
            content = {"error": "temporarily_unavailable", "error_description": "the session is locked"}
            return json_answer(content, 503, {"retry-after": str(locked.retry_after)})
        except UpstreamUnavailable:
            content = {"error": "temporarily_unavailable", "error_description": "upstream does not answer"}
            return json_answer(content, 503, {"retry-after": "5"})

    return answering
