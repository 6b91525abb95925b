"""The words of the upstream login: settings, what a login expects, what it gives."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

ClientMethod = Literal["private_key_jwt", "client_secret_basic", "none"]

DEFAULT_SCOPE = (
    "openid profile offline_access helseid://scopes/identity/security_level "
    "helseid://scopes/identity/assurance_level helseid://scopes/identity/network helseid://scopes/hpr/hpr_number"
)
"""What the gateway asks of HelseID and its like (HID-15, HID-18)."""


class Clock(Protocol):
    """Time as it is passed in; ``now`` is aware and UTC, ``monotonic`` is seconds."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


NewId = Callable[[], str]
"""Makes an unguessable, URL-safe identifier of at least 128 bits."""


@dataclass(frozen=True, slots=True)
class IdentityLimits:
    """Every limit towards the provider as a named number; times are seconds, sizes bytes."""

    connect_seconds: float = 3.0
    whole_seconds: float = 10.0
    body_bytes: int = 256 * 1024
    metadata_seconds: float = 24 * 3600
    keys_seconds: float = 24 * 3600
    keys_again_seconds: float = 30.0
    assertion_seconds: int = 30
    clock_skew_seconds: int = 30
    id_token_age_seconds: int = 600
    default_token_seconds: int = 60
    id_token_characters: int = 16 * 1024


@dataclass(frozen=True, slots=True)
class UpstreamIdentitySettings:
    """How this gateway is registered at its identity provider.

    ``private_jwk`` (private_key_jwt) has ``kid``; ``resource`` is the API that access tokens are asked for
    (RFC 8707, HID-14). The issuer is https, or http on a loopback name. Raises ValueError for a contradiction.
    """

    issuer: str
    client_id: str
    method: ClientMethod = "private_key_jwt"
    private_jwk: Mapping[str, Any] | None = field(default=None, repr=False)
    client_secret: str | None = field(default=None, repr=False)
    scope: str = DEFAULT_SCOPE
    resource: str | None = None
    assertion_type: str = "client-authentication+jwt"
    limits: IdentityLimits = field(default_factory=IdentityLimits)

    def __post_init__(self) -> None:
        if not is_safe_url(self.issuer):
            raise ValueError("the identity provider's issuer must be https, or http on a loopback name")
        if self.method == "private_key_jwt" and self.private_jwk is None:
            raise ValueError("private_key_jwt needs private_jwk")
        if self.method == "client_secret_basic" and not self.client_secret:
            raise ValueError("client_secret_basic needs client_secret")


@dataclass(frozen=True, slots=True)
class ExpectedLogin:
    """What the gateway kept when it began a login; the answer is checked against it.

    ``authenticated_after`` demands that the user signed in after that moment (``prompt=login``, unlock);
    ``sub`` that it is this user.
    """

    state: str
    nonce: str
    verifier: str = field(repr=False)
    redirect_uri: str
    authenticated_after: datetime | None = None
    sub: str | None = None


@dataclass(slots=True)
class UpstreamLogin:
    """A finished upstream login. ``claims`` are those of the id_token, completed from userinfo."""

    sub: str
    issuer: str
    claims: Mapping[str, Any]
    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    id_token: str | None = field(repr=False)
    expires_at: datetime


def is_loopback_name(host: str | None) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host is None:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_safe_url(url: object) -> bool:
    """https anywhere, http on loopback names only; no user part, no fragment."""
    if not isinstance(url, str):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if host is None or parts.username is not None or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback_name(host))
