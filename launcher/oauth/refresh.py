"""Rotation of refresh tokens (SAL-48, SAL-50) with the one exception for a repeated request.

A token is ``{family}.{secret}``. Of a family exactly one token is current. A rotated one that comes again within
ten seconds, from the same authenticated client, asking for the same scope, while its successor is unused, gets
the identical answer: the client never saw the first. Any other return of a spent token ends the whole grant.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Decision = Literal["rotate", "repeat", "expired", "reuse", "foreign"]


@dataclass(slots=True)
class RefreshFamily:
    """All refresh tokens that one grant ever had."""

    family: str
    grant_id: str
    client_id: str
    current_sha256: str
    expires_at: datetime
    previous_sha256: str | None = None
    previous_scope: str | None = None
    rotated_at: datetime | None = None
    answer: str | None = None


def fingerprint(token: str) -> str:
    """SHA-256 of a token, hexadecimal; what is kept instead of the token."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def family_of(token: str) -> str:
    """The family part of a refresh token; empty for a string that is none."""
    family, dot, secret = token.partition(".")
    return family if dot and secret else ""


def decide(
    family: RefreshFamily, token: str, client_id: str, scope: str | None, now: datetime, window: timedelta
) -> Decision:
    """What is to be done with ``token`` of this family, presented by an authenticated client."""
    if client_id != family.client_id:
        return "foreign"
    presented = fingerprint(token)
    if hmac.compare_digest(presented, family.current_sha256):
        return "rotate" if now < family.expires_at else "expired"
    repeated = (
        family.previous_sha256 is not None
        and family.rotated_at is not None
        and family.answer is not None
        and hmac.compare_digest(presented, family.previous_sha256)
        and now - family.rotated_at <= window
        and scope == family.previous_scope
    )
    return "repeat" if repeated else "reuse"


def rotate(
    family: RefreshFamily, successor: str, scope: str | None, now: datetime, life: timedelta, answer: str
) -> None:
    """Make ``successor`` the current token and keep ``answer`` for a repetition."""
    family.previous_sha256 = family.current_sha256
    family.previous_scope = scope
    family.current_sha256 = fingerprint(successor)
    family.rotated_at = now
    family.answer = answer
    family.expires_at = now + life
