"""Who may do what on which topic, decided before the hub is asked (FC-04, DESIGN section 4)."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any

from context.scopes import FhircastScopes, fhircast_scopes
from launcher.oauth.model import Grant
from launcher.server.errors import GatewayError
from launcher.server.hub.ports import AccessTokens, TopicDirectory


class HubRefusal(GatewayError):
    """Caller: the hub answers ``status`` with ``reason`` as plain text (FC-07)."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class HubAccess:
    """Grants and their topics: a grant is bound to one, the shell may use all of its session's."""

    def __init__(self, tokens: AccessTokens, topics: TopicDirectory, shell_client_id: str) -> None:
        self._tokens = tokens
        self._topics = topics
        self._shell_client_id = shell_client_id

    def grant(self, authorization: str | None) -> Grant:
        """The grant of a call. Raises ``InvalidToken`` or ``SessionLocked``."""
        return self._tokens.verify(authorization)

    def is_shell(self, grant: Grant) -> bool:
        return grant.client_id == self._shell_client_id

    def scopes(self, grant: Grant) -> FhircastScopes:
        return fhircast_scopes(grant.scopes)

    def demand_topic(self, grant: Grant, topic: str) -> str:
        """The session of the topic, if this grant may use it. Raises :class:`HubRefusal` 404 or 403."""
        sid = self._topics.session_of(topic)
        if sid is None:
            raise HubRefusal(404, "there is no such topic")
        bound = sid == grant.sid and (self.is_shell(grant) or grant.topic == topic)
        if not bound:
            raise HubRefusal(403, "this token belongs to another topic")
        return sid


def token_expiry(authorization: str | None, otherwise: datetime) -> datetime:
    """When an access token that was verified runs out, from its ``exp`` (FC-09)."""
    try:
        return datetime.fromtimestamp(int(_claims(authorization)["exp"]), UTC)
    except (LookupError, TypeError, ValueError, OverflowError, OSError):
        return otherwise


def token_id(authorization: str | None) -> str:
    """The ``jti`` of an access token that was verified (BALP-11); empty when it has none."""
    found = _claims(authorization).get("jti")
    return found if isinstance(found, str) else ""


def _claims(authorization: str | None) -> dict[str, Any]:
    parts = (authorization or "").rpartition(" ")[2].split(".")
    try:
        payload = parts[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (LookupError, ValueError, RecursionError, binascii.Error):
        return {}
    return claims if isinstance(claims, dict) else {}
