"""The shell's own login: a SMART standalone launch with PKCE, and tokens that renew unseen (SAL-16, SAL-47, SAL-50)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from shell.gateway_client.errors import (
    GatewayError,
    GatewayUnreachable,
    NotSignedIn,
    Refused,
    SourceUnavailable,
)

if TYPE_CHECKING:  # the sign-in page needs no HTTP client of ours
    import httpx2

SCOPE = "openid fhirUser online_access user/*.rs fhircast/*.*"
RENEW_BEFORE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """One authorization request: where to send the login page, and what its answer is checked against."""

    url: str
    redirect_uri: str
    state: str
    code_verifier: str

    def code_from(self, callback_url: str) -> str:
        """The code in a callback URL; raises Refused for an error answer or a foreign ``state`` (SAL-17)."""
        query = parse_qs(urlsplit(callback_url).query, keep_blank_values=True)
        if query.get("state") != [self.state]:
            raise Refused(400, "the answer belongs to another login")
        if "error" in query or len(query.get("code", [])) != 1:
            raise Refused(400, query.get("error", ["no code"])[0])
        return query["code"][0]


def authorization_request(
    base_url: str, client_id: str, *, prompt: str | None = None
) -> AuthorizationRequest:
    """A fresh request with PKCE S256; the callback is recognised in the login page and never loaded."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    state = secrets.token_urlsafe(24)
    redirect_uri = f"{base_url}/callback"
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": SCOPE,
        "state": state,
        "nonce": secrets.token_urlsafe(24),
        "aud": f"{base_url}/fhir",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    if prompt:
        query["prompt"] = prompt
    return AuthorizationRequest(
        f"{base_url}/oauth/authorize?{urlencode(query)}", redirect_uri, state, verifier
    )


class ShellTokens:
    """The shell's access and refresh token, in memory only; renewed before they end, one renewal at a time."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        client_id: str,
        client_secret: str,
        monotonic: Callable[[], float],
    ) -> None:
        import httpx2

        self._http = http
        self._auth = httpx2.BasicAuth(client_id, client_secret)
        self._monotonic = monotonic
        self._access_token: str | None = None
        self._refresh_token: str | None = None
        self._id_token: str | None = None
        self._good_until = 0.0
        self._renewing = asyncio.Lock()

    @property
    def id_token(self) -> str | None:
        return self._id_token

    async def redeem(self, request: AuthorizationRequest, code: str) -> None:
        """Exchange the code; raises GatewayError kinds."""
        await self._ask(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": request.redirect_uri,
                "code_verifier": request.code_verifier,
            }
        )

    async def access_token(self) -> str:
        """A token with at least RENEW_BEFORE_SECONDS of life; raises NotSignedIn."""
        if self._access_token is None:
            raise NotSignedIn("no login")
        token = self._access_token
        if self._monotonic() > self._good_until - RENEW_BEFORE_SECONDS:
            try:
                await self.renew(token)
            except (SourceUnavailable, GatewayUnreachable):
                return token  # a locked session renews nothing, and takes the old token for unlocking
        return self._access_token or token

    async def renew(self, stale: str) -> None:
        """Renew unless somebody else has just renewed the ``stale`` token."""
        async with self._renewing:
            if self._access_token != stale:
                return
            if self._refresh_token is None:
                raise NotSignedIn("no refresh token")
            await self._ask({"grant_type": "refresh_token", "refresh_token": self._refresh_token})

    def forget(self) -> None:
        self._access_token = self._refresh_token = self._id_token = None

    async def _ask(self, form: dict[str, str]) -> None:
        import httpx2

        for attempt in (1, 2):  # a lost answer may be asked for again within 10 s (SAL-50 with our exception)
            try:
                answer = await self._http.post("/oauth/token", data=form, auth=self._auth)
                break
            except httpx2.TransportError as error:
                if attempt == 2 or form["grant_type"] != "refresh_token":
                    raise GatewayUnreachable(type(error).__name__) from error
        if answer.status_code != 200:
            raise self._refusal(answer)
        body: dict[str, Any] = answer.json()
        self._access_token = body["access_token"]
        self._refresh_token = body.get("refresh_token", self._refresh_token)
        self._id_token = body.get("id_token", self._id_token)
        self._good_until = self._monotonic() + float(body["expires_in"])

    @staticmethod
    def _refusal(answer: httpx2.Response) -> GatewayError:
        if answer.status_code >= 500:
            return SourceUnavailable(str(answer.status_code))
        try:
            code = str(answer.json().get("error", ""))
        except ValueError:
            code = ""
        return NotSignedIn(code) if code == "invalid_grant" else Refused(answer.status_code, code)
