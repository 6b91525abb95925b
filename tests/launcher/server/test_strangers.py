"""Requests without a credential: how many are answered, how many are written down, and who never notices.

Five ways to break it: a stranger whose refusals are all written, or all answered; a user with a session, a pane or an
expired token who pays for the stranger at the same address; logins under way that a flood pushes out; a picture or frame
of a page that begins a login; a page's token that a wrong browser spends. Each has a test here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from launcher.gateway.audit_event import AccessFacts, audit_events
from launcher.oauth.single_use import SingleUse
from launcher.server.dependencies import GatewayLimits
from launcher.server.strangers import TokenBuckets, address_key
from tests.fakes.browser import Browser, Page, forms_of
from tests.fakes.gateway import Records, RunningGateway, Shell, app_client, running_gateway
from tests.fakes.upstream_systems import ANNA, UpstreamSystems
from tests.launcher.server.test_session_audit import Log

ASKING = "spørrende"
LIMITS = {
    "refusals_burst": 8,
    "refusals_per_minute": 1,
    "login_begins_burst": 6,
    "login_begins_per_minute": 1,
    "pending_per_address": 3,
    "pending_requests": 6,
    "refusals_told": 2,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("strangers")


@pytest.fixture(scope="module")
def tight(systems: UpstreamSystems, signing_record: Records, folder: Path) -> Iterator[RunningGateway]:
    asking = app_client(
        ASKING, approved=False, consent_allowed=True, scope="openid launch patient/Patient.rs"
    )
    with running_gateway(
        systems, folder, records=signing_record, clients=[asking], which=1, limits=LIMITS
    ) as running:
        yield running


@pytest.fixture
def house(tight: RunningGateway) -> RunningGateway:
    """Every bucket is full again, no window is open."""
    tight.clock.advance(8 * 60)
    return tight


def flood(house: RunningGateway, count: int = 30) -> list[httpx2.Response]:
    return [house.http.get("/fhir/Patient", headers={"Authorization": "Bearer x"}) for _ in range(count)]


def test_too_many_refusals_are_429_and_one_row_with_a_count(house: RunningGateway, folder: Path) -> None:
    """Mutant: no bucket; each refusal a row; the count forgotten."""
    log = Log(folder)
    answers = flood(house)
    assert [answer.status_code for answer in answers[:8]] == [401] * 8
    assert {answer.status_code for answer in answers[8:]} == {429}
    last = answers[-1]
    assert (last.headers["retry-after"], last.json()["issue"][0]["code"]) == ("60", "throttled")
    house.clock.advance(61)
    house.http.get("/fhir/Patient", headers={"Authorization": "Bearer x"})
    house.shell()
    rows = [row for row in log.new() if row.kind == "refused"]
    assert [row.repeated for row in rows] == [0, 0, 27, 0]
    assert {row.outcome_text for row in rows} == {"401 no valid token"}
    assert audit_events(rows[2])[0]["outcomeDesc"] == "401 no valid token (and 27 more like it)"


def test_whoever_has_a_credential_does_not_pay_for_a_stranger(house: RunningGateway) -> None:
    """One address for all: sessions, panes, tokens, also expired ones, and codes go on (S1 of a shift's start)."""
    shell = house.shell()
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    app = shell.app("notat", topic)
    flood(house)
    assert house.http.post("/oauth/token", data={"grant_type": "x"}).status_code == 429
    for _ in range(20):
        shell.app("notat", topic)
    refreshed = house.refresh(app["refresh_token"], "notat")
    assert refreshed.status_code == 200, refreshed.text
    house.clock.advance(901)
    flood(house)
    for _ in range(12):
        assert shell.call("GET", f"/fhir/Patient/{ANNA}").status_code == 401
    assert house.refresh(shell.tokens["refresh_token"]).status_code == 200
    assert "error" in shell.browser.open(house.authorize_url("notat", launch="unknown")).query


@pytest.mark.parametrize(
    ("method", "path", "media_type"),
    [
        ("GET", "/oauth/authorize", "text/html"),
        ("GET", "/oauth/callback", "text/html"),
        ("POST", "/oauth/consent", "text/html"),
        ("POST", "/oauth/token", "application/json"),
        ("POST", "/oauth/par", "application/json"),
        ("GET", "/workspace/session", "application/json"),
        ("GET", "/fhircast/topic", "text/plain"),
    ],
)
def test_429_speaks_as_the_place_does(house: RunningGateway, method: str, path: str, media_type: str) -> None:
    flood(house, 12)
    answer = house.http.request(method, path)
    assert answer.status_code == 429, answer.text
    assert answer.headers["content-type"].startswith(media_type)
    assert (answer.headers["retry-after"], answer.headers["cache-control"]) == ("60", "no-store")
    if media_type == "text/html":
        assert "For mange forsøk" in answer.text


def test_logins_of_strangers_are_begun_at_a_pace_and_the_page_leads_on(house: RunningGateway) -> None:
    """Mutant: no bucket before the call to the identity provider; unlocking counted."""
    user = house.shell()
    house.clock.advance(120)
    begun = [house.browser().send("GET", house.authorize_url()) for _ in range(12)]
    assert [page.status for page in begun[:6]] == [302] * 6
    assert begun[-1].status == 429
    assert "For mange forsøk" in begun[-1].text and "/oauth/authorize?" in begun[-1].text
    assert user.browser.send("GET", house.authorize_url(prompt="login")).status == 302
    bearer = {"Authorization": f"Bearer {user.tokens['access_token']}"}
    assert house.browser().send("GET", house.authorize_url(), headers=bearer).status == 429
    _, pane = user.pane("notat", user.context())
    assert pane.send("GET", house.authorize_url()).status == 429
    assert house.browser().send("POST", f"{house.base_url}/oauth/authorize", {"client_id": "x"}).status == 429
    house.clock.advance(60)
    assert house.browser().send("GET", house.authorize_url()).status == 302


def test_a_flood_pushes_out_only_its_own_logins() -> None:
    """Mutant: the oldest of all goes, whoever began it."""
    now, life = datetime(2026, 11, 23, tzinfo=UTC), timedelta(hours=1)
    kept: SingleUse[int] = SingleUse(6, 4)
    kept.put("nurse", 0, now, life, "10.0.0.1")
    for number in range(50):
        kept.put(f"flood-{number}", number, now, life, "10.0.0.2")
    assert (len(kept), kept.look("nurse", now), kept.take("flood-45", now)) == (5, 0, None)
    for number in range(50):
        kept.put(f"other-{number}", number, now, life, "10.0.0.3")
    assert (len(kept), kept.take("nurse", now), kept.take("nurse", now)) == (6, 0, None)
    assert kept.take("other-49", now + life) is None
    kept.put("late", 1, now + life, life, "10.0.0.1")
    assert len(kept) == 1


def test_a_user_pushes_out_only_what_is_his_own(house: RunningGateway) -> None:
    """Mutant: pages, launches or codes kept without an owner; then the oldest of all goes, whosever it is."""
    other, shell = house.shell(), house.shell()
    other.open_patient(others_topic := other.context(), ANNA)
    shell.open_patient(topic := shell.context(), ANNA)
    picking = house.authorize_url("klassisk", scope="launch/patient patient/Patient.read")
    leaving = f"{house.base_url}/oauth/logout"

    def asked(user: Shell, its_topic: str) -> tuple[Browser, Page]:
        pane, browser = user.pane(ASKING, its_topic)
        launch = user.launch(ASKING, its_topic, pane).json()["launch"]
        return browser, browser.open(house.authorize_url(ASKING, launch=launch))

    picker, question = shell.browser.open(picking), shell.browser.open(leaving)
    browser, consent = asked(shell, topic)
    pane, in_pane = shell.pane("notat", topic)
    launch = shell.launch("notat", topic, pane).json()["launch"]
    code = shell.pane("notat", topic)[1].open(
        house.authorize_url("notat", launch=shell.launch("notat", topic).json()["launch"])
    )
    for _ in range(8):
        other.browser.open(picking)
        other.browser.open(leaving)
        asked(other, others_topic)
        pane, crowding = other.pane("notat", others_topic)
        crowding.open(
            house.authorize_url("notat", launch=other.launch("notat", others_topic, pane).json()["launch"])
        )
        other.launch("notat", others_topic)
    assert shell.browser.submit(picker, text="Dal").status == 200
    assert house.app_tokens(in_pane, "notat", launch)["patient"] == ANNA
    assert house.redeem(code.query["code"], "notat").status_code == 200
    action, fields = forms_of(consent.text)[0]
    assert browser.send("POST", action, {**fields, "answer": "allow"}).status == 302
    assert "/oauth/logged-out" in shell.browser.submit(question).url


def test_a_sign_in_page_on_a_shared_computer_outlives_a_flood_elsewhere(house: RunningGateway) -> None:
    """It stands there for hours, so the life is long and the numbers are bounded: the flood has only its own share.

    Here all come from one address: of its share the newest stay, and the oldest is led back to the beginning.
    """
    browsers = [house.browser() for _ in range(4)]
    callbacks = []
    for browser in browsers:
        browser.stops = (f"{house.base_url}/oauth/callback",)
        callbacks.append(browser.sign_in(house.authorize_url()).url)
    pages = [browser.send("GET", url) for browser, url in zip(browsers, callbacks, strict=True)]
    assert [page.status for page in pages] == [400, 302, 302, 302]
    assert "Innloggingen er for gammel" in pages[0].text and "/oauth/authorize?" in pages[0].text


@pytest.mark.parametrize(
    "destination", ["image", "iframe", "frame", "object", "embed", "script", "empty", ""]
)
def test_a_login_begins_in_a_window_only(house: RunningGateway, destination: str) -> None:
    """Mutant: a page of the web has the gateway call the identity provider for each of its pictures."""
    headers = {"Sec-Fetch-Dest": destination}
    page = house.browser().send("GET", house.authorize_url(), headers=headers)
    assert (page.status, "inni en annen side" in page.text) == (403, True)
    page = house.browser().send("POST", f"{house.base_url}/oauth/authorize", {}, headers)
    assert page.status == 403
    headers["Sec-Fetch-Dest"] = "document"
    assert house.browser().send("GET", house.authorize_url(), headers=headers).status == 302


def test_a_wrong_browser_does_not_spend_the_page_and_no_other_site_may_post_it(house: RunningGateway) -> None:
    """Mutant: the token taken before its owner was looked at; Sec-Fetch-Site ignored."""
    shell = house.shell()
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    pane, browser = shell.pane(ASKING, topic)
    launch = shell.launch(ASKING, topic, pane).json()["launch"]
    page = browser.open(house.authorize_url(ASKING, launch=launch))
    action, fields = forms_of(page.text)[0]
    answer = {**fields, "answer": "allow"}
    assert house.browser().send("POST", action, answer).status == 400
    assert browser.send("POST", action, answer, {"Sec-Fetch-Site": "cross-site"}).status == 403
    for site in ("same-origin", "same-site", "none"):
        assert browser.send("POST", action, {**fields, "answer": "?"} if site == "x" else answer, {
            "Sec-Fetch-Site": site
        }).status == (302 if site == "same-origin" else 400)  # fmt: skip


def test_the_picker_is_kept_for_its_own_browser(house: RunningGateway) -> None:
    browser = house.browser()
    picker = browser.sign_in(house.authorize_url("klassisk", scope="launch/patient patient/Patient.read"))
    action, fields = forms_of(picker.text)[0]
    wrong = house.browser().send("POST", action, {**fields, "text": "Dal"})
    assert wrong.status == 400
    cross = browser.send("POST", action, {**fields, "text": "Dal"}, {"Sec-Fetch-Site": "cross-site"})
    assert cross.status == 403
    assert browser.submit(picker, text="Dal").status == 200


def test_addresses_of_one_customer_are_one() -> None:
    assert address_key("192.0.2.7") == address_key("::ffff:192.0.2.7") == "192.0.2.7"
    assert address_key("2001:db8:1:2:3::4") == address_key("2001:db8:1:2:ffff::") == "2001:db8:1:2::/64"
    assert address_key("2001:db8:1:3::1") != address_key("2001:db8:1:2::1")
    assert address_key("fe80::1%eth0") == "fe80::/64"


def test_a_bucket_fills_again_and_only_so_far() -> None:
    """Mutant: it fills beyond its size; a clock that goes back empties it; memory without an end."""
    now = 0.0
    buckets = TokenBuckets(3, 2, 2, lambda: now)
    assert [buckets.take("a") for _ in range(5)] == [True, True, True, False, False]
    now = 0.5
    assert [buckets.take("a") for _ in range(2)] == [True, False]
    now = 1000.0
    assert [buckets.take("a") for _ in range(4)] == [True, True, True, False]
    now = 0.0
    assert not buckets.take("a")
    assert buckets.take("b") and buckets.take("c")
    assert (len(buckets._buckets), buckets.take("a")) == (2, True)
    assert (buckets.retry_after, TokenBuckets(1, 0.25, 1, lambda: 0.0).retry_after) == (1, 4)


def test_the_usual_numbers_let_a_shift_begin() -> None:
    """Five hundred desktops behind one address sign in within one minute, and twice as many refusals are answered."""
    limits = GatewayLimits()
    assert limits.login_begins_burst + limits.login_begins_per_minute >= 1000
    assert limits.pending_per_address >= 1000
    assert limits.refusals_burst + limits.refusals_per_minute >= 600
    assert AccessFacts(kind="read", recorded="").repeated == 0
