"""Checks authorization requests: the client and its exact redirect URI first, then the rest (OIDC Core 3.1.2.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from authlib.oauth2.rfc7636.challenge import CODE_CHALLENGE_PATTERN

from launcher.sandbox.identity.errors import PageError, ProtocolError
from launcher.sandbox.identity.keys import SigningKey
from launcher.sandbox.identity.model import AuthorizationRequest, ProviderClient

SCOPES: Mapping[str, tuple[str, ...]] = {
    "openid": ("sub",),
    "profile": ("name", "given_name", "family_name"),
    "offline_access": (),
    "helseid://scopes/identity/security_level": ("helseid://claims/identity/security_level",),
    "helseid://scopes/identity/assurance_level": ("helseid://claims/identity/assurance_level",),
    "helseid://scopes/identity/network": ("helseid://claims/identity/network",),
    "helseid://scopes/hpr/hpr_number": ("helseid://claims/hpr/hpr_number",),
}
"""Each scope of HID-15 that this provider knows, with the claims it gives; others are dropped (RFC 6749 3.3)."""

PROMPTS = frozenset({"none", "login", "consent", "select_account"})
_LOOPBACK = re.compile(r"http://127\.0\.0\.1:(\d{1,5})(/[A-Za-z0-9._~/-]*)")


@dataclass(frozen=True, slots=True)
class RedirectTarget:
    """A client and a redirect URI of its own; only such a URI may receive an answer or an error."""

    client: ProviderClient
    redirect_uri: str
    state: str | None


def redirect_target(client: ProviderClient | None, parameters: Mapping[str, str]) -> RedirectTarget:
    """Where an answer may go. Raises PageError ``unknown-client`` or ``bad-redirect``: nobody is redirected."""
    if client is None:
        raise PageError("unknown-client")
    redirect_uri = parameters.get("redirect_uri", "")
    if not is_registered_redirect(client, redirect_uri):
        raise PageError("bad-redirect", home_uri=client.home_uri)
    return RedirectTarget(client, redirect_uri, parameters.get("state"))


def is_registered_redirect(client: ProviderClient, redirect_uri: str) -> bool:
    """Whether the URI is one of the client's, character by character; loopback paths allow any port."""
    if redirect_uri in client.redirect_uris:
        return True
    loopback = _LOOPBACK.fullmatch(redirect_uri)
    return bool(loopback and int(loopback[1]) < 65536 and loopback[2] in client.loopback_paths)


def authorization_request(
    target: RedirectTarget, parameters: Mapping[str, str], keys: SigningKey, issuer: str, audience: str
) -> AuthorizationRequest:
    """The checked request; raises ProtocolError, which may be sent to the target's redirect URI."""
    if "request" in parameters:
        raise ProtocolError("request_not_supported", "request objects are not supported")
    if parameters.get("response_type") != "code":
        raise ProtocolError("unsupported_response_type", "response_type must be code")
    if parameters.get("response_mode", "query") != "query":
        raise ProtocolError("invalid_request", "response_mode must be query")
    check_resource(parameters, audience)
    asked = parameters.get("scope", "").split()
    if "openid" not in asked:
        raise ProtocolError("invalid_scope", "scope must hold openid")
    return AuthorizationRequest(
        client=target.client,
        redirect_uri=target.redirect_uri,
        scopes=tuple(scope for scope in dict.fromkeys(asked) if scope in SCOPES),
        state=target.state,
        nonce=parameters.get("nonce"),
        code_challenge=_challenge(parameters),
        prompts=_prompts(parameters),
        max_age=_max_age(parameters),
        login_hint=parameters.get("login_hint"),
        hinted_sub=_hinted_sub(parameters, keys, issuer),
        ui_locales=parameters.get("ui_locales"),
    )


def check_resource(parameters: Mapping[str, str], audience: str) -> None:
    """``resource`` may be left out; otherwise it is the FHIR base (RFC 8707 section 2)."""
    if parameters.get("resource", audience) != audience:
        raise ProtocolError("invalid_target", "resource is not served here")


def _challenge(parameters: Mapping[str, str]) -> str:
    challenge = parameters.get("code_challenge", "")
    if parameters.get("code_challenge_method") != "S256" or not CODE_CHALLENGE_PATTERN.match(challenge):
        raise ProtocolError("invalid_request", "PKCE with code_challenge_method S256 is required")
    return challenge


def _prompts(parameters: Mapping[str, str]) -> frozenset[str]:
    prompts = frozenset(parameters.get("prompt", "").split())
    if not prompts <= PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise ProtocolError("invalid_request", "prompt is not understood")
    return prompts


def _max_age(parameters: Mapping[str, str]) -> int | None:
    value = parameters.get("max_age")
    if value is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", value):
        raise ProtocolError("invalid_request", "max_age is no number of seconds")
    return int(value)


def _hinted_sub(parameters: Mapping[str, str], keys: SigningKey, issuer: str) -> str | None:
    hint = parameters.get("id_token_hint")
    if hint is None:
        return None
    claims = keys.read(hint, "JWT")
    if claims is None or claims.get("iss") != issuer:
        raise ProtocolError("invalid_request", "id_token_hint is no id_token of this provider")
    return str(claims.get("sub"))


def origin_of(uri: str) -> str:
    """Scheme, host and port of a URI as a browser's ``Origin`` header writes them."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"


def with_parameters(uri: str, parameters: Mapping[str, str]) -> str:
    """The URI with parameters added to its query; its own query stays as it is (RFC 6749 section 3.1.2)."""
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(parameters)}"
