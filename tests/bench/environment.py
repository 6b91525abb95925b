"""The practice environment as the bench needs it: its processes known, and a token for its record system itself."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from shell.command_line.sandbox_command import ready_line
from shell.composition.clock import SystemClock
from shell.composition.practice import Environment, EnvironmentChoice, prepare

TOKEN_SECONDS = 3600


class MeasuredEnvironment(Environment):
    """Remembers the identity provider's signing key, so that the same read can be made direct."""

    __slots__ = ("_signing_jwk",)

    _signing_jwk: dict[str, Any]

    def _sandbox_configuration(self, public_jwk: Mapping[str, Any]) -> dict[str, Any]:
        configuration = super()._sandbox_configuration(public_jwk)
        self._signing_jwk = configuration["signing_jwk"]
        return configuration

    def upstream_token(self) -> str:
        """An access token as the identity provider gives the gateway one."""
        key = RSAKey.import_key(self._signing_jwk)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": self.upstream_fhir,
            "sub": "bench",
            "client_id": "bench",
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "jti": secrets.token_hex(8),
        }
        return jwt.encode({"alg": "RS256", "typ": "at+jwt", "kid": key.kid}, claims, key)


@dataclass(frozen=True, slots=True)
class Practice:
    """A running environment: its ready line and the two processes."""

    ready: Mapping[str, Any]
    gateway_pid: int
    sandbox_pid: int
    upstream_token: str


@contextlib.asynccontextmanager
async def practice() -> AsyncIterator[Practice]:
    """Bring it up in a folder of its own, and take it down."""
    with tempfile.TemporaryDirectory(prefix="vaktrom-bench-") as folder:
        prepared = prepare(EnvironmentChoice(Path(folder)), SystemClock().now())
        environment = MeasuredEnvironment(
            **{one.name: getattr(prepared, one.name) for one in fields(prepared)}
        )
        try:
            await environment.start()
            gateway, sandbox = environment.gateway, environment.sandbox
            assert gateway and sandbox and gateway.pid and sandbox.pid
            yield Practice(ready_line(environment), gateway.pid, sandbox.pid, environment.upstream_token())
        finally:
            await asyncio.shield(environment.stop())
