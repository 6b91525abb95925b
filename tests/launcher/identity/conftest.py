"""Each test has a provider of its own, behind one server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest

from launcher.sandbox.identity import create_identity_provider
from launcher.sandbox.identity.keys import SigningKey
from tests.launcher.identity.support import (
    ASSERTION_TYPE,
    CALLBACK,
    GATEWAY,
    ORDINARY,
    ORDINARY_CALLBACK,
    VERIFIER,
    Browser,
    Reply,
    ShiftedClock,
    Stage,
    assertion,
    challenge,
    listener,
    provider_settings,
    serving,
)

SIGNING_KEY = SigningKey()


@dataclass
class Provider:
    """A running sandbox provider and the requests that tests make of it."""

    issuer: str
    clock: ShiftedClock
    public_jwks: dict[str, Any]
    program: Browser = field(default_factory=Browser)

    def authorize_url(self, **changes: str | None) -> str:
        """An authorization URL of the ordinary client."""
        given = {
            "client_id": ORDINARY, "redirect_uri": ORDINARY_CALLBACK, "response_type": "code",
            "scope": "openid profile offline_access", "state": "st", "nonce": "no",
            "code_challenge": challenge(), "code_challenge_method": "S256", **changes,
        }  # fmt: skip
        query = urlencode({name: value for name, value in given.items() if value is not None})
        return f"{self.issuer}/authorize?{query}"

    def push(self, client_assertion: str | None = None, **changes: str | None) -> Reply:
        """A pushed request of the gateway."""
        given = {
            "client_id": GATEWAY, "redirect_uri": CALLBACK, "response_type": "code",
            "scope": "openid profile offline_access helseid://scopes/hpr/hpr_number", "state": "st", "nonce": "no",
            "code_challenge": challenge(), "code_challenge_method": "S256",
            "client_assertion_type": ASSERTION_TYPE, "client_assertion": client_assertion or assertion(self.issuer),
            **changes,
        }  # fmt: skip
        form = {name: value for name, value in given.items() if value is not None}
        return self.program.request("POST", f"{self.issuer}/par", form)

    def pushed_url(self, **changes: str | None) -> str:
        """The authorization URL after a push."""
        reply = self.push(**changes)
        assert reply.status == 201, reply.text
        query = {"client_id": GATEWAY, "request_uri": reply.json()["request_uri"]}
        return f"{self.issuer}/authorize?{urlencode(query)}"

    def token(self, headers: dict[str, str] | None = None, **changes: str | None) -> Reply:
        """A token request of the ordinary client."""
        given = {
            "grant_type": "authorization_code", "client_id": ORDINARY, "redirect_uri": ORDINARY_CALLBACK,
            "code_verifier": VERIFIER, **changes,
        }  # fmt: skip
        form = {name: value for name, value in given.items() if value is not None}
        return self.program.request("POST", f"{self.issuer}/token", form, headers)

    def gateway_token(self, code: str, client_assertion: str | None = None) -> Reply:
        """A token request of the gateway."""
        return self.token(
            client_id=GATEWAY,
            redirect_uri=CALLBACK,
            code=code,
            client_assertion_type=ASSERTION_TYPE,
            client_assertion=client_assertion or assertion(self.issuer),
        )

    def tokens(self, browser: Browser, **changes: str | None) -> dict[str, Any]:
        """Sign in at the ordinary client and redeem the code."""
        code = browser.sign_in(self.authorize_url(**changes)).query["code"]
        reply = self.token(code=code)
        assert reply.status == 200, reply.text
        answer: dict[str, Any] = reply.json()
        return answer


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture(scope="session")
def stage() -> Iterator[tuple[int, Stage]]:
    bound = listener()
    stage = Stage()
    with serving(stage, bound):
        yield bound.getsockname()[1], stage


@pytest.fixture
def provider(stage: tuple[int, Stage]) -> Provider:
    port, served = stage
    clock = ShiftedClock()
    app = create_identity_provider(provider_settings(port), clock, keys=SIGNING_KEY)
    served.app = app
    return Provider(f"http://localhost:{port}", clock, app.state.public_jwks)
