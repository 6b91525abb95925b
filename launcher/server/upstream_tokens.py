"""The user's upstream tokens: they never leave the gateway, and are renewed once for all who wait."""

from __future__ import annotations

import asyncio

from launcher.oauth.model import Grant, UserSession
from launcher.server.dependencies import Clock, GatewaySettings, UpstreamIdentity
from launcher.server.errors import InvalidToken, UpstreamUnavailable
from launcher.server.sessions import SessionKeeper
from launcher.upstream.identity_errors import RefreshRefused, UpstreamIdentityError
from launcher.upstream.identity_model import UpstreamLogin


class SessionUpstreamTokens:
    """Implements ``UpstreamTokens``; renewal is single-flight per session."""

    def __init__(
        self, settings: GatewaySettings, sessions: SessionKeeper, identity: UpstreamIdentity, clock: Clock
    ) -> None:
        self._margin = settings.life("upstream_refresh_margin_seconds")
        self._sessions = sessions
        self._identity = identity
        self._clock = clock
        self._renewals: dict[str, asyncio.Task[None]] = {}
        self._own: UpstreamLogin | None = None

    async def token_for(self, grant: Grant) -> str:
        """The upstream access token of the grant's session, or the gateway's own for a backend service."""
        if grant.sid is None:
            return await self._own_token()
        session = self._sessions.session_of_grant(grant)
        if session is None:
            raise InvalidToken("the session has ended")
        return await self.token_of(session)

    async def _own_token(self) -> str:
        """The gateway's own token, for backend services: no user stands behind them (SAL-63)."""
        own = self._own
        if own is None or self._clock.now() >= own.expires_at - self._margin:
            try:
                own = self._own = await self._identity.own_token()
            except UpstreamIdentityError as failure:
                raise UpstreamUnavailable("the gateway got no token of its own") from failure
        return own.access_token

    async def token_of(self, session: UserSession) -> str:
        """A token with at least the margin left; an expiring one that cannot be renewed is used to its end.

        When the upstream login is over, so is the session: ``InvalidToken``.
        """
        now = self._clock.now()
        if now < session.upstream_expires_at - self._margin or (
            session.upstream_refresh_token is None and now < session.upstream_expires_at
        ):
            return session.upstream_access_token
        if session.upstream_refresh_token is None:
            self._sessions.end_session(session.sid)
            raise InvalidToken("the upstream login has ended")
        return await self._renewed_once(session)

    async def renewed_for(self, grant: Grant, rejected: str) -> str:
        """Another token than ``rejected``, which the upstream did not accept before its time was over.

        ``rejected`` comes back when there is nothing to renew with, or the identity provider is silent. For a backend
        service the gateway asks for a new token of its own, and raises ``UpstreamUnavailable`` when it gets none.
        """
        if grant.sid is None:
            if self._own is not None and self._own.access_token == rejected:
                self._own = None
            return await self._own_token()
        session = self._sessions.session_of_grant(grant)
        if session is None:
            raise InvalidToken("the session has ended")
        if session.upstream_access_token == rejected and session.upstream_refresh_token is not None:
            await self._renewed_once(session)
        return session.upstream_access_token

    async def _renewed_once(self, session: UserSession) -> str:
        renewal = self._renewals.get(session.sid)
        if renewal is None:
            renewal = asyncio.create_task(self._renew(session))
            self._renewals[session.sid] = renewal
            renewal.add_done_callback(lambda task: self._done(session.sid, task))
        await asyncio.shield(renewal)
        return session.upstream_access_token

    async def _renew(self, session: UserSession) -> None:
        known = UpstreamLogin(
            sub=session.sub,
            issuer=session.upstream_issuer,
            claims={},
            access_token=session.upstream_access_token,
            refresh_token=session.upstream_refresh_token,
            id_token=session.upstream_id_token,
            expires_at=session.upstream_expires_at,
        )
        try:
            renewed = await self._identity.refresh(known)
        except UpstreamIdentityError as failure:
            if self._clock.now() < session.upstream_expires_at:
                return
            if isinstance(failure, RefreshRefused):
                self._sessions.end_session(session.sid)
                raise InvalidToken("the upstream login has ended") from failure
            raise UpstreamUnavailable("the upstream login could not be renewed") from failure
        if session.upstream_refresh_token != known.refresh_token:
            return  # unlocked meanwhile: the new login's tokens stay
        session.upstream_access_token = renewed.access_token
        session.upstream_refresh_token = renewed.refresh_token or session.upstream_refresh_token
        session.upstream_id_token = renewed.id_token or session.upstream_id_token
        session.upstream_expires_at = renewed.expires_at
        self._sessions.keep_session(session)

    def _done(self, sid: str, task: asyncio.Task[None]) -> None:
        self._renewals.pop(sid, None)
        if not task.cancelled():
            task.exception()
