"""The hub's paths (FC-02, FC-06, FC-18, FC-34, FC-15).

Host and CORS rules are the gateway's: it wraps these routes for the registered origins of apps. The Origin of a
WebSocket says nothing here (FC-15); its endpoint is the secret, and is never logged.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from launcher.server.errors import InvalidToken, SessionLocked
from launcher.server.hub.access import HubRefusal
from launcher.server.hub.call import HubCall
from launcher.server.hub.pace import TooManyCalls
from launcher.server.hub.runner import HubRunner
from launcher.stores.audit_reader import AuditUnavailable

_FORM = "application/x-www-form-urlencoded"
_JSON = ("application/json", "application/fhir+json")
_NO_STORE = {"Cache-Control": "no-store"}

Handler = Callable[[Request, HubCall], Awaitable[Response]]


def hub_routes(runner: HubRunner) -> list[BaseRoute]:
    """Everything below ``/fhircast``."""

    async def called(_: Request, call: HubCall) -> Response:
        if call.media_type == _FORM:
            return JSONResponse(runner.subscription_call(call), status_code=202, headers=_NO_STORE)
        if call.media_type not in _JSON:
            raise HubRefusal(415, "send a form to subscribe, or JSON to post an event")
        await runner.post(call)
        return Response(status_code=202, headers=_NO_STORE)

    async def current(request: Request, call: HubCall) -> Response:
        answer = await runner.current_context(call, request.path_params["topic"])
        return JSONResponse(answer, headers=_NO_STORE)

    async def configuration(_: Request) -> Response:
        return JSONResponse(runner.configuration())

    async def channel(socket: WebSocket) -> None:
        secret = socket.path_params["secret"]
        if runner.knows(secret):
            await runner.serve(secret, socket)
        else:
            await socket.close()

    return [
        Route("/fhircast", _answering(called, runner), methods=["POST"]),
        Route("/fhircast/.well-known/fhircast-configuration", configuration, methods=["GET"]),
        WebSocketRoute("/fhircast/ws/{secret}", channel),
        Route("/fhircast/{topic}", _answering(current, runner), methods=["GET"]),
    ]


def _answering(handler: Handler, runner: HubRunner) -> Callable[[Request], Awaitable[Response]]:
    """Turn refusals into their status with a plain text reason (FC-07), each recorded before it leaves."""
    waiting = {"Retry-After": str(runner.limits.retry_after_seconds)}

    async def answer(request: Request) -> Response:
        call = HubCall.of(request)
        try:
            try:
                runner.count(call)
                if request.method == "POST":
                    call = replace(call, body=await _body(request, runner.limits.body_bytes))
                return await handler(request, call)
            except InvalidToken as error:
                if call.authorization is not None:
                    await runner.audit.refused(call, None, 401, error.reason)
                challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
                return PlainTextResponse(error.reason, 401, headers=_NO_STORE | challenge)
            except TooManyCalls as error:
                if error.told:
                    await runner.audit.refused(
                        call, runner.caller(call), error.status, error.reason, error.repeated
                    )
                return PlainTextResponse(error.reason, error.status, headers=_NO_STORE | waiting)
            except HubRefusal as error:
                await runner.audit.refused(call, runner.caller(call), error.status, error.reason)
                further = waiting if error.status in (429, 503) else {}
                return PlainTextResponse(error.reason, error.status, headers=_NO_STORE | further)
        except SessionLocked as error:
            headers = _NO_STORE | {"Retry-After": str(error.retry_after)}
            return PlainTextResponse("the session is locked", 503, headers=headers)
        except AuditUnavailable as error:
            return PlainTextResponse(error.reason, 503, headers=_NO_STORE | waiting)

    return answer


async def _body(request: Request, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise HubRefusal(413, f"the body is larger than {limit} bytes")
        chunks.append(chunk)
    return b"".join(chunks)
