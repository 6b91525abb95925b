"""What the sandbox's FHIR server asks of a bearer token (RFC 9068 section 4)."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from launcher.sandbox.identity.errors import IdentityProviderError
from launcher.sandbox.identity.model import Clock

ALGORITHMS = ["RS256", "PS256", "ES256"]
REMEMBERED = 256

PublicKeys = Mapping[str, Any] | Callable[[], Mapping[str, Any]]


class AccessRefused(IdentityProviderError):
    """The bearer token is missing or not good; ``reason`` may be shown, it holds nothing of the token."""

    status = 401

    def __init__(self, reason: str, *, missing: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.www_authenticate = (
            "Bearer" if missing else f'Bearer error="invalid_token", error_description="{reason}"'
        )


class UpstreamTokenCheck:
    """Verifies ``Authorization: Bearer`` against one issuer and one audience.

    ``public_jwks`` is a key set, or a function that gives it when a token is first seen. Good tokens are
    remembered by hash until they expire, so a busy client costs one signature.
    """

    def __init__(self, public_jwks: PublicKeys, issuer: str, audience: str, clock: Clock) -> None:
        self._public_jwks = public_jwks
        self._keys: KeySet | None = None
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._good: OrderedDict[bytes, tuple[float, Mapping[str, Any]]] = OrderedDict()

    def verify(self, header: str | None) -> Mapping[str, Any]:
        """The claims of the good token that the header holds; raises AccessRefused (401 with ``www_authenticate``)."""
        if not header:
            raise AccessRefused("no bearer token", missing=True)
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise AccessRefused("no bearer token", missing=True)
        digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        now = self._clock.now().timestamp()
        known = self._good.get(digest)
        if known is not None and known[0] > now:
            return known[1]
        claims = self._verified(token, now)
        self._good[digest] = (float(claims["exp"]), claims)
        while len(self._good) > REMEMBERED:
            self._good.popitem(last=False)
        return claims

    def _verified(self, token: str, now: float) -> Mapping[str, Any]:
        try:
            decoded = jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)
        except (JoseError, ValueError) as error:
            raise AccessRefused("the token is not of the identity provider") from error
        claims = decoded.claims
        if decoded.header.get("typ") not in ("at+jwt", "application/at+jwt"):
            raise AccessRefused("the token is no access token")
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != self._issuer or self._audience not in audiences:
            raise AccessRefused("the token is for another server")
        expires = claims.get("exp")
        if not isinstance(expires, int | float) or expires <= now:
            raise AccessRefused("the token has expired")
        return claims

    def _key_set(self) -> KeySet:
        if self._keys is None:
            keys = self._public_jwks() if callable(self._public_jwks) else self._public_jwks
            self._keys = KeySet.import_key_set({"keys": [dict(key) for key in keys["keys"]]})
        return self._keys
