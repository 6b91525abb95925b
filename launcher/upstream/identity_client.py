"""How the gateway proves who it is at PAR and token calls: a new proof for each call (HID-07, HID-08)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key

from launcher.upstream.identity_discovery import ProviderMetadata
from launcher.upstream.identity_errors import RegistrationWrong
from launcher.upstream.identity_model import Clock, NewId, UpstreamIdentitySettings

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
PREFERRED: Mapping[tuple[str, str | None], tuple[str, ...]] = {
    ("RSA", None): ("PS256", "PS512", "PS384", "RS256", "RS384", "RS512"),
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA", "Ed25519"),
}
"""Algorithms per key type and curve, best first: HelseID recommends PS256 (HID-08)."""


class ClientProof:
    """Makes form members and headers that authenticate this client."""

    def __init__(self, settings: UpstreamIdentitySettings, clock: Clock, new_id: NewId) -> None:
        self._settings = settings
        self._clock = clock
        self._new_id = new_id
        self._key: Key | None = None
        if settings.method == "private_key_jwt":
            try:
                self._key = import_key(dict(settings.private_jwk or {}))
            except (JoseError, ValueError) as error:
                raise RegistrationWrong("the gateway's private key cannot be read") from error

    def for_call(self, metadata: ProviderMetadata) -> tuple[dict[str, str], dict[str, str]]:
        """Form members and headers for one call; raises RegistrationWrong when no algorithm is common."""
        settings = self._settings
        if settings.method == "none":
            return {"client_id": settings.client_id}, {}
        if settings.method == "client_secret_basic":
            pair = f"{quote_plus(settings.client_id)}:{quote_plus(settings.client_secret or '')}"
            return {}, {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        return {
            "client_id": settings.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(metadata),
        }, {}

    def _assertion(self, metadata: ProviderMetadata) -> str:
        assert self._key is not None
        algorithm = self._algorithm(metadata)
        now = int(self._clock.now().timestamp())
        header: dict[str, Any] = {"alg": algorithm, "typ": self._settings.assertion_type}
        if self._key.kid is not None:
            header["kid"] = self._key.kid
        claims = {
            "iss": self._settings.client_id,
            "sub": self._settings.client_id,
            "aud": metadata.issuer,
            "iat": now,
            "nbf": now,
            "exp": now + self._settings.limits.assertion_seconds,
            "jti": self._new_id(),
        }
        return jwt.encode(header, claims, self._key, algorithms=[algorithm])

    def _algorithm(self, metadata: ProviderMetadata) -> str:
        jwk = self._settings.private_jwk or {}
        curve = jwk.get("crv") if jwk.get("kty") != "RSA" else None
        own = PREFERRED.get((str(jwk.get("kty")), curve), ())
        named = jwk.get("alg")
        if isinstance(named, str):
            own = tuple(algorithm for algorithm in own if algorithm == named)
        offered = metadata.assertion_algorithms or own
        for algorithm in own:
            if algorithm in offered:
                return algorithm
        raise RegistrationWrong("the gateway's key fits no algorithm that the identity provider offers")
