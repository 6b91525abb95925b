"""``/oauth/token``: codes and refresh tokens become access tokens (SAL-23..SAL-27, SAL-47..SAL-50)."""

from __future__ import annotations

import json
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from launcher.oauth.errors import (
    InvalidGrant,
    InvalidScope,
    OAuthError,
    UnauthorizedClient,
    UnsupportedGrantType,
)
from launcher.oauth.model import GatewayState, Grant, RegisteredClient, UserSession
from launcher.oauth.parameters import Parameters
from launcher.oauth.possession import InvalidProof
from launcher.oauth.refresh import RefreshFamily, decide, family_of, fingerprint, rotate
from launcher.server.authorization import Authorization
from launcher.server.client_keys import AuthenticatedClients
from launcher.server.dependencies import Clock, GatewaySettings, NewId, SessionAudit
from launcher.server.errors import SessionLocked
from launcher.server.forms import json_answer, oauth_errors, read_form
from launcher.server.panes import PaneKeeper
from launcher.server.possession_gate import ProofsOfPossession
from launcher.server.sessions import SessionKeeper
from launcher.server.tokens import TokenIssuer
from launcher.smart.scopes import narrowed_scopes, system_scopes
from launcher.smart.web_messaging import grants_messaging


class TokenEndpoint:
    """Authenticates the client, then redeems a code or rotates a refresh token.

    Between the check of a code or token and its end there is no await: two redeemers can never both succeed.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        state: GatewayState,
        sessions: SessionKeeper,
        panes: PaneKeeper,
        authorization: Authorization,
        clients: AuthenticatedClients,
        issuer: TokenIssuer,
        proofs: ProofsOfPossession,
        audit: SessionAudit,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._settings = settings
        self._state = state
        self._sessions = sessions
        self._panes = panes
        self._authorization = authorization
        self._clients = clients
        self._issuer = issuer
        self._proofs = proofs
        self._audit = audit
        self._clock = clock
        self._new_id = new_id

    def routes(self) -> list[Route]:
        """The endpoint's route."""
        return [Route("/oauth/token", oauth_errors(self.token), methods=["POST"])]

    async def token(self, request: Request) -> Response:
        """Answer one token request."""
        form = await read_form(request, self._settings.limits.form_bytes)
        form.refuse_repeated()
        grant_type = form.need("grant_type")
        if grant_type == "refresh_token" and not names_a_client(request, form):
            form = self._with_client_of_refresh_token(form)
        client = await self._clients.client_of(request, form)
        refuse_foreign_origin(request, client)
        key = self._proofs.key_of_token_request(request)
        if client.key_bound and key is None:
            raise InvalidProof("this client's tokens are bound to a key, which was not proven")
        if grant_type == "authorization_code":
            return self._redeem_code(client, form, key)
        if grant_type == "refresh_token":
            return self._refresh(client, form, key)
        if grant_type == "client_credentials":
            return self._backend(client, form, key)
        raise UnsupportedGrantType("authorization_code, refresh_token and client_credentials are supported")

    def _with_client_of_refresh_token(self, form: Parameters) -> Parameters:
        """RFC 6749 section 6 has no ``client_id``, and npm ``fhirclient`` sends none: a public client is the one
        that the token is bound to (SAL-48). A confidential one is refused, since it did not authenticate."""
        family = self._sessions.families.get(family_of(form.need("refresh_token")))
        if family is None:
            raise InvalidGrant("the refresh token is unknown")
        return Parameters({**form.values, "client_id": family.client_id})

    def _redeem_code(self, client: RegisteredClient, form: Parameters, key: str | None) -> Response:
        code, redirect_uri = form.need("code"), form.need("redirect_uri")
        taken = self._authorization.redeem(code)
        if taken is None:
            raise InvalidGrant("the code is unknown, used or expired")
        grant = taken.grant
        if grant.client_id != client.client_id or taken.redirect_uri != redirect_uri:
            raise InvalidGrant("the code belongs to another client or redirect_uri")
        if not taken.is_proven_by(form.get("code_verifier")):
            raise InvalidGrant("code_verifier does not fit")
        if taken.key is not None and taken.key != key:
            raise InvalidProof("the code is bound to a key that was not proven")
        session = self._unlocked(self._sessions.session(grant.sid))
        if grant.pane is not None and grant.pane not in self._state.panes:
            raise InvalidGrant("the pane of this launch has been closed")
        if grant.topic is not None and self._sessions.session_of(grant.topic) != grant.sid:
            raise InvalidGrant("the patient tab of this launch has been closed")
        if not client.approved and not self._sessions.has_allowed(
            session.sid, client.client_id, grant.scopes
        ):
            raise InvalidGrant("the user has taken his permission back")
        grant.key = key
        if grants_messaging(grant.scopes):
            grant.messaging_handle = self._new_id()
        self._sessions.add_grant(grant)
        self._sessions.replace_grants_of_pane(grant)
        if client.native:
            self._sessions.replace_grants_of_program(grant)
        refresh_token = None
        if grant.offline or "online_access" in grant.scopes:
            refresh_token = self._first_refresh_token(grant)
        answer = self._issuer.answer(grant, session, grant.scopes, refresh_token, first=True)
        self._panes.granted(grant)
        self._audit.note("token", session, client.client_id, grant=grant)
        return json_answer(answer)

    def _first_refresh_token(self, grant: Grant) -> str:
        family = self._new_id()
        token = f"{family}.{self._new_id()}"
        self._sessions.keep_family(
            RefreshFamily(
                family=family,
                grant_id=grant.grant_id,
                client_id=grant.client_id,
                current_sha256=fingerprint(token),
                expires_at=self._clock.now() + self._refresh_life(grant),
            )
        )
        return token

    def _refresh(self, client: RegisteredClient, form: Parameters, key: str | None) -> Response:
        token, scope = form.need("refresh_token"), form.get("scope")
        family = self._sessions.families.get(family_of(token))
        grant = self._state.grants.get(family.grant_id) if family is not None else None
        if family is None or grant is None:
            raise InvalidGrant("the refresh token is unknown")
        now = self._clock.now()
        window = self._settings.life("refresh_repeat_seconds")
        decision = decide(family, token, client.client_id, scope, now, window)
        if decision == "foreign":
            raise InvalidGrant("the refresh token belongs to another client")
        session = self._unlocked(self._sessions.session_of_grant(grant))
        if decision == "repeat" and grant.key == key:
            self._audit.note("refresh", session, client.client_id, grant=grant)
            return json_answer(json.loads(family.answer or ""))
        if decision == "rotate" and grant.key != key:
            raise InvalidProof("the refresh token is bound to a key that was not proven")
        if decision != "rotate":
            self._sessions.end_grant(grant.grant_id)
            raise InvalidGrant("the refresh token has expired or was used before; the grant has ended")
        scopes = grant.scopes if scope is None else narrowed_scopes(grant.scopes, scope.split())
        if scopes is None:
            raise InvalidScope("the scope is wider than what was granted")
        successor = f"{family.family}.{self._new_id()}"
        answer = self._issuer.answer(grant, session, scopes, successor, first=False)
        rotate(family, successor, scope, now, self._refresh_life(grant), json.dumps(answer))
        self._sessions.keep_family(family)
        self._audit.note("refresh", session, client.client_id, grant=grant)
        return json_answer(answer)

    def _backend(self, client: RegisteredClient, form: Parameters, key: str | None) -> Response:
        """A backend service acts for itself: within what was approved for it, five minutes, no refresh (SAL-63)."""
        if client.token_endpoint_auth_method != "private_key_jwt" or not client.approved:
            raise UnauthorizedClient("client_credentials needs an approved client with a key of its own")
        scopes = system_scopes(client, form.need("scope").split())
        if not scopes:
            raise InvalidScope("none of these scopes was approved for this client")
        now = self._clock.now()
        grant = Grant(
            grant_id=self._new_id(),
            sid=None,
            client_id=client.client_id,
            scopes=scopes,
            patient=None,
            encounter=None,
            topic=None,
            pane=None,
            fenced=False,
            effective_patient=None,
            fhir_user=None,
            implied_reads=frozenset(),
            created_at=now,
            expires_at=now + self._settings.life("backend_token_seconds"),
            key=key,
        )
        self._sessions.add_grant(grant)
        answer = self._issuer.backend_answer(grant)
        self._audit.note("token", None, client.client_id, grant=grant)
        return json_answer(answer)

    def _refresh_life(self, grant: Grant) -> timedelta:
        """How long a refresh token may lie unused."""
        return self._settings.life(
            "offline_refresh_idle_seconds" if grant.offline else "refresh_idle_seconds"
        )

    def _unlocked(self, session: UserSession | None) -> UserSession:
        if session is None:
            raise InvalidGrant("the session has ended")
        if session.locked_at is not None:
            raise SessionLocked(self._settings.limits.lock_retry_after_seconds)
        return session


def names_a_client(request: Request, form: Parameters) -> bool:
    """True when the request says, in any of the three ways, whose it is."""
    named = form.get("client_id") or form.get("client_assertion")
    return named is not None or request.headers.get("authorization") is not None


def refuse_foreign_origin(request: Request, client: RegisteredClient) -> None:
    """A web page may speak for a client only from that client's registered origins (SAL-62)."""
    origin = request.headers.get("origin")
    if origin is not None and origin not in client.origins:
        raise OAuthError("this origin is not registered for the client", code="unauthorized_client")
