"""The practice environment as the bench needs it: its processes known, and a token for its record system itself."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from launcher.sandbox.fhir.patient_access import HPR_CLAIM
from shell.command_line.sandbox_command import ready_line
from shell.composition.clock import SystemClock
from shell.composition.practice import Environment, EnvironmentChoice, prepare

TOKEN_SECONDS = 3600


def upstream_token(environment: Environment) -> str:
    """An access token as the identity provider gives the gateway one, signed with the provider's own key."""
    stored = environment.choice.state / "sandbox" / "signing-key.json"
    key = RSAKey.import_key(json.loads(stored.read_text(encoding="ascii")))
    now = int(time.time())
    claims = {
        "iss": environment.issuer,
        "aud": environment.upstream_fhir,
        "sub": "siri",
        HPR_CLAIM: "9144900",
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
        environment = prepare(EnvironmentChoice(Path(folder)), SystemClock().now())
        try:
            await environment.start()
            gateway, sandbox = environment.gateway, environment.sandbox
            assert gateway and sandbox and gateway.pid and sandbox.pid
            yield Practice(ready_line(environment), gateway.pid, sandbox.pid, upstream_token(environment))
        finally:
            await asyncio.shield(environment.stop())
