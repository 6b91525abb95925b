"""``/oauth/logout``: RP-initiated logout, and the identity provider's own session with it (HID-17)."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from launcher.oauth.errors import InvalidRequest
from launcher.oauth.model import ClientRegistry, RegisteredClient, UserSession
from launcher.oauth.parameters import Parameters, parse_parameters
from launcher.oauth.redirects import uri_is_registered
from launcher.oauth.signing import SigningKeys
from launcher.oauth.single_use import SingleUse
from launcher.server.authorize_endpoint import redirect_to
from launcher.server.cookies import CookieNames, clear_cookie, read_cookie
from launcher.server.dependencies import Clock, GatewaySettings, NewId, SessionAudit, UpstreamIdentity
from launcher.server.forms import read_form
from launcher.server.pages import Pages
from launcher.server.sessions import SessionKeeper
from launcher.upstream.identity_errors import UpstreamIdentityError


@dataclass(frozen=True, slots=True)
class Hint:
    """A verified ``id_token_hint``: which client asks, for which session."""

    client: RegisteredClient
    sid: str


@dataclass(frozen=True, slots=True)
class Return:
    """Where the browser goes when the identity provider has ended its session."""

    uri: str
    state: str | None


class LogoutEndpoint:
    """Ends a session, or only one app's grants when an app asks; without proof it asks the user first."""

    def __init__(
        self,
        settings: GatewaySettings,
        clients: ClientRegistry,
        keys: SigningKeys,
        sessions: SessionKeeper,
        identity: UpstreamIdentity,
        audit: SessionAudit,
        pages: Pages,
        cookies: CookieNames,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._settings = settings
        self._clients = clients
        self._keys = keys
        self._sessions = sessions
        self._identity = identity
        self._audit = audit
        self._pages = pages
        self._cookies = cookies
        self._clock = clock
        self._new_id = new_id
        self._questions: SingleUse[str] = SingleUse(settings.limits.pending_requests)
        self._returns: SingleUse[Return] = SingleUse(settings.limits.pending_requests)

    def routes(self) -> list[Route]:
        """The endpoint, and where the identity provider sends the browser back."""
        return [
            Route("/oauth/logout", self.logout, methods=["GET", "POST"]),
            Route("/oauth/logged-out", self.logged_out, methods=["GET"]),
        ]

    async def logout(self, request: Request) -> Response:
        """Parameters as in OpenID Connect RP-Initiated Logout 1.0: id_token_hint, post_logout_redirect_uri, state."""
        try:
            if request.method == "POST":
                parameters = await read_form(request, self._settings.limits.form_bytes)
            else:
                parameters = parse_parameters(request.scope["query_string"])
            parameters.refuse_repeated()
            hint = self._hint(parameters)
            back = self._return(parameters, hint)
        except InvalidRequest:
            return self._pages.page(request, "request_malformed", status=400)
        session = self._sessions.session_of_cookie(read_cookie(request, self._cookies.session))
        if hint is not None and not hint.client.first_party:
            for grant in self._sessions.grants_of(hint.sid):
                if grant.client_id == hint.client.client_id:
                    self._audit.note("logout", self._sessions.session(hint.sid), grant.client_id, grant=grant)
                    self._sessions.end_grant(grant.grant_id)
            return self._finished(request, back)
        if hint is not None and (session is None or session.sid == hint.sid):
            session = self._sessions.session(hint.sid)
        elif session is not None and not self._confirmed(request, parameters, session):
            return self._question(request, session)
        return await self._end(request, session, back)

    async def logged_out(self, request: Request) -> Response:
        """The browser is back from the identity provider."""
        try:
            state = parse_parameters(request.scope["query_string"]).get("state")
        except InvalidRequest:
            state = None
        back = self._returns.take(state, self._clock.now()) if state is not None else None
        return self._finished(request, back)

    async def _end(self, request: Request, session: UserSession | None, back: Return | None) -> Response:
        location = None
        if session is not None:
            self._audit.note("logout", session, None)
            self._sessions.end_session(session.sid)
            location = await self.upstream_end(session, back)
        answer = self._finished(request, back) if location is None else redirect_to(location, {})
        if read_cookie(request, self._cookies.session) is not None:  # else a form of another site asked
            clear_cookie(answer, self._cookies, self._cookies.session)
        return answer

    async def upstream_end(self, session: UserSession, back: Return | None) -> str | None:
        """Where the browser must go to end the identity provider's session; ``None`` if it offers no such place."""
        state = self._new_id()
        if back is not None:
            self._returns.put(state, back, self._clock.now(), self._settings.life("page_seconds"))
        try:
            return await self._identity.end_session_url(
                session.upstream_id_token, self._settings.base_url + "/oauth/logged-out", state
            )
        except UpstreamIdentityError:
            return None

    def _finished(self, request: Request, back: Return | None) -> Response:
        if back is None:
            return self._pages.page(request, "signed_out", status=200)
        return redirect_to(back.uri, {"state": back.state})

    def _hint(self, parameters: Parameters) -> Hint | None:
        """The hint, if it is an id_token of ours; its expiry does not matter. Raises ``InvalidRequest``."""
        text = parameters.get("id_token_hint")
        if text is None:
            return None
        claims = self._keys.verified_claims(text, "JWT")
        client = self._clients.find(str(claims.get("aud"))) if claims is not None else None
        if claims is None or client is None or claims.get("iss") != self._settings.base_url:
            raise InvalidRequest("id_token_hint is not one of this issuer")
        if parameters.get("client_id") not in (None, client.client_id):
            raise InvalidRequest("client_id is not that of id_token_hint")
        return Hint(client, str(claims.get("sid")))

    def _return(self, parameters: Parameters, hint: Hint | None) -> Return | None:
        """A registered return address; without a hint there is none. Raises ``InvalidRequest``."""
        uri = parameters.get("post_logout_redirect_uri")
        if uri is None or hint is None:
            return None
        registered = tuple(hint.client.facts.get("post_logout_redirect_uris", ()))
        if hint.client.first_party:
            registered += hint.client.redirect_uris
        if not uri_is_registered(registered, uri, any_loopback_port=hint.client.first_party):
            raise InvalidRequest("post_logout_redirect_uri is not registered")
        return Return(uri, parameters.get("state"))

    def _confirmed(self, request: Request, parameters: Parameters, session: UserSession) -> bool:
        """By the form alone: no address ends a session, whatever it holds."""
        token = parameters.get("confirmation") if request.method == "POST" else None
        return token is not None and self._questions.take(token, self._clock.now()) == session.sid

    def _question(self, request: Request, session: UserSession) -> Response:
        token = self._new_id()
        self._questions.put(
            token, session.sid, self._clock.now(), self._settings.life("page_seconds"), session.sid
        )
        question = {
            "action": f"{self._settings.base_url}/oauth/logout",
            "fields": {"confirmation": token},
        }
        return self._pages.page(request, "sign_out_question", status=200, question=question, form_targets="*")
