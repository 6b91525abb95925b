"""``/oauth/par``, ``/oauth/revoke`` and ``/oauth/introspect`` (RFC 9126, RFC 7009, RFC 7662; SAL-51..SAL-53)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from launcher.oauth.authorization_request import validate
from launcher.oauth.errors import InvalidClient, InvalidRequest, UnregisteredRedirect
from launcher.oauth.model import ClientRegistry, GatewayState, Grant, RegisteredClient
from launcher.oauth.parameters import Parameters
from launcher.oauth.refresh import family_of, fingerprint
from launcher.oauth.single_use import SingleUse
from launcher.server.authorize_endpoint import push
from launcher.server.client_keys import AuthenticatedClients
from launcher.server.dependencies import Clock, GatewaySettings, NewId, SessionAudit
from launcher.server.errors import GatewayError, InvalidToken, SessionLocked
from launcher.server.forms import json_answer, oauth_errors, read_form
from launcher.server.sessions import SessionKeeper
from launcher.server.strangers import address_of
from launcher.server.token_endpoint import refuse_foreign_origin
from launcher.server.tokens import TokenVerifier, token_type
from launcher.smart.launch_context import context_members
from launcher.smart.scopes import INTROSPECT

INACTIVE = {"active": False}


class ClientEndpoints:
    """The endpoints that a client calls about its own requests and tokens."""

    def __init__(
        self,
        settings: GatewaySettings,
        registry: ClientRegistry,
        state: GatewayState,
        sessions: SessionKeeper,
        clients: AuthenticatedClients,
        verifier: TokenVerifier,
        pushed: SingleUse[Parameters],
        audit: SessionAudit,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._state = state
        self._sessions = sessions
        self._clients = clients
        self._verifier = verifier
        self._pushed = pushed
        self._audit = audit
        self._clock = clock
        self._new_id = new_id

    def routes(self) -> list[Route]:
        """The routes of all three."""
        return [
            Route("/oauth/par", oauth_errors(self.push), methods=["POST"]),
            Route("/oauth/revoke", oauth_errors(self.revoke), methods=["POST"]),
            Route("/oauth/introspect", oauth_errors(self.introspect), methods=["POST"]),
        ]

    async def push(self, request: Request) -> Response:
        """Validate a whole authorization request and keep it for one use (HID-05 is the same from the other side)."""
        form = await read_form(request, self._settings.limits.form_bytes)
        form.refuse_repeated()
        client = await self._authenticated(request, form)
        if form.get("request_uri") is not None:
            raise InvalidRequest("request_uri is not allowed here")
        kept = {
            name: value
            for name, value in form.values.items()
            if name not in ("client_assertion", "client_assertion_type")
        }
        parameters = Parameters({**kept, "client_id": client.client_id})
        try:
            validate(parameters, self._registry, self._settings.fhir_base)
        except UnregisteredRedirect as unregistered:
            raise InvalidRequest("redirect_uri is not registered") from unregistered
        reference = push(
            self._pushed, parameters, self._settings, self._clock, self._new_id, address_of(request)
        )
        content = {"request_uri": reference, "expires_in": self._settings.limits.pushed_request_seconds}
        return json_answer(content, 201)

    async def revoke(self, request: Request) -> Response:
        """End an access token, or with a refresh token the whole grant; 200 also for unknown tokens."""
        form = await read_form(request, self._settings.limits.form_bytes)
        form.refuse_repeated()
        client = await self._authenticated(request, form)
        token = form.need("token")
        family = self._sessions.families.get(family_of(token))
        if family is not None:
            if family.client_id == client.client_id and fingerprint(token) == family.current_sha256:
                self._note_revoked(self._state.grants.get(family.grant_id))
                self._sessions.end_grant(family.grant_id)
            return json_answer({})
        try:
            access_token = self._verifier.access_token(token)
        except InvalidToken:
            return json_answer({})
        grant = self._state.grants.get(access_token.grant_id)
        if grant is not None and grant.client_id == client.client_id:
            self._note_revoked(grant)
            self._sessions.revoke_token(access_token.jti, self._verifier.expiry(access_token))
        return json_answer({})

    def _note_revoked(self, grant: Grant | None) -> None:
        if grant is not None:
            session = self._state.sessions.get(grant.sid or "")
            self._audit.note("revoke", session, grant.client_id, grant=grant)

    async def introspect(self, request: Request) -> Response:
        """What an access token stands for; for the client itself, or for a first-party bearer token."""
        form = await read_form(request, self._settings.limits.form_bytes)
        form.refuse_repeated()
        allowed_client = await self._introspecting_client(request, form)
        if isinstance(allowed_client, Response):
            return allowed_client
        try:
            token = self._verifier.access_token(form.need("token"))
            grant, session = self._verifier.grant_and_session(token)
        except GatewayError:
            return json_answer(INACTIVE)
        if (session is not None and session.locked_at is not None) or allowed_client not in (
            None,
            grant.client_id,
        ):
            return json_answer(INACTIVE)
        answer: dict[str, Any] = {
            "active": True,
            "scope": " ".join(token.scopes),
            "client_id": grant.client_id,
            "exp": token.expires_at,
            "iat": token.issued_at,
            "token_type": token_type(token.key),
            **({"cnf": {"jkt": token.key}} if token.key is not None else {}),
            "aud": self._settings.fhir_base,
            **self._about(grant),
        }
        if "openid" in grant.scopes and session is not None:
            answer |= {"iss": self._settings.base_url, "sub": session.sub}
        return json_answer(answer)

    def _about(self, grant: Grant) -> dict[str, Any]:
        members = context_members(grant, self._settings.hub_url)
        return members | ({"fhirUser": grant.fhir_user} if grant.fhir_user is not None else {})

    async def _introspecting_client(self, request: Request, form: Parameters) -> str | Response | None:
        """The client whose own tokens may be asked about; ``None`` for a caller that may ask about all."""
        authorization = request.headers.get("authorization")
        scheme = (authorization or "").partition(" ")[0]
        if scheme.lower() == "bearer" or scheme == self._verifier.proven:
            try:
                grant = self._verifier.verify(authorization)
            except (InvalidToken, SessionLocked):
                return json_answer(
                    {"error": "invalid_token"}, 401, {"www-authenticate": 'Bearer error="invalid_token"'}
                )
            client = self._registry.find(grant.client_id)
            if INTROSPECT not in grant.scopes and (client is None or not client.first_party):
                return json_answer({"error": "insufficient_scope"}, 403)
            return None
        if authorization is None and form.get("client_assertion") is None:
            raise InvalidClient("introspection needs an authenticated caller", used_header=True)
        return (await self._clients.client_of(request, form)).client_id

    async def _authenticated(self, request: Request, form: Parameters) -> RegisteredClient:
        client = await self._clients.client_of(request, form)
        refuse_foreign_origin(request, client)
        return client
