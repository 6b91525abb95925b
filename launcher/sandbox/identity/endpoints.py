"""The provider's other endpoints: PAR, token, userinfo, keys, discovery, end-session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from launcher.sandbox.identity.authorize import AuthorizeEndpoint
from launcher.sandbox.identity.clients import KEY_TYPES, ClientAuthentication
from launcher.sandbox.identity.errors import PageError, ProtocolError
from launcher.sandbox.identity.grants import Grants
from launcher.sandbox.identity.keys import ALGORITHM, SigningKey
from launcher.sandbox.identity.model import IdentityProviderSettings, ProviderClient
from launcher.sandbox.identity.parameters import form_parameters, single_values
from launcher.sandbox.identity.rendering import Pages
from launcher.sandbox.identity.requests import (
    PROMPTS,
    SCOPES,
    authorization_request,
    check_resource,
    redirect_target,
    with_parameters,
)
from launcher.sandbox.identity.sessions import SESSION_COOKIE, Sessions
from launcher.sandbox.identity.store import ProviderStore
from launcher.sandbox.identity.tokens import TokenMaker, claims_for

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
LOGOUT_PARAMETERS = ("client_id", "post_logout_redirect_uri", "state", "ui_locales")


def discovery_document(issuer: str) -> dict[str, Any]:
    """The metadata of OpenID Connect Discovery 1.0 section 3; what is not served is not named."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "pushed_authorization_request_endpoint": f"{issuer}/par",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "end_session_endpoint": f"{issuer}/endsession",
        "scopes_supported": list(SCOPES),
        "claims_supported": sorted(
            {name for names in SCOPES.values() for name in names} | {"sid", "auth_time", "amr"}
        ),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic", "none"],
        "token_endpoint_auth_signing_alg_values_supported": list(KEY_TYPES),
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": sorted(PROMPTS),
        "ui_locales_supported": ["nb", "en"],
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }


class BackEndpoints:
    """The calls that programs make; answers are JSON and never cached."""

    def __init__(
        self,
        settings: IdentityProviderSettings,
        store: ProviderStore,
        clients: ClientAuthentication,
        keys: SigningKey,
        grants: Grants,
        tokens: TokenMaker,
        authorize: AuthorizeEndpoint,
    ) -> None:
        self._settings = settings
        self._store = store
        self._clients = clients
        self._keys = keys
        self._grants = grants
        self._tokens = tokens
        self._authorize = authorize

    async def discovery(self, request: Request) -> Response:
        """``/.well-known/openid-configuration``."""
        return JSONResponse(
            discovery_document(self._settings.issuer), headers={"Cache-Control": "max-age=3600"}
        )

    async def jwks(self, request: Request) -> Response:
        """The public signing key."""
        return JSONResponse(self._keys.public_jwks(), headers={"Cache-Control": "max-age=3600"})

    async def push(self, request: Request) -> Response:
        """A pushed authorization request (RFC 9126 section 2); checked now, so that mistakes show here."""
        form = await form_parameters(request, self._settings.limits)
        client = self._clients.authenticate(request.headers.get("authorization"), form)
        if "request_uri" in form:
            raise ProtocolError("invalid_request", "request_uri cannot be pushed")
        hidden = ("client_assertion", "client_assertion_type")
        parameters = {name: value for name, value in form.items() if name not in hidden}
        parameters["client_id"] = client.client_id
        try:
            target = redirect_target(client, parameters)
        except PageError as error:
            raise ProtocolError("invalid_request", "redirect_uri is not registered") from error
        settings = self._settings
        authorization_request(target, parameters, self._keys, settings.issuer, settings.audience)
        answer = {
            "request_uri": self._authorize.push(parameters),
            "expires_in": settings.limits.pushed_request_seconds,
        }
        return JSONResponse(answer, status_code=201, headers=NO_STORE)

    async def token(self, request: Request) -> Response:
        """The token endpoint (RFC 6749 section 3.2)."""
        form = await form_parameters(request, self._settings.limits)
        client = self._clients.authenticate(request.headers.get("authorization"), form)
        check_resource(form, self._settings.audience)
        match form.get("grant_type"):
            case "authorization_code":
                answer = self._grants.redeem_code(client, form)
            case "refresh_token":
                answer = self._grants.refresh(client, form)
            case "client_credentials":
                answer = self._grants.for_itself(client)
            case None:
                raise ProtocolError("invalid_request", "grant_type is missing")
            case _:
                raise ProtocolError("unsupported_grant_type", "this grant type is not served")
        return JSONResponse(answer, headers=NO_STORE)

    async def userinfo(self, request: Request) -> Response:
        """Claims of the user behind an access token (OIDC Core 5.3); the token is in the header, never the URL."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        claims = self._tokens.read_access_token(token) if scheme.lower() == "bearer" else None
        user = next((user for user in self._settings.users if claims and user.sub == claims.get("sub")), None)
        if claims is None or user is None or self._store.ended_sessions.get(str(claims.get("sid"))):
            challenge = 'Bearer error="invalid_token"' if token else "Bearer"
            return JSONResponse(
                {"error": "invalid_token"},
                status_code=401,
                headers={**NO_STORE, "WWW-Authenticate": challenge},
            )
        return JSONResponse(claims_for(user, str(claims["scope"]).split()), headers=NO_STORE)


class LogoutEndpoint:
    """``/endsession`` (OpenID Connect RP-Initiated Logout 1.0, HID-17)."""

    def __init__(
        self,
        settings: IdentityProviderSettings,
        clients: ClientAuthentication,
        keys: SigningKey,
        sessions: Sessions,
        pages: Pages,
    ) -> None:
        self._settings = settings
        self._clients = clients
        self._keys = keys
        self._sessions = sessions
        self._pages = pages

    async def get(self, request: Request) -> Response:
        """By link or redirect."""
        try:
            parameters = single_values(request.query_params.multi_items(), self._settings.limits)
        except ProtocolError as error:
            raise PageError("bad-request", detail=error.description) from error
        return self._answer(request, parameters, confirmed=False)

    async def post(self, request: Request) -> Response:
        """By form: a client's, or our own question answered."""
        try:
            parameters = await form_parameters(request, self._settings.limits)
        except ProtocolError as error:
            raise PageError("bad-request", detail=error.description) from error
        cookie = request.cookies.get(SESSION_COOKIE, "")
        token = parameters.pop("csrf_token", None)
        if token is not None and not self._sessions.form_token_fits(token, cookie, "logout"):
            raise PageError("foreign-form", status=403)
        return self._answer(request, parameters, confirmed=token is not None)

    def _answer(self, request: Request, parameters: dict[str, str], *, confirmed: bool) -> Response:
        hinted = self._hinted(parameters)
        client = self._clients.find(hinted["aud"] if hinted else parameters.get("client_id"))
        target = self._target(client, parameters)
        session = self._sessions.current(request)
        if hinted is None and session is not None and not confirmed:
            cookie = request.cookies.get(SESSION_COOKIE, "")
            return self._pages.logout_question(
                request,
                action="/endsession",
                csrf_token=self._sessions.form_token(cookie, "logout"),
                name=session.user.name,
                fields={name: parameters[name] for name in LOGOUT_PARAMETERS if name in parameters},
            )
        ended = str(hinted["sid"]) if hinted else (session.sid if session else None)
        if ended is not None:
            self._sessions.end(ended)
        if target is not None:
            response: Response = RedirectResponse(
                target, status_code=303, headers={"Cache-Control": "no-store"}
            )
        else:
            response = self._pages.logged_out(request, parameters.get("ui_locales"))
        if session is None or session.sid == ended:
            self._sessions.drop_session_cookie(response)
        return response

    def _hinted(self, parameters: Mapping[str, str]) -> dict[str, Any] | None:
        """The claims of ``id_token_hint``, which may have expired; raises PageError ``bad-logout``."""
        hint = parameters.get("id_token_hint")
        if hint is None:
            return None
        claims = self._keys.read(hint, "JWT")
        if claims is None or claims.get("iss") != self._settings.issuer:
            raise PageError("bad-logout")
        if parameters.get("client_id", claims["aud"]) != claims["aud"]:
            raise PageError("bad-logout")
        return claims

    def _target(self, client: ProviderClient | None, parameters: Mapping[str, str]) -> str | None:
        uri = parameters.get("post_logout_redirect_uri")
        if uri is None:
            return None
        if client is None or uri not in client.post_logout_redirect_uris:
            raise PageError("bad-logout-redirect")
        if "state" not in parameters:
            return uri
        return with_parameters(uri, {"state": parameters["state"]})


def protocol_error_answer(error: ProtocolError) -> Response:
    """The JSON of RFC 6749 section 5.2."""
    headers = dict(NO_STORE)
    if error.challenge is not None:
        headers["WWW-Authenticate"] = f'{error.challenge} realm="token"'
    body = {"error": error.code, "error_description": error.description}
    return JSONResponse(body, status_code=error.status, headers=headers)
