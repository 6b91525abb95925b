"""``fhir.http``: a Bundle that an app posts to its host goes to our own ``/fhir`` under the app's own grant (SWM-11).

There is one policy: the data plane's. Here is only the way to it, with a token of a minute that never leaves the process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson
from starlette.types import Message, Receive, Scope, Send

from launcher.oauth.model import Grant, UserSession
from launcher.server.dependencies import GatewaySettings
from launcher.server.tokens import TokenIssuer
from launcher.smart.web_messaging import MESSAGE_KINDS, failure

KIND = MESSAGE_KINDS["fhir.http"]
BUNDLES = ("batch", "transaction")
LARGEST_ANSWER = 1024 * 1024
TOKEN_LIFE = timedelta(seconds=60)
OK = 200

Plane = Callable[[Scope, Receive, Send], Awaitable[None]]
Payload = dict[str, Any]


class FhirMessages:
    """Hands Bundles to the data plane, which is put in with ``fill``; without one nothing is carried out."""

    def __init__(self, settings: GatewaySettings, issuer: TokenIssuer) -> None:
        self._settings = settings
        self._issuer = issuer
        self._plane: Plane | None = None

    def fill(self, plane: Plane) -> None:
        """Ask ``plane`` from now on."""
        self._plane = plane

    async def carry_out(
        self, grant: Grant, session: UserSession, payload: Payload, client: tuple[str, int] | None
    ) -> Payload:
        """``{"bundle"}`` with the answer of ``/fhir``, or ``{"outcome"}``."""
        bundle = payload.get("bundle")
        if (
            not isinstance(bundle, dict)
            or bundle.get("resourceType") != "Bundle"
            or bundle.get("type") not in BUNDLES
        ):
            return failure(KIND, "invalid", "bundle must be a Bundle of type batch or transaction")
        if grant.key is not None:
            return failure(
                KIND, "forbidden", "the tokens of this app are bound to a key: it asks /fhir itself"
            )
        if self._plane is None:
            return failure(KIND, "transient", "the host cannot answer just now; try again")
        token = self._issuer.token_of_a_moment(grant, session, TOKEN_LIFE)
        status, answer = await _asked(self._plane, self._scope(token, client), orjson.dumps(bundle))
        if answer is None:
            return failure(
                KIND, "too-costly", "the answer is too large for a message; what was asked is done"
            )
        told = _json(answer)
        if told is None:
            return failure(KIND, "exception", "the answer cannot be read")
        return (
            {"bundle": told} if status == OK and told.get("resourceType") == "Bundle" else {"outcome": told}
        )

    def _scope(self, token: str, client: tuple[str, int] | None) -> Scope:
        path = urlsplit(self._settings.fhir_base).path
        headers = [
            (b"host", self._settings.authority.encode("ascii")),
            (b"authorization", f"Bearer {token}".encode("ascii")),
            (b"content-type", b"application/fhir+json"),
            (b"accept", b"application/fhir+json"),
        ]
        return {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode("ascii"),
            "query_string": b"",
            "headers": headers,
            "client": client,
        }


async def _asked(plane: Plane, scope: Scope, body: bytes) -> tuple[int, bytes | None]:
    """Status and body; the body is ``None`` when it is larger than a message may be."""
    status, answer, too_large = 0, bytearray(), False
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            await asyncio.Event().wait()  # nobody hangs up
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, too_large
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            part = message.get("body", b"")
            too_large = too_large or len(answer) + len(part) > LARGEST_ANSWER
            if not too_large:
                answer.extend(part)

    await plane(scope, receive, send)
    return status, None if too_large else bytes(answer)


def _json(content: bytes) -> Payload | None:
    try:
        told = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return told if isinstance(told, dict) else None
