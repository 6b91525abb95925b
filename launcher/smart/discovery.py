"""Discovery documents, written from what is implemented and from nothing else (SAL-01..SAL-10)."""

from __future__ import annotations

from typing import Any

from launcher.oauth.possession import PROOF_ALGORITHMS
from launcher.smart.web_messaging import MESSAGING_SCOPES

CLIENT_AUTHENTICATION = ("none", "client_secret_basic", "private_key_jwt")
ASSERTION_ALGORITHMS = ("RS384", "ES384")
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")

STYLE = "context-style"
"""Only where the shell has handed in a style."""

CAPABILITIES = (
    "launch-ehr",
    "launch-standalone",
    "authorize-post",
    "client-public",
    "client-confidential-symmetric",
    "client-confidential-asymmetric",
    "sso-openid-connect",
    "context-banner",
    "context-ehr-patient",
    "context-ehr-encounter",
    "context-standalone-patient",
    "context-standalone-encounter",
    "permission-offline",
    "permission-online",
    "permission-patient",
    "permission-user",
    "permission-v1",
    "permission-v2",
)

SCOPES = (
    "openid",
    "fhirUser",
    "profile",
    "launch",
    "launch/patient",
    "launch/encounter",
    "online_access",
    "offline_access",
    "patient/*.cruds",
    "user/*.cruds",
    "patient/*.read",
    "patient/*.write",
    "patient/*.*",
    "user/*.read",
    "user/*.write",
    "user/*.*",
    "fhircast/*.*",
    *MESSAGING_SCOPES,
    "system/*.rs",
    "system/*.read",
)


def smart_configuration(base_url: str, *, styled: bool = False) -> dict[str, Any]:
    """The SMART document of the gateway with this base URL; every URL in it is absolute (SAL-04).

    ``styled`` when apps in panes are given a style.
    """
    return {
        **_shared(base_url),
        "capabilities": [*CAPABILITIES, *([STYLE] if styled else [])],
    }


def openid_configuration(base_url: str) -> dict[str, Any]:
    """The OpenID Connect discovery document of the same issuer (SAL-10)."""
    return {
        **_shared(base_url),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "prompt_values_supported": ["none", "login", "consent"],
        "claims_supported": [
            "iss",
            "sub",
            "aud",
            "exp",
            "iat",
            "auth_time",
            "nonce",
            "sid",
            "fhirUser",
            "name",
        ],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }


def _shared(base_url: str) -> dict[str, Any]:
    endpoint = base_url + "/oauth/"
    return {
        "issuer": base_url,
        "jwks_uri": endpoint + "jwks",
        "authorization_endpoint": endpoint + "authorize",
        "token_endpoint": endpoint + "token",
        "pushed_authorization_request_endpoint": endpoint + "par",
        "introspection_endpoint": endpoint + "introspect",
        "revocation_endpoint": endpoint + "revoke",
        "end_session_endpoint": endpoint + "logout",
        "grant_types_supported": list(GRANT_TYPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "token_endpoint_auth_methods_supported": list(CLIENT_AUTHENTICATION),
        "token_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "dpop_signing_alg_values_supported": list(PROOF_ALGORITHMS),
        "scopes_supported": list(SCOPES),
    }
