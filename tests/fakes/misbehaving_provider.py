"""An OpenID provider that does as it is told, and misbehaves on request. One object is one provider.

It does no login: any code is good. What it says can be changed between calls.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

from joserfc import jwt
from joserfc.jwk import Key, RSAKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

FIRST_KEY = RSAKey.generate_key(2048, {"kid": "k1"}, private=True)


class MisbehavingProvider:
    """ASGI app with paths ``/metadata`` (well-known), ``/k``, ``/t``, ``/p``, ``/u``.

    ``changes`` overrides members per path (None removes one); ``claims`` does so for the id_token; ``silent``,
    ``dripping``, ``huge``, ``redirecting`` and ``broken`` hold paths; ``status`` gives a status per path; ``calls`` counts.
    """

    def __init__(self, issuer: str, client_id: str) -> None:
        self.issuer = issuer
        self.client_id = client_id
        self.key: Key = FIRST_KEY
        self.published: list[Key] = [self.key]
        self.algorithm = "RS256"
        self.nonce = "n"
        self.subject = "siri"
        self.claims: dict[str, Any] = {}
        self.changes: dict[str, dict[str, Any]] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.status: dict[str, int] = {}
        self.silent: set[str] = set()
        self.dripping: set[str] = set()
        self.huge: set[str] = set()
        self.redirecting: set[str] = set()
        self.broken: set[str] = set()
        self.make_id_token: Callable[[dict[str, Any]], Any] | None = None
        self.calls: Counter[str] = Counter()
        self.hosts: set[str] = set()
        self.forms: list[dict[str, str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await (await self._answer(request))(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = "/metadata" if request.url.path.startswith("/.well-known") else request.url.path
        self.calls[path] += 1
        self.hosts.add(request.headers["host"])
        if request.method == "POST":
            form = await request.form()
            self.forms.append({name: str(value) for name, value in form.items()})
        if path in self.silent:
            await self._wait_for_the_end(request)
        if path in self.dripping:
            return StreamingResponse(self._drops(), media_type="application/json")
        if path in self.huge:
            return StreamingResponse(self._endless(), media_type="application/json")
        if path in self.redirecting:
            return Response(status_code=307, headers={"Location": self.issuer + "/elsewhere"})
        if path in self.broken:
            return Response("<html>not JSON", media_type="text/html")
        body = self._body(path)
        if body is None:
            return Response(status_code=404)
        for name, value in self.changes.get(path, {}).items():
            body.pop(name, None)
            if value is not None:
                body[name] = value
        return JSONResponse(body, status_code=self.status.get(path, 200), headers=self.headers.get(path))

    async def _wait_for_the_end(self, request: Request) -> None:
        while not await request.is_disconnected():
            await asyncio.sleep(0.02)

    async def _drops(self) -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.02)

    async def _endless(self) -> AsyncIterator[bytes]:
        yield b'{"x":"'
        while True:
            await asyncio.sleep(0.001)
            yield b"x" * 65536

    def _body(self, path: str) -> dict[str, Any] | None:
        match path:
            case "/metadata":
                return {
                    "issuer": self.issuer,
                    "authorization_endpoint": self.issuer + "/a",
                    "token_endpoint": self.issuer + "/t",
                    "jwks_uri": self.issuer + "/k",
                    "userinfo_endpoint": self.issuer + "/u",
                    "end_session_endpoint": self.issuer + "/e",
                    "id_token_signing_alg_values_supported": ["RS256", "PS256", "ES256", "none", "HS256"],
                    "authorization_response_iss_parameter_supported": True,
                }
            case "/k":
                return {"keys": [key.as_dict(private=False) for key in self.published]}
            case "/p":
                return {"request_uri": "urn:pushed:1", "expires_in": 60}
            case "/u":
                return {"sub": self.subject, "name": "Siri Nordli"}
            case "/t":
                return self._tokens()
        return None

    def _tokens(self) -> dict[str, Any]:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer, "sub": self.subject, "aud": self.client_id, "iat": now, "exp": now + 300,
            "nonce": self.nonce, "auth_time": now,
        }  # fmt: skip
        for name, value in self.claims.items():
            claims.pop(name, None)
            if value is not None:
                claims[name] = value
        make = self.make_id_token or self.sign
        return {
            "access_token": "access", "token_type": "Bearer", "expires_in": 300, "refresh_token": "refresh",
            "id_token": make(claims),
        }  # fmt: skip

    def sign(self, claims: dict[str, Any]) -> str:
        """An id_token signed with the current key."""
        header = {"alg": self.algorithm, "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])
