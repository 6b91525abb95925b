"""How a client proves who it is: none, secret by HTTP Basic, or a signed assertion (SAL-26, SAL-54..SAL-59)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from launcher.oauth.errors import InvalidClient, InvalidRequest
from launcher.oauth.model import ClientRegistry, RegisteredClient
from launcher.oauth.parameters import Parameters

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHM_KEY_TYPES = {"RS384": "RSA", "ES384": "EC"}
ASSERTION_LIFE = timedelta(minutes=5)
CLOCK_SKEW = timedelta(seconds=30)
LEAST_RSA_BITS = 2048
MAX_ASSERTION = 8192

RegisteredKeys = Sequence[dict[str, Any]]
"""Bare JWKs of one client."""


class UsedAssertions:
    """Remembers ``jti`` values per client until they have expired (SAL-56)."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str], datetime] = {}

    def first_use(self, client_id: str, jti: str, until: datetime, now: datetime) -> bool:
        """True the first time, and again when the earlier use has expired."""
        if self._until.get((client_id, jti), now) > now:
            return False
        self._until[client_id, jti] = until
        return True

    def forget(self, now: datetime) -> list[tuple[str, str]]:
        """Forget what has expired and say what that was: ``(client_id, jti)``."""
        expired = [key for key, end in self._until.items() if end <= now]
        for key in expired:
            del self._until[key]
        return expired


@dataclass(frozen=True, slots=True)
class Assertion:
    """A client assertion taken apart, its signature not yet checked."""

    text: str
    header: dict[str, Any]
    claims: dict[str, Any]


class ClientAuthentication:
    """Decides which registered client a request to the token, PAR, revocation or introspection endpoint is from.

    ``audiences`` are the URLs that an assertion may name; ``note_assertion`` records an accepted ``jti``.
    """

    def __init__(
        self,
        clients: ClientRegistry,
        audiences: Sequence[str],
        used: UsedAssertions,
        note_assertion: Callable[[str, str, datetime], None] = lambda client_id, jti, until: None,
    ) -> None:
        self._clients = clients
        self._audiences = frozenset(audiences)
        self._used = used
        self._note_assertion = note_assertion

    def authenticate(
        self, authorization: str | None, parameters: Parameters, now: datetime, keys: RegisteredKeys = ()
    ) -> RegisteredClient:
        """Return the client; raises ``InvalidClient`` or ``InvalidRequest`` (SAL-27).

        ``keys`` are those of the client that a client assertion names.
        """
        named = parameters.get("client_id")
        assertion = parameters.get("client_assertion")
        if authorization is not None and assertion is not None:
            raise InvalidRequest("two ways of client authentication at once")
        if authorization is not None:
            return self._by_secret(authorization, named)
        if assertion is not None:
            return self._by_assertion(assertion, parameters, named, now, keys)
        if named is None:
            raise InvalidRequest("client_id is missing")
        return self._expected(named, named, "none")

    def _expected(
        self, client_id: str, named: str | None, method: str, *, used_header: bool = False
    ) -> RegisteredClient:
        client = self._clients.find(client_id)
        if client is None or not client.usable or client.token_endpoint_auth_method != method:
            raise InvalidClient("unknown client, or another way to authenticate", used_header=used_header)
        if named is not None and named != client_id:
            raise InvalidClient("client_id names another client", used_header=used_header)
        return client

    def _by_secret(self, authorization: str, named: str | None) -> RegisteredClient:
        scheme, _, encoded = authorization.partition(" ")
        if scheme.lower() != "basic":
            raise InvalidClient("only HTTP Basic authenticates a client here", used_header=True)
        try:
            decoded = base64.b64decode(encoded.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as malformed:
            raise InvalidClient("malformed Authorization header", used_header=True) from malformed
        client_id, _, secret = decoded.partition(":")
        if self._clients.find(client_id) is None:
            client_id = unquote_plus(client_id)
        client = self._expected(client_id, named, "client_secret_basic", used_header=True)
        digest = client.secret_sha256 or ""
        if not any(_digest_matches(candidate, digest) for candidate in (secret, unquote_plus(secret))):
            raise InvalidClient("wrong client secret", used_header=True)
        return client

    def _by_assertion(
        self, text: str, parameters: Parameters, named: str | None, now: datetime, keys: RegisteredKeys
    ) -> RegisteredClient:
        if parameters.get("client_assertion_type") != ASSERTION_TYPE:
            raise InvalidClient("client_assertion_type is not the JWT bearer type")
        assertion = take_apart(text)
        subject = assertion.claims.get("sub")
        if not isinstance(subject, str) or assertion.claims.get("iss") != subject:
            raise InvalidClient("iss and sub of the assertion are not the client")
        client = self._expected(subject, named, "private_key_jwt")
        _check_signature(assertion, client, keys)
        until = self._check_claims(assertion, now)
        jti = assertion.claims.get("jti")
        if not isinstance(jti, str) or not jti:
            raise InvalidClient("the assertion has no jti")
        if not self._used.first_use(client.client_id, jti, until + CLOCK_SKEW, now):
            raise InvalidClient("the assertion has been used")
        self._note_assertion(client.client_id, jti, until + CLOCK_SKEW)
        return client

    def _check_claims(self, assertion: Assertion, now: datetime) -> datetime:
        audience = assertion.claims.get("aud")
        named = audience if isinstance(audience, list) else [audience]
        if not all(isinstance(item, str) for item in named) or not self._audiences & set(named):
            raise InvalidClient("aud of the assertion is not this endpoint")
        moments = {name: _seconds(assertion.claims.get(name)) for name in ("exp", "nbf", "iat")}
        exp, seconds, skew = moments["exp"], now.timestamp(), CLOCK_SKEW.total_seconds()
        if exp is None or exp <= seconds - skew:
            raise InvalidClient("the assertion has expired")
        if exp > seconds + ASSERTION_LIFE.total_seconds() + skew:
            raise InvalidClient("the assertion lives longer than five minutes")
        if any((begin := moments[name]) is not None and begin > seconds + skew for name in ("nbf", "iat")):
            raise InvalidClient("the assertion is from the future")
        return datetime.fromtimestamp(exp, now.tzinfo)


def take_apart(text: str) -> Assertion:
    """Header and claims of a compact JWS, unverified; raises ``InvalidClient``."""
    try:
        if len(text) > MAX_ASSERTION:
            raise ValueError("too long")
        compact = jws.extract_compact(text.encode("ascii"))
        claims = json.loads(compact.payload)
        header = dict(compact.protected)
    except (JoseError, ValueError, KeyError, TypeError, RecursionError) as malformed:
        raise InvalidClient("malformed client assertion") from malformed
    if not isinstance(claims, dict):
        raise InvalidClient("malformed client assertion")
    return Assertion(text, header, claims)


def _check_signature(assertion: Assertion, client: RegisteredClient, keys: RegisteredKeys) -> None:
    header = assertion.header
    key_type = ALGORITHM_KEY_TYPES.get(str(header.get("alg")))
    if key_type is None or header.get("typ") != "JWT" or not isinstance(header.get("kid"), str):
        raise InvalidClient("alg, typ or kid of the assertion is not accepted")
    if "jku" in header and header["jku"] != client.jwks_uri:
        raise InvalidClient("jku is not the registered key address")
    fitting = [key for key in keys if key.get("kid") == header["kid"] and key.get("kty") == key_type]
    if len(fitting) != 1:
        raise InvalidClient("not exactly one registered key fits kid and alg")
    public = {
        name: value for name, value in fitting[0].items() if name in ("kty", "kid", "n", "e", "crv", "x", "y")
    }
    if key_type == "RSA" and _bits(public.get("n")) < LEAST_RSA_BITS:
        raise InvalidClient(f"the registered RSA key has fewer than {LEAST_RSA_BITS} bits")
    try:
        key = RSAKey.import_key(public) if key_type == "RSA" else ECKey.import_key(public)
        jws.deserialize_compact(assertion.text, key, algorithms=[str(header["alg"])])
    except (JoseError, ValueError, TypeError, KeyError) as wrong:
        raise InvalidClient("the signature of the assertion does not fit") from wrong


def _bits(modulus: object) -> int:
    """Length of the modulus of an RSA key in a JWK (RFC 7518 6.3.1.1); 0 for what is none."""
    try:
        number = base64.urlsafe_b64decode(str(modulus) + "=" * (-len(str(modulus)) % 4))
    except (binascii.Error, ValueError):
        return 0
    return int.from_bytes(number, "big").bit_length()


def _digest_matches(secret: str, digest: str) -> bool:
    return hmac.compare_digest(hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest(), digest)


def _seconds(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        raise InvalidClient("a time in the assertion is not a number")
    return float(value)
