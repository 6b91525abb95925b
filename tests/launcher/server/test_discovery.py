"""Discovery: what is advertised works, and nothing else is advertised (SAL-01..SAL-10, NAV-03)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.fakes.gateway import RunningGateway, Shell

RESERVED = [
    "launch-ehr",
    "launch-standalone",
    "authorize-post",
    "client-public",
    "client-confidential-symmetric",
    "client-confidential-asymmetric",
    "sso-openid-connect",
    "context-banner",
    "context-style",
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
    "smart-app-state",
]
PATHS = ["/fhir/.well-known/smart-configuration", "/.well-known/openid-configuration"]


def document(gateway: RunningGateway, path: str = PATHS[0]) -> dict[str, Any]:
    found: dict[str, Any] = gateway.http.get(path).json()
    return found


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("accept", [None, "text/html", "application/fhir+xml", "application/json"])
def test_always_json_without_a_token(gateway: RunningGateway, path: str, accept: str | None) -> None:
    request = gateway.http.build_request("GET", path)
    request.headers.pop("accept")
    if accept is not None:
        request.headers["accept"] = accept
    answer = gateway.http.send(request)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")


def test_required_members(gateway: RunningGateway) -> None:
    found = document(gateway)
    for name in [
        "issuer",
        "jwks_uri",
        "authorization_endpoint",
        "token_endpoint",
        "introspection_endpoint",
        "revocation_endpoint",
        "grant_types_supported",
        "capabilities",
        "code_challenge_methods_supported",
        "scopes_supported",
        "response_types_supported",
        "token_endpoint_auth_methods_supported",
    ]:
        assert found[name], name
    assert found["issuer"] == gateway.base_url
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert set(found["token_endpoint_auth_signing_alg_values_supported"]) == {"RS384", "ES384"}
    assert "refresh_token" in found["grant_types_supported"]
    assert set(found["capabilities"]) <= set(RESERVED)
    for name, value in found.items():
        if name.endswith(("_endpoint", "_uri")):
            assert urlsplit(value).scheme == "http", name


def test_capability_set_of_clinicians(gateway: RunningGateway) -> None:
    """SAL-09."""
    assert {
        "launch-ehr",
        "client-public",
        "context-ehr-patient",
        "context-ehr-encounter",
        "permission-user",
        "permission-patient",
    } <= set(document(gateway)["capabilities"])


@pytest.mark.parametrize("capability", ["context-style", "smart-app-state"])
def test_what_is_not_done_is_not_advertised(gateway: RunningGateway, capability: str) -> None:
    found = document(gateway)
    assert capability not in found["capabilities"]
    assert not {"registration_endpoint", "management_endpoint", "userinfo_endpoint"} & found.keys()


def test_every_endpoint_is_there(gateway: RunningGateway) -> None:
    """A GET or POST without anything gets an answer of its own, not 404."""
    for path in PATHS:
        for name, value in document(gateway, path).items():
            if name.endswith("_endpoint"):
                answers = {gateway.http.get(value).status_code, gateway.http.post(value).status_code}
                assert 404 not in answers, name


def test_both_documents_agree(gateway: RunningGateway) -> None:
    smart, openid = document(gateway), document(gateway, PATHS[1])
    assert {name: openid[name] for name in smart.keys() & openid.keys()} == {
        name: smart[name] for name in smart.keys() & openid.keys()
    }
    assert openid["id_token_signing_alg_values_supported"] == ["RS256"]
    assert openid["subject_types_supported"] == ["public"]


def test_every_advertised_scope_can_be_had(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    """SAL-05: none of them leads to invalid_scope; each is granted to a client that is approved for it.

    Those of ``system/`` are had by backend services, see ``test_client_keys``.
    """
    for scope in document(gateway)["scopes_supported"]:
        if scope.startswith("system/"):
            continue
        granted = shell.app("alt", topic, scope=f"launch {scope}")["scope"].split()
        assert scope in granted, scope
    asked = "launch user/*.rs fhircast/*.*"
    assert shell.app("alt-folger", topic, scope=asked)["scope"] == asked


def test_metadata_names_the_gateways_own_endpoints(gateway: RunningGateway) -> None:
    text = gateway.http.get("/fhir/metadata").text
    assert f"{gateway.base_url}/oauth/authorize" in text
    assert f"{gateway.base_url}/oauth/token" in text


def test_unknown_addresses(gateway: RunningGateway) -> None:
    page = gateway.http.get("/oauth/nothing")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert gateway.http.get("/nothing").json()["error"] == "not_found"
    assert gateway.http.get("/metrics").status_code == 404
