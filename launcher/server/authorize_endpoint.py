"""``/oauth/authorize`` and the return from the upstream identity provider (SAL-13, SAL-14, HID-06)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from launcher.oauth.authorization_request import AuthorizationRequest, validate
from launcher.oauth.errors import AuthorizationRefused, InvalidRequest, UnregisteredRedirect
from launcher.oauth.model import ClientRegistry, UserSession
from launcher.oauth.parameters import Parameters, parse_parameters, with_query
from launcher.oauth.single_use import SingleUse
from launcher.server.authorization import Authorization, Permission
from launcher.server.consent import Consents, Question
from launcher.server.cookies import CookieNames, clear_cookie, read_cookie, set_cookie
from launcher.server.dependencies import Clock, GatewaySettings, NewId
from launcher.server.errors import UpstreamUnavailable
from launcher.server.forms import NO_STORE, read_form
from launcher.server.login import LoginFailed, UpstreamLogins
from launcher.server.pages import Pages
from launcher.server.picker import PatientPicker
from launcher.server.sessions import cookie_digest
from launcher.server.strangers import Strangers, TokenBuckets, address_of, too_many
from launcher.smart.launch_context import LaunchTicket
from launcher.upstream.identity_model import ExpectedLogin

REQUEST_URI = "urn:ietf:params:oauth:request_uri:"
LONGEST_AGAIN = 3072
AGAIN = re.compile(r"[A-Za-z0-9%&=+._*~-]+")


@dataclass(frozen=True, slots=True)
class LoginTransaction:
    """A login that has gone upstream, bound to the browser that began it."""

    request: AuthorizationRequest
    expected: ExpectedLogin
    browser_sha256: str
    retry: str


class AuthorizeEndpoint:
    """GET and POST of the authorization endpoint, and the callback."""

    def __init__(
        self,
        settings: GatewaySettings,
        clients: ClientRegistry,
        authorization: Authorization,
        logins: UpstreamLogins,
        picker: PatientPicker,
        consents: Consents,
        pushed: SingleUse[Parameters],
        strangers: Strangers,
        begins: TokenBuckets,
        pages: Pages,
        cookies: CookieNames,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._settings = settings
        self._clients = clients
        self._authorization = authorization
        self._logins = logins
        self._picker = picker
        self._consents = consents
        self._pushed = pushed
        self._strangers = strangers
        self._begins = begins
        self._pages = pages
        self._cookies = cookies
        self._clock = clock
        self._new_id = new_id
        self._transactions: SingleUse[LoginTransaction] = SingleUse(
            settings.limits.pending_requests, settings.limits.pending_per_address
        )

    def routes(self) -> list[Route]:
        """The endpoint's routes."""
        return [
            Route("/oauth/authorize", self.authorize, methods=["GET"]),
            Route("/oauth/authorize", self.authorize_by_post, methods=["POST"]),
            Route("/oauth/callback", self.callback, methods=["GET"]),
            Route("/oauth/patient", self.pick_patient, methods=["POST"]),
            Route("/oauth/consent", self.answer_consent, methods=["POST"]),
        ]

    async def authorize_by_post(self, request: Request) -> Response:
        """Keep the request and answer 303 to a one-time GET: Lax cookies do not travel on a cross-site POST."""
        if not _is_for_a_window(request):
            return self._pages.page(request, "not_in_a_page", status=403)
        if not self._may_begin(request):
            return too_many(request, self._pages, self._begins.retry_after)
        try:
            parameters = await read_form(request, self._settings.limits.form_bytes)
        except InvalidRequest:
            return self._pages.page(request, "request_malformed", status=400)
        if "request_uri" in parameters.values:
            location = self._again(parameters.values)
        else:
            location = self._again(
                {
                    "client_id": parameters.values.get("client_id", ""),
                    "request_uri": push(
                        self._pushed,
                        parameters,
                        self._settings,
                        self._clock,
                        self._new_id,
                        address_of(request),
                    ),
                }
            )
        return RedirectResponse(location, 303, NO_STORE)

    async def authorize(self, request: Request) -> Response:
        """Validate, find the user, answer with a code or send the browser to the identity provider."""
        if not _is_for_a_window(request):
            return self._pages.page(request, "not_in_a_page", status=403)
        try:
            parameters = self._unfolded(parse_parameters(request.scope["query_string"]))
            asked = validate(parameters, self._clients, self._settings.fhir_base)
            permission = self._authorization.permission(
                asked,
                read_cookie(request, self._cookies.pane),
                read_cookie(request, self._cookies.session),
            )
            if permission is not None:
                return self._grant(request, asked, permission)
            if "none" in asked.prompt:
                raise asked.refused("login_required", "nobody is signed in here")
            retry = self._again(parameters.values)
            if not self._may_begin(request):
                return too_many(request, self._pages, self._begins.retry_after, retry)
            return await self._send_upstream(request, asked, retry)
        except UnregisteredRedirect as unregistered:
            return self._pages.page(
                request, unregistered.text_key, status=400, reference=unregistered.text_key
            )
        except InvalidRequest:
            return self._pages.page(request, "request_malformed", status=400)
        except AuthorizationRefused as refused:
            return self._refusal(refused)

    async def callback(self, request: Request) -> Response:
        """The identity provider sends the browser back; a new session begins."""
        try:
            query = parse_parameters(request.scope["query_string"])
            query.refuse_repeated()
            transaction = self._transactions.take(query.need("state"), self._clock.now())
        except InvalidRequest:
            transaction = None
        browser = read_cookie(request, self._cookies.browser)
        if transaction is None or browser is None or cookie_digest(browser) != transaction.browser_sha256:
            return self._pages.page(request, "login_unknown", status=400, retry=self._begun(request))
        asked = transaction.request
        try:
            session, cookie = await self._logins.complete(query.values, transaction.expected)
        except LoginFailed as failed:
            if failed.denied:
                return self._refusal(asked.refused("access_denied", "the login was cancelled"))
            return self._failure(request, failed, transaction.retry)
        except UpstreamUnavailable:
            return self._pages.page(request, "record_unavailable", status=503, retry=transaction.retry)
        return self._signed_in(request, asked, session, cookie)

    async def pick_patient(self, request: Request) -> Response:
        """A search in the picker, or the choice (SAL-20)."""
        if _is_from_elsewhere(request):
            return self._pages.page(request, "request_malformed", status=403)
        try:
            form = await read_form(request, self._settings.limits.form_bytes)
            return await self._picker.answer(request, form, self._grant_for_choice)
        except InvalidRequest:
            return self._pages.page(request, "request_malformed", status=400)
        except UpstreamUnavailable:
            return self._pages.page(request, "record_unavailable", status=503)
        except AuthorizationRefused as refused:
            return self._refusal(refused)

    async def answer_consent(self, request: Request) -> Response:
        """Yes or no to what the consent page asked (SAL-19)."""
        if _is_from_elsewhere(request):
            return self._pages.page(request, "request_malformed", status=403)
        try:
            form = await read_form(request, self._settings.limits.form_bytes)
            return self._granted(self._consents.answered(request, form))
        except InvalidRequest:
            return self._pages.page(request, "request_malformed", status=400)
        except AuthorizationRefused as refused:
            return self._refusal(refused)

    def _signed_in(
        self, request: Request, asked: AuthorizationRequest, session: UserSession, cookie: str
    ) -> Response:
        try:
            answer = self._grant(request, asked, self._authorization.signed_in(asked, session))
        except AuthorizationRefused as refused:
            answer = self._refusal(refused)
        set_cookie(answer, self._cookies, self._cookies.session, cookie)
        clear_cookie(answer, self._cookies, self._cookies.again)
        return answer

    def _failure(self, request: Request, failed: LoginFailed, retry: str) -> Response:
        return self._pages.page(
            request, failed.text_key, status=failed.status, retry=retry, reference=failed.reference
        )

    def _begun(self, request: Request) -> str | None:
        """Where this browser's latest login begins anew; the query is checked there like any other."""
        query = read_cookie(request, self._cookies.again)
        if query is None or len(query) > LONGEST_AGAIN or AGAIN.fullmatch(query) is None:
            return None
        return f"{self._settings.base_url}/oauth/authorize?{query}"

    def _grant(self, request: Request, asked: AuthorizationRequest, permission: Permission) -> Response:
        if self._authorization.patient_is_missing(asked, permission):
            if "none" in asked.prompt:
                raise asked.refused("interaction_required", "a patient has to be chosen")
            return self._picker.first_page(request, asked, permission.session)
        return self._grant_if_allowed(request, Question(asked, permission, None))

    def _grant_for_choice(
        self, request: Request, asked: AuthorizationRequest, session: UserSession, chosen: LaunchTicket
    ) -> Response:
        return self._grant_if_allowed(request, Question(asked, Permission(session), chosen))

    def _grant_if_allowed(self, request: Request, question: Question) -> Response:
        if self._consents.is_missing(question.asked, question.permission):
            if "none" in question.asked.prompt:
                raise question.asked.refused("consent_required", "the user has to be asked")
            return self._consents.page(request, question)
        return self._granted(question)

    def _granted(self, question: Question) -> Response:
        asked = question.asked
        return self._with_code(
            asked, self._authorization.code_for(asked, question.permission, question.chosen)
        )

    def _with_code(self, asked: AuthorizationRequest, code: str) -> Response:
        answer = {"code": code, "state": asked.state, "iss": self._settings.base_url}
        return redirect_to(asked.redirect_uri, dict(answer))

    def _refusal(self, refused: AuthorizationRefused) -> Response:
        answer = {
            "error": refused.code,
            "error_description": refused.description,
            "state": refused.state,
            "iss": self._settings.base_url,
        }
        return redirect_to(refused.redirect_uri, answer)

    async def _send_upstream(self, request: Request, asked: AuthorizationRequest, retry: str) -> Response:
        locked = self._logins.is_locked(read_cookie(request, self._cookies.session))
        demanded = "login" in asked.prompt or asked.max_age is not None or asked.client.login_each_time
        fresh = demanded or locked
        now = self._clock.now()
        expected = ExpectedLogin(
            state=self._new_id(),
            nonce=self._new_id(),
            verifier=self._new_id() + self._new_id(),
            redirect_uri=self._settings.base_url + "/oauth/callback",
            authenticated_after=now if fresh else None,
        )
        try:
            location = await self._logins.begin(expected, fresh)
        except LoginFailed as failed:
            return self._failure(request, failed, retry)
        browser = read_cookie(request, self._cookies.browser) or self._new_id()
        transaction = LoginTransaction(asked, expected, cookie_digest(browser), retry)
        life = self._settings.life("login_seconds")
        self._transactions.put(expected.state, transaction, now, life, address_of(request))
        answer = RedirectResponse(location, 302, NO_STORE)
        set_cookie(answer, self._cookies, self._cookies.browser, browser)
        query = retry.partition("?")[2]
        if len(query) <= LONGEST_AGAIN:
            set_cookie(answer, self._cookies, self._cookies.again, query)
        return answer

    def _may_begin(self, request: Request) -> bool:
        """False for somebody without a session whose address has begun too many logins just now."""
        return self._strangers.is_signed_in(request) or self._begins.take(address_of(request))

    def _unfolded(self, parameters: Parameters) -> Parameters:
        """The parameters behind a ``request_uri`` of ours, taken once (RFC 9126 4)."""
        uri = parameters.values.get("request_uri", "")
        if not uri.startswith(REQUEST_URI):
            return parameters
        client_id = parameters.need("client_id")
        if "request_uri" in parameters.repeated:
            raise InvalidRequest("request_uri is repeated")
        pushed = self._pushed.take(uri.removeprefix(REQUEST_URI), self._clock.now())
        if pushed is None or pushed.values.get("client_id") != client_id:
            raise InvalidRequest("request_uri is unknown, used or expired")
        return pushed

    def _again(self, values: Mapping[str, str]) -> str:
        query = urlencode(list(values.items()), errors="surrogateescape")
        return f"{self._settings.base_url}/oauth/authorize?{query}"


def _is_for_a_window(request: Request) -> bool:
    """False where a page asks for it as an image, a frame or by script: a login is something that a person sees.

    Clients and browsers that do not say what for (Fetch Metadata, ``Sec-Fetch-Dest``) are let through.
    """
    return request.headers.get("sec-fetch-dest", "document") == "document"


def _is_from_elsewhere(request: Request) -> bool:
    """True when a page of another site posts the form of one of ours (``Sec-Fetch-Site``)."""
    return request.headers.get("sec-fetch-site") == "cross-site"


def push(
    pushed: SingleUse[Parameters],
    parameters: Parameters,
    settings: GatewaySettings,
    clock: Clock,
    new_id: NewId,
    owner: str,
) -> str:
    """Keep a request for one use and return its ``request_uri``; ``owner`` is the address that it came from."""
    reference = new_id()
    pushed.put(reference, parameters, clock.now(), settings.life("pushed_request_seconds"), owner)
    return REQUEST_URI + reference


def redirect_to(uri: str, parameters: Mapping[str, str | None]) -> Response:
    """A 302 that keeps every byte of the parameters; Starlette's own would quote the URI once more."""
    headers = {**NO_STORE, "location": with_query(uri, parameters), "referrer-policy": "no-referrer"}
    return Response(None, 302, headers)
