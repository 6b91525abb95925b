"""What the provider says about itself: metadata (HID-03) and keys, cached, never hard-coded."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key

from launcher.upstream.identity_errors import ProviderMisbehaved
from launcher.upstream.identity_http import Answer, ProviderCalls
from launcher.upstream.identity_model import Clock, IdentityLimits, is_safe_url

KEY_TYPES = {
    "RS256": "RSA", "RS384": "RSA", "RS512": "RSA", "PS256": "RSA", "PS384": "RSA", "PS512": "RSA",
    "ES256": "EC", "ES384": "EC", "ES512": "EC", "EdDSA": "OKP", "Ed25519": "OKP",
}  # fmt: skip
"""Signature algorithms that are accepted at all, with the key type of each; ``none`` and HMAC are not."""


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    """The members of the discovery document that the gateway uses, checked."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    pushed_authorization_request_endpoint: str | None
    id_token_algorithms: frozenset[str]
    assertion_algorithms: tuple[str, ...]
    answers_with_issuer: bool


def read_metadata(document: Mapping[str, Any] | None, issuer: str) -> ProviderMetadata:
    """Check a discovery document (OpenID Connect Discovery 1.0, section 4.3); raises ProviderMisbehaved."""
    if document is None or document.get("issuer") != issuer:
        raise ProviderMisbehaved("the discovery document is of another issuer")

    def endpoint(name: str) -> str | None:
        value = document.get(name)
        if value is not None and not is_safe_url(value):
            raise ProviderMisbehaved(f"{name} in the discovery document is no safe URL")
        return value

    def needed(name: str) -> str:
        value = endpoint(name)
        if value is None:
            raise ProviderMisbehaved(f"{name} is missing in the discovery document")
        return value

    return ProviderMetadata(
        issuer=issuer,
        authorization_endpoint=needed("authorization_endpoint"),
        token_endpoint=needed("token_endpoint"),
        jwks_uri=needed("jwks_uri"),
        userinfo_endpoint=endpoint("userinfo_endpoint"),
        end_session_endpoint=endpoint("end_session_endpoint"),
        pushed_authorization_request_endpoint=endpoint("pushed_authorization_request_endpoint"),
        id_token_algorithms=frozenset(_names(document, "id_token_signing_alg_values_supported") or ["RS256"])
        & KEY_TYPES.keys(),
        assertion_algorithms=tuple(_names(document, "token_endpoint_auth_signing_alg_values_supported")),
        answers_with_issuer=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _names(document: Mapping[str, Any], member: str) -> list[str]:
    value = document.get(member)
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []


class ProviderDirectory:
    """Metadata and keys of one provider; each is fetched once at a time and kept for at most a day."""

    def __init__(self, issuer: str, calls: ProviderCalls, clock: Clock, limits: IdentityLimits) -> None:
        self._issuer = issuer
        self._calls = calls
        self._clock = clock
        self._limits = limits
        self._lock = asyncio.Lock()
        self._metadata: tuple[float, ProviderMetadata] | None = None
        self._keys: tuple[float, float, list[dict[str, Any]]] | None = None

    async def metadata(self) -> ProviderMetadata:
        """The provider's metadata; raises ProviderUnavailable or ProviderMisbehaved."""
        async with self._lock:
            now = self._clock.monotonic()
            if self._metadata is None or self._metadata[0] <= now:
                url = self._issuer.rstrip("/") + "/.well-known/openid-configuration"
                answer = await self._calls.get(url)
                if answer.status != 200:
                    raise ProviderMisbehaved(f"the discovery document is missing ({answer.status})")
                metadata = read_metadata(answer.body, self._issuer)
                self._metadata = (now + self._limits.metadata_seconds, metadata)
            return self._metadata[1]

    async def key(self, kid: str | None, algorithm: str) -> Key:
        """The one signing key with this ``kid`` and the type of ``algorithm``.

        An unknown ``kid`` fetches the key set again, at most once per ``keys_again_seconds``.
        Raises ProviderMisbehaved when there is no such key.
        """
        metadata = await self.metadata()
        async with self._lock:
            found = self._find(kid, algorithm)
            if found is None and self._may_fetch():
                await self._fetch_keys(metadata.jwks_uri)
                found = self._find(kid, algorithm)
        if found is None:
            raise ProviderMisbehaved("the id_token is signed with no key of the identity provider")
        try:
            return import_key(found)
        except (JoseError, ValueError) as error:
            raise ProviderMisbehaved("a key of the identity provider cannot be read") from error

    def _find(self, kid: str | None, algorithm: str) -> dict[str, Any] | None:
        if self._keys is None or self._keys[1] <= self._clock.monotonic():
            return None
        fitting = [
            key
            for key in self._keys[2]
            if key.get("kty") == KEY_TYPES[algorithm]
            and key.get("use", "sig") == "sig"
            and key.get("alg", algorithm) == algorithm
            and (kid is None or key.get("kid") == kid)
        ]
        return fitting[0] if len(fitting) == 1 else None

    def _may_fetch(self) -> bool:
        return self._keys is None or (
            self._clock.monotonic() >= self._keys[0] + self._limits.keys_again_seconds
        )

    async def _fetch_keys(self, url: str) -> None:
        answer = await self._calls.get(url)
        keys = answer.body.get("keys") if answer.body is not None and answer.status == 200 else None
        if not isinstance(keys, list):
            raise ProviderMisbehaved("the identity provider's key set cannot be read")
        now = self._clock.monotonic()
        self._keys = (now, now + self._key_life(answer), [key for key in keys if isinstance(key, dict)])

    def _key_life(self, answer: Answer) -> float:
        """No longer than the answer's own max-age (SAL-58), and no longer than a day."""
        given = re.search(r"max-age=(\d{1,9})", answer.headers.get("cache-control", ""))
        life = float(given[1]) if given else self._limits.keys_seconds
        return max(min(life, self._limits.keys_seconds), self._limits.keys_again_seconds)
