"""The token endpoint's two grants: authorization_code and refresh_token, each redeemed once (RFC 6749, RFC 9700)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc7636.challenge import CODE_VERIFIER_PATTERN, create_s256_code_challenge

from launcher.sandbox.identity.errors import ProtocolError
from launcher.sandbox.identity.model import (
    Authentication,
    AuthorizationRequest,
    Clock,
    Code,
    NewId,
    ProviderClient,
    ProviderLimits,
    RefreshGrant,
    RotatedToken,
)
from launcher.sandbox.identity.store import ProviderStore
from launcher.sandbox.identity.tokens import TokenMaker


class Grants:
    """Turns codes and refresh tokens into tokens."""

    def __init__(
        self, store: ProviderStore, tokens: TokenMaker, clock: Clock, new_id: NewId, limits: ProviderLimits
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._clock = clock
        self._new_id = new_id
        self._limits = limits

    def new_code(self, request: AuthorizationRequest, authentication: Authentication) -> str:
        """A fresh authorization code for a checked request and a signed-in user."""
        code = self._new_id()
        self._store.codes.put(code, Code(request, authentication, self._new_id()))
        return code

    def redeem_code(self, client: ProviderClient, form: Mapping[str, str]) -> dict[str, Any]:
        """The token answer for a code; a code used twice ends what the first use gave (RFC 6749 section 4.1.2).

        Raises ProtocolError ``invalid_grant`` or ``invalid_request``.
        """
        value = form.get("code")
        if value is None:
            raise ProtocolError("invalid_request", "code is missing")
        code = self._store.codes.take(value)
        if code is None:
            spent = self._store.spent_codes.get(value)
            if spent is not None:
                self._store.ended_grants.put(spent, True)
            raise ProtocolError("invalid_grant", "the code is unknown, used or too old")
        self._store.spent_codes.put(value, code.grant)
        request = code.request
        if request.client.client_id != client.client_id:
            raise ProtocolError("invalid_grant", "the code is of another client")
        if form.get("redirect_uri") != request.redirect_uri:
            raise ProtocolError("invalid_grant", "redirect_uri is not that of the authorization request")
        if not _verifier_fits(form.get("code_verifier", ""), request.code_challenge):
            raise ProtocolError("invalid_grant", "code_verifier does not fit")
        self._refuse_ended(code.grant, code.authentication, None)
        answer, _ = self._answer(
            RefreshGrant(code.grant, client.client_id, request.scopes, code.authentication),
            request.scopes,
            nonce=request.nonce,
        )
        return answer

    def refresh(self, client: ProviderClient, form: Mapping[str, str]) -> dict[str, Any]:
        """The token answer for a refresh token, which is replaced by a new one.

        A used one may be repeated for some seconds by the same client while its successor is unused and gets the
        identical answer; any other second use ends the whole grant (SAL-50). Raises ProtocolError.
        """
        value = form.get("refresh_token")
        if value is None:
            raise ProtocolError("invalid_request", "refresh_token is missing")
        scope = form.get("scope")
        known = self._store.refresh.get(value)
        if known is None:
            return self._repeated(client, value, scope)
        if known.client_id != client.client_id:
            raise ProtocolError("invalid_grant", "the refresh token is of another client")
        scopes = known.scopes if scope is None else tuple(dict.fromkeys(scope.split()))
        if not set(scopes) <= set(known.scopes):
            raise ProtocolError("invalid_scope", "scope is wider than what was granted")
        self._refuse_ended(known.grant, known.authentication, client)
        grant = self._store.refresh.take(value)
        if grant is None:
            raise ProtocolError("invalid_grant", "the refresh token has been used")
        answer, successor = self._answer(grant, scopes, nonce=None)
        repeat_until = self._clock.monotonic() + self._limits.refresh_repeat_seconds
        self._store.rotated.put(
            value, RotatedToken(grant.grant, client.client_id, repeat_until, successor, scope, answer)
        )
        return answer

    def for_itself(self, client: ProviderClient) -> dict[str, Any]:
        """A token without a user, for a client with a key of its own (RFC 6749 section 4.4). Raises ProtocolError."""
        if client.token_endpoint_auth_method != "private_key_jwt":
            raise ProtocolError("unauthorized_client", "client_credentials needs a client with a key")
        return {
            "access_token": self._tokens.own_access_token(client.client_id),
            "token_type": "Bearer",
            "expires_in": self._limits.access_token_seconds,
            "scope": "",
        }

    def _repeated(self, client: ProviderClient, value: str, scope: str | None) -> dict[str, Any]:
        rotated = self._store.rotated.get(value)
        if rotated is None or rotated.client_id != client.client_id:
            raise ProtocolError("invalid_grant", "the refresh token is unknown or too old")
        successor = self._store.refresh.get(rotated.successor)
        in_time = self._clock.monotonic() < rotated.repeat_until
        if successor is not None and in_time and scope == rotated.scope_asked:
            self._refuse_ended(successor.grant, successor.authentication, client)
            return rotated.answer
        self._store.ended_grants.put(rotated.grant, True)
        raise ProtocolError("invalid_grant", "the refresh token was used twice: the grant has ended")

    def _refuse_ended(
        self, grant: str, authentication: Authentication, refreshing: ProviderClient | None
    ) -> None:
        outlives = refreshing is not None and refreshing.offline
        ended = self._store.ended_sessions.get(authentication.sid) and not outlives
        if ended or self._store.ended_grants.get(grant):
            raise ProtocolError("invalid_grant", "the user has logged out or the grant has ended")

    def _answer(
        self, grant: RefreshGrant, scopes: tuple[str, ...], *, nonce: str | None
    ) -> tuple[dict[str, Any], str]:
        access_token = self._tokens.access_token(grant.client_id, grant.authentication, scopes)
        answer: dict[str, Any] = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": self._limits.access_token_seconds,
            "scope": " ".join(scopes),
            "id_token": self._tokens.id_token(
                grant.client_id, grant.authentication, scopes, nonce, access_token
            ),
        }
        successor = ""
        if "offline_access" in grant.scopes:
            successor = self._new_id()
            self._store.refresh.put(successor, grant)
            answer["refresh_token"] = successor
            answer["rt_expires_in"] = self._limits.refresh_token_seconds
        return answer, successor


def _verifier_fits(verifier: str, challenge: str) -> bool:
    if not CODE_VERIFIER_PATTERN.match(verifier):
        return False
    made: str = create_s256_code_challenge(verifier)  # type: ignore[no-untyped-call]
    return made == challenge
