"""Makes id_tokens, access tokens and userinfo answers (OIDC Core 2, RFC 9068, HID-15)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import Any

from launcher.sandbox.identity.keys import SigningKey
from launcher.sandbox.identity.model import Authentication, Clock, DemoUser, NewId, ProviderLimits
from launcher.sandbox.identity.requests import SCOPES

AUTHENTICATION_METHODS = ["pwd"]


def user_claims(user: DemoUser) -> dict[str, Any]:
    """Every claim that this provider knows about a user; no HPR number for people outside the register."""
    claims: dict[str, Any] = {
        "sub": user.sub,
        "name": user.name,
        "given_name": user.given_name,
        "family_name": user.family_name,
        "helseid://claims/identity/security_level": "4",
        "helseid://claims/identity/assurance_level": "high",
        "helseid://claims/identity/network": "internett",
    }
    if user.hpr_number is not None:
        claims["helseid://claims/hpr/hpr_number"] = user.hpr_number
    return claims


def claims_for(user: DemoUser, scopes: Iterable[str]) -> dict[str, Any]:
    """The claims that these scopes give (the client's scopes decide what an id_token holds, HID-15)."""
    known = user_claims(user)
    names = {name for scope in scopes for name in SCOPES.get(scope, ())}
    return {name: value for name, value in known.items() if name in names}


class TokenMaker:
    """Signs tokens for one provider; lives in seconds come from the limits."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        keys: SigningKey,
        clock: Clock,
        new_id: NewId,
        limits: ProviderLimits,
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = keys
        self._clock = clock
        self._new_id = new_id
        self._limits = limits

    def access_token(self, client_id: str, authentication: Authentication, scopes: Iterable[str]) -> str:
        """An ``at+jwt`` for the FHIR server: the API decides its claims, so it holds all of the user's."""
        about = {**user_claims(authentication.user), **self._authentication_claims(authentication)}
        return self._access_token(about, client_id, scopes)

    def own_access_token(self, client_id: str) -> str:
        """An access token of a client that acts for itself; its subject is the client (RFC 9068 section 2.2)."""
        return self._access_token({"sub": client_id}, client_id, ())

    def _access_token(self, about: dict[str, Any], client_id: str, scopes: Iterable[str]) -> str:
        now = int(self._clock.now().timestamp())
        return self._keys.sign(
            {
                **about,
                "iss": self._issuer,
                "aud": self._audience,
                "client_id": client_id,
                "scope": " ".join(scopes),
                "iat": now,
                "exp": now + self._limits.access_token_seconds,
                "jti": self._new_id(),
            },
            "at+jwt",
        )

    def id_token(
        self,
        client_id: str,
        authentication: Authentication,
        scopes: Iterable[str],
        nonce: str | None,
        access_token: str,
    ) -> str:
        """An id_token for one client, bound to its access token by ``at_hash`` (OIDC Core 3.1.3.6)."""
        now = int(self._clock.now().timestamp())
        claims = {
            **claims_for(authentication.user, scopes),
            **self._authentication_claims(authentication),
            "iss": self._issuer,
            "aud": client_id,
            "azp": client_id,
            "iat": now,
            "exp": now + self._limits.id_token_seconds,
            "at_hash": _half_hash(access_token),
        }
        if nonce is not None:
            claims["nonce"] = nonce
        return self._keys.sign(claims, "JWT")

    def read_access_token(self, token: str) -> dict[str, Any] | None:
        """The claims of a living access token of this provider, else None."""
        claims = self._keys.read(token, "at+jwt")
        if claims is None or claims.get("iss") != self._issuer:
            return None
        return claims if claims["exp"] > self._clock.now().timestamp() else None

    def _authentication_claims(self, authentication: Authentication) -> dict[str, Any]:
        return {
            "sid": authentication.sid,
            "auth_time": int(authentication.authenticated_at.timestamp()),
            "amr": AUTHENTICATION_METHODS,
        }


def _half_hash(token: str) -> str:
    digest = hashlib.sha256(token.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
