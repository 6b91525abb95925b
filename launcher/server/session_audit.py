"""Logins, tokens given and logouts in the audit log (BALP-12); no token, code or claim is written."""

from __future__ import annotations

from typing import Protocol

from launcher.gateway.audit_event import AccessFacts
from launcher.oauth.model import UserSession
from launcher.server.dependencies import Clock

AUDITED = frozenset({"login", "token", "logout"})


class SoonLog(Protocol):
    """The part of ``AuditLog`` that is used here."""

    def record_soon(self, facts: AccessFacts) -> None: ...


class LoggedSessions:
    """Implements ``SessionAudit``."""

    def __init__(self, log: SoonLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock

    def note(self, what: str, session: UserSession | None, client_id: str | None) -> None:
        """Write what happened; lock and unlock leave no record of their own."""
        if what not in AUDITED or session is None:
            return
        recorded = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._log.record_soon(
            AccessFacts(
                kind=what,
                recorded=recorded,
                client_id=client_id or "",
                user_issuer=session.upstream_issuer,
                user_sub=session.sub,
                user_name=session.name,
                user_role=session.role,
                user_resource=session.fhir_user or "",
            )
        )
