"""Old apps: no proof key, only /fhir/metadata, version 1 scopes, strange client ids (SAL-16, SAL-26, SAL-36)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from urllib.parse import quote, urlencode, urlsplit

import pytest

from tests.fakes.gateway import (
    APP_SECRET,
    APP_SECRET_SHA256,
    VERIFIER,
    Records,
    RunningGateway,
    Shell,
    app_client,
    running_gateway,
)
from tests.fakes.upstream_systems import ANNA, UpstreamSystems

OLD = '<Gammel App> v1/2 & "æ"'
SECRET = "<Hemmelig App> v1/2"
SCOPE = "launch patient/*.read online_access openid profile"
OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"


def old_client(client_id: str, **changes: object) -> dict[str, object]:
    host = hashlib.sha256(client_id.encode()).hexdigest()[:8]
    origin = f"http://{host}.localhost:9999"
    return app_client(
        client_id,
        client_name=client_id,
        scope=SCOPE,
        origins=[origin],
        redirect_uris=[f"{origin}/cb"],
        launch_uri=f"{origin}/launch",
        **changes,
    )


CLIENTS = [
    old_client(OLD, pkce_exempt=True),
    old_client("<streng> app"),
    old_client(SECRET, token_endpoint_auth_method="client_secret_basic", secret_sha256=APP_SECRET_SHA256),
]


@pytest.fixture(scope="module")
def old(
    systems: UpstreamSystems, signing_record: Records, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGateway]:
    folder = tmp_path_factory.mktemp("old")
    with running_gateway(systems, folder, which=1, clients=CLIENTS, records=signing_record) as running:
        yield running


@pytest.fixture
def pane(old: RunningGateway) -> tuple[Shell, str]:
    shell = old.shell()
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    return shell, topic


def addresses(gateway: RunningGateway) -> dict[str, str]:
    """All that such an app reads: the extension in the CapabilityStatement."""
    security = gateway.http.get("/fhir/metadata").json()["rest"][0]["security"]
    found = next(item for item in security["extension"] if item["url"] == OAUTH_URIS)
    return {item["url"]: item["valueUri"] for item in found["extension"]}


def code_of(shell: Shell, topic: str, client_id: str, **more: str) -> dict[str, str]:
    gateway = shell.gateway
    opened, browser = shell.pane(client_id, topic)
    launch = shell.launch(client_id, topic, opened).json()["launch"]
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": gateway.authorize_redirect(client_id),
        "scope": SCOPE,
        "state": "s",
        "aud": gateway.fhir_base,
        "launch": launch,
        **more,
    }
    return browser.open(f"{addresses(gateway)['authorize']}?{urlencode(asked)}").query


def redeemed(gateway: RunningGateway, client_id: str, code: str, **more: str) -> dict[str, str]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": client_id,
        "redirect_uri": gateway.authorize_redirect(client_id),
        **more,
    }
    path = urlsplit(addresses(gateway)["token"]).path
    answer: dict[str, str] = gateway.http.post(path, data=form).json()
    return answer


def test_a_launch_as_it_was_done_in_2016(old: RunningGateway, pane: tuple[Shell, str]) -> None:
    """SAL-36, SAL-14: metadata, no proof key, version 1 scopes; answered in version 1, refreshed, read and searched."""
    answer = code_of(*pane, OLD)
    tokens = redeemed(old, OLD, answer["code"])
    assert tokens["scope"] == SCOPE
    assert tokens["patient"] == ANNA
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert old.http.get(f"/fhir/Patient/{ANNA}", headers=headers).status_code == 200
    assert old.http.get("/fhir/Observation", headers=headers).status_code == 200
    assert old.http.post("/fhir/Observation", json={}, headers=headers).status_code in (400, 403)
    renewed = old.refresh(tokens["refresh_token"], OLD).json()
    assert renewed["scope"] == SCOPE
    found = old.http.post(
        "/oauth/introspect", data={"token": renewed["access_token"]}, headers=pane[0].bearer
    ).json()
    assert found["client_id"] == OLD


def test_only_the_exempted_app_may_leave_the_proof_key_out(
    old: RunningGateway, pane: tuple[Shell, str]
) -> None:
    """SAL-16: any other is told by redirect what is missing; the shell can show who is exempted."""
    refused = code_of(*pane, "<streng> app")
    assert (refused["error"], refused["error_description"]) == (
        "invalid_request",
        "code_challenge is missing",
    )
    apps = {
        app["client_id"]: app["pkce_exempt"] for app in pane[0].call("GET", "/workspace/apps").json()["apps"]
    }
    assert (apps[OLD], apps["<streng> app"], apps["notat"]) == (True, False, False)


@pytest.mark.parametrize(
    "more",
    [
        {"code_challenge": "", "code_challenge_method": "S256"},
        {"code_challenge_method": "S256"},
        {"code_challenge": "x" * 43, "code_challenge_method": "plain"},
        {"code_challenge": "x" * 43},
    ],
)
def test_what_it_does_send_of_the_proof_key_must_be_right(
    pane: tuple[Shell, str], more: dict[str, str]
) -> None:
    assert code_of(*pane, OLD, **more)["error"] == "invalid_request"


def test_a_sent_challenge_must_be_met_and_an_unsent_one_cannot_be(
    old: RunningGateway, pane: tuple[Shell, str]
) -> None:
    """RFC 9700 2.1.1: no downgrade in either direction."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    sent = {"code_challenge": challenge, "code_challenge_method": "S256"}
    assert redeemed(old, OLD, code_of(*pane, OLD, **sent)["code"])["error"] == "invalid_grant"
    proven = redeemed(old, OLD, code_of(*pane, OLD, **sent)["code"], code_verifier=VERIFIER)
    assert proven["patient"] == ANNA
    unsent = redeemed(old, OLD, code_of(*pane, OLD)["code"], code_verifier=VERIFIER)
    assert unsent["error"] == "invalid_grant"


@pytest.mark.parametrize("encoded", [False, True])
def test_a_strange_client_id_authenticates_both_ways(
    old: RunningGateway, pane: tuple[Shell, str], encoded: bool
) -> None:
    """SAL-59: form-encoded as RFC 6749 says, and raw as the guide's own example does."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    code = code_of(*pane, SECRET, code_challenge=challenge, code_challenge_method="S256")["code"]
    user = quote(SECRET, safe="") if encoded else SECRET
    header = "Basic " + base64.b64encode(f"{user}:{APP_SECRET}".encode()).decode()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": old.authorize_redirect(SECRET),
        "code_verifier": VERIFIER,
    }
    answer = old.http.post("/oauth/token", data=form, headers={"Authorization": header})
    assert answer.status_code == 200, answer.text


def test_a_strange_client_id_is_never_markup_or_header(old: RunningGateway) -> None:
    for client_id in ("<script>alert(1)</script>", 'a"\r\nX-Injected: 1', OLD):
        page = old.http.get(
            "/oauth/authorize", params={"client_id": client_id, "redirect_uri": "http://evil.example/"}
        )
        assert page.status_code == 400
        assert "<script>" not in page.text and "<Gammel" not in page.text
        assert "x-injected" not in page.headers
        refused = old.http.post(
            "/oauth/token", data={"grant_type": "authorization_code", "client_id": client_id, "code": "x"}
        )
        assert refused.headers["content-type"] == "application/json"
        assert "x-injected" not in refused.headers
