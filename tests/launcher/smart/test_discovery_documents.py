"""The two discovery documents, member by member: what a client reads here it builds on (SAL-01 to SAL-10)."""

from __future__ import annotations

from launcher.smart.discovery import CAPABILITIES, openid_configuration, smart_configuration

BASE = "https://gateway.example"
SHARED = {
    "issuer": BASE,
    "jwks_uri": f"{BASE}/oauth/jwks",
    "authorization_endpoint": f"{BASE}/oauth/authorize",
    "token_endpoint": f"{BASE}/oauth/token",
    "pushed_authorization_request_endpoint": f"{BASE}/oauth/par",
    "introspection_endpoint": f"{BASE}/oauth/introspect",
    "revocation_endpoint": f"{BASE}/oauth/revoke",
    "end_session_endpoint": f"{BASE}/oauth/logout",
    "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
    "response_types_supported": ["code"],
    "response_modes_supported": ["query"],
    "code_challenge_methods_supported": ["S256"],
    "authorization_response_iss_parameter_supported": True,
    "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "private_key_jwt"],
    "token_endpoint_auth_signing_alg_values_supported": ["RS384", "ES384"],
}
OPENID = {
    "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": ["RS256"],
    "prompt_values_supported": ["none", "login", "consent"],
    "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "sid", "fhirUser", "name"],
    "claims_parameter_supported": False,
    "request_parameter_supported": False,
    "request_uri_parameter_supported": False,
}
LISTS = ("scopes_supported", "dpop_signing_alg_values_supported")


def test_smart_configuration() -> None:
    document = smart_configuration(BASE)
    assert all(document[name] for name in LISTS)
    rest = {name: value for name, value in document.items() if name not in LISTS}
    assert rest == {**SHARED, "capabilities": list(CAPABILITIES)}
    styled = smart_configuration(BASE, styled=True)
    assert set(styled["capabilities"]) - set(CAPABILITIES) == {"context-style"}


def test_openid_configuration() -> None:
    document = openid_configuration(BASE)
    assert all(document[name] for name in LISTS)
    assert {name: value for name, value in document.items() if name not in LISTS} == {**SHARED, **OPENID}
