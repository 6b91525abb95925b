"""Logins at the upstream identity provider: begun, checked, and turned into a session (DESIGN section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from launcher.oauth.model import UserSession
from launcher.server.dependencies import (
    Clock,
    GatewaySettings,
    NewId,
    SessionAudit,
    UpstreamFhirReads,
    UpstreamIdentity,
)
from launcher.server.errors import GatewayError
from launcher.server.sessions import SessionKeeper, cookie_digest
from launcher.server.user_facts import user_facts
from launcher.upstream.identity_errors import LoginRefused, ProviderUnavailable, UpstreamIdentityError
from launcher.upstream.identity_model import ExpectedLogin


class LoginFailed(GatewayError):
    """Remote system or user: the login did not come to an end; ``text_key`` names the sentence of the page.

    ``reference`` is the upstream client's own word for the failure, shown small for whoever is called for help.
    """

    def __init__(self, text_key: str, status: int, *, denied: bool = False, reference: str = "") -> None:
        super().__init__(text_key)
        self.text_key = text_key
        self.status = status
        self.denied = denied
        self.reference = reference


class UpstreamLogins:
    """Begins logins and makes sessions of them."""

    def __init__(
        self,
        settings: GatewaySettings,
        identity: UpstreamIdentity,
        reads: UpstreamFhirReads,
        sessions: SessionKeeper,
        audit: SessionAudit,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._settings = settings
        self._identity = identity
        self._reads = reads
        self._sessions = sessions
        self._audit = audit
        self._clock = clock
        self._new_id = new_id

    def is_locked(self, session_cookie: str | None) -> bool:
        """True when this browser's session is locked: single sign-on must then not open it again."""
        session = self._sessions.session_of_cookie(session_cookie)
        return session is not None and session.locked_at is not None

    async def begin(self, expected: ExpectedLogin, fresh: bool) -> str:
        """Where to send the browser; raises :class:`LoginFailed` when the identity provider does not answer."""
        try:
            return await self._identity.begin(
                expected.state,
                expected.nonce,
                expected.verifier,
                expected.redirect_uri,
                "login" if fresh else None,
            )
        except UpstreamIdentityError as failure:
            raise LoginFailed("identity_unavailable", 502, reference=failure.text_key) from failure

    async def complete(self, query: Mapping[str, str], expected: ExpectedLogin) -> tuple[UserSession, str]:
        """Check the answer and start a session; returns it with the value of its cookie.

        Raises :class:`LoginFailed`, and ``UpstreamUnavailable`` when the record does not say who the user is.
        """
        try:
            login = await self._identity.complete(query, expected)
        except ProviderUnavailable as failure:
            raise LoginFailed("identity_unavailable", 502, reference=failure.text_key) from failure
        except LoginRefused as refused:
            denied = refused.code == "access_denied"
            raise LoginFailed("login_failed", 400, denied=denied, reference=refused.text_key) from refused
        except UpstreamIdentityError as failure:
            raise LoginFailed("login_failed", 400, reference=failure.text_key) from failure
        facts = await user_facts(self._reads, login.access_token, login.claims)
        now = self._clock.now()
        cookie = self._new_id()
        session = UserSession(
            sid=self._new_id(),
            sub=login.sub,
            upstream_issuer=login.issuer,
            name=facts.name or login.sub,
            fhir_user=facts.fhir_user,
            hpr_number=facts.hpr_number,
            role=facts.role,
            organization=facts.organization,
            lists=facts.lists,
            created_at=now,
            expires_at=now + self._settings.life("session_seconds"),
            authenticated_at=_authenticated_at(login.claims, now),
            login_forced=expected.authenticated_after is not None,
            upstream_access_token=login.access_token,
            upstream_refresh_token=login.refresh_token,
            upstream_id_token=login.id_token,
            upstream_expires_at=login.expires_at,
            cookie_sha256=cookie_digest(cookie),
        )
        self._sessions.start(session)
        self._audit.note("login", session, None)
        return session, cookie


def _authenticated_at(claims: Mapping[str, Any], now: datetime) -> datetime:
    """When the user proved who he is: ``auth_time`` of the id_token; single sign-on does not make it now."""
    moment = claims.get("auth_time")
    if isinstance(moment, bool) or not isinstance(moment, int | float) or not 0 < moment < now.timestamp():
        return now
    return datetime.fromtimestamp(moment, now.tzinfo)
