"""``/workspace/grants``: what a user has allowed apps himself, and which of them keep their access without him."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from launcher.oauth.model import ClientRegistry, GatewayState, GivenConsent, Grant, UserSession
from launcher.server.dependencies import SessionAudit
from launcher.server.errors import ProblemAnswer
from launcher.server.forms import NO_STORE, json_answer
from launcher.server.sessions import SessionKeeper
from launcher.server.workspace.calls import Call, Gatekeeper


class GrantCalls:
    """Lists and ends them; each user only his own."""

    def __init__(
        self, clients: ClientRegistry, state: GatewayState, sessions: SessionKeeper, audit: SessionAudit
    ) -> None:
        self._clients = clients
        self._state = state
        self._sessions = sessions
        self._audit = audit

    def routes(self, gatekeeper: Gatekeeper) -> list[Route]:
        """The routes of this part."""
        return [
            Route("/workspace/grants", gatekeeper.guard(self.show), methods=["GET"]),
            Route("/workspace/grants/{grant}", gatekeeper.guard(self.end), methods=["DELETE"]),
        ]

    async def show(self, call: Call) -> Response:
        """The session's consents, and every grant of its user with ``offline_access``."""
        found = [
            *(self._consent(consent) for consent in self._consents(call.session)),
            *(self._offline(grant) for grant in self._sessions.offline_grants_of(call.session)),
        ]
        return json_answer({"grants": found})

    async def end(self, call: Call) -> Response:
        """Withdraw one; whatever the app holds by it ends at once."""
        name = call.request.path_params["grant"]
        consent = next((one for one in self._consents(call.session) if one.consent == name), None)
        if consent is not None:
            self._audit.note("withdraw", call.session, consent.client_id, consent=consent.consent)
            self._sessions.forget_consent(consent.consent)
            for grant in self._sessions.grants_of(call.session.sid):
                if grant.client_id == consent.client_id:
                    self._sessions.end_grant(grant.grant_id)
            return Response(status_code=204, headers=NO_STORE)
        offline = next(
            (one for one in self._sessions.offline_grants_of(call.session) if one.grant_id == name), None
        )
        if offline is None:
            raise ProblemAnswer(404, "not_found", "there is no such grant of this user")
        self._audit.note("withdraw", call.session, offline.client_id, grant=offline)
        self._sessions.end_grant(offline.grant_id)
        return Response(status_code=204, headers=NO_STORE)

    def _consents(self, session: UserSession) -> list[GivenConsent]:
        own = [one for one in self._state.consents.values() if one.sid == session.sid]
        return [one for one in own if self._sessions.consent_to(one.sid, one.client_id) == one]

    def _consent(self, consent: GivenConsent) -> dict[str, Any]:
        return self._facts(
            consent.consent, "consent", consent.client_id, consent.scopes, consent.given_at, consent.until
        )

    def _offline(self, grant: Grant) -> dict[str, Any]:
        """``until`` is when it ends if the app does not use it before."""
        ends = [one.expires_at for one in self._sessions.families.values() if one.grant_id == grant.grant_id]
        until = max(ends, default=None)
        return self._facts(
            grant.grant_id, "offline", grant.client_id, grant.scopes, grant.created_at, until, grant.patient
        )

    def _facts(
        self,
        name: str,
        kind: str,
        client_id: str,
        scopes: tuple[str, ...],
        given_at: datetime,
        until: datetime | None,
        patient: str | None = None,
    ) -> dict[str, Any]:
        client = self._clients.find(client_id)
        return {
            "grant": name,
            "kind": kind,
            "client_id": client_id,
            "client_name": client.client_name if client is not None else client_id,
            "publisher": client.publisher if client is not None else None,
            "scope": " ".join(scopes),
            "patient": patient,
            "given_at": given_at.isoformat(),
            "until": until.isoformat() if until is not None else None,
        }
