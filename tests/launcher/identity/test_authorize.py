"""The authorize endpoint: client and redirect URI first, exact; the rest by redirect (OIDC Core 3.1.2, HID-05, HID-06)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from tests.launcher.identity.conftest import Provider
from tests.launcher.identity.support import (
    CALLBACK,
    ORDINARY_CALLBACK,
    Browser,
    challenge,
    forms_of,
)


def test_discovery_names_what_is_served(provider: Provider, browser: Browser) -> None:
    document = browser.open(f"{provider.issuer}/.well-known/openid-configuration").json()
    assert document["issuer"] == provider.issuer
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert "RS256" not in document["token_endpoint_auth_signing_alg_values_supported"]
    for name, url in document.items():
        if name.endswith(("_endpoint", "jwks_uri")):
            assert browser.request("GET", url).status != 404, name


def test_code_flow_answers_with_code_state_and_issuer(provider: Provider, browser: Browser) -> None:
    query = browser.sign_in(provider.authorize_url()).query
    assert set(query) == {"code", "state", "iss"}
    assert query["state"] == "st"
    assert query["iss"] == provider.issuer


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://evil.example/cb",
        ORDINARY_CALLBACK + "/",
        ORDINARY_CALLBACK + "?x=1",
        ORDINARY_CALLBACK + "#x",
        ORDINARY_CALLBACK.upper(),
        ORDINARY_CALLBACK.replace("app.", "app.evil."),
        "http://app.localhost:4713@evil.example/cb",
        CALLBACK,
        "javascript:alert(1)",
        "",
    ],
)
def test_unregistered_redirect_gets_a_page_and_no_redirect(
    provider: Provider, browser: Browser, redirect_uri: str
) -> None:
    for method in ("GET", "POST"):
        url = provider.authorize_url(redirect_uri=redirect_uri or None)
        parts = urlsplit(url)
        reply = (
            browser.request("GET", url)
            if method == "GET"
            else browser.request(
                "POST",
                f"{provider.issuer}/authorize",
                body=parts.query,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
            )
        )
        assert reply.status == 400
        assert reply.header("location") is None
        assert "feil sted" in reply.text


def test_unknown_client_gets_a_page_in_the_browsers_language(provider: Provider, browser: Browser) -> None:
    reply = browser.request("GET", provider.authorize_url(client_id="nobody"))
    assert reply.status == 400
    assert "Vi kjenner ikke programmet" in reply.text
    browser.language = "en-GB,en;q=0.9"
    english = browser.request("GET", provider.authorize_url(client_id="nobody"))
    assert "We do not know the program" in english.text


def test_loopback_client_may_use_any_port_but_only_its_path(provider: Provider, browser: Browser) -> None:
    fine = provider.authorize_url(client_id="native", redirect_uri="http://127.0.0.1:5555/callback")
    assert browser.sign_in(fine).url.startswith("http://127.0.0.1:5555/callback?code=")
    for wrong in ("http://127.0.0.1:5555/callback/x", "http://127.0.0.1.evil.example:5555/callback",
                  "http://localhost:5555/callback", "http://127.0.0.1:99999/callback",
                  "http://127.0.0.1:5555/callback?x=1"):  # fmt: skip
        url = provider.authorize_url(client_id="native", redirect_uri=wrong)
        assert browser.request("GET", url).status == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "dance"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"request": "x.y.z"}, "request_not_supported"),
        ({"resource": "https://other.example/fhir"}, "invalid_target"),
        ({"id_token_hint": "x.y.z"}, "invalid_request"),
    ],
)
def test_other_errors_go_to_the_client(
    provider: Provider, browser: Browser, changes: dict[str, str | None], error: str
) -> None:
    reply = browser.request("GET", provider.authorize_url(**changes))
    assert reply.status == 303
    assert (reply.header("location") or "").startswith(ORDINARY_CALLBACK + "?")
    assert reply.query["error"] == error
    assert reply.query["state"] == "st"
    assert reply.query["iss"] == provider.issuer


def test_repeated_parameter_is_refused_without_redirect(provider: Provider, browser: Browser) -> None:
    reply = browser.request("GET", provider.authorize_url() + "&state=other")
    assert reply.status == 400
    assert reply.header("location") is None


def test_client_that_must_push_cannot_use_plain_parameters(provider: Provider, browser: Browser) -> None:
    url = provider.authorize_url(client_id="vaktrom-gateway", redirect_uri=CALLBACK)
    for reply in (
        browser.request("GET", url),
        browser.request(
            "POST",
            f"{provider.issuer}/authorize",
            body=urlsplit(url).query,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        ),
    ):
        assert reply.status == 400
        assert reply.header("location") is None


def test_pushed_request_works_once(provider: Provider, browser: Browser) -> None:
    url = provider.pushed_url()
    assert browser.sign_in(url).url.startswith(CALLBACK + "?code=")
    again = browser.request("GET", url)
    assert again.status == 400
    assert "for gammel" in again.text


def test_pushed_request_ends_after_its_life(provider: Provider, browser: Browser) -> None:
    url = provider.pushed_url()
    provider.clock.advance(91)
    assert browser.request("GET", url).status == 400


def test_pushed_request_is_of_its_client_and_ignores_other_parameters(
    provider: Provider, browser: Browser
) -> None:
    stolen = provider.pushed_url().replace("vaktrom-gateway", "ordinary")
    assert browser.request("GET", stolen).status == 400
    mixed = provider.pushed_url() + f"&redirect_uri={ORDINARY_CALLBACK}&scope=openid"
    assert browser.sign_in(mixed).url.startswith(CALLBACK)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": "https://evil.example/cb"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"request_uri": "urn:x"}, "invalid_request"),
        ({"client_assertion": "x"}, "invalid_client"),
        ({"client_assertion": None, "client_assertion_type": None}, "invalid_client"),
        ({"client_id": "ordinary"}, "invalid_client"),
    ],
)
def test_push_is_checked_at_once(provider: Provider, changes: dict[str, str | None], error: str) -> None:
    reply = provider.push(**changes)
    assert reply.status in (400, 401)
    assert reply.json()["error"] == error


def test_post_is_answered_with_a_one_time_get(provider: Provider, browser: Browser) -> None:
    """Lax cookies do not travel on a cross-site POST; the GET after it carries them."""
    browser.sign_in(provider.authorize_url())
    reply = browser.request(
        "POST",
        f"{provider.issuer}/authorize",
        body=urlsplit(provider.authorize_url()).query,
        headers={"Content-Type": "application/x-www-form-urlencoded", "Cookie": ""},
    )
    assert reply.status == 303
    assert "code" in browser.follow(reply).query
    assert browser.follow(reply).status == 400


def test_kept_request_is_of_its_client_even_where_the_redirect_is_shared(
    provider: Provider, browser: Browser
) -> None:
    kept = browser.request(
        "POST",
        f"{provider.issuer}/authorize",
        body=urlsplit(provider.authorize_url(client_id="with-secret")).query,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    location = (kept.header("location") or "").replace("with-secret", "ordinary")
    assert browser.request("GET", provider.issuer + location).status == 400


def test_other_host_is_refused_before_anything_else(provider: Provider, browser: Browser) -> None:
    for host in ("127.0.0.1:" + provider.issuer.rpartition(":")[2], "evil.example", "localhost"):
        reply = browser.request(
            "GET", f"{provider.issuer}/.well-known/openid-configuration", headers={"Host": host}
        )
        assert reply.status == 421


def test_cors_is_open_for_metadata_and_closed_for_strangers(provider: Provider, browser: Browser) -> None:
    def allowed(path: str, origin: str, method: str = "GET") -> str | None:
        reply = browser.request(method, provider.issuer + path, headers={"Origin": origin})
        return reply.header("access-control-allow-origin")

    assert allowed("/jwks", "https://any.example") == "*"
    assert allowed("/token", "http://app.localhost:4713", "OPTIONS") == "http://app.localhost:4713"
    assert allowed("/token", "https://evil.example", "OPTIONS") is None
    assert allowed("/authorize", "http://app.localhost:4713") is None


def test_unknown_path_and_large_form(provider: Provider, browser: Browser) -> None:
    assert browser.request("GET", provider.issuer + "/nothing").status == 404
    reply = browser.request("POST", provider.issuer + "/token", {"grant_type": "x" * 40_000})
    assert reply.status == 413


def test_login_page_works_as_plain_html(provider: Provider, browser: Browser) -> None:
    page = browser.open(provider.authorize_url())
    first, demo = forms_of(page.text)
    assert set(first["fields"]) == {"csrf_token", "username", "password"}
    assert len(re.findall(r'name="demo_user"', page.text)) == 4
    policy = page.header("content-security-policy") or ""
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", page.text)
    cookie = next(value for name, value in page.headers + browser.request(
        "GET", provider.authorize_url()).headers if name.lower() == "set-cookie")  # fmt: skip
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert demo["fields"]["csrf_token"] == first["fields"]["csrf_token"]
    assert challenge() not in page.text


def test_login_page_speaks_the_asked_language(provider: Provider, browser: Browser) -> None:
    assert '<html lang="nb">' in browser.open(provider.authorize_url()).text
    assert '<html lang="en">' in browser.open(provider.authorize_url(ui_locales="en-GB nb")).text
    browser.language = "de, en;q=0.7, nb;q=0.3"
    assert "Practice environment." in browser.open(provider.authorize_url()).text
    browser.language = "de"
    assert "Øvingsmiljø." in browser.open(provider.authorize_url()).text


def test_one_click_signs_a_demo_user_in(provider: Provider, browser: Browser) -> None:
    page = browser.open(provider.authorize_url())
    form = forms_of(page.text)[1]
    reply = browser.follow(
        browser.request("POST", provider.issuer + form["action"], {**form["fields"], "demo_user": "kari"})
    )
    tokens = provider.token(code=reply.query["code"]).json()
    userinfo = provider.program.request(
        "GET", provider.issuer + "/userinfo", headers={"Authorization": "Bearer " + tokens["access_token"]}
    )
    assert userinfo.json() == {
        "sub": "kari", "name": "Kari Lund", "given_name": "Kari", "family_name": "Lund",
    }  # fmt: skip
