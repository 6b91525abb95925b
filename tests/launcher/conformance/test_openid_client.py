"""npm ``openid-client``, unmodified, with our gateway as its issuer (SAL-10, SAL-44, SAL-48, SAL-50, SAL-51)."""

from __future__ import annotations

import pytest

from tests.fakes.gateway import APP_CURVE_KEY, APP_SECRET, RunningGateway
from tests.fakes.node import install_node_project, run_node
from tests.fakes.oidc_provider_server import PROJECT
from tests.launcher.conformance.conftest import CALLBACK, IDENTITY_SCOPE, LOGGED_OUT


@pytest.mark.parametrize(
    ("client_id", "method", "pushed"),
    [
        ("rp-public", "none", False),
        ("rp-secret", "client_secret_basic", True),
        ("rp-signed", "private_key_jwt", True),
    ],
)
def test_a_relying_party_from_discovery_to_logout(
    gateway: RunningGateway, client_id: str, method: str, pushed: bool
) -> None:
    wanted = {
        "issuer": gateway.base_url,
        "client_id": client_id,
        "method": method,
        "private_jwk": APP_CURVE_KEY.as_dict(private=True),
        "client_secret": APP_SECRET,
        "redirect_uri": CALLBACK,
        "post_logout_redirect_uri": LOGGED_OUT,
        "username": "siri",
        "password": "vaktrom",
        "scope": IDENTITY_SCOPE,
        "aud": gateway.fhir_base,
        "par": pushed,
    }
    got = run_node(install_node_project(PROJECT), "relying_party.mjs", wanted)
    assert got["silent_before"] == "login_required"
    assert got["asked"] == [True, False, False], "one login, then none"
    assert ("request_uri" in got["sent"]) is pushed
    assert (got["claims"]["iss"], got["claims"]["aud"]) == (gateway.base_url, client_id)
    assert got["claims"]["fhirUser"] == "Practitioner/siri-nordli"
    assert got["user"]["resourceType"] == "Practitioner"
    assert got["rotated"]
    assert got["refreshed_sub"] == got["claims"]["sub"]
    assert got["after_revocation"] == "invalid_grant"
    assert got["logged_out_at"] == f"{LOGGED_OUT}?state=out"
    assert got["after_logout"] == "invalid_grant"
    confidential = method != "none"
    assert (got["active_before"], got["active_after"]) == ((True, False) if confidential else (None, None))
