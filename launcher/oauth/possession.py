"""Proof of possession of a key, DPoP (RFC 9449): one signed proof for one request, checked and used once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from launcher.oauth.errors import OAuthError

PROOF_KEY_TYPES = {
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "RS256": ("RSA", ""),
    "PS256": ("RSA", ""),
}
"""Accepted algorithms, and the kind and curve of their keys."""

PROOF_ALGORITHMS = tuple(PROOF_KEY_TYPES)
PUBLIC_MEMBERS = {"EC": ("kty", "crv", "x", "y"), "RSA": ("kty", "n", "e")}
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
MAX_PROOF = 4096
MAX_JTI = 256
LEAST_RSA_BITS = 2048
OLDEST = timedelta(seconds=60)
AHEAD = timedelta(seconds=10)
REMEMBERED = 100_000


class ProofRegistry(jws.JWSRegistry):
    """The headers of proofs: they hold a whole key."""

    max_header_length = 2048


class InvalidProof(OAuthError):
    """Caller: the proof is missing, malformed, for another request, too old or used (RFC 9449 5)."""

    code = "invalid_dpop_proof"


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof whose signature and request were checked; ``thumbprint`` is the RFC 7638 SHA-256 of its key."""

    thumbprint: str
    jti: str
    issued_at: datetime


def checked_proof(
    text: str, *, method: str, url: str, now: datetime, access_token: str | None = None
) -> Proof:
    """Check a proof for one request (RFC 9449 4.3).

    ``url`` is the request's own without query; with ``access_token`` the proof must be made for it (``ath``).
    Raises :class:`InvalidProof`. That it is used once is :class:`UsedProofs`' matter.
    """
    header, claims = _taken_apart(text)
    key = _key(header)
    try:
        jws.deserialize_compact(text, key, registry=ProofRegistry(algorithms=[str(header["alg"])]))
    except (JoseError, ValueError, TypeError) as wrong:
        raise InvalidProof("the signature of the proof does not fit its key") from wrong
    if claims.get("htm") != method:
        raise InvalidProof("the proof is for another method")
    if not isinstance(claims.get("htu"), str) or _normal(claims["htu"]) != _normal(url):
        raise InvalidProof("the proof is for another address")
    if access_token is not None and not _made_for(claims.get("ath"), access_token):
        raise InvalidProof("the proof is for another access token")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI:
        raise InvalidProof("the proof has no jti")
    return Proof(key.thumbprint(), jti, _issued_at(claims.get("iat"), now))


class UsedProofs:
    """Remembers which proofs were used, as long as they would count; none from before ``began`` counts.

    A gateway that was started anew has forgotten: what was made before its start may have been used. A proof from a
    clock that is ahead would outlive that rule, so ``note`` records it for the next life; with ``None`` it is over.
    """

    def __init__(
        self,
        began: datetime,
        capacity: int = REMEMBERED,
        note: Callable[[str, datetime | None], None] = lambda digest, until: None,
    ) -> None:
        self._began = began.replace(microsecond=0)
        self._capacity = capacity
        self._note = note
        self._until: dict[bytes, datetime] = {}
        self._noted: set[bytes] = set()

    def restore(self, noted: Mapping[str, datetime]) -> None:
        """Take over what an earlier life noted."""
        for digest, until in sorted(noted.items(), key=lambda item: item[1]):
            self._until[bytes.fromhex(digest)] = until
            self._noted.add(bytes.fromhex(digest))

    def use(self, proof: Proof, now: datetime) -> None:
        """Use a proof; raises :class:`InvalidProof` when it was used, or cannot be remembered."""
        if proof.issued_at < self._began:
            raise InvalidProof("the proof is too old")
        self._forget(now)
        digest = hashlib.sha256(f"{proof.thumbprint} {proof.jti}".encode("utf-8", "surrogatepass")).digest()
        if digest in self._until:
            raise InvalidProof("the proof was used")
        if len(self._until) >= self._capacity:
            raise InvalidProof("too many proofs at a time")
        self._until[digest] = now + OLDEST + AHEAD
        if proof.issued_at > now:
            self._noted.add(digest)
            self._note(digest.hex(), self._until[digest])

    def _forget(self, now: datetime) -> None:
        while self._until:
            oldest = next(iter(self._until))
            if self._until[oldest] > now:
                return
            del self._until[oldest]
            if oldest in self._noted:
                self._noted.remove(oldest)
                self._note(oldest.hex(), None)


def _taken_apart(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        if len(text) > MAX_PROOF:
            raise ValueError("too long")
        compact = jws.extract_compact(text.encode("ascii"), registry=ProofRegistry())
        header, claims = dict(compact.protected), json.loads(compact.payload)
    except (JoseError, ValueError, KeyError, TypeError, RecursionError) as malformed:
        raise InvalidProof("the proof is malformed") from malformed
    if not isinstance(claims, dict) or header.get("typ") != "dpop+jwt":
        raise InvalidProof("the proof is not of the type dpop+jwt")
    return header, claims


def _key(header: dict[str, Any]) -> RSAKey | ECKey:
    kind, curve = PROOF_KEY_TYPES.get(str(header.get("alg")), ("", ""))
    jwk = header.get("jwk")
    if not kind or not isinstance(jwk, dict) or jwk.get("kty") != kind or jwk.get("crv", "") != curve:
        raise InvalidProof("alg and key of the proof are not accepted")
    if PRIVATE_MEMBERS & jwk.keys():
        raise InvalidProof("the proof holds a private key")
    if kind == "RSA" and len(str(jwk.get("n", ""))) * 6 < LEAST_RSA_BITS:
        raise InvalidProof("the key of the proof is too short")
    public = {name: jwk[name] for name in PUBLIC_MEMBERS[kind] if name in jwk}
    try:
        if kind == "EC":
            return ECKey.import_key(public)
        key = RSAKey.import_key(public)
    except (JoseError, ValueError, TypeError, KeyError) as malformed:
        raise InvalidProof("the key of the proof is malformed") from malformed
    if key.raw_value.key_size < LEAST_RSA_BITS:
        raise InvalidProof("the key of the proof is too short")
    return key


def _normal(uri: str) -> str:
    """The URI without query and fragment; scheme and host in lower case, the scheme's own port left out."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}.get(parts.scheme.lower())
    netloc = host if port in (None, usual) else f"{host}:{port}"
    return urlunsplit((parts.scheme.lower(), netloc, parts.path or "/", "", ""))


def _made_for(ath: object, access_token: str) -> bool:
    digest = hashlib.sha256(access_token.encode("utf-8", "surrogateescape")).digest()
    expected = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return isinstance(ath, str) and hmac.compare_digest(
        ath.encode("utf-8", "surrogatepass"), expected.encode()
    )


def _issued_at(iat: object, now: datetime) -> datetime:
    if isinstance(iat, bool) or not isinstance(iat, int | float) or not 0 < iat < 1e11:
        raise InvalidProof("the proof does not say when it was made")
    issued_at = datetime.fromtimestamp(iat, now.tzinfo)
    if not now - OLDEST <= issued_at <= now + AHEAD:
        raise InvalidProof("the proof is too old, or from the future")
    return issued_at
