"""The gateway as a client of the organisation's identity provider: HelseID, the sandbox's, or any other OIDC one.

``begin`` makes the URL for the browser, ``complete`` turns the answer into a login, ``refresh`` renews it,
``end_session_url`` ends it. Upstream tokens stay in the gateway.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ssl
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from launcher.upstream.identity_client import ClientProof
from launcher.upstream.identity_discovery import ProviderDirectory, ProviderMetadata
from launcher.upstream.identity_errors import (
    LoginMismatch,
    LoginRefused,
    ProviderMisbehaved,
    ProviderUnavailable,
    RefreshRefused,
    RegistrationWrong,
    UpstreamIdentityError,
)
from launcher.upstream.identity_http import Answer, ProviderCalls
from launcher.upstream.identity_model import (
    Clock,
    ExpectedLogin,
    IdentityLimits,
    NewId,
    UpstreamIdentitySettings,
    UpstreamLogin,
)
from launcher.upstream.identity_tokens import IdTokenCheck, IdTokenExpectation

__all__ = [
    "ExpectedLogin",
    "IdentityLimits",
    "LoginMismatch",
    "LoginRefused",
    "ProviderMisbehaved",
    "ProviderUnavailable",
    "RefreshRefused",
    "RegistrationWrong",
    "UpstreamIdentity",
    "UpstreamIdentityError",
    "UpstreamIdentitySettings",
    "UpstreamLogin",
]

HPR_CLAIM = "helseid://claims/hpr/hpr_number"
OUR_FAULT = frozenset(
    {"invalid_client", "unauthorized_client", "invalid_request", "invalid_scope", "unsupported_grant_type",
     "unsupported_response_type", "invalid_target", "invalid_request_object", "request_not_supported"}
)  # fmt: skip
"""Error codes that say that the gateway is set up wrongly, not that this user may not in."""
TEMPORARY = frozenset({"temporarily_unavailable", "server_error", "slow_down"})


class UpstreamIdentity:
    """One identity provider as the gateway sees it; safe for many logins at once."""

    def __init__(
        self,
        settings: UpstreamIdentitySettings,
        clock: Clock,
        new_id: NewId,
        *,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        tls = settings.issuer.startswith("https://")
        self._calls = ProviderCalls(settings.limits, ssl_context, tls=tls)
        self._directory = ProviderDirectory(settings.issuer, self._calls, clock, settings.limits)
        self._proof = ClientProof(settings, clock, new_id)
        self._id_tokens = IdTokenCheck(settings.client_id, self._directory, clock, settings.limits)

    @property
    def issuer(self) -> str:
        """The issuer that every login of this object is of."""
        return self._settings.issuer

    async def close(self) -> None:
        """Close the connections."""
        await self._calls.close()

    async def begin(
        self,
        state: str,
        nonce: str,
        verifier: str,
        redirect_uri: str,
        prompt: str | None = None,
        login_hint: str | None = None,
        *,
        max_age: int | None = None,
        ui_locales: str | None = None,
        id_token_hint: str | None = None,
    ) -> str:
        """The URL that the browser is sent to; with PAR it holds only client_id and request_uri (HID-05).

        ``verifier`` is the PKCE code verifier (43-128 characters). Raises UpstreamIdentityError.
        """
        metadata = await self._directory.metadata()
        optional = {
            "prompt": prompt,
            "login_hint": login_hint,
            "max_age": None if max_age is None else str(max_age),
            "ui_locales": ui_locales,
            "id_token_hint": id_token_hint,
            "resource": self._settings.resource,
        }
        parameters = {
            "client_id": self._settings.client_id,
            "response_type": "code",
            "redirect_uri": redirect_uri,
            "scope": self._settings.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
            **{name: value for name, value in optional.items() if value is not None},
        }
        endpoint = metadata.pushed_authorization_request_endpoint
        if endpoint is not None:
            reference = await self._push(endpoint, metadata, parameters)
            parameters = {"client_id": self._settings.client_id, "request_uri": reference}
        return _with_query(metadata.authorization_endpoint, parameters)

    async def complete(self, query: Mapping[str, str], expected: ExpectedLogin) -> UpstreamLogin:
        """Turn the browser's answer into a login: state and issuer (RFC 9207) first, then code, then id_token.

        Raises LoginMismatch (not the answer to this login), LoginRefused (the provider said no), ProviderMisbehaved,
        ProviderUnavailable or RegistrationWrong.
        """
        metadata = await self._directory.metadata()
        answer = _single(query)
        if not hmac.compare_digest(answer.get("state", "").encode(), expected.state.encode()):
            raise LoginMismatch("the answer is of another login")
        issuer = answer.get("iss")
        if (issuer is None and metadata.answers_with_issuer) or issuer not in (None, metadata.issuer):
            raise LoginMismatch("the answer is of another identity provider")
        if "error" in answer:
            raise _authorize_error(answer["error"])
        code = answer.get("code")
        if not code:
            raise ProviderMisbehaved("the answer holds neither code nor error")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": expected.redirect_uri,
            "code_verifier": expected.verifier,
        }
        tokens = await self._token_call(metadata, form)
        claims = await self._id_tokens.claims(
            tokens.get("id_token"),
            IdTokenExpectation(
                expected.nonce, expected.sub, _access_token(tokens), expected.authenticated_after
            ),
        )
        completed = await self._with_userinfo(metadata, claims, _access_token(tokens))
        return self._login(tokens, completed, None)

    async def refresh(self, login: UpstreamLogin) -> UpstreamLogin:
        """A login with a fresh access token and, where the provider rotates, a fresh refresh token.

        Raises RefreshRefused (sign in again), ProviderUnavailable (try again later) or another
        UpstreamIdentityError.
        """
        if login.refresh_token is None:
            raise RefreshRefused("the identity provider gave no refresh token")
        metadata = await self._directory.metadata()
        form = {"grant_type": "refresh_token", "refresh_token": login.refresh_token}
        tokens = await self._token_call(metadata, form)
        claims = dict(login.claims)
        if tokens.get("id_token") is not None:
            expectation = IdTokenExpectation(None, login.sub, _access_token(tokens))
            claims.update(await self._id_tokens.claims(tokens["id_token"], expectation))
        return self._login(tokens, {**claims, "sub": login.sub}, login)

    async def own_token(self) -> UpstreamLogin:
        """An access token of the gateway itself (client credentials): no user stands behind it.

        Raises UpstreamIdentityError when the provider gives none.
        """
        metadata = await self._directory.metadata()
        tokens = await self._token_call(metadata, {"grant_type": "client_credentials"})
        return self._login(tokens, {"sub": self._settings.client_id}, None)

    async def end_session_url(
        self, id_token: str | None, post_logout_redirect_uri: str | None = None, state: str | None = None
    ) -> str | None:
        """Where the browser ends the provider's own session (HID-17); None when the provider offers no such place."""
        metadata = await self._directory.metadata()
        if metadata.end_session_endpoint is None:
            return None
        parameters = {"client_id": self._settings.client_id}
        if id_token is not None:
            parameters["id_token_hint"] = id_token
        if post_logout_redirect_uri is not None:
            parameters["post_logout_redirect_uri"] = post_logout_redirect_uri
            if state is not None:
                parameters["state"] = state
        return _with_query(metadata.end_session_endpoint, parameters)

    async def _push(self, endpoint: str, metadata: ProviderMetadata, parameters: Mapping[str, str]) -> str:
        proof, headers = self._proof.for_call(metadata)
        answer = await self._calls.post(endpoint, {**parameters, **proof}, headers)
        if answer.status not in (200, 201):
            raise _call_error(answer)
        reference = (answer.body or {}).get("request_uri")
        if not isinstance(reference, str) or not reference:
            raise ProviderMisbehaved("the pushed request was answered without request_uri")
        return reference

    async def _token_call(self, metadata: ProviderMetadata, form: Mapping[str, str]) -> dict[str, Any]:
        proof, headers = self._proof.for_call(metadata)
        resource = {} if self._settings.resource is None else {"resource": self._settings.resource}
        answer = await self._calls.post(metadata.token_endpoint, {**form, **resource, **proof}, headers)
        if answer.status != 200:
            raise _call_error(answer, form["grant_type"])
        body = answer.body or {}
        if str(body.get("token_type", "")).lower() != "bearer" or not _access_token(body):
            raise ProviderMisbehaved("the token answer holds no bearer token")
        return body

    async def _with_userinfo(
        self, metadata: ProviderMetadata, claims: dict[str, Any], access_token: str
    ) -> dict[str, Any]:
        """Claims completed from userinfo where the id_token is thin; a token that is for an API only gets none."""
        if metadata.userinfo_endpoint is None or ("name" in claims and HPR_CLAIM in claims):
            return claims
        headers = {"Authorization": f"Bearer {access_token}"}
        answer = await self._calls.get(metadata.userinfo_endpoint, headers)
        if answer.status != 200 or answer.body is None:
            return claims
        if answer.body.get("sub") != claims["sub"]:
            raise ProviderMisbehaved("userinfo is of another user")
        return {**answer.body, **claims}

    def _login(
        self, tokens: Mapping[str, Any], claims: Mapping[str, Any], before: UpstreamLogin | None
    ) -> UpstreamLogin:
        refresh_token = tokens.get("refresh_token")
        if refresh_token is not None and not isinstance(refresh_token, str):
            raise ProviderMisbehaved("the refresh token is no text")
        life = _seconds(tokens.get("expires_in"), self._settings.limits.default_token_seconds)
        id_token = tokens.get("id_token")
        return UpstreamLogin(
            sub=str(claims["sub"]),
            issuer=self._settings.issuer,
            claims=claims,
            access_token=_access_token(tokens),
            refresh_token=refresh_token or (before.refresh_token if before else None),
            id_token=id_token if isinstance(id_token, str) else (before.id_token if before else None),
            expires_at=self._clock.now() + timedelta(seconds=life),
        )


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _with_query(endpoint: str, parameters: Mapping[str, str]) -> str:
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(parameters)}"


def _single(query: Mapping[str, str]) -> dict[str, str]:
    """The answer's parameters, each once; a repeated one is refused (RFC 6749 section 3.1)."""
    multi_items = getattr(query, "multi_items", None)
    pairs: Iterable[tuple[str, str]] = multi_items() if callable(multi_items) else query.items()
    answer: dict[str, str] = {}
    for name, value in pairs:
        if name in answer:
            raise LoginMismatch("the answer repeats a parameter")
        answer[name] = value
    return answer


def _access_token(tokens: Mapping[str, Any]) -> str:
    value = tokens.get("access_token")
    return value if isinstance(value, str) else ""


def _seconds(value: object, default: int) -> int:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 10**9:
        return int(value)
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return int(value)
    return default


def _authorize_error(code: str) -> UpstreamIdentityError:
    if code in TEMPORARY:
        return ProviderUnavailable(f"the identity provider answered {code}")
    if code in OUR_FAULT:
        return RegistrationWrong(f"the identity provider refused the request: {code}", code)
    return LoginRefused(_word(code))


def _call_error(answer: Answer, grant_type: str | None = None) -> UpstreamIdentityError:
    code = _word(str((answer.body or {}).get("error", f"status {answer.status}")))
    if answer.status == 429 or code in TEMPORARY:
        return ProviderUnavailable(f"the identity provider answered {code}")
    if code == "invalid_grant":
        if grant_type == "refresh_token":
            return RefreshRefused("the identity provider ended the login")
        return LoginMismatch("the identity provider does not know this code")
    if code in OUR_FAULT:
        return RegistrationWrong(f"the identity provider refused the gateway: {code}", code)
    return ProviderMisbehaved(f"the identity provider answered {code}")


def _word(code: str) -> str:
    """An error code as it may be logged: printable, short."""
    return "".join(sign for sign in code[:60] if sign.isascii() and (sign.isalnum() or sign in "_- "))
