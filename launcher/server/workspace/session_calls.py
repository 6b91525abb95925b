"""``/workspace/session``: who is signed in, lock, unlock, end."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from launcher.oauth.model import UserSession
from launcher.server.authorization import Authorization
from launcher.server.dependencies import GatewaySettings, SessionAudit
from launcher.server.errors import ProblemAnswer
from launcher.server.forms import json_answer
from launcher.server.logout_endpoint import LogoutEndpoint
from launcher.server.sessions import SessionKeeper
from launcher.server.workspace.calls import Call, Gatekeeper, json_body, text_member


class SessionCalls:
    """The calls that work while the session is locked."""

    def __init__(
        self,
        settings: GatewaySettings,
        sessions: SessionKeeper,
        authorization: Authorization,
        logout: LogoutEndpoint,
        audit: SessionAudit,
    ) -> None:
        self._settings = settings
        self._sessions = sessions
        self._authorization = authorization
        self._logout = logout
        self._audit = audit

    def routes(self, gatekeeper: Gatekeeper) -> list[Route]:
        """The routes of this part."""
        path = "/workspace/session"
        return [
            Route(path, gatekeeper.guard(self.show, while_locked=True), methods=["GET"]),
            Route(path, gatekeeper.guard(self.end, while_locked=True), methods=["DELETE"]),
            Route(f"{path}/lock", gatekeeper.guard(self.lock, while_locked=True), methods=["POST"]),
            Route(f"{path}/unlock", gatekeeper.guard(self.unlock, while_locked=True), methods=["POST"]),
        ]

    async def show(self, call: Call) -> Response:
        """User, role, organisation, start lists, expiry."""
        return json_answer(session_facts(call.session))

    async def lock(self, call: Call) -> Response:
        """Lock; locking a locked session changes nothing."""
        if call.session.locked_at is None:
            self._audit.note("lock", call.session, None)
            self._sessions.lock(call.session)
        return json_answer(session_facts(call.session))

    async def unlock(self, call: Call) -> Response:
        """Unlock with a fresh code of the same user; another user's login is ended at once (403)."""
        body = await json_body(call.request, self._settings.limits.form_bytes)
        code = self._authorization.redeem(text_member(body, "code"))
        if code is None:
            raise ProblemAnswer(400, "invalid_grant", "the code is unknown, used or expired")
        fresh = self._sessions.session(code.grant.sid)
        fits = (
            code.grant.client_id == self._settings.shell_client_id
            and code.redirect_uri == text_member(body, "redirect_uri")
            and code.is_proven_by(text_member(body, "code_verifier"))
        )
        if fresh is not None and not fits and fresh.sid != call.session.sid:
            self._sessions.end_session(fresh.sid)
        if fresh is None or not fits:
            raise ProblemAnswer(400, "invalid_grant", "redirect_uri or code_verifier does not fit the code")
        session = call.session
        if fresh.sid == session.sid:
            raise ProblemAnswer(400, "login_not_fresh", "unlocking needs a new login")
        if (fresh.sub, fresh.upstream_issuer) != (session.sub, session.upstream_issuer):
            self._sessions.end_session(fresh.sid)
            raise ProblemAnswer(403, "other_user", "another user signed in")
        if not fresh.login_forced or _is_older_than_lock(fresh, session):
            self._sessions.end_session(fresh.sid)
            raise ProblemAnswer(400, "login_not_fresh", "the login is older than the lock")
        self._sessions.unlock(session, fresh)
        self._audit.note("unlock", session, None)
        return json_answer(session_facts(session))

    async def end(self, call: Call) -> Response:
        """End everything of this user; the answer says where the identity provider's session is ended."""
        self._audit.note("logout", call.session, None)
        self._sessions.end_session(call.session.sid)
        return json_answer({"end_session_url": await self._logout.upstream_end(call.session, None)})


def _is_older_than_lock(fresh: UserSession, locked: UserSession) -> bool:
    """The provider tells the moment of a login in whole seconds; our own record of its end is exact."""
    if locked.locked_at is None:
        return False
    whole_second = locked.locked_at.replace(microsecond=0)
    return fresh.created_at < locked.locked_at or fresh.authenticated_at < whole_second


def session_facts(session: UserSession) -> dict[str, Any]:
    """What the shell is told about a session; nothing of the upstream tokens."""
    return {
        "user": {
            "sub": session.sub,
            "name": session.name,
            "fhirUser": session.fhir_user,
            "hpr_number": session.hpr_number,
        },
        "role": session.role,
        "organization": session.organization,
        "lists": session.lists,
        "authenticated_at": session.authenticated_at.isoformat(),
        "expires_at": session.expires_at.isoformat(),
        "locked": session.locked_at is not None,
        "locked_at": session.locked_at.isoformat() if session.locked_at is not None else None,
    }
