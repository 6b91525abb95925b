"""Standalone launch in an ordinary browser: login, picker, patient (SAL-20)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.fakes.browser import Browser, Page, forms_of
from tests.fakes.faulty_relay import FaultyRelay
from tests.fakes.gateway import Records, RunningGateway, running_gateway
from tests.fakes.upstream_systems import ANNA, CARL, upstream_systems

SCOPE = "openid launch/patient online_access patient/Patient.read"


def url(gateway: RunningGateway, **changes: str) -> str:
    return gateway.authorize_url("klassisk", **{"scope": SCOPE, **changes})


def words(page: Page) -> str:
    """What a reader sees, without the marks on single letters."""
    return " ".join(re.sub(r"<[^>]*>", "", page.text.partition("</style>")[2]).split())


@pytest.fixture
def picker(gateway: RunningGateway) -> tuple[Browser, Page]:
    browser = gateway.browser()
    return browser, browser.sign_in(url(gateway))


def test_sign_in_search_choose(gateway: RunningGateway, picker: tuple[Browser, Page]) -> None:
    browser, page = picker
    assert "Hvilken pasient gjelder det?" in page.text
    assert "frame-ancestors 'none'" in (page.header("content-security-policy") or "")
    found = browser.submit(page, text="Dal")
    assert "Dal, Anna" in words(found)
    assert "03.02.1940" in words(found)
    chosen = browser.submit(found, which=1)
    tokens = gateway.redeem(chosen.query["code"], "klassisk").json()
    assert (tokens["patient"], tokens["scope"]) == (ANNA, SCOPE)
    assert "hub.topic" not in tokens
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert gateway.http.get(f"/fhir/Patient/{ANNA}", headers=headers).status_code == 200
    assert gateway.http.get(f"/fhir/Patient/{CARL}", headers=headers).status_code in (403, 404)


@pytest.mark.parametrize(("text", "name"), [("30.06.1951", "Foss, Carl"), ("eng", "Eng, Berit")])
def test_search_by_name_or_birth_date(picker: tuple[Browser, Page], text: str, name: str) -> None:
    browser, page = picker
    assert name in words(browser.submit(page, text=text))


def test_nobody_found(picker: tuple[Browser, Page]) -> None:
    browser, page = picker
    assert "Ingen treff" in browser.submit(page, text="Zzz").text


def test_what_was_typed_is_not_markup(picker: tuple[Browser, Page]) -> None:
    browser, page = picker
    assert "<script>alert" not in browser.submit(page, text='"><script>alert(1)</script>').text


def test_the_pages_token_works_once_and_only_in_its_browser(
    gateway: RunningGateway, picker: tuple[Browser, Page]
) -> None:
    browser, page = picker
    action, fields = forms_of(page.text)[0]
    assert gateway.browser().send("POST", action, {**fields, "patient": ANNA}).status == 400
    assert browser.send("POST", action, {**fields, "patient": ANNA}).status == 302
    assert browser.send("POST", action, {**fields, "patient": ANNA}).status == 400
    other = gateway.shell("jonas").browser
    again = browser.open(url(gateway))
    action, fields = forms_of(again.text)[0]
    assert other.send("POST", action, {**fields, "patient": ANNA}).status == 400


@pytest.mark.parametrize("patient", ["unknown", "../Practitioner/siri-nordli", "a" * 65])
def test_a_patient_that_may_not_be_read_is_refused(
    gateway: RunningGateway, picker: tuple[Browser, Page], patient: str
) -> None:
    browser, page = picker
    action, fields = forms_of(page.text)[0]
    answer = browser.follow(browser.send("POST", action, {**fields, "patient": patient}))
    assert answer.query["error"] == "access_denied"


def test_prompt_none_cannot_pick(gateway: RunningGateway, picker: tuple[Browser, Page]) -> None:
    browser, _ = picker
    assert browser.open(url(gateway, prompt="none")).query["error"] == "interaction_required"


def test_no_person_is_searched_for_in_an_address(picker: tuple[Browser, Page]) -> None:
    """S7."""
    browser, page = picker
    browser.submit(page, text="Dal")
    assert not [visited for visited in browser.visited if re.search("Dal|name=", visited)]


def test_the_own_ward_is_a_list_to_choose_from(gateway: RunningGateway, picker: tuple[Browser, Page]) -> None:
    """Who lives there now, by room; found by no address, and chosen like a hit."""
    browser, page = picker
    assert '<button class="button quiet" name="list" value="0">Vestfløyen</button>' in page.text
    ward = browser.submit(page, list="0")
    assert "Vestfløyen: 2" in words(ward)
    assert words(ward).index("Dal, Anna") < words(ward).index("Eng, Berit")
    assert "Foss" not in words(ward)
    chosen = browser.submit(ward, which=1)
    assert gateway.redeem(chosen.query["code"], "klassisk").json()["patient"] == ANNA
    assert not [visited for visited in browser.visited if "vestfloyen" in visited]


@pytest.mark.parametrize("which", ["1", "-1", "x", "²", "9" * 5000])
def test_there_is_no_list_but_ones_own(picker: tuple[Browser, Page], which: str) -> None:
    browser, page = picker
    assert browser.submit(page, list=which).status == 400


@pytest.mark.parametrize("given", [{"text": "Dal"}, {"list": "0"}, {"patient": ANNA}])
def test_nothing_is_shown_or_given_when_the_workspace_was_locked_meanwhile(
    tmp_path: Path, signing_record: Records, given: dict[str, str]
) -> None:
    """Mutant: the session looked at only before the record is asked."""
    relays: list[FaultyRelay] = []

    def in_front(port: int) -> int:
        relays.append(FaultyRelay(port))
        return relays[-1].port

    with (
        upstream_systems(tmp_path, 1, in_front=in_front) as systems,
        running_gateway(systems, tmp_path, records=signing_record) as gateway,
    ):
        shell = gateway.shell()
        page = shell.browser.open(url(gateway))

        def locked_meanwhile(answer: bytes) -> bytes:
            shell.call("POST", "/workspace/session/lock").raise_for_status()
            return answer

        relays[0].fault = locked_meanwhile
        action, fields = forms_of(page.text)[0]
        answer = shell.browser.send("POST", action, {"pick": fields["pick"], **given})
        assert (answer.status, "Anna" in answer.text) == (400, False)
    for relay in relays:
        relay.close()
