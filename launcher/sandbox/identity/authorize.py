"""The browser's way in: authorize endpoint and sign-in page (OIDC Core 3.1.2, RFC 9126, RFC 9207)."""

from __future__ import annotations

import hmac
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from launcher.sandbox.identity.clients import ClientAuthentication
from launcher.sandbox.identity.errors import PageError, ProtocolError
from launcher.sandbox.identity.grants import Grants
from launcher.sandbox.identity.keys import SigningKey
from launcher.sandbox.identity.model import (
    Authentication,
    AuthorizationRequest,
    Clock,
    DemoUser,
    IdentityProviderSettings,
    Interaction,
    NewId,
)
from launcher.sandbox.identity.parameters import form_parameters, single_values
from launcher.sandbox.identity.rendering import Pages
from launcher.sandbox.identity.requests import (
    RedirectTarget,
    authorization_request,
    redirect_target,
    with_parameters,
)
from launcher.sandbox.identity.sessions import (
    BROWSER_COOKIE,
    SESSION_COOKIE,
    Sessions,
    authentication_of,
    must_sign_in,
)
from launcher.sandbox.identity.store import ProviderStore
from launcher.sandbox.identity.throttle import LoginThrottle

REQUEST_URI_PREFIX = "urn:ietf:params:oauth:request_uri:"


class AuthorizeEndpoint:
    """``/authorize`` and the page ``/interaction/{id}`` that it sends a browser to when somebody must sign in."""

    def __init__(
        self,
        settings: IdentityProviderSettings,
        store: ProviderStore,
        clients: ClientAuthentication,
        keys: SigningKey,
        grants: Grants,
        sessions: Sessions,
        throttle: LoginThrottle,
        pages: Pages,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._settings = settings
        self._store = store
        self._clients = clients
        self._keys = keys
        self._grants = grants
        self._sessions = sessions
        self._throttle = throttle
        self._pages = pages
        self._clock = clock
        self._new_id = new_id

    async def get(self, request: Request) -> Response:
        """An authorization request by GET: a code, an error at the client, or the sign-in page."""
        try:
            parameters = single_values(request.query_params.multi_items(), self._settings.limits)
        except ProtocolError as error:
            raise PageError("bad-request", detail=error.description) from error
        target, parameters = self._resolve(parameters)
        try:
            return self._answer(request, self._checked(target, parameters))
        except ProtocolError as error:
            return self._error(target, error)

    async def post(self, request: Request) -> Response:
        """The same by POST: kept and answered with a one-time GET, since Lax cookies do not travel on this one."""
        try:
            parameters = await form_parameters(request, self._settings.limits)
        except ProtocolError as error:
            raise PageError("bad-request", detail=error.description) from error
        target, parameters = self._resolve(parameters)
        query = {"client_id": target.client.client_id, "request_uri": self.push(parameters)}
        return RedirectResponse(f"/authorize?{urlencode(query)}", status_code=303)

    def push(self, parameters: dict[str, str]) -> str:
        """Keep a request for one use; its ``request_uri`` (RFC 9126 section 2.2)."""
        reference = REQUEST_URI_PREFIX + self._new_id()
        self._store.pushed.put(reference, parameters)
        return reference

    def _resolve(self, parameters: dict[str, str]) -> tuple[RedirectTarget, dict[str, str]]:
        """Client and redirect URI first; a pushed request is taken as it was pushed, all else is ignored."""
        client = self._clients.find(parameters.get("client_id"))
        reference = parameters.get("request_uri")
        if reference is not None:
            if client is None:
                raise PageError("unknown-client")
            pushed = self._store.pushed.take(reference)
            if pushed is None or pushed.get("client_id") != client.client_id:
                raise PageError("request-expired", home_uri=client.home_uri)
            return redirect_target(client, pushed), pushed
        target = redirect_target(client, parameters)
        if target.client.require_pushed_authorization_requests:
            raise PageError(
                "bad-request",
                detail="this client must push its authorization requests",
                home_uri=target.client.home_uri,
            )
        return target, parameters

    def _checked(self, target: RedirectTarget, parameters: dict[str, str]) -> AuthorizationRequest:
        return authorization_request(
            target, parameters, self._keys, self._settings.issuer, self._settings.audience
        )

    def _answer(self, request: Request, checked: AuthorizationRequest) -> Response:
        session = self._sessions.current(request)
        if session is not None and not must_sign_in(checked, session, self._clock):
            return self._code(checked, authentication_of(session))
        if "none" in checked.prompts:
            raise ProtocolError("login_required", "nobody fitting is signed in")
        browser = self._sessions.browser(request) or self._sessions.new_browser()
        interaction = self._new_id()
        self._store.interactions.put(interaction, Interaction(checked, browser))
        response = RedirectResponse(f"/interaction/{interaction}", status_code=303)
        self._sessions.set_cookie(response, BROWSER_COOKIE, browser)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _code(self, checked: AuthorizationRequest, authentication: Authentication) -> Response:
        answer = {"code": self._grants.new_code(checked, authentication)}
        return self._redirect(checked.redirect_uri, checked.state, answer)

    def _error(self, target: RedirectTarget, error: ProtocolError) -> Response:
        answer = {"error": error.code, "error_description": error.description}
        return self._redirect(target.redirect_uri, target.state, answer)

    def _redirect(self, redirect_uri: str, state: str | None, answer: dict[str, str]) -> Response:
        if state is not None:
            answer["state"] = state
        answer["iss"] = self._settings.issuer
        location = with_parameters(redirect_uri, answer)
        headers = {"Location": location, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return Response(status_code=303, headers=headers)

    async def show_page(self, request: Request) -> Response:
        """The sign-in page; it may be loaded again, in the language that the browser then asks for."""
        interaction_id, interaction = self._interaction(request)
        hint = interaction.request.login_hint or ""
        known = next((u.username for u in self._settings.users if hint in (u.username, u.sub)), "")
        return self._page(request, interaction_id, interaction, username=known)

    async def submit(self, request: Request) -> Response:
        """The filled-in page. Wrong password: the page again with a sentence (403), too many: 429."""
        interaction_id, interaction = self._interaction(request)
        try:
            form = await form_parameters(request, self._settings.limits)
        except ProtocolError as error:
            raise PageError("bad-request", detail=error.description) from error
        token = form.get("csrf_token", "")
        if not self._sessions.form_token_fits(token, interaction.browser, interaction_id):
            raise PageError("foreign-form", status=403, home_uri=interaction.request.client.home_uri)
        user = self._demo_user(form) or self._user_by_password(form)
        if isinstance(user, DemoUser):
            return self._signed_in(request, interaction.request, user)
        error_key, username, wait = user
        response = self._page(
            request,
            interaction_id,
            interaction,
            username=username,
            error_key=error_key,
            wait_seconds=wait,
            status=429 if wait else 403,
        )
        if wait:
            response.headers["Retry-After"] = str(wait)
        return response

    def _interaction(self, request: Request) -> tuple[str, Interaction]:
        interaction_id = request.path_params["interaction"]
        interaction = self._store.interactions.get(interaction_id)
        if interaction is None:
            raise PageError("page-expired", status=410)
        if not hmac.compare_digest(
            (self._sessions.browser(request) or "").encode(), interaction.browser.encode()
        ):
            raise PageError("foreign-form", status=403)
        return interaction_id, interaction

    def _demo_user(self, form: dict[str, str]) -> DemoUser | None:
        if not self._settings.show_demo_users or "demo_user" not in form:
            return None
        return next((user for user in self._settings.users if user.username == form["demo_user"]), None)

    def _user_by_password(self, form: dict[str, str]) -> DemoUser | tuple[str, str, int]:
        """The user, or what to say: text key, the name to show again, seconds to wait."""
        username, password = form.get("username", "").strip(), form.get("password", "")
        if not username or not password:
            return "missing", username, 0
        wait = self._throttle.seconds_to_wait(username)
        if wait:
            return "wait", username, wait
        user = next((user for user in self._settings.users if user.username == username.casefold()), None)
        right = hmac.compare_digest(password.encode(), (user.password if user else "").encode())
        if user is None or not right:
            wait = self._throttle.note_wrong(username)
            return ("wait" if wait else "wrong"), username, wait
        self._throttle.note_right(username)
        return user

    def _signed_in(self, request: Request, checked: AuthorizationRequest, user: DemoUser) -> Response:
        cookie, authentication = self._sessions.sign_in(request, user)
        if checked.hinted_sub not in (None, user.sub):
            target = RedirectTarget(checked.client, checked.redirect_uri, checked.state)
            response = self._error(target, ProtocolError("login_required", "another user signed in"))
        else:
            response = self._code(checked, authentication)
        self._sessions.set_cookie(response, SESSION_COOKIE, cookie)
        return response

    def _page(
        self,
        request: Request,
        interaction_id: str,
        interaction: Interaction,
        *,
        username: str,
        error_key: str | None = None,
        wait_seconds: int = 0,
        status: int = 200,
    ) -> Response:
        return self._pages.login(
            request,
            action=f"/interaction/{interaction_id}",
            csrf_token=self._sessions.form_token(interaction.browser, interaction_id),
            ui_locales=interaction.request.ui_locales,
            username=username,
            error_key=error_key,
            wait_seconds=wait_seconds,
            status=status,
        )
