"""Client authentication at the token and PAR endpoints: private_key_jwt as HelseID asks (HID-07), Basic, public."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key

from launcher.sandbox.identity.errors import ProtocolError, invalid_client
from launcher.sandbox.identity.model import Clock, ProviderClient, ProviderLimits
from launcher.sandbox.identity.store import ProviderStore

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
KEY_TYPES = {
    "PS256": "RSA", "PS384": "RSA", "PS512": "RSA", "ES256": "EC", "ES384": "EC", "ES512": "EC",
}  # fmt: skip
"""Signature algorithms of client assertions and the key type each needs (HID-08: RS256 is not in the list)."""
HEADER_TYPES = frozenset({None, "JWT", "client-authentication+jwt"})


class ClientAuthentication:
    """Finds the client behind a request; a client may use its registered method and no other."""

    def __init__(
        self,
        clients: tuple[ProviderClient, ...],
        issuer: str,
        store: ProviderStore,
        clock: Clock,
        limits: ProviderLimits,
    ) -> None:
        self._clients = {client.client_id: client for client in clients}
        self._issuer = issuer
        self._store = store
        self._clock = clock
        self._limits = limits

    def find(self, client_id: str | None) -> ProviderClient | None:
        """The registered client of that id."""
        return self._clients.get(client_id or "")

    def authenticate(self, authorization: str | None, form: Mapping[str, str]) -> ProviderClient:
        """The client that makes this call.

        Raises ProtocolError ``invalid_client`` (401), or ``invalid_request`` when two methods are mixed
        (RFC 6749 section 2.3).
        """
        if "client_secret" in form:
            raise invalid_client("client_secret_post is not supported")
        if authorization and "client_assertion" in form:
            raise ProtocolError("invalid_request", "one method of client authentication per request")
        if authorization:
            client = self._by_basic(authorization)
        elif "client_assertion" in form or "client_assertion_type" in form:
            client = self._by_assertion(form)
        else:
            client = self._public(form)
        if form.get("client_id", client.client_id) != client.client_id:
            raise invalid_client("client_id names another client")
        return client

    def _public(self, form: Mapping[str, str]) -> ProviderClient:
        client = self.find(form.get("client_id"))
        if client is None or client.token_endpoint_auth_method != "none":
            raise invalid_client("the client has not authenticated")
        return client

    def _by_basic(self, authorization: str) -> ProviderClient:
        scheme, _, encoded = authorization.partition(" ")
        try:
            decoded = base64.b64decode(encoded, validate=True).decode("utf-8")
        except (binascii.Error, ValueError) as error:
            raise invalid_client("the Basic credentials cannot be read", basic=True) from error
        client_id, colon, secret = decoded.partition(":")
        client = self.find(unquote_plus(client_id))
        if scheme.lower() != "basic" or not colon or client is None or client.client_secret is None:
            raise invalid_client("the client is unknown or its secret is wrong", basic=True)
        known = client.client_secret.encode()
        right = hmac.compare_digest(unquote_plus(secret).encode(), known)
        if not right or client.token_endpoint_auth_method != "client_secret_basic":
            raise invalid_client("the client is unknown or its secret is wrong", basic=True)
        return client

    def _by_assertion(self, form: Mapping[str, str]) -> ProviderClient:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise invalid_client("client_assertion_type is not jwt-bearer")
        assertion = form.get("client_assertion", "")
        header, claimed = _peek(assertion)
        client = self.find(claimed.get("sub") if isinstance(claimed.get("sub"), str) else None)
        if client is None or client.token_endpoint_auth_method != "private_key_jwt":
            raise invalid_client("the assertion is of no client that may use one")
        algorithm = header.get("alg")
        if algorithm not in KEY_TYPES or header.get("typ") not in HEADER_TYPES:
            raise invalid_client("the assertion's alg or typ is not accepted")
        key = _choose_key(client, header.get("kid"), algorithm)
        try:
            claims = jwt.decode(assertion, key, algorithms=[algorithm]).claims
        except (JoseError, ValueError) as error:
            raise invalid_client("the assertion's signature does not fit") from error
        self._check_claims(client, claims)
        return client

    def _check_claims(self, client: ProviderClient, claims: Mapping[str, Any]) -> None:
        now = self._clock.now().timestamp()
        skew = self._limits.clock_skew_seconds
        if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
            raise invalid_client("iss and sub of the assertion must be the client_id")
        if claims.get("aud") != self._issuer and claims.get("aud") != [self._issuer]:
            raise invalid_client("aud of the assertion must be the issuer and nothing else")
        expires, issued, starts = (_time(claims, name) for name in ("exp", "iat", "nbf"))
        if expires <= now - skew or expires > now + self._limits.assertion_seconds + skew:
            raise invalid_client("the assertion has expired or lives too long")
        if issued > now + skew or starts > now + skew:
            raise invalid_client("the assertion is not valid yet")
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 8 <= len(jti) <= 256:
            raise invalid_client("jti of the assertion is missing")
        life = expires - now + 2 * skew
        if not self._store.assertions.add(f"{client.client_id} {jti}", True, seconds=life):
            raise invalid_client("the assertion has been used before")


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name, 0 if name == "nbf" else None)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise invalid_client(f"{name} of the assertion is missing or no number")
    return float(value)


def _peek(assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
    parts = assertion.split(".")
    if len(parts) != 3:
        raise invalid_client("the assertion is no JWT")
    try:
        header, claims = (
            json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts[:2]
        )
    except (binascii.Error, ValueError) as error:
        raise invalid_client("the assertion is no JWT") from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise invalid_client("the assertion is no JWT")
    return header, claims


def _choose_key(client: ProviderClient, kid: Any, algorithm: str) -> Key:
    """The one registered key with this ``kid`` and the type that ``algorithm`` needs (SAL-57)."""
    keys = [key for key in (client.jwks or {}).get("keys", []) if key.get("kty") == KEY_TYPES[algorithm]]
    if kid is not None:
        keys = [key for key in keys if key.get("kid") == kid]
    if len(keys) != 1:
        raise invalid_client("no single registered key fits the assertion's kid and alg")
    try:
        return import_key(keys[0])
    except (JoseError, ValueError) as error:
        raise invalid_client("the registered key cannot be read") from error
