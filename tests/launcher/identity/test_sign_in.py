"""The sign-in page: wrong passwords, foreign forms, single sign-on and its exceptions (S6)."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest

from tests.launcher.identity.conftest import Provider
from tests.launcher.identity.support import ORDINARY_CALLBACK, Browser, claims_of, forms_of


def test_wrong_password_is_said_in_plain_words(provider: Provider, browser: Browser) -> None:
    for username in ("siri", "nobody"):
        page = browser.open(provider.authorize_url())
        reply = browser.submit(page, username=username, password="feil")
        assert reply.status == 403
        assert "Brukernavnet eller passordet er feil. Prøv igjen." in reply.text
        assert 'aria-invalid="true"' in reply.text
        assert f'value="{username}"' in reply.text
        assert "feil" not in forms_of(reply.text)[0]["fields"]["password"]
        assert "code" not in browser.submit(page, username="", password="").query


def test_name_that_is_shown_again_cannot_carry_markup(provider: Provider, browser: Browser) -> None:
    page = browser.open(provider.authorize_url())
    reply = browser.submit(page, username='"><script>alert(1)</script>', password="x")
    assert "<script>alert" not in reply.text


def test_five_wrong_passwords_make_that_user_wait(provider: Provider, browser: Browser) -> None:
    page = browser.open(provider.authorize_url())
    for _ in range(4):
        assert browser.submit(page, username="siri", password="feil").status == 403
    fifth = browser.submit(page, username="SIRI", password="feil")
    assert fifth.status == 429
    assert "Vent 30 sekunder" in fifth.text
    assert fifth.header("retry-after") == "30"
    right = browser.submit(page, username="siri", password="vaktrom")
    assert right.status == 429
    assert "code" in Browser().sign_in(provider.authorize_url(), "jonas").query
    provider.clock.advance(31)
    assert "code" in browser.submit(page, username="siri", password="vaktrom").query


def test_form_of_another_browser_is_refused(provider: Provider, browser: Browser) -> None:
    """Login CSRF: the attacker's own form and token, sent from the victim's browser."""
    attacker = Browser()
    theirs = attacker.open(provider.authorize_url())
    mine = browser.open(provider.authorize_url())
    foreign = forms_of(theirs.text)[0]
    own = forms_of(mine.text)[0]
    filled = {"username": "siri", "password": "vaktrom"}
    own_url, foreign_url = urljoin(mine.url, own["action"]), urljoin(mine.url, foreign["action"])
    answers = [
        browser.request("POST", foreign_url, {**foreign["fields"], **filled}),
        browser.request("POST", own_url, {**foreign["fields"], **filled}),
        browser.request("POST", own_url, filled),
        Browser().request("POST", own_url, {**own["fields"], **filled}),
        browser.request("POST", own_url, {**foreign["fields"], "demo_user": "siri"}),
    ]
    for reply in answers:
        assert reply.status == 403
        assert reply.header("location") is None
        assert reply.header("set-cookie") is None


def test_old_sign_in_page_says_so(provider: Provider, browser: Browser) -> None:
    page = browser.open(provider.authorize_url())
    provider.clock.advance(12 * 3600 + 1)
    reply = browser.submit(page, username="siri", password="vaktrom")
    assert reply.status == 410
    assert "for gammel" in reply.text


def test_page_left_open_for_hours_still_works(provider: Provider, browser: Browser) -> None:
    page = browser.open(provider.authorize_url())
    provider.clock.advance(11 * 3600)
    assert "code" in browser.submit(page, username="siri", password="vaktrom").query


def test_second_client_needs_no_password(provider: Provider, browser: Browser) -> None:
    browser.sign_in(provider.pushed_url())
    silent = browser.open(provider.authorize_url(prompt="none"))
    assert silent.url.startswith(ORDINARY_CALLBACK)
    assert "code" in silent.query
    assert "code" in browser.open(provider.authorize_url()).query


def test_single_sign_on_is_of_one_browser(provider: Provider, browser: Browser) -> None:
    browser.sign_in(provider.authorize_url())
    assert Browser().open(provider.authorize_url(prompt="none")).query["error"] == "login_required"


@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"prompt": "select_account"}, {"max_age": "0"},
                                     {"login_hint": "jonas"}])  # fmt: skip
def test_sign_in_is_asked_again(provider: Provider, browser: Browser, changes: dict[str, str]) -> None:
    browser.sign_in(provider.authorize_url())
    page = browser.open(provider.authorize_url(**changes))
    assert page.status == 200
    assert 'name="password"' in page.text


def test_login_hint_fills_the_name_in_but_only_a_known_one(provider: Provider, browser: Browser) -> None:
    page = browser.open(provider.authorize_url(login_hint="jonas"))
    assert forms_of(page.text)[0]["fields"]["username"] == "jonas"
    page = browser.open(provider.authorize_url(login_hint="<b>x"))
    assert forms_of(page.text)[0]["fields"]["username"] == ""


def test_max_age_counts_from_the_last_password(provider: Provider, browser: Browser) -> None:
    browser.sign_in(provider.authorize_url())
    provider.clock.advance(100)
    assert "code" in browser.open(provider.authorize_url(max_age="200", prompt="none")).query
    late = browser.open(provider.authorize_url(max_age="50", prompt="none"))
    assert late.query["error"] == "login_required"


def test_signing_in_again_keeps_the_sid_and_renews_auth_time(provider: Provider, browser: Browser) -> None:
    first = claims_of(provider.tokens(browser)["id_token"])
    cookie = browser.cookies["vaktrom_idp_session"]
    provider.clock.advance(60)
    again = claims_of(provider.tokens(browser, prompt="login")["id_token"])
    assert again["sid"] == first["sid"]
    assert again["auth_time"] >= first["auth_time"] + 60
    assert browser.cookies["vaktrom_idp_session"] != cookie


def test_another_user_in_the_same_browser_gets_another_session(provider: Provider, browser: Browser) -> None:
    siri = claims_of(provider.tokens(browser)["id_token"])
    reply = browser.sign_in(provider.authorize_url(prompt="login"), "jonas")
    jonas = claims_of(provider.token(code=reply.query["code"]).json()["id_token"])
    assert (siri["sub"], jonas["sub"]) == ("siri", "jonas")
    assert siri["sid"] != jonas["sid"]


def test_id_token_hint_wants_that_user(provider: Provider, browser: Browser) -> None:
    hint = provider.tokens(browser)["id_token"]
    assert "code" in browser.open(provider.authorize_url(id_token_hint=hint, prompt="none")).query
    other = Browser()
    other.sign_in(provider.authorize_url(), "jonas")
    silent = other.open(provider.authorize_url(id_token_hint=hint, prompt="none"))
    assert silent.query["error"] == "login_required"
    page = other.open(provider.authorize_url(id_token_hint=hint))
    assert other.submit(page, username="jonas", password="vaktrom").query["error"] == "login_required"


def test_session_cookie_value_from_before_sign_in_is_worthless(provider: Provider, browser: Browser) -> None:
    """Session fixation: a planted cookie does not become the session."""
    browser.cookies["vaktrom_idp_session"] = "planted-by-somebody-else"
    browser.sign_in(provider.authorize_url())
    thief = Browser(cookies={"vaktrom_idp_session": "planted-by-somebody-else"})
    assert thief.open(provider.authorize_url(prompt="none")).query["error"] == "login_required"


def test_session_ends_after_its_life(provider: Provider, browser: Browser) -> None:
    browser.sign_in(provider.authorize_url())
    provider.clock.advance(14 * 3600 + 1)
    assert browser.open(provider.authorize_url(prompt="none")).query["error"] == "login_required"
