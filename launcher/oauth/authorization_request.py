"""Validation of an authorization request, in the one order that is safe (SAL-14, RFC 6749 4.1.2.1).

Client and redirect URI first: while these are not known to belong together, nothing may be redirected anywhere.
Everything after that is reported to the redirect URI with the request's own state.
"""

from __future__ import annotations

from dataclasses import dataclass

from launcher.oauth.errors import AuthorizationRefused, InvalidRequest, OAuthError, UnregisteredRedirect
from launcher.oauth.model import ClientRegistry, RegisteredClient
from launcher.oauth.parameters import Parameters
from launcher.oauth.proof_key import challenge_is_well_formed
from launcher.oauth.redirects import redirect_is_registered

PROMPTS = frozenset({"none", "login", "consent", "select_account"})


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request whose parameters are all in order; ``scopes`` are as asked, not yet granted."""

    client: RegisteredClient
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    code_challenge: str | None
    launch: str | None
    nonce: str | None
    prompt: frozenset[str]
    max_age: int | None
    dpop_jkt: str | None = None

    def refused(self, code: str, description: str) -> AuthorizationRefused:
        """An error of this request that may travel to its redirect URI."""
        return AuthorizationRefused(code, description, redirect_uri=self.redirect_uri, state=self.state)


def checked_client(parameters: Parameters, clients: ClientRegistry) -> tuple[RegisteredClient, str]:
    """Return the client and its redirect URI.

    Raises :class:`UnregisteredRedirect` when they are unknown, unapproved, repeated or do not belong together.
    """
    try:
        client_id = parameters.need("client_id")
        redirect_uri = parameters.need("redirect_uri")
        parameters.get("state")
    except InvalidRequest as malformed:
        raise UnregisteredRedirect("request_malformed") from malformed
    client = clients.find(client_id)
    if client is None:
        raise UnregisteredRedirect("client_unknown")
    if not redirect_is_registered(client, redirect_uri):
        raise UnregisteredRedirect("redirect_unregistered")
    if not client.usable:
        raise UnregisteredRedirect("client_unapproved")
    return client, redirect_uri


def validate(parameters: Parameters, clients: ClientRegistry, fhir_base: str) -> AuthorizationRequest:
    """Validate the whole request.

    Raises :class:`UnregisteredRedirect` (page) or :class:`AuthorizationRefused` (redirect).
    """
    client, redirect_uri = checked_client(parameters, clients)
    state = parameters.get("state")
    try:
        return _checked(parameters, client, redirect_uri, fhir_base)
    except OAuthError as error:
        raise AuthorizationRefused(
            error.code, error.description, redirect_uri=redirect_uri, state=state
        ) from error


def _checked(
    parameters: Parameters, client: RegisteredClient, redirect_uri: str, fhir_base: str
) -> AuthorizationRequest:
    parameters.refuse_repeated()
    for unsupported in ("request", "request_uri"):
        if parameters.get(unsupported) is not None:
            raise OAuthError(f"{unsupported} is not supported here", code=f"{unsupported}_not_supported")
    if parameters.need("response_type") != "code":
        raise OAuthError("only response_type code is supported", code="unsupported_response_type")
    if parameters.get("response_mode") not in (None, "query"):
        raise InvalidRequest("only response_mode query is supported")
    _check_audience(parameters, fhir_base)
    return AuthorizationRequest(
        client=client,
        redirect_uri=redirect_uri,
        scopes=tuple(dict.fromkeys(parameters.need("scope").split())),
        state=parameters.need("state"),
        code_challenge=_challenge(parameters, client),
        launch=parameters.get("launch"),
        nonce=parameters.get("nonce"),
        prompt=_prompt(parameters),
        max_age=_max_age(parameters),
        dpop_jkt=parameters.get("dpop_jkt"),
    )


def _check_audience(parameters: Parameters, fhir_base: str) -> None:
    """``aud`` or its RFC 8707 synonym is this FHIR base, but for one trailing slash (SAL-15)."""
    named = [value for name in ("aud", "resource") if (value := parameters.get(name)) is not None]
    if not named:
        raise InvalidRequest("aud is missing")
    if any(value.removesuffix("/") != fhir_base for value in named):
        raise InvalidRequest("aud is not this server's FHIR base")


def _challenge(parameters: Parameters, client: RegisteredClient) -> str | None:
    """The S256 challenge; ``None`` only for a client that an administrator exempted and that sends nothing of it."""
    sent = {"code_challenge", "code_challenge_method"} & parameters.values.keys()
    if client.pkce_exempt and not sent:
        return None
    challenge = parameters.need("code_challenge")
    if parameters.need("code_challenge_method") != "S256":
        raise InvalidRequest("code_challenge_method must be S256")
    if not challenge_is_well_formed(challenge):
        raise InvalidRequest("code_challenge is not a base64url SHA-256")
    return challenge


def _prompt(parameters: Parameters) -> frozenset[str]:
    prompt = frozenset((parameters.get("prompt") or "").split())
    if not prompt <= PROMPTS:
        raise InvalidRequest("prompt has an unknown value")
    if "none" in prompt and len(prompt) > 1:
        raise InvalidRequest("prompt none stands alone")
    return prompt


def _max_age(parameters: Parameters) -> int | None:
    max_age = parameters.get("max_age")
    if max_age is None:
        return None
    if not max_age.isascii() or not max_age.isdigit() or len(max_age) > 9:
        raise InvalidRequest("max_age is not a number of seconds")
    return int(max_age)
