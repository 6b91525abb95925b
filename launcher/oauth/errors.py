"""Failures of the authorization server; each carries its wire code (RFC 6749 4.1.2.1 and 5.2)."""

from __future__ import annotations


class OAuthError(Exception):
    """Base: a request that is refused with ``code``; ``status`` is the HTTP status at the token endpoint."""

    code = "invalid_request"
    status = 400

    def __init__(self, description: str, *, code: str | None = None) -> None:
        super().__init__(description)
        self.description = description
        if code is not None:
            self.code = code


class InvalidRequest(OAuthError):
    """Caller: a parameter is missing, repeated or malformed."""


class InvalidClient(OAuthError):
    """Caller: unknown client, or its authentication failed (SAL-27)."""

    code = "invalid_client"
    status = 401

    def __init__(self, description: str, *, used_header: bool = False) -> None:
        super().__init__(description)
        self.used_header = used_header


class InvalidGrant(OAuthError):
    """Caller: code or refresh token is unknown, expired, spent or bound to something else."""

    code = "invalid_grant"


class UnauthorizedClient(OAuthError):
    """Caller: this client may not use this grant type."""

    code = "unauthorized_client"


class UnsupportedGrantType(OAuthError):
    """Caller: a grant type that is not implemented here."""

    code = "unsupported_grant_type"


class InvalidScope(OAuthError):
    """Caller: a scope wider than the grant, or a patient scope without a patient (SAL-21, SAL-49)."""

    code = "invalid_scope"


class UnregisteredRedirect(Exception):
    """Caller: client or redirect URI is not registered; answered with a page, never a redirect (SAL-14).

    ``text_key`` names the sentence of the page.
    """

    def __init__(self, text_key: str) -> None:
        super().__init__(text_key)
        self.text_key = text_key


class AuthorizationRefused(OAuthError):
    """Caller or policy: refused after client and redirect URI were checked; travels by redirect (SAL-19)."""

    def __init__(self, code: str, description: str, *, redirect_uri: str, state: str | None) -> None:
        super().__init__(description, code=code)
        self.redirect_uri = redirect_uri
        self.state = state
