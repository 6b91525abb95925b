"""The provider's signing key: RS256, one key, made at start unless one is given."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

ALGORITHM = "RS256"
KEY_BITS = 2048
PUBLIC_MEMBERS = ("kty", "n", "e")


class SigningKey:
    """Signs and re-reads the provider's own tokens; the private part never leaves this object."""

    def __init__(self, private_jwk: Mapping[str, Any] | None = None) -> None:
        if private_jwk is None:
            private_jwk = RSAKey.generate_key(KEY_BITS, private=True).as_dict(private=True)
        self._private = dict(private_jwk)
        self._public = {name: self._private[name] for name in PUBLIC_MEMBERS}
        self.kid = RSAKey.import_key(self._public).thumbprint()

    @cached_property
    def _key(self) -> RSAKey:
        """Read when first used: its numbers are checked, which takes tens of milliseconds."""
        return RSAKey.import_key(self._private)

    def public_jwks(self) -> dict[str, Any]:
        """The JSON Web Key Set that the ``jwks_uri`` serves (RFC 7517 section 5)."""
        return {"keys": [{**self._public, "kid": self.kid, "use": "sig", "alg": ALGORITHM}]}

    def sign(self, claims: Mapping[str, Any], token_type: str) -> str:
        """A compact JWS over ``claims``; ``token_type`` is its ``typ`` (``JWT``, ``at+jwt``)."""
        header = {"alg": ALGORITHM, "kid": self.kid, "typ": token_type}
        return jwt.encode(header, dict(claims), self._key, algorithms=[ALGORITHM])

    def read(self, token: str, token_type: str) -> dict[str, Any] | None:
        """The claims of a token that this key signed as ``token_type``, expired or not; None for any other."""
        try:
            decoded = jwt.decode(token, self._key, algorithms=[ALGORITHM])
        except (JoseError, ValueError):
            return None
        return dict(decoded.claims) if decoded.header.get("typ") == token_type else None
