"""What stands in the tokens that the gateway gives (RFC 9068, SAL-44, SAL-45)."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from launcher.oauth.model import Grant, UserSession

GRANT_SEPARATOR = "."


def access_token_claims(
    grant: Grant,
    subject: str,
    scopes: Sequence[str],
    *,
    issuer: str,
    audience: str,
    token_id: str,
    now: datetime,
    life: timedelta,
    key: str | None = None,
) -> dict[str, Any]:
    """Claims of an ``at+jwt``; ``key`` is the thumbprint that it is bound to (RFC 9449 6.1).

    Its ``jti`` begins with the grant's id, which is how the grant is found again.
    """
    issued = int(now.timestamp())
    bound = {"cnf": {"jkt": key}} if key is not None else {}
    return {
        **bound,
        "iss": issuer,
        "aud": audience,
        "sub": subject,
        "client_id": grant.client_id,
        "iat": issued,
        "exp": issued + int(life.total_seconds()),
        "jti": f"{grant.grant_id}{GRANT_SEPARATOR}{token_id}",
        "scope": " ".join(scopes),
    }


def grant_of(jti: object) -> str:
    """The grant id inside a ``jti`` of ours; empty for anything else."""
    return jti.partition(GRANT_SEPARATOR)[0] if isinstance(jti, str) else ""


def id_token_claims(
    grant: Grant, session: UserSession, *, issuer: str, now: datetime, life: timedelta
) -> dict[str, Any]:
    """Claims of an id_token; ``fhirUser`` is relative (NAV-09) and only there when it was granted."""
    issued = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": grant.client_id,
        "sub": session.sub,
        "iat": issued,
        "exp": issued + int(life.total_seconds()),
        "auth_time": int(session.authenticated_at.timestamp()),
        "sid": session.sid,
    }
    if grant.nonce is not None:
        claims["nonce"] = grant.nonce
    if "fhirUser" in grant.scopes and session.fhir_user is not None:
        claims["fhirUser"] = session.fhir_user
    if "profile" in grant.scopes:
        claims["name"] = session.name
    return claims


def unverified_client(authorization_header: str | None) -> str | None:
    """The ``client_id`` that a bearer token claims; its signature is not checked, so it proves nothing.

    Enough to decide whether a web page may read an answer: the answer itself comes only for a verified token.
    """
    scheme, _, token = (authorization_header or "").partition(" ")
    parts = token.strip().split(".")
    if scheme.lower() not in ("bearer", "dpop") or len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    client_id = claims.get("client_id") if isinstance(claims, dict) else None
    return client_id if isinstance(client_id, str) else None
