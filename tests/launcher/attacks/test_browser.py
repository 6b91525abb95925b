"""Attackers inside a browser: a hostile pane, a stolen pane cookie, foreign web pages, old and replayed answers."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from launcher.oauth.proof_key import s256
from tests.fakes.browser import Browser, Page
from tests.fakes.gateway import SHELL, VERIFIER, RunningGateway, Shell
from tests.fakes.upstream_systems import ANNA, BERIT
from tests.launcher.attacks.conftest import FOLLOWER, HOSTILE, READER
from tests.launcher.server.test_lock import fresh_code, locked, unlock

FORM = "application/x-www-form-urlencoded"


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def read(gateway: RunningGateway, tokens: dict[str, Any], patient: str) -> int:
    return gateway.http.get(f"/fhir/Patient/{patient}", headers=bearer(tokens)).status_code


# a stolen pane cookie


@pytest.fixture
def thief(gateway: RunningGateway, shell: Shell, topic: str) -> Browser:
    """Somebody else's browser with the cookie of a pane."""
    return shell.pane(HOSTILE, topic)[1]


def test_a_stolen_pane_cookie_is_no_login_for_the_shell_or_another_app(
    gateway: RunningGateway, thief: Browser
) -> None:
    for client_id in (SHELL, READER, FOLLOWER):
        assert thief.open(gateway.authorize_url(client_id, prompt="none")).query["error"] == "login_required"
        assert "code" not in thief.open(gateway.authorize_url(client_id)).query
    assert "code" in thief.open(gateway.authorize_url(HOSTILE, prompt="none")).query


def test_it_opens_neither_workspace_nor_data_nor_logout(
    gateway: RunningGateway, shell: Shell, thief: Browser
) -> None:
    for method, path in (
        ("GET", "/workspace/session"), ("DELETE", "/workspace/session"), ("POST", "/workspace/contexts"),
        ("GET", "/workspace/panes"), ("GET", "/workspace/events"), ("GET", f"/fhir/Patient/{ANNA}"),
        ("POST", "/fhircast"), ("POST", "/oauth/introspect"),
    ):  # fmt: skip
        cookie = "; ".join(f"{name}={value}" for (_, _, name), value in thief.cookies.items())
        answer = gateway.http.request(method, path, headers={"Cookie": cookie})
        assert answer.status_code in (400, 401, 415), (method, path, answer.status_code)
    assert thief.open(f"{gateway.base_url}/oauth/logout").status == 200
    assert shell.call("GET", "/workspace/session").status_code == 200


def test_it_cannot_take_the_launch_of_another_pane(
    gateway: RunningGateway, shell: Shell, topic: str, thief: Browser
) -> None:
    pane, browser = shell.pane(HOSTILE, topic)
    launch = shell.launch(HOSTILE, topic, pane).json()["launch"]
    stolen = thief.open(gateway.authorize_url(HOSTILE, launch=launch))
    assert stolen.query["error"] == "access_denied"
    again = browser.open(gateway.authorize_url(HOSTILE, launch=launch))
    assert again.query["error"] == "invalid_request"


def test_what_it_gets_replaces_the_panes_grant_so_that_the_theft_shows(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    pane, browser = shell.pane(READER, topic)
    launch = shell.launch(READER, topic, pane).json()["launch"]
    victim = gateway.app_tokens(browser, READER, launch)
    assert read(gateway, victim, ANNA) == 200
    thief = gateway.browser()
    thief.cookies = dict(browser.cookies)
    gateway.app_tokens(thief, READER, None)
    assert read(gateway, victim, ANNA) == 401


def test_two_pane_cookies_at_once_are_none(gateway: RunningGateway, thief: Browser) -> None:
    value = next(iter(thief.cookies.values()))
    headers = {"Cookie": f"vaktrom_pane={value}; vaktrom_pane=planted"}
    answer = gateway.http.get(gateway.authorize_url(HOSTILE, prompt="none"), headers=headers)
    assert "login_required" in answer.headers["location"]


# a pinned pane (S3)


@pytest.mark.parametrize("client_id", [READER, FOLLOWER])
def test_a_pinned_pane_cannot_launch_itself_onto_the_next_patient(
    gateway: RunningGateway, shell: Shell, topic: str, client_id: str
) -> None:
    pane, browser = shell.pane(client_id, topic)
    gateway.app_tokens(browser, client_id, shell.launch(client_id, topic, pane).json()["launch"])
    shell.call("PATCH", f"/workspace/panes/{pane}", {"pinned": True})
    shell.open_patient(topic, BERIT)
    again = gateway.app_tokens(browser, client_id, None)
    facts = shell.call("GET", f"/workspace/panes/{pane}").json()
    assert (facts["pinned"], facts["effective_patient"]) == (True, ANNA)
    assert (read(gateway, again, ANNA), read(gateway, again, BERIT)) == (200, 403)


def test_a_pane_that_was_pinned_while_it_launched_stays_where_it_is_marked(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    pane, browser = shell.pane(FOLLOWER, topic)
    launch = shell.launch(FOLLOWER, topic, pane).json()["launch"]
    code = browser.open(gateway.authorize_url(FOLLOWER, launch=launch)).query["code"]
    shell.call("PATCH", f"/workspace/panes/{pane}", {"pinned": True})
    tokens = gateway.redeem(code, FOLLOWER).json()
    shell.open_patient(topic, BERIT)
    form = {
        "hub.channel.type": "websocket",
        "hub.mode": "subscribe",
        "hub.topic": topic,
        "hub.events": "Patient-open",
    }
    assert gateway.http.post("/fhircast", data=form, headers=bearer(tokens)).status_code != 202
    assert (read(gateway, tokens, ANNA), read(gateway, tokens, BERIT)) == (200, 403)


# codes, launches, PKCE, redirects


def test_a_closed_tab_redeems_no_code(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    launch = shell.launch(READER, topic).json()["launch"]
    code = shell.browser.open(gateway.authorize_url(READER, launch=launch)).query["code"]
    shell.call("DELETE", f"/workspace/contexts/{topic}")
    assert gateway.redeem(code, READER).json()["error"] == "invalid_grant"


def test_a_launch_and_a_code_work_once_and_only_for_their_own(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    pane, browser = shell.pane(READER, topic)
    launch = shell.launch(READER, topic, pane).json()["launch"]
    code = browser.open(gateway.authorize_url(READER, launch=launch)).query["code"]
    assert browser.open(gateway.authorize_url(READER, launch=launch)).query["error"] == "invalid_request"
    assert gateway.redeem(code, HOSTILE).json()["error"] == "invalid_grant"
    assert gateway.redeem(code, READER).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "changes",
    [{"code_challenge": None}, {"code_challenge_method": None}, {"code_challenge_method": "plain"},
     {"code_challenge": VERIFIER, "code_challenge_method": "plain"}, {"code_challenge": ""},
     {"code_challenge": s256(VERIFIER)[:-1]}, {"code_challenge_method": "s256"}],
)  # fmt: skip
def test_no_way_around_the_proof_key(
    gateway: RunningGateway, thief: Browser, changes: dict[str, str | None]
) -> None:
    refused = thief.open(gateway.authorize_url(HOSTILE, **changes))
    assert refused.query["error"] == "invalid_request" and "code" not in refused.query


def test_a_code_without_its_verifier_is_worth_nothing(gateway: RunningGateway, thief: Browser) -> None:
    for verifier in ("", s256(VERIFIER), "x" * 43):
        code = thief.open(gateway.authorize_url(HOSTILE)).query["code"]
        form = {
            "grant_type": "authorization_code", "code": code, "client_id": HOSTILE, "code_verifier": verifier,
            "redirect_uri": gateway.authorize_redirect(HOSTILE),
        }  # fmt: skip
        assert gateway.token(None, **form).json()["error"] == "invalid_grant"


REDIRECTS = [
    "https://evil.example/", "http://fiendtlig.localhost:9999/index.html/../evil", "//evil.example",
    "http://fiendtlig.localhost:9999/index.html?x=1", "http://fiendtlig.localhost:9999/index.html#x",
    "http://fiendtlig.localhost:9999@evil.example/index.html", "http://fiendtlig.localhost:99990/index.html",
    "http://fiendtlig.localhost:9999/index.html%00", "http://FIENDTLIG.localhost:9999/index.html",
    "javascript:alert(1)", "http://127.0.0.1:5555/callback", "http://leser.localhost:9999/index.html",
]  # fmt: skip


@pytest.mark.parametrize("uri", REDIRECTS)
def test_no_open_redirect(gateway: RunningGateway, thief: Browser, uri: str) -> None:
    for changes in ({}, {"prompt": "none"}, {"response_type": "token"}, {"scope": None}):
        page = thief.send("GET", gateway.authorize_url(HOSTILE, redirect_uri=uri, **changes))
        assert (page.status, page.header("location")) == (400, None)
    form = dict(parse_qsl(urlsplit(gateway.authorize_url(HOSTILE, redirect_uri=uri)).query))
    page = thief.follow(thief.send("POST", f"{gateway.base_url}/oauth/authorize", form))
    assert (page.status, page.header("location")) == (400, None)


@pytest.mark.parametrize(
    "uri",
    ["http://127.0.0.1.evil.example/callback", "http://127.0.0.1@evil.example/callback", "http://localhost:1/callback",
     "http://127.0.0.1:1/callback/x", "http://127.0.0.1:1/callback?x", "https://127.0.0.1:1/callback",
     "http://127.0.0.1:01/callback", "http://127.0.0.1:1\\@evil.example/callback", "http://[::1]:1/callback"],
)  # fmt: skip
def test_the_shells_loopback_rule_is_narrow(gateway: RunningGateway, shell: Shell, uri: str) -> None:
    page = shell.browser.send("GET", gateway.authorize_url(redirect_uri=uri))
    assert (page.status, page.header("location")) == (400, None)


def test_logout_redirects_nowhere_without_proof(gateway: RunningGateway, shell: Shell) -> None:
    for query in (
        "post_logout_redirect_uri=https://evil.example",
        "id_token_hint=x&post_logout_redirect_uri=https://e",
    ):
        page = gateway.browser().send("GET", f"{gateway.base_url}/oauth/logout?{query}")
        assert page.header("location") is None
    hint = shell.tokens["id_token"]
    query = urlencode({"id_token_hint": hint, "post_logout_redirect_uri": "https://evil.example/"})
    page = gateway.browser().send("GET", f"{gateway.base_url}/oauth/logout?{query}")
    assert (page.status, page.header("location")) == (400, None)
    assert shell.call("GET", "/workspace/session").status_code == 200


def test_a_state_that_is_repeated_or_hidden_reaches_nobody(gateway: RunningGateway, thief: Browser) -> None:
    url = gateway.authorize_url(HOSTILE)
    for more in ("&state=2", "&redirect_uri=https://evil.example", f"&client_id={READER}"):
        page = thief.send("GET", url + more)
        assert (page.status, page.header("location")) == (400, None)
    for more in ("&scope=openid", "&code_challenge=x", "&aud=https://evil.example", "&response_mode=form_post",
                 "&request=eyJ", "&request_uri=https://evil.example/r", "&response_mode=fragment"):  # fmt: skip
        page = thief.send("GET", url + more)
        assert "code=" not in (page.header("location") or "")


def test_a_pushed_request_is_its_clients_alone_and_works_once(
    gateway: RunningGateway, thief: Browser
) -> None:
    form = dict(parse_qsl(urlsplit(gateway.authorize_url(HOSTILE)).query))
    pushed = gateway.http.post("/oauth/par", data=form).json()["request_uri"]
    other = urlencode({"client_id": READER, "request_uri": pushed})
    assert thief.open(f"{gateway.base_url}/oauth/authorize?{other}").status == 400
    own = urlencode({"client_id": HOSTILE, "request_uri": pushed})
    assert thief.open(f"{gateway.base_url}/oauth/authorize?{own}").status == 400


# refresh


def test_a_refresh_cannot_grow_nor_change_its_client(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    tokens = shell.app(READER, topic)
    for scope in ("patient/*.cruds", "user/*.rs", tokens["scope"] + " patient/Observation.cruds", "system/*.rs",
                  "patient/Patient.rs?_id=x", "patient/Patient.cruds"):  # fmt: skip
        assert (
            gateway.refresh(tokens["refresh_token"], READER, scope=scope).json()["error"] == "invalid_scope"
        )
    assert gateway.refresh(tokens["refresh_token"], HOSTILE).json()["error"] == "invalid_grant"
    small = gateway.refresh(tokens["refresh_token"], READER, scope="patient/Patient.rs").json()
    assert gateway.http.get("/fhir/Observation", headers=bearer(small)).status_code == 403
    assert read(gateway, small, ANNA) == 200


def test_an_access_token_is_no_refresh_token_and_no_id_token_opens_data(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    tokens = shell.app(READER, topic)
    assert gateway.refresh(tokens["access_token"], READER).json()["error"] == "invalid_grant"
    for wrong in (
        tokens["id_token"],
        tokens["refresh_token"],
        tokens["access_token"] + "x",
        shell.tokens["id_token"],
    ):
        assert read(gateway, {"access_token": wrong}, ANNA) == 401
    header, payload, signature = tokens["access_token"].split(".")
    for forged in (f"eyJhbGciOiJub25lIn0.{payload}.", f"{header}.{payload}.", f"{header}..{signature}"):
        assert read(gateway, {"access_token": forged}, ANNA) == 401
    assert gateway.http.get(f"/fhir/Patient/{ANNA}?access_token={tokens['access_token']}").status_code == 401


# lock


def test_single_sign_on_of_another_browser_does_not_unlock(gateway: RunningGateway, shell: Shell) -> None:
    """The provider still knows her; without typing a password nobody may go on with her session."""
    somewhere = gateway.browser()
    somewhere.sign_in(gateway.authorize_url(prompt="login"))
    for name in [key for key in somewhere.cookies if key[0] == "127.0.0.1"]:
        del somewhere.cookies[name]
    gateway.clock.advance(30)
    shell.call("POST", "/workspace/session/lock")
    silent = somewhere.open(gateway.authorize_url())
    assert "code" in silent.query, "single sign-on should have happened"
    answer = unlock(shell, silent.query["code"])
    assert (answer.status_code, answer.json()["error"]) == (400, "login_not_fresh")
    assert unlock(shell, fresh_code(gateway, "siri")).status_code == 200


def test_the_moment_of_a_login_is_not_that_of_its_single_sign_on(
    gateway: RunningGateway, shell: Shell
) -> None:
    for name in [key for key in shell.browser.cookies if key[0] == "127.0.0.1"]:
        del shell.browser.cookies[name]
    gateway.clock.advance(600)
    code = shell.browser.open(gateway.authorize_url()).query["code"]
    again = Shell(gateway, shell.browser, gateway.redeem(code).json())
    first = shell.call("GET", "/workspace/session").json()["authenticated_at"]
    assert again.call("GET", "/workspace/session").json()["authenticated_at"] == first
    assert shell.browser.open(gateway.authorize_url(max_age="60")).status == 200


def test_nothing_flows_while_locked_or_after_the_end(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    pane, browser = shell.pane(READER, topic)
    tokens = gateway.app_tokens(browser, READER, shell.launch(READER, topic, pane).json()["launch"])
    code = browser.open(gateway.authorize_url(READER)).query["code"]
    shell.call("POST", "/workspace/session/lock")
    assert locked(gateway.http.get(f"/fhir/Patient/{ANNA}", headers=bearer(tokens)))
    assert locked(gateway.redeem(code, READER))
    assert browser.open(gateway.authorize_url(READER)).query["error"] == "temporarily_unavailable"
    shell.call("DELETE", "/workspace/session")
    assert read(gateway, tokens, ANNA) == 401
    assert "code" not in browser.open(gateway.authorize_url(READER, prompt="none")).query
    assert shell.browser.open(gateway.authorize_url(prompt="none")).query["error"] == "login_required"
    assert shell.call("GET", "/workspace/session").status_code == 401


# sign-in pages that are left open, and answers that are played again


def test_a_sign_in_page_left_open_for_hours_still_works(gateway: RunningGateway) -> None:
    browser = gateway.browser()
    page = browser.open(gateway.authorize_url())
    gateway.clock.advance(3 * 3600)
    back = browser.submit(page, username="siri", password="vaktrom")
    assert back.url.startswith(gateway.authorize_redirect(SHELL))
    assert gateway.redeem(back.query["code"]).status_code == 200


def answer_of(gateway: RunningGateway) -> tuple[str, Browser]:
    browser = gateway.browser()
    browser.stops = (f"{gateway.base_url}/oauth/callback",)
    url = browser.sign_in(gateway.authorize_url()).url
    browser.stops = gateway.browser().stops
    return url, browser


def try_again(page: Page) -> str:
    found = re.search(r'<a class="button" href="([^"]+)"', page.text)
    assert found, page.text
    return found[1].replace("&amp;", "&")


def test_an_answer_that_nobody_waits_for_leads_kindly_to_a_fresh_login(gateway: RunningGateway) -> None:
    url, browser = answer_of(gateway)
    stale = re.sub(r"state=[^&]*", "state=of-another-life", url)
    page = browser.send("GET", stale)
    assert page.status == 400
    assert try_again(page) == gateway.authorize_url()
    back = browser.open(try_again(page))
    assert back.url.startswith(gateway.authorize_redirect(SHELL))
    assert gateway.redeem(back.query["code"]).status_code == 200


def test_a_planted_way_back_leads_nowhere_else(gateway: RunningGateway) -> None:
    for planted in (
        "https://evil.example",
        "//evil.example",
        'x"><script>',
        "client_id=x&redirect_uri=https%3A%2F%2Fe",
    ):
        browser = gateway.browser()
        browser.put_cookie("127.0.0.1", "vaktrom_again", planted, "/oauth")
        page = browser.send("GET", f"{gateway.base_url}/oauth/callback?state=x&code=y")
        assert (page.status, page.header("location")) == (400, None)
        assert "<script>" not in page.text
        links = re.findall(r'href="([^"]*)"', page.text)
        assert all(link.startswith(f"{gateway.base_url}/oauth/authorize?client_id=x") for link in links)


def test_mix_up_and_changed_answers_end_with_a_word_for_the_helpdesk(gateway: RunningGateway) -> None:
    url, browser = answer_of(gateway)
    page = browser.send("GET", re.sub(r"iss=[^&]*", "iss=https%3A%2F%2Fevil.example", url))
    assert page.status == 400
    assert "identity.login-mismatch" in page.text
    assert browser.send("GET", url).status == 400
    assert not [line for line in page.headers_named("set-cookie") if "vaktrom_session" in line]


# foreign pages


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://127.0.0.1:1", "http://localhost"])
def test_a_foreign_page_can_post_nothing_that_counts(
    gateway: RunningGateway, shell: Shell, topic: str, origin: str
) -> None:
    tokens = shell.app(HOSTILE, topic)
    cookies = "; ".join(f"{name}={value}" for (_, _, name), value in shell.browser.cookies.items())
    headers = {"Origin": origin, "Cookie": cookies, "Sec-Fetch-Site": "cross-site"}
    stolen = {**headers, **bearer(tokens)}
    for method, path, given in (
        ("POST", "/oauth/token", headers), ("POST", "/oauth/par", headers), ("POST", "/oauth/revoke", headers),
        ("POST", "/oauth/patient", headers), ("POST", "/workspace/contexts", {**headers, **shell.bearer}),
        ("POST", "/fhircast", stolen), ("GET", f"/fhir/Patient/{ANNA}", stolen), ("POST", "/fhir", stolen),
    ):  # fmt: skip
        answer = gateway.http.request(method, path, headers={**given, "Content-Type": FORM}, content=b"a=b")
        assert answer.status_code in (400, 401, 403), (path, answer.status_code)
        assert not [name for name in answer.headers if name.startswith("access-control")]
    question = gateway.http.post("/oauth/logout", headers={**headers, "Content-Type": FORM}, content=b"a=b")
    assert question.status_code == 200 and "confirmation" in question.text
    assert shell.call("GET", "/workspace/session").status_code == 200


def test_pages_stand_in_no_frame(gateway: RunningGateway, shell: Shell) -> None:
    for url in (f"{gateway.base_url}/oauth/logout", f"{gateway.base_url}/oauth/authorize?client_id=x"):
        page = shell.browser.send("GET", url)
        assert "frame-ancestors 'none'" in (page.header("content-security-policy") or "")
        assert page.header("x-frame-options") == "DENY"


def test_no_address_ends_a_session_and_no_strange_form_forgets_it(
    gateway: RunningGateway, shell: Shell
) -> None:
    """Mutants: the page's token counts in an address; an answer to a form without the cookie takes the cookie away."""
    url = f"{gateway.base_url}/oauth/logout"
    token = re.search(r'name="confirmation" value="([^"]+)"', shell.browser.send("GET", url).text)
    assert token
    assert "confirmation" in shell.browser.send("GET", f"{url}?confirmation={token[1]}").text
    strange = gateway.browser().send("POST", url, {"confirmation": token[1]})
    assert strange.headers_named("set-cookie") == []
    assert shell.call("GET", "/workspace/session").status_code == 200
