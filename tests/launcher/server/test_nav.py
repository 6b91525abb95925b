"""A launch as NAV's sykmelding app does it, from its registration to its reads (NAV-03..NAV-10, SAL-26, SAL-44)."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.fakes.gateway import (
    APP_SECRET,
    APP_SECRET_SHA256,
    VERIFIER,
    Records,
    RunningGateway,
    app_client,
    running_gateway,
)
from tests.fakes.upstream_systems import ANNA, BERIT, UpstreamSystems

CLIENT = "syk-inn"
SCOPE = (
    "openid profile launch fhirUser offline_access patient/Patient.read patient/Encounter.read patient/Condition.read "
    "patient/DocumentReference.read patient/DocumentReference.write"
)


@pytest.fixture(scope="module")
def launched(
    systems: UpstreamSystems, signing_record: Records, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    nav = app_client(
        CLIENT, scope=SCOPE, token_endpoint_auth_method="client_secret_basic", secret_sha256=APP_SECRET_SHA256
    )
    folder = tmp_path_factory.mktemp("nav")
    with running_gateway(systems, folder, which=1, clients=[nav], records=signing_record) as gateway:
        shell = gateway.shell()
        topic = shell.context()
        shell.open_patient(topic, ANNA)
        pane, browser = shell.pane(CLIENT, topic)
        answer = shell.launch(CLIENT, topic, pane).json()
        assert answer["encounter_missing"] is False
        found = gateway.http.get("/fhir/.well-known/smart-configuration").json()
        callback = browser.open(gateway.authorize_url(CLIENT, launch=answer["launch"]))
        tokens = gateway.http.post(
            found["token_endpoint"].removeprefix(gateway.base_url),
            auth=(CLIENT, APP_SECRET),
            data={
                "grant_type": "authorization_code",
                "client_id": CLIENT,
                "code": callback.query["code"],
                "redirect_uri": gateway.authorize_redirect(CLIENT),
                "code_verifier": VERIFIER,
            },
        )
        assert tokens.status_code == 200, tokens.text
        yield gateway, found, tokens.json()


def test_what_it_reads_of_the_configuration(
    launched: tuple[RunningGateway, dict[str, Any], dict[str, Any]],
) -> None:
    """NAV-03."""
    _, found, _ = launched
    for name in ("issuer", "jwks_uri", "introspection_endpoint", "authorization_endpoint", "token_endpoint"):
        assert found[name], name
    assert "refresh_token" in found["grant_types_supported"]
    assert "client_secret_basic" in found["token_endpoint_auth_methods_supported"]
    assert {"permission-v1", "permission-offline"} <= set(found["capabilities"])


def test_the_whole_scope_and_every_member(
    launched: tuple[RunningGateway, dict[str, Any], dict[str, Any]],
) -> None:
    """NAV-05, NAV-06: granted word by word; exactly Bearer; patient and encounter; a refresh token."""
    _, _, tokens = launched
    assert tokens["scope"] == SCOPE
    assert tokens["token_type"] == "Bearer"
    assert (tokens["patient"], tokens["encounter"]) == (ANNA, "e-anna-2")
    assert tokens["refresh_token"] and tokens["id_token"]
    assert tokens["expires_in"] > 600


def test_the_tokens_can_be_verified(launched: tuple[RunningGateway, dict[str, Any], dict[str, Any]]) -> None:
    """NAV-07, NAV-09: RS256, issuer as advertised, relative fhirUser."""
    gateway, found, tokens = launched
    keys = KeySet.import_key_set(gateway.http.get(found["jwks_uri"].removeprefix(gateway.base_url)).json())
    for name in ("access_token", "id_token"):
        claims = jwt.decode(tokens[name], keys, algorithms=["RS256"]).claims
        assert claims["iss"] == found["issuer"]
        assert claims["exp"] > gateway.clock.now().timestamp() - 1
    assert claims["fhirUser"] == "Practitioner/siri-nordli"


@pytest.mark.parametrize(
    "target",
    [
        f"Patient/{ANNA}",
        "Encounter/e-anna-2",
        "Practitioner/siri-nordli",
        "Organization/vestfloyen",
        "Condition",
    ],
)
def test_it_reads_what_its_launch_implies(
    launched: tuple[RunningGateway, dict[str, Any], dict[str, Any]], target: str
) -> None:
    """NAV-10."""
    gateway, _, tokens = launched
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert gateway.http.get(f"/fhir/{target}", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "target", [f"Patient/{BERIT}", "Encounter/e-berit", "Organization/legesenter", "Observation"]
)
def test_and_nothing_else(
    launched: tuple[RunningGateway, dict[str, Any], dict[str, Any]], target: str
) -> None:
    gateway, _, tokens = launched
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert gateway.http.get(f"/fhir/{target}", headers=headers).status_code in (403, 404)


def test_401_then_one_refresh(launched: tuple[RunningGateway, dict[str, Any], dict[str, Any]]) -> None:
    """NAV-08: expired is 401; the refresh answers with everything that the guide requires (SAL-23)."""
    gateway, _, tokens = launched
    gateway.clock.advance(tokens["expires_in"] + 1)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert gateway.http.get(f"/fhir/Patient/{ANNA}", headers=headers).status_code == 401
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    renewed = gateway.token((CLIENT, APP_SECRET), **form)
    assert renewed.headers["cache-control"] == "no-store"
    assert {"access_token", "token_type", "expires_in", "scope"} <= renewed.json().keys()
    headers = {"Authorization": f"Bearer {renewed.json()['access_token']}"}
    assert gateway.http.get(f"/fhir/Patient/{ANNA}", headers=headers).status_code == 200
