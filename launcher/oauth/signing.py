"""The gateway's own signatures: RS256 for access tokens and id_tokens (SAL-44, NAV-07)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

ALGORITHM = "RS256"
KEY_BITS = 2048


class SigningKeys:
    """Private keys, the newest first; the newest signs, all verify."""

    def __init__(self, keys: Iterable[RSAKey]) -> None:
        self._keys = list(keys)
        if not self._keys:
            raise ValueError("at least one signing key is needed")
        self._set = KeySet(list(self._keys))

    def sign(self, claims: dict[str, Any], typ: str) -> str:
        """A compact JWS over ``claims`` with ``typ`` ("at+jwt" or "JWT") and the key's id in its header."""
        newest = self._keys[0]
        return jwt.encode({"alg": ALGORITHM, "typ": typ, "kid": newest.kid}, claims, newest)

    def verified_claims(self, token: str, typ: str) -> dict[str, Any] | None:
        """The claims of a token that one of these keys signed with this ``typ``; times are not checked."""
        try:
            decoded = jwt.decode(token, self._set, algorithms=[ALGORITHM])
        except (JoseError, ValueError, TypeError):
            return None
        return dict(decoded.claims) if decoded.header.get("typ") == typ else None

    def public_keys(self) -> dict[str, Any]:
        """The JWK set that apps verify with (SAL-10): bare keys, no private part."""
        return {"keys": [key.as_dict(private=False) | {"use": "sig", "alg": ALGORITHM} for key in self._keys]}


def new_signing_key(kid: str) -> RSAKey:
    """A fresh RSA key with the id ``kid``."""
    return RSAKey.generate_key(KEY_BITS, parameters={"kid": kid}, private=True)


def stored_key(key: RSAKey) -> bytes:
    """The private key as JSON, for a sealed record."""
    return json.dumps(key.as_dict(private=True)).encode()


def restored_key(stored: bytes) -> RSAKey:
    """The key of :func:`stored_key`."""
    return RSAKey.import_key(json.loads(stored))
