"""Proof key for code exchange, S256 only (RFC 7636, SAL-16)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def challenge_is_well_formed(challenge: str) -> bool:
    """True for the 43 base64url characters of a SHA-256."""
    return CHALLENGE.fullmatch(challenge) is not None


def verifier_matches(verifier: str | None, challenge: str) -> bool:
    """True when ``verifier`` is well formed and its S256 transform is ``challenge``."""
    if verifier is None or VERIFIER.fullmatch(verifier) is None:
        return False
    return hmac.compare_digest(s256(verifier), challenge)


def s256(verifier: str) -> str:
    """The S256 challenge of a verifier."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
