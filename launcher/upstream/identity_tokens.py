"""Checks an id_token (OIDC Core 3.1.3.7 and 12.2): signature, issuer, audience, times, nonce, at_hash."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from launcher.upstream.identity_discovery import KEY_TYPES, ProviderDirectory
from launcher.upstream.identity_errors import LoginMismatch, ProviderMisbehaved
from launcher.upstream.identity_model import Clock, IdentityLimits


@dataclass(frozen=True, slots=True)
class IdTokenExpectation:
    """What this id_token must say; ``nonce`` None: not checked (an id_token from a refresh)."""

    nonce: str | None
    sub: str | None
    access_token: str | None
    authenticated_after: datetime | None = None


class IdTokenCheck:
    """Checks id_tokens of one provider for one client."""

    def __init__(
        self, client_id: str, directory: ProviderDirectory, clock: Clock, limits: IdentityLimits
    ) -> None:
        self._client_id = client_id
        self._directory = directory
        self._clock = clock
        self._limits = limits

    async def claims(self, token: object, expected: IdTokenExpectation) -> dict[str, Any]:
        """The claims of a good id_token.

        Raises ProviderMisbehaved (not of this provider, not for this client, expired) or LoginMismatch (of
        another login or user).
        """
        if not isinstance(token, str) or len(token) > self._limits.id_token_characters:
            raise ProviderMisbehaved("the id_token is missing or too large")
        header = _header(token)
        algorithm = header.get("alg")
        metadata = await self._directory.metadata()
        if not isinstance(algorithm, str) or algorithm not in metadata.id_token_algorithms:
            raise ProviderMisbehaved("the id_token is signed with an algorithm that is not accepted")
        kid = header.get("kid")
        key = await self._directory.key(kid if isinstance(kid, str) else None, algorithm)
        try:
            claims = jwt.decode(token, key, algorithms=[algorithm]).claims
        except (JoseError, ValueError) as error:
            raise ProviderMisbehaved("the id_token's signature does not fit") from error
        self._check_receiver(claims, metadata.issuer)
        self._check_times(claims, expected)
        self._check_login(claims, expected, algorithm)
        return dict(claims)

    def _check_receiver(self, claims: Mapping[str, Any], issuer: str) -> None:
        if claims.get("iss") != issuer:
            raise ProviderMisbehaved("the id_token is of another issuer")
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if self._client_id not in audiences:
            raise ProviderMisbehaved("the id_token is for another client")
        authorized = claims.get("azp")
        if authorized is not None and authorized != self._client_id:
            raise ProviderMisbehaved("the id_token was made for another client")
        if len(audiences) > 1 and authorized is None:
            raise ProviderMisbehaved("the id_token has several audiences and no azp")

    def _check_times(self, claims: Mapping[str, Any], expected: IdTokenExpectation) -> None:
        now = self._clock.now().timestamp()
        skew = self._limits.clock_skew_seconds
        expires, issued = _time(claims, "exp"), _time(claims, "iat")
        if expires <= now - skew:
            raise ProviderMisbehaved("the id_token has expired")
        if issued > now + skew or issued < now - self._limits.id_token_age_seconds:
            raise ProviderMisbehaved("the id_token was not made just now")
        if claims.get("nbf") is not None and _time(claims, "nbf") > now + skew:
            raise ProviderMisbehaved("the id_token is not valid yet")
        if expected.authenticated_after is not None:
            if "auth_time" not in claims:
                raise ProviderMisbehaved("the id_token does not say when the user signed in")
            if _time(claims, "auth_time") < int(expected.authenticated_after.timestamp()):
                raise LoginMismatch("the user did not sign in again")

    def _check_login(self, claims: Mapping[str, Any], expected: IdTokenExpectation, algorithm: str) -> None:
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise ProviderMisbehaved("the id_token names no user")
        if expected.sub is not None and subject != expected.sub:
            raise LoginMismatch("the id_token is of another user")
        if expected.nonce is not None and not _same(claims.get("nonce"), expected.nonce):
            raise LoginMismatch("the id_token is of another login")
        half_hash = claims.get("at_hash")
        if half_hash is not None and expected.access_token is not None:
            made = access_token_hash(expected.access_token, algorithm)
            if not _same(half_hash, made):
                raise ProviderMisbehaved("the id_token is of another access token")


def access_token_hash(access_token: str, algorithm: str) -> str:
    """``at_hash``: the left half of the token's hash, base64url (OIDC Core 3.1.3.6)."""
    size = "512" if KEY_TYPES[algorithm] == "OKP" else algorithm[2:]
    digest = hashlib.new(f"sha{size}", access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _same(given: object, wanted: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode(), wanted.encode())


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ProviderMisbehaved(f"{name} of the id_token is missing or no number")
    return float(value)


def _header(token: str) -> dict[str, Any]:
    first = token.split(".", 1)[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except ValueError as error:
        raise ProviderMisbehaved("the id_token is no JWT") from error
    if not isinstance(header, dict) or token.count(".") != 2:
        raise ProviderMisbehaved("the id_token is no JWT")
    return header
