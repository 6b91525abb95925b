"""What can go wrong with the upstream login, by whose fault it is. No text here holds a token, code or name."""

from __future__ import annotations

from typing import ClassVar, Literal

Fault = Literal["user", "provider", "ours"]


class UpstreamIdentityError(Exception):
    """Base. ``text_key`` names the sentence for the user, ``detail`` is for the log and for *Details*."""

    text_key: ClassVar[str] = "identity.failed"
    fault: ClassVar[Fault] = "provider"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class LoginRefused(UpstreamIdentityError):
    """The provider said no to this login (``access_denied``, ``login_required``); ``code`` is its word."""

    text_key = "identity.login-refused"
    fault = "user"

    def __init__(self, code: str) -> None:
        super().__init__(f"the identity provider refused the login: {code}")
        self.code = code


class LoginMismatch(UpstreamIdentityError):
    """The answer does not belong to the login that was begun: state, issuer, nonce, user or time differ."""

    text_key = "identity.login-mismatch"
    fault = "user"


class RefreshRefused(UpstreamIdentityError):
    """The provider has ended the login (``invalid_grant``); the user must sign in again."""

    text_key = "identity.session-ended"
    fault = "user"


class ProviderUnavailable(UpstreamIdentityError):
    """No answer in time, no connection, or a 5xx: worth another try."""

    text_key = "identity.unavailable"


class ProviderMisbehaved(UpstreamIdentityError):
    """An answer that no provider may give: bad metadata, bad token, redirect, too large."""

    text_key = "identity.misbehaved"


class RegistrationWrong(UpstreamIdentityError):
    """The provider does not accept us as we are set up (``invalid_client``, no common algorithm)."""

    text_key = "identity.registration-wrong"
    fault = "ours"

    def __init__(self, detail: str, code: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
