"""The token endpoint: codes, clients, headers, errors (SAL-18, SAL-23..SAL-28, SAL-44, SAL-53..SAL-59)."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from tests.fakes.gateway import (
    APP_CURVE_KEY,
    APP_KEY,
    APP_SECRET,
    SHELL,
    SHELL_SECRET,
    VERIFIER,
    RunningGateway,
    Shell,
)
from tests.fakes.upstream_systems import ANNA

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def code_for(shell: Shell, topic: str, client_id: str = "notat") -> str:
    _, browser = shell.pane(client_id, topic)
    code: str = browser.open(shell.gateway.authorize_url(client_id)).query["code"]
    return code


def form_of(gateway: RunningGateway, code: str, client_id: str, /, **changes: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": gateway.authorize_redirect(client_id),
        "code_verifier": VERIFIER,
        **changes,
    }


def test_the_answer(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    answer = gateway.redeem(code_for(shell, topic), "notat")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["pragma"] == "no-cache"
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 900
    assert body["patient"] == ANNA
    keys = KeySet.import_key_set(gateway.http.get("/oauth/jwks").json())
    assert not any("d" in key for key in gateway.http.get("/oauth/jwks").json()["keys"])
    access = jwt.decode(body["access_token"], keys, algorithms=["RS256"])
    assert access.header["typ"] == "at+jwt"
    assert (access.claims["iss"], access.claims["aud"]) == (gateway.base_url, gateway.fhir_base)
    assert access.claims["exp"] - access.claims["iat"] == 900
    assert access.claims["client_id"] == "notat"
    identity = jwt.decode(body["id_token"], keys, algorithms=["RS256"])
    assert identity.claims["iss"] == gateway.base_url
    assert identity.claims["aud"] == "notat"
    assert identity.claims["nonce"] == "nonce-of-a-test"
    assert identity.claims["fhirUser"] == "Practitioner/siri-nordli"
    assert identity.claims["sub"] == access.claims["sub"] == "siri"


def test_code_replay_ends_what_was_issued(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    code = code_for(shell, topic)
    tokens = gateway.redeem(code, "notat").json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert gateway.http.get(f"/fhir/Patient/{ANNA}", headers=headers).status_code == 200
    again = gateway.redeem(code, "notat")
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    refused = gateway.http.get(f"/fhir/Patient/{ANNA}", headers=headers)
    assert refused.status_code == 401
    assert "invalid_token" in refused.headers["www-authenticate"]
    assert gateway.refresh(tokens["refresh_token"], "notat").json()["error"] == "invalid_grant"


def test_an_old_code_is_refused(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    code = code_for(shell, topic)
    gateway.clock.advance(61)
    assert gateway.redeem(code, "notat").json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": ""},
        {"code_verifier": "short"},
        {"redirect_uri": "http://notat.localhost:9999/other"},
        {"code": "guessed"},
    ],
)
def test_a_code_that_does_not_fit_is_refused(
    gateway: RunningGateway, shell: Shell, topic: str, changes: dict[str, str]
) -> None:
    form = form_of(gateway, code_for(shell, topic), "notat", client_id="notat", **changes)
    answer = gateway.token(None, **form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_code_of_another_client_is_refused(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    form = form_of(gateway, code_for(shell, topic), "notat", client_id="legemidler")
    assert gateway.token(None, **form).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"client_id": "notat"}, 400, "invalid_request"),
        ({"client_id": "notat", "grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_id": "notat", "grant_type": "client_credentials"}, 400, "unauthorized_client"),
        ({"client_id": "notat", "grant_type": "authorization_code"}, 400, "invalid_request"),
        ({"client_id": "notat", "grant_type": "refresh_token"}, 400, "invalid_request"),
        (
            {"client_id": "notat", "grant_type": "refresh_token", "refresh_token": "no"},
            400,
            "invalid_grant",
        ),
        ({"client_id": "ingen", "grant_type": "authorization_code"}, 401, "invalid_client"),
        ({"client_id": "ukjent", "grant_type": "authorization_code"}, 401, "invalid_client"),
        ({"client_id": "signert", "grant_type": "authorization_code"}, 401, "invalid_client"),
    ],
)
def test_errors_are_json(gateway: RunningGateway, form: dict[str, str], status: int, error: str) -> None:
    answer = gateway.token(None, **form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["cache-control"] == "no-store"


def test_repeated_parameters_and_other_bodies_are_refused(gateway: RunningGateway) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for content in (b"client_id=notat&client_id=notat&grant_type=refresh_token", b"a=" + b"x" * 70_000):
        answer = gateway.http.post("/oauth/token", content=content, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    answer = gateway.http.post("/oauth/token", json={"client_id": "notat"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_client_secret_basic(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    good = ("hemmelig", APP_SECRET)
    for auth, extra in ((good, {}), (good, {"client_id": "hemmelig"})):
        form = form_of(gateway, code_for(shell, topic, "hemmelig"), "hemmelig", **extra)
        assert gateway.token(auth, **form).status_code == 200
    form = form_of(gateway, code_for(shell, topic, "hemmelig"), "hemmelig")
    for auth, extra in (
        (("hemmelig", "wrong"), {}),
        (("ingen", APP_SECRET), {}),
        (good, {"client_id": "notat"}),
        (("notat", ""), {}),
    ):
        answer = gateway.token(auth, **form, **extra)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer.headers["www-authenticate"].startswith("Basic")
    answer = gateway.token(None, **form, client_id="hemmelig", client_secret=APP_SECRET)
    assert answer.status_code == 401
    broken = gateway.http.post("/oauth/token", data=form, headers={"Authorization": "Basic %%%"})
    assert broken.status_code == 401


def assertion(gateway: RunningGateway, **changes: Any) -> str:
    now = int(gateway.clock.now().timestamp())
    key = changes.pop("key", APP_KEY)
    alg = changes.pop("alg", "RS384")
    header = {"alg": alg, "typ": "JWT", "kid": key.kid or "app-rsa", **changes.pop("header", {})}
    claims = {
        "iss": "signert",
        "sub": "signert",
        "aud": f"{gateway.base_url}/oauth/token",
        "exp": now + 240,
        "jti": secrets.token_hex(8),
        **changes,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({k: v for k, v in header.items() if v is not None}, claims, key, algorithms=[alg])


def signed(gateway: RunningGateway, shell: Shell, topic: str, text: str, **more: str) -> Any:
    form = form_of(gateway, code_for(shell, topic, "signert"), "signert", **more)
    return gateway.token(None, **form, client_assertion_type=ASSERTION, client_assertion=text)


def test_private_key_jwt(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    for key, alg in ((APP_KEY, "RS384"), (APP_CURVE_KEY, "ES384")):
        text = assertion(gateway, key=key, alg=alg)
        assert signed(gateway, shell, topic, text).status_code == 200
        again = signed(gateway, shell, topic, text)
        assert (again.status_code, again.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "notat"},
        {"sub": "notat", "iss": "notat"},
        {"aud": "https://elsewhere.example/token"},
        {"aud": None},
        {"exp": None},
        {"exp": 1},
        {"exp": "soon"},
        {"exp": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"jti": None},
        {"header": {"typ": "at+jwt"}},
        {"header": {"typ": ""}},
        {"header": {"kid": "other"}},
        {"header": {"jku": "https://elsewhere.example/jwks"}},
        {"alg": "RS256"},
        {"key": APP_CURVE_KEY, "alg": "ES384", "header": {"kid": "app-rsa"}},
        {"key": RSAKey.generate_key(2048, {"kid": "app-rsa"}, private=True)},
        {"key": ECKey.generate_key("P-384", {"kid": "app-ec"}, private=True), "alg": "ES384"},
        {"key": OctKey.import_key(b"k" * 48, {"kid": "app-rsa"}), "alg": "HS384"},
    ],
)
def test_a_bad_assertion_is_refused(
    gateway: RunningGateway, shell: Shell, topic: str, changes: dict[str, Any]
) -> None:
    answer = signed(gateway, shell, topic, assertion(gateway, **changes))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("text", ["", "a.b.c", "e30.e30.", "x" * 9000])
def test_a_malformed_assertion_is_refused(
    gateway: RunningGateway, shell: Shell, topic: str, text: str
) -> None:
    assert signed(gateway, shell, topic, text).status_code in (400, 401)


def test_an_unsigned_assertion_is_refused(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = json.loads(base64.urlsafe_b64decode(assertion(gateway).split(".")[1] + "=="))
    text = f"{part({'alg': 'none', 'typ': 'JWT', 'kid': 'app-rsa'})}.{part(claims)}."
    assert signed(gateway, shell, topic, text).status_code == 401


def test_revocation(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    """SAL-53: an access token alone, or with the refresh token everything; 200 for what is unknown."""
    tokens = shell.app("notat", topic)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}

    def revoke(token: str, client_id: str = "notat") -> int:
        return gateway.http.post("/oauth/revoke", data={"token": token, "client_id": client_id}).status_code

    assert revoke("unknown") == 200
    assert revoke(tokens["access_token"], "legemidler") == 200
    assert gateway.http.get(f"/fhir/Patient/{ANNA}", headers=headers).status_code == 200
    assert revoke(tokens["access_token"]) == 200
    assert gateway.http.get(f"/fhir/Patient/{ANNA}", headers=headers).status_code == 401
    renewed = gateway.refresh(tokens["refresh_token"], "notat").json()
    headers = {"Authorization": f"Bearer {renewed['access_token']}"}
    assert gateway.http.get(f"/fhir/Patient/{ANNA}", headers=headers).status_code == 200
    assert revoke(renewed["refresh_token"]) == 200
    assert gateway.http.get(f"/fhir/Patient/{ANNA}", headers=headers).status_code == 401
    assert gateway.http.post("/oauth/revoke", data={"token": "x"}).status_code == 400


def test_introspection(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    """SAL-51, SAL-52."""
    tokens = shell.app("kontakt", topic, intent="look")

    def ask(token: str, **headers: str) -> Any:
        return gateway.http.post("/oauth/introspect", data={"token": token}, headers=headers)

    assert ask(tokens["access_token"]).status_code == 401
    own = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert ask(tokens["access_token"], **own).status_code == 403
    found = ask(tokens["access_token"], **shell.bearer).json()
    for name in ("patient", "encounter", "intent", "need_patient_banner", "scope"):
        assert found[name] == tokens[name]
    assert found["active"] is True
    assert found["client_id"] == "kontakt"
    assert found["iss"] == gateway.base_url
    assert found["sub"] == "siri"
    assert isinstance(found["exp"], int)
    basic = gateway.http.post(
        "/oauth/introspect", data={"token": tokens["access_token"]}, auth=("hemmelig", APP_SECRET)
    )
    assert basic.json() == {"active": False}
    by_shell = gateway.http.post(
        "/oauth/introspect", data={"token": shell.tokens["access_token"]}, auth=(SHELL, SHELL_SECRET)
    )
    assert by_shell.json()["active"] is True
    assert ask("unknown", **shell.bearer).json() == {"active": False}
    shell.call("DELETE", f"/workspace/panes/{tokens['pane']}")
    assert ask(tokens["access_token"], **shell.bearer).json() == {"active": False}
