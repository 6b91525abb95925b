"""The token endpoint: what tokens say, what is single use, who may ask (SAL-44, SAL-48, SAL-50, HID-07, HID-15)."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest

from tests.fakes.tampering import tampered
from tests.launcher.identity.conftest import Provider
from tests.launcher.identity.support import (
    ASSERTION_TYPE,
    AUDIENCE,
    CALLBACK,
    CLIENT_KEY,
    CURVE_KEY,
    GATEWAY,
    ORDINARY,
    OTHER_KEY,
    Browser,
    assertion,
    claims_of,
    header_of,
    signed_with_secret,
    unsigned,
)


def gateway_code(provider: Provider, browser: Browser, username: str = "siri", **changes: str) -> str:
    return browser.sign_in(provider.pushed_url(**changes), username).query["code"]


def test_tokens_say_who_and_for_whom(provider: Provider, browser: Browser) -> None:
    scope = "openid profile helseid://scopes/identity/security_level helseid://scopes/identity/assurance_level " \
        "helseid://scopes/identity/network helseid://scopes/hpr/hpr_number unknown offline_access"  # fmt: skip
    answer = provider.gateway_token(gateway_code(provider, browser, scope=scope)).json()
    assert answer["token_type"] == "Bearer"
    assert "unknown" not in answer["scope"].split()
    id_token, access = claims_of(answer["id_token"]), claims_of(answer["access_token"])
    assert header_of(answer["id_token"])["alg"] == "RS256"
    assert header_of(answer["access_token"])["typ"] == "at+jwt"
    for claims in (id_token, access):
        assert claims["iss"] == provider.issuer
        assert claims["sub"] == "siri"
        assert claims["name"] == "Siri Nordli"
        assert claims["given_name"] == "Siri"
        assert claims["family_name"] == "Nordli"
        assert claims["helseid://claims/hpr/hpr_number"] == "9144900"
        assert claims["helseid://claims/identity/security_level"] == "4"
        assert claims["helseid://claims/identity/assurance_level"] == "high"
        assert claims["helseid://claims/identity/network"]
        assert claims["amr"] == ["pwd"]
        assert claims["sid"]
        assert abs(claims["auth_time"] - time.time()) < 30
        assert claims["exp"] - claims["iat"] == 600
    assert id_token["aud"] == GATEWAY
    assert id_token["nonce"] == "no"
    assert access["aud"] == AUDIENCE
    assert access["client_id"] == GATEWAY
    assert answer["refresh_token"]


def test_scopes_decide_what_an_id_token_holds(provider: Provider, browser: Browser) -> None:
    answer = provider.gateway_token(gateway_code(provider, browser, scope="openid")).json()
    id_token = claims_of(answer["id_token"])
    assert "name" not in id_token
    assert not [name for name in id_token if name.startswith("helseid:")]
    assert "refresh_token" not in answer


def test_user_without_hpr_number(provider: Provider, browser: Browser) -> None:
    answer = provider.gateway_token(gateway_code(provider, browser, "kari")).json()
    assert "helseid://claims/hpr/hpr_number" not in claims_of(answer["id_token"])
    assert "helseid://claims/hpr/hpr_number" not in claims_of(answer["access_token"])


def test_code_works_once_and_its_second_use_ends_the_grant(provider: Provider, browser: Browser) -> None:
    code = browser.sign_in(provider.authorize_url()).query["code"]
    first = provider.token(code=code).json()
    again = provider.token(code=code)
    assert again.status == 400
    assert again.json()["error"] == "invalid_grant"
    after = provider.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert after.json()["error"] == "invalid_grant"


def test_code_ends_after_a_minute(provider: Provider, browser: Browser) -> None:
    code = browser.sign_in(provider.authorize_url()).query["code"]
    provider.clock.advance(61)
    assert provider.token(code=code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_grant"),
        ({"redirect_uri": CALLBACK}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"client_id": "native"}, "invalid_grant"),
        ({"client_id": GATEWAY}, "invalid_client"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"client_id": None}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": None}, "invalid_request"),
        ({"resource": "https://other.example"}, "invalid_target"),
        ({"client_secret": "x"}, "invalid_client"),
    ],
)
def test_code_is_bound_to_its_request(
    provider: Provider, browser: Browser, changes: dict[str, str | None], error: str
) -> None:
    code = browser.sign_in(provider.authorize_url()).query["code"]
    reply = provider.token(**{"code": code, **changes})
    assert reply.status in (400, 401)
    assert reply.json()["error"] == error
    assert reply.header("cache-control") == "no-store"


def test_body_that_is_no_form_is_refused(provider: Provider) -> None:
    reply = provider.program.request(
        "POST", provider.issuer + "/token", body="{}", headers={"Content-Type": "application/json"}
    )
    assert (reply.status, reply.json()["error"]) == (400, "invalid_request")
    twice = provider.program.request(
        "POST", provider.issuer + "/token", body="code=a&code=b",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    assert twice.json()["error"] == "invalid_request"


def test_refresh_rotates_and_a_repeat_in_time_gets_the_identical_answer(
    provider: Provider, browser: Browser
) -> None:
    first = provider.tokens(browser)["refresh_token"]
    answer = provider.token(grant_type="refresh_token", refresh_token=first).json()
    assert answer["refresh_token"] != first
    assert provider.token(grant_type="refresh_token", refresh_token=first).json() == answer


def test_used_refresh_token_ends_the_grant(provider: Provider, browser: Browser) -> None:
    first = provider.tokens(browser)["refresh_token"]
    second = provider.token(grant_type="refresh_token", refresh_token=first).json()["refresh_token"]
    third = provider.token(grant_type="refresh_token", refresh_token=second).json()["refresh_token"]
    assert provider.token(grant_type="refresh_token", refresh_token=first).json()["error"] == "invalid_grant"
    assert provider.token(grant_type="refresh_token", refresh_token=third).json()["error"] == "invalid_grant"


def test_repeat_too_late_ends_the_grant(provider: Provider, browser: Browser) -> None:
    first = provider.tokens(browser)["refresh_token"]
    second = provider.token(grant_type="refresh_token", refresh_token=first).json()["refresh_token"]
    provider.clock.advance(11)
    assert provider.token(grant_type="refresh_token", refresh_token=first).status == 400
    assert provider.token(grant_type="refresh_token", refresh_token=second).status == 400


def test_refresh_is_of_its_client_and_never_wider(provider: Provider, browser: Browser) -> None:
    token = provider.tokens(browser)["refresh_token"]
    theft = provider.token(grant_type="refresh_token", refresh_token=token, client_id="native")
    assert theft.json()["error"] == "invalid_grant"
    wider = provider.token(
        grant_type="refresh_token", refresh_token=token, scope="openid helseid://scopes/hpr/hpr_number"
    )
    assert wider.json()["error"] == "invalid_scope"
    narrower = provider.token(grant_type="refresh_token", refresh_token=token, scope="openid")
    assert narrower.json()["scope"] == "openid"


def test_tokens_renew_through_a_shift(provider: Provider, browser: Browser) -> None:
    token = provider.tokens(browser)["refresh_token"]
    for _ in range(60):
        provider.clock.advance(600)
        reply = provider.token(grant_type="refresh_token", refresh_token=token)
        assert reply.status == 200
        token = reply.json()["refresh_token"]


def test_secret_client_uses_basic_and_nothing_else(provider: Provider, browser: Browser) -> None:
    def basic(secret: str) -> dict[str, str]:
        return {"Authorization": "Basic " + base64.b64encode(f"with-secret:{secret}".encode()).decode()}

    url = provider.authorize_url(client_id="with-secret")
    code = browser.sign_in(url).query["code"]
    wrong = provider.token(basic("wrong"), client_id=None, code=code)
    assert wrong.status == 401
    assert (wrong.header("www-authenticate") or "").startswith("Basic")
    assert provider.token(client_id="with-secret", code=code).status == 401
    assert provider.token(basic("open%3Asesame+and+more"), client_id=None, code=code).status == 200


def test_keys_of_both_kinds_are_accepted(provider: Provider, browser: Browser) -> None:
    curve = assertion(provider.issuer, CURVE_KEY, algorithm="ES256")
    assert provider.gateway_token(gateway_code(provider, browser), curve).status == 200
    plain = assertion(provider.issuer, header={"typ": "JWT"})
    assert (
        provider.gateway_token(
            gateway_code(Provider(provider.issuer, provider.clock, {}), Browser()), plain
        ).status
        == 200
    )


def test_assertion_works_once(provider: Provider, browser: Browser) -> None:
    used = assertion(provider.issuer)
    assert provider.push(used).status == 201
    assert provider.push(used).json()["error"] == "invalid_client"
    replayed = provider.gateway_token(gateway_code(provider, browser), used)
    assert (replayed.status, replayed.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "{issuer}/token"},
        {"aud": ["{issuer}", "https://other.example"]},
        {"aud": None},
        {"iss": ORDINARY},
        {"sub": ORDINARY},
        {"sub": None},
        {"exp": -20},
        {"exp": 3600},
        {"exp": None},
        {"exp": True},
        {"iat": 600},
        {"iat": None},
        {"nbf": 600},
        {"jti": None},
        {"jti": 7},
    ],
    ids=str,
)
def test_assertion_is_strict(provider: Provider, changes: dict[str, Any]) -> None:
    now = int(time.time())
    ((name, value),) = changes.items()
    if name in ("exp", "iat", "nbf") and isinstance(value, int) and value is not True:
        value = now + value
    if isinstance(value, str):
        value = value.format(issuer=provider.issuer)
    if isinstance(value, list):
        value = [one.format(issuer=provider.issuer) for one in value]
    reply = provider.push(assertion(provider.issuer, **{name: value}))
    assert (reply.status, reply.json()["error"]) == (401, "invalid_client")


def test_assertion_signed_wrongly_is_refused(provider: Provider) -> None:
    good = claims_of(assertion(provider.issuer))
    public = CLIENT_KEY.as_pem(private=False)
    forged = [
        unsigned(good, {"kid": "gateway-1"}),
        signed_with_secret(good, public, {"kid": "gateway-1"}),
        assertion(provider.issuer, algorithm="RS256"),
        assertion(provider.issuer, OTHER_KEY),
        assertion(provider.issuer, OTHER_KEY, header={"kid": "gateway-1"}),
        assertion(provider.issuer, header={"typ": "at+jwt"}),
        tampered(assertion(provider.issuer)),
        "a.b",
        "e30.e30.e30",
        "W10.W10.W10",
    ]
    for token in forged:
        reply = provider.push(token)
        assert (reply.status, reply.json()["error"]) == (401, "invalid_client"), token


def test_two_methods_at_once_are_refused(provider: Provider) -> None:
    reply = provider.token(
        {"Authorization": "Basic YTpi"}, client_assertion_type=ASSERTION_TYPE, client_assertion="x"
    )
    assert reply.json()["error"] == "invalid_request"


def test_userinfo_wants_a_living_access_token(provider: Provider, browser: Browser) -> None:
    answer = provider.tokens(browser)

    def status(token: str | None) -> int:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        reply = provider.program.request("GET", provider.issuer + "/userinfo", headers=headers)
        assert reply.status == 200 or (reply.header("www-authenticate") or "").startswith("Bearer")
        return reply.status

    assert status(answer["access_token"]) == 200
    assert status(answer["id_token"]) == 401
    assert status(unsigned(claims_of(answer["access_token"]), {"typ": "at+jwt"})) == 401
    assert status(None) == 401
    provider.clock.advance(601)
    assert status(answer["access_token"]) == 401
