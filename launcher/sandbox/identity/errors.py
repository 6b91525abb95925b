"""Errors of the sandbox's OpenID provider, split by who can be told."""

from __future__ import annotations

from typing import Literal

TextKey = Literal[
    "unknown-client", "bad-redirect", "bad-request", "request-expired", "page-expired", "foreign-form",
    "bad-logout-redirect", "bad-logout", "not-found", "too-large", "wrong-host",
]  # fmt: skip


class IdentityProviderError(Exception):
    """Base of every error that this provider raises on purpose."""


class PageError(IdentityProviderError):
    """The browser's user is told on a page, and nobody is redirected: no checked redirect URI is at hand.

    ``text_key`` names the sentences in :mod:`launcher.sandbox.identity.texts`; ``detail`` is shown folded away.
    """

    def __init__(
        self, text_key: TextKey, *, status: int = 400, detail: str = "", home_uri: str | None = None
    ) -> None:
        super().__init__(f"{text_key}: {detail}")
        self.text_key: TextKey = text_key
        self.status = status
        self.detail = detail
        self.home_uri = home_uri


class ProtocolError(IdentityProviderError):
    """The client is told in JSON (RFC 6749 section 5.2) or, from the authorize endpoint, by redirect (4.1.2.1)."""

    def __init__(
        self, code: str, description: str, *, status: int = 400, challenge: str | None = None
    ) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
        self.status = status
        self.challenge = challenge


def invalid_client(description: str, *, basic: bool = False) -> ProtocolError:
    """Client authentication failed: 401, with ``WWW-Authenticate`` where HTTP Basic was tried."""
    return ProtocolError("invalid_client", description, status=401, challenge="Basic" if basic else None)
