"""The gateway's own signatures: RS256 for access tokens and id_tokens (SAL-44, NAV-07)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cached_property
from threading import Lock
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

ALGORITHM = "RS256"
KEY_BITS = 2048


class SigningKeys:
    """Private keys, the newest first; the newest signs, all verify.

    Without ``keys`` the first one comes from ``make``, when it is needed or ``prepare`` is called: making one takes
    longer than everything else before a sign-in page.
    """

    def __init__(self, keys: Iterable[RSAKey], make: Callable[[], RSAKey] | None = None) -> None:
        self._keys = list(keys)
        self._make = make
        self._making = Lock()
        if not self._keys and make is None:
            raise ValueError("at least one signing key is needed")

    def prepare(self) -> None:
        """Have a key; from any thread."""
        with self._making:
            if not self._keys and self._make is not None:
                self._keys = [self._make()]

    @cached_property
    def _set(self) -> KeySet:
        self.prepare()
        return KeySet(list(self._keys))

    def sign(self, claims: dict[str, Any], typ: str) -> str:
        """A compact JWS over ``claims`` with ``typ`` ("at+jwt" or "JWT") and the key's id in its header."""
        self.prepare()
        newest = self._keys[0]
        return jwt.encode({"alg": ALGORITHM, "typ": typ, "kid": newest.kid}, claims, newest)

    def verified_claims(self, token: str, typ: str) -> dict[str, Any] | None:
        """The claims of a token that one of these keys signed with this ``typ``; times are not checked."""
        if not self._keys:
            return None  # nothing has been signed yet
        try:
            decoded = jwt.decode(token, self._set, algorithms=[ALGORITHM])
        except (JoseError, ValueError, TypeError, RecursionError):
            return None
        return dict(decoded.claims) if decoded.header.get("typ") == typ else None

    def public_keys(self) -> dict[str, Any]:
        """The JWK set that apps verify with (SAL-10): bare keys, no private part."""
        self.prepare()
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
