"""The words of the sandbox's OpenID provider: settings, clients, users, and what it remembers while it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

AuthMethod = Literal["private_key_jwt", "client_secret_basic", "none"]


class Clock(Protocol):
    """Time as it is passed in; ``now`` is aware and UTC, ``monotonic`` is seconds."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


NewId = Callable[[], str]
"""Makes an unguessable, URL-safe identifier of at least 128 bits."""


@dataclass(frozen=True, slots=True)
class DemoUser:
    """One synthetic person who can sign in; ``hpr_number`` is missing for people outside the HPR register (HID-15)."""

    sub: str
    username: str
    given_name: str
    family_name: str
    role: str
    role_english: str
    place: str | None
    hpr_number: str | None
    password: str = field(default="vaktrom", repr=False)

    @property
    def name(self) -> str:
        """Given name, then family name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def initials(self) -> str:
        """First letters of given and family name, as the sign-in page shows them."""
        return self.given_name[:1] + self.family_name[:1]


@dataclass(frozen=True, slots=True)
class ProviderClient:
    """A client as it is registered here.

    ``redirect_uris`` and ``post_logout_redirect_uris`` are compared character by character. ``loopback_paths``
    allows, for a native client, ``http://127.0.0.1:{any port}{path}`` (RFC 8252 section 7.3).
    ``offline``: its refresh tokens outlive the user's session (OIDC Core 11).
    """

    client_id: str
    redirect_uris: tuple[str, ...] = ()
    token_endpoint_auth_method: AuthMethod = "none"
    jwks: Mapping[str, Any] | None = None
    client_secret: str | None = field(default=None, repr=False)
    post_logout_redirect_uris: tuple[str, ...] = ()
    loopback_paths: tuple[str, ...] = ()
    require_pushed_authorization_requests: bool = False
    offline: bool = False
    client_name: str = ""
    home_uri: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderLimits:
    """Every limit of the provider as a named number; lives are seconds."""

    form_bytes: int = 32 * 1024
    parameter_characters: int = 4096
    assertion_seconds: int = 60
    clock_skew_seconds: int = 10
    pushed_request_seconds: int = 90
    code_seconds: int = 60
    interaction_seconds: int = 12 * 3600
    session_seconds: int = 14 * 3600
    access_token_seconds: int = 600
    id_token_seconds: int = 600
    refresh_token_seconds: int = 14 * 3600
    refresh_repeat_seconds: int = 10
    wrong_passwords: int = 5
    wrong_password_wait_seconds: int = 30
    wrong_password_wait_most_seconds: int = 300
    remembered: int = 10_000


@dataclass(frozen=True, slots=True)
class IdentityProviderSettings:
    """Where the provider stands and whom it knows.

    ``issuer`` has no trailing slash and is never built from a request's Host; ``audience`` is the FHIR base
    that access tokens are for.
    """

    issuer: str
    audience: str
    clients: tuple[ProviderClient, ...]
    users: tuple[DemoUser, ...]
    organisation: str = "Fjordvik kommune · Lindehaugen sykehjem"
    show_demo_users: bool = True
    signing_jwk: Mapping[str, Any] | None = field(default=None, repr=False)
    limits: ProviderLimits = field(default_factory=ProviderLimits)


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A checked authorization request (OIDC Core 3.1.2.1); client and redirect URI belong together."""

    client: ProviderClient
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    nonce: str | None
    code_challenge: str
    prompts: frozenset[str]
    max_age: int | None
    login_hint: str | None
    hinted_sub: str | None
    ui_locales: str | None


@dataclass(frozen=True, slots=True)
class Interaction:
    """A login page that is open in one browser."""

    request: AuthorizationRequest
    browser: str


@dataclass(slots=True)
class Session:
    """One signed-in person in one browser; single sign-on lives on it."""

    sid: str
    user: DemoUser
    authenticated_at: datetime


@dataclass(frozen=True, slots=True)
class Authentication:
    """Who signed in, when, and in which session; copied so that a later login does not change earlier grants."""

    sid: str
    user: DemoUser
    authenticated_at: datetime


@dataclass(frozen=True, slots=True)
class Code:
    """What an authorization code stands for; redeemed once."""

    request: AuthorizationRequest
    authentication: Authentication
    grant: str


@dataclass(slots=True)
class RefreshGrant:
    """What a chain of rotating refresh tokens stands for."""

    grant: str
    client_id: str
    scopes: tuple[str, ...]
    authentication: Authentication


@dataclass(slots=True)
class RotatedToken:
    """A refresh token that was used: by when it may be repeated, and the identical answer (SAL-50)."""

    grant: str
    client_id: str
    repeat_until: float
    successor: str
    scope_asked: str | None
    answer: dict[str, Any] = field(repr=False)
