"""Discovery documents and capabilities (SAL-01 to SAL-10, SAL-62 for discovery, NAV-02, NAV-03)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet

from tests.conformance.steps import app, signed_in
from tests.conformance.table import Rows, Target

ROWS = Rows()

HL7_CAPABILITIES = frozenset(
    {
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
    }
)
CLINICIAN_LAUNCH = {
    "launch-ehr",
    "context-ehr-patient",
    "context-ehr-encounter",
    "permission-user",
    "permission-patient",
}


def smart(target: Target) -> dict[str, Any]:
    """The SMART configuration."""
    document: dict[str, Any] = target.fhir("GET", "/.well-known/smart-configuration").json()
    return document


@ROWS.row("SAL-01", "SHALL", mutant="discovery-negotiates")
def media_type(target: Target) -> None:
    """Discovery is application/json whatever Accept says, without a login."""
    for accept in ("application/json", "text/html", "application/fhir+xml", "*/*"):
        answer = target.fhir("GET", "/.well-known/smart-configuration", Accept=accept)
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == "application/json"
        assert answer.json()["token_endpoint"]
    bare = target.browser().send("GET", f"{target.fhir_base}/.well-known/smart-configuration")
    assert (bare.status, bare.header("content-type")) == (200, answer.headers["content-type"])


@ROWS.row("SAL-02", "SHALL", mutant="discovery-without-issuer")
def members(target: Target) -> None:
    """Required members are there, and those that capabilities call for."""
    document = smart(target)
    needed = {
        "token_endpoint",
        "grant_types_supported",
        "capabilities",
        "code_challenge_methods_supported",
    }
    if {"launch-ehr", "launch-standalone"} & set(document["capabilities"]):
        needed |= {"authorization_endpoint"}
    if "sso-openid-connect" in document["capabilities"]:
        needed |= {"issuer", "jwks_uri"}
    assert needed <= document.keys(), needed - document.keys()


@ROWS.row("SAL-03", "SHALL", mutant="discovery-plain")
def proof_key_methods(target: Target) -> None:
    """S256 is advertised and plain is not."""
    methods = smart(target)["code_challenge_methods_supported"]
    assert "S256" in methods
    assert "plain" not in methods


@ROWS.row("SAL-04", "SHALL", mutant="discovery-relative")
def absolute_addresses(target: Target) -> None:
    """Every address is absolute."""
    document = smart(target)
    addresses = {
        name: value for name, value in document.items() if name.endswith(("_endpoint", "_uri", "issuer"))
    }
    assert len(addresses) >= 6
    for name, value in addresses.items():
        assert urlsplit(value).scheme and urlsplit(value).netloc, name


@ROWS.row("SAL-05", "SHOULD", mutant="discovery-unsupported-scope")
def listed_scopes(target: Target) -> None:
    """Recommended members are there (but management_endpoint: there is no such page) and every listed scope can be had."""
    document = smart(target)
    recommended = ("scopes_supported", "response_types_supported", "introspection_endpoint")
    assert all(name in document for name in (*recommended, "revocation_endpoint"))
    listed = [scope for scope in document["scopes_supported"] if not scope.startswith("system/")]
    target.client("wide", *[scope for scope in listed if scope.startswith("fhircast/")])
    granted = app(target, " ".join(listed))["scope"].split()
    assert set(listed) <= set(granted), set(listed) - set(granted)


@ROWS.row("SAL-05", "SHOULD", mutant="discovery-unsupported-system-scope")
def listed_system_scopes(target: Target) -> None:
    """Every listed system/ scope is understood, and narrowed to what was approved."""
    listed = [scope for scope in smart(target)["scopes_supported"] if scope.startswith("system/")]
    assert listed
    for scope in listed:
        answer = target.token_for("service", grant_type="client_credentials", scope=scope)
        assert answer.status_code == 200, (scope, answer.text)


@ROWS.row("SAL-06", "SHALL", mutant="discovery-without-algorithms")
def assertion_algorithms(target: Target) -> None:
    """Asymmetric clients find their method and RS384 or ES384."""
    document = smart(target)
    assert "client-confidential-asymmetric" in document["capabilities"]
    assert "private_key_jwt" in document["token_endpoint_auth_methods_supported"]
    assert {"RS384", "ES384"} & set(document["token_endpoint_auth_signing_alg_values_supported"])


@ROWS.row("SAL-07", "IMPL", mutant="discovery-without-refresh")
def grant_types(target: Target) -> None:
    """The refresh_token grant is listed, since refresh tokens are issued."""
    assert "refresh_token" in app(target)
    assert {"authorization_code", "refresh_token"} <= set(smart(target)["grant_types_supported"])


@ROWS.row("SAL-08", "SHALL", mutant="discovery-invented-capability")
def capability_words(target: Target) -> None:
    """Capabilities without a URI are those that HL7 has defined."""
    for capability in smart(target)["capabilities"]:
        assert capability in HL7_CAPABILITIES or urlsplit(capability).scheme, capability


@ROWS.row("SAL-09", "SHALL", mutant="discovery-without-encounter")
def clinician_launch(target: Target) -> None:
    """The set for clinicians' EHR launch is complete, not by asymmetric clients alone."""
    capabilities = set(smart(target)["capabilities"])
    assert capabilities >= CLINICIAN_LAUNCH
    assert capabilities & {"client-public", "client-confidential-symmetric"}


@ROWS.row("SAL-10", "SHALL", mutant="keys-empty")
def keys_by_issuer(target: Target) -> None:
    """From the issuer an app finds bare keys that verify its id_token."""
    issuer = smart(target)["issuer"]
    document = target.http.get("/.well-known/openid-configuration").json()
    assert document["issuer"] == issuer == target.base_url
    keys = target.http.get(document["jwks_uri"]).json()
    assert keys["keys"]
    assert all({"n", "e"} <= key.keys() or {"crv", "x", "y"} <= key.keys() for key in keys["keys"])
    assert not any("d" in key for key in keys["keys"])
    identity = jwt.decode(app(target)["id_token"], KeySet.import_key_set(keys), algorithms=["RS256"])
    assert identity.claims["iss"] == issuer


@ROWS.row("SAL-62", "SHALL", mutant="cors-discovery-closed")
def discovery_for_all_origins(target: Target) -> None:
    """Discovery and metadata may be read by a page of any origin."""
    for path in ("/.well-known/smart-configuration", "/metadata"):
        answer = target.fhir("GET", path, Origin="https://somewhere.example")
        assert answer.headers.get("access-control-allow-origin") in ("*", "https://somewhere.example"), path


@ROWS.row("SAL-65", "SHALL", mutant="discovery-app-state")
def app_state_is_not_offered(target: Target) -> None:
    """App state is not implemented, so it is not advertised."""
    document = smart(target)
    assert "smart-app-state" not in document["capabilities"]
    assert "smart_app_state_endpoint" not in document


@ROWS.row("SAL-67", "SHALL", mutant="discovery-brands")
def brands_are_not_offered(target: Target) -> None:
    """Brands are not implemented, so they are not advertised."""
    assert not [name for name in smart(target) if name.startswith("user_access_brand")]


@ROWS.row("NAV-02", "must", mutant="discovery-slash")
def stable_issuer(target: Target) -> None:
    """The launch's iss is the FHIR base, without query or trailing slash, the same every time."""
    shell, topic = signed_in(target)
    seen = set()
    for _ in range(2):
        url = shell.launch("app", topic).json()["url"]
        seen.add(dict(pair.split("=") for pair in urlsplit(url).query.split("&"))["iss"])
    assert len(seen) == 1
    assert not smart(target)["issuer"].endswith("/")


@ROWS.row("NAV-03", "must", mutant="discovery-without-introspection")
def members_that_nav_reads(target: Target) -> None:
    """The members that the national client makes mandatory are there."""
    document = smart(target)
    for name in ("issuer", "jwks_uri", "introspection_endpoint", "authorization_endpoint", "token_endpoint"):
        assert document[name].startswith(target.base_url), name
    assert "refresh_token" in document["grant_types_supported"]
    assert document["token_endpoint_auth_methods_supported"]
