"""End of session: by the client's proof, by question, and never to a place that is not registered (HID-17)."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.launcher.identity.conftest import Provider
from tests.launcher.identity.support import ORDINARY, ORDINARY_CALLBACK, Browser, forms_of, unsigned


def end(provider: Provider, **parameters: str) -> str:
    return f"{provider.issuer}/endsession?{urlencode(parameters)}"


def signed_in(provider: Provider, browser: Browser) -> bool:
    return "code" in browser.open(provider.authorize_url(prompt="none")).query


def test_hint_ends_session_and_refresh_and_returns_the_state(provider: Provider, browser: Browser) -> None:
    tokens = provider.tokens(browser)
    provider.clock.advance(3600)
    out = browser.open(
        end(
            provider,
            id_token_hint=tokens["id_token"],
            post_logout_redirect_uri=ORDINARY_CALLBACK,
            state="s 1",
        )
    )
    assert out.url.startswith(ORDINARY_CALLBACK)
    assert out.query == {"state": "s 1"}
    assert "vaktrom_idp_session" not in browser.cookies
    assert not signed_in(provider, browser)
    after = provider.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert after.json()["error"] == "invalid_grant"


def test_old_cookie_is_dead_after_logout(provider: Provider, browser: Browser) -> None:
    tokens = provider.tokens(browser)
    copy = Browser(cookies=dict(browser.cookies))
    browser.open(end(provider, id_token_hint=tokens["id_token"]))
    assert not signed_in(provider, copy)


def test_refresh_repeated_after_logout_is_refused(provider: Provider, browser: Browser) -> None:
    tokens = provider.tokens(browser)
    again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert provider.token(**again).status == 200
    browser.open(end(provider, id_token_hint=tokens["id_token"]))
    assert provider.token(**again).json()["error"] == "invalid_grant"


def test_unredeemed_code_is_dead_after_logout(provider: Provider, browser: Browser) -> None:
    tokens = provider.tokens(browser)
    code = browser.open(provider.authorize_url()).query["code"]
    browser.open(end(provider, id_token_hint=tokens["id_token"]))
    assert provider.token(code=code).json()["error"] == "invalid_grant"


def test_without_target_there_is_a_page(provider: Provider, browser: Browser) -> None:
    tokens = provider.tokens(browser)
    page = browser.open(end(provider, id_token_hint=tokens["id_token"]))
    assert page.status == 200
    assert "Du er logget ut" in page.text


@pytest.mark.parametrize(
    "target", ["https://evil.example/", ORDINARY_CALLBACK + "/x", "http://127.0.0.1:4712/logged-out"]
)
def test_unregistered_target_is_refused_and_nobody_is_redirected(
    provider: Provider, browser: Browser, target: str
) -> None:
    tokens = provider.tokens(browser)
    for parameters in ({"id_token_hint": tokens["id_token"]}, {"client_id": ORDINARY}, {}):
        reply = browser.request("GET", end(provider, post_logout_redirect_uri=target, **parameters))
        assert reply.status == 400
        assert reply.header("location") is None
    assert signed_in(provider, browser)


def test_without_hint_the_user_is_asked(provider: Provider, browser: Browser) -> None:
    provider.tokens(browser)
    page = browser.open(end(provider, client_id=ORDINARY, post_logout_redirect_uri=ORDINARY_CALLBACK))
    assert "Vil du logge ut?" in page.text
    assert "Siri Nordli" in page.text
    assert signed_in(provider, browser)
    assert browser.submit(page).url == ORDINARY_CALLBACK
    assert not signed_in(provider, browser)


def test_question_cannot_be_answered_from_elsewhere(provider: Provider, browser: Browser) -> None:
    provider.tokens(browser)
    other = Browser()
    provider.tokens(other)
    foreign = forms_of(other.open(f"{provider.issuer}/endsession").text)[0]["fields"]
    assert browser.request("POST", f"{provider.issuer}/endsession", foreign).status == 403
    assert "Vil du logge ut?" in browser.request("POST", f"{provider.issuer}/endsession", {}).text
    assert signed_in(provider, browser)


def test_hint_of_another_user_leaves_this_browser_alone(provider: Provider, browser: Browser) -> None:
    other = Browser()
    theirs = provider.tokens(other)
    provider.tokens(browser)
    browser.open(end(provider, id_token_hint=theirs["id_token"]))
    assert signed_in(provider, browser)
    assert not signed_in(provider, other)


def test_forged_hint_is_refused(provider: Provider, browser: Browser) -> None:
    tokens = provider.tokens(browser)
    forged = unsigned({"iss": provider.issuer, "aud": ORDINARY, "sub": "siri", "sid": "x"})
    for hint in (forged, tokens["access_token"], "x"):
        assert browser.request("GET", end(provider, id_token_hint=hint)).status == 400
    mixed = end(provider, id_token_hint=tokens["id_token"], client_id="vaktrom-gateway")
    assert browser.request("GET", mixed).status == 400
    assert signed_in(provider, browser)
