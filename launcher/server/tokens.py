"""Access tokens: issued from a grant, and turned back into it (``AccessTokens`` of the dependencies)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from launcher.oauth.claims import access_token_claims, grant_of, id_token_claims
from launcher.oauth.model import GatewayState, Grant, UserSession
from launcher.oauth.signing import SigningKeys
from launcher.server.dependencies import Clock, GatewaySettings, NewId
from launcher.server.errors import InvalidToken, SessionLocked
from launcher.server.sessions import SessionKeeper
from launcher.smart.launch_context import context_members
from launcher.smart.web_messaging import messaging_members

REMEMBERED_SIGNATURES = 2048


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token whose signature was checked; everything else is checked at each use."""

    jti: str
    grant_id: str
    scopes: tuple[str, ...]
    expires_at: int
    issued_at: int
    key: str | None = None


def token_type(key: str | None) -> str:
    """How a token is presented (SAL-23, RFC 9449 5)."""
    return "Bearer" if key is None else "DPoP"


class TokenIssuer:
    """Writes the answer of the token endpoint (SAL-23, SAL-28)."""

    def __init__(self, settings: GatewaySettings, keys: SigningKeys, clock: Clock, new_id: NewId) -> None:
        self._settings = settings
        self._keys = keys
        self._clock = clock
        self._new_id = new_id

    def backend_answer(self, grant: Grant) -> dict[str, Any]:
        """The token response of a backend service: no context, no id_token, no refresh token (SAL-63).

        The token is bound to the grant's key, if it has one.
        """
        life = self._settings.life("backend_token_seconds")
        return {
            "access_token": self._access_token(grant, grant.client_id, grant.scopes, life),
            "token_type": token_type(grant.key),
            "expires_in": int(life.total_seconds()),
            "scope": " ".join(grant.scopes),
        }

    def token_of_a_moment(self, grant: Grant, session: UserSession, life: timedelta) -> str:
        """An access token of a grant for this process itself; not for a grant that is bound to a key."""
        return self._access_token(grant, session.sub, grant.scopes, life)

    def _access_token(self, grant: Grant, subject: str, scopes: Sequence[str], life: timedelta) -> str:
        claims = access_token_claims(
            grant,
            subject,
            scopes,
            issuer=self._settings.base_url,
            audience=self._settings.fhir_base,
            token_id=self._new_id(),
            now=self._clock.now(),
            life=life,
            key=grant.key,
        )
        return self._keys.sign(claims, "at+jwt")

    def answer(
        self,
        grant: Grant,
        session: UserSession,
        scopes: Sequence[str],
        refresh_token: str | None,
        *,
        first: bool,
    ) -> dict[str, Any]:
        """The JSON of a token response; ``first`` for a redeemed code, whose id_token carries the nonce."""
        now = self._clock.now()
        limits = self._settings.limits
        life = self._settings.life("access_token_seconds")
        answer: dict[str, Any] = {
            "access_token": self._access_token(grant, session.sub, scopes, life),
            "token_type": token_type(grant.key),
            "expires_in": limits.access_token_seconds,
            "scope": " ".join(scopes),
            **context_members(grant, self._settings.hub_url),
            **messaging_members(grant, scopes, self._settings.base_url),
        }
        if refresh_token is not None:
            answer["refresh_token"] = refresh_token
        if "openid" in scopes:
            about = grant if first else replace(grant, nonce=None)
            life = self._settings.life("id_token_seconds")
            id_claims = id_token_claims(about, session, issuer=self._settings.base_url, now=now, life=life)
            answer["id_token"] = self._keys.sign(id_claims, "JWT")
        return answer


class TokenVerifier:
    """Implements ``AccessTokens``: signature once per token, state of grant and session at every use.

    ``proven`` is the scheme under which ``PossessionGate`` passes key-bound tokens on; a secret of this process.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        keys: SigningKeys,
        state: GatewayState,
        sessions: SessionKeeper,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self.proven = new_id()
        self._settings = settings
        self._keys = keys
        self._state = state
        self._sessions = sessions
        self._clock = clock
        self._seen: dict[bytes, AccessToken] = {}

    def verify(self, authorization_header: str | None) -> Grant:
        """The grant behind a bearer token; raises ``InvalidToken`` or ``SessionLocked``.

        A token that a refresh narrowed gives a copy of the grant with the narrower scopes.
        """
        grant, session = self.grant_and_session(self.bearer(authorization_header))
        if session is not None and session.locked_at is not None:
            raise SessionLocked(self._settings.limits.lock_retry_after_seconds)
        return grant

    def verify_for_session_calls(self, authorization_header: str | None) -> Grant:
        """As :meth:`verify`, but also while locked: the shell must be able to unlock (DESIGN section 5)."""
        return self.grant_and_session(self.bearer(authorization_header))[0]

    def bearer(self, authorization_header: str | None) -> AccessToken:
        """The token in the header, its signature checked; raises ``InvalidToken``."""
        if authorization_header is None:
            raise InvalidToken("no access token")
        scheme, _, token = authorization_header.partition(" ")
        proven = scheme == self.proven
        if not token or not (proven or scheme.lower() == "bearer"):
            raise InvalidToken("the Authorization header holds no bearer token")
        found = self.access_token(token.strip())
        if (found.key is not None) != proven:
            raise InvalidToken("a token that is bound to a key needs its proof, and no other does")
        return found

    def access_token(self, token: str) -> AccessToken:
        """A token of ours, signature and audience checked; raises ``InvalidToken``."""
        digest = hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
        seen = self._seen.get(digest)
        if seen is None:
            seen = self._read(token)
            if len(self._seen) >= REMEMBERED_SIGNATURES:
                del self._seen[next(iter(self._seen))]
            self._seen[digest] = seen
        return seen

    def grant_and_session(self, token: AccessToken) -> tuple[Grant, UserSession | None]:
        """The live grant of a token that has neither expired nor been revoked, and its session, if it has one."""
        grant = self._state.grants.get(token.grant_id)
        if grant is None or grant.ended or token.jti in self._sessions.revoked:
            raise InvalidToken("the token was revoked")
        session = self._sessions.session_of_grant(grant)
        if session is None and grant.sid is not None:
            raise InvalidToken("the session has ended")
        moment = (session.locked_at if session is not None else None) or self._clock.now()
        if token.expires_at <= moment.timestamp():
            raise InvalidToken("the token has expired")
        if token.scopes == grant.scopes:
            return grant, session
        scopes = tuple(scope for scope in token.scopes if scope in grant.scopes)
        return replace(grant, scopes=scopes), session

    def expiry(self, token: AccessToken) -> datetime:
        """When the token expires."""
        return datetime.fromtimestamp(token.expires_at, self._clock.now().tzinfo)

    def _read(self, token: str) -> AccessToken:
        claims = self._keys.verified_claims(token, "at+jwt")
        if claims is None:
            raise InvalidToken("the token is not one of this gateway")
        if claims.get("iss") != self._settings.base_url or claims.get("aud") != self._settings.fhir_base:
            raise InvalidToken("the token is for another server")
        return AccessToken(
            jti=claims["jti"],
            grant_id=grant_of(claims["jti"]),
            scopes=tuple(claims["scope"].split()),
            expires_at=int(claims["exp"]),
            issued_at=int(claims["iat"]),
            key=(claims.get("cnf") or {}).get("jkt"),
        )
