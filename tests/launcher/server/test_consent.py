"""Apps that nobody approved ask the user; prompt=none never asks (SAL-19, SAL-42; OpenID Connect Core 3.1.2.6)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from launcher.gateway.resource_types import RESOURCE_TYPES
from launcher.server.consent_texts import TYPES, shared_in_words
from tests.fakes.browser import Browser, Page, forms_of
from tests.fakes.gateway import Records, RunningGateway, Shell, app_client, running_gateway
from tests.fakes.upstream_systems import ANNA, BERIT, UpstreamSystems

APP = "ny-app"
SCOPE = "openid fhirUser launch launch/patient online_access offline_access patient/Patient.rs patient/Observation.cruds"
CLIENTS = [
    app_client(APP, client_name="Søvn & <Ro>", approved=False, consent_allowed=True, scope=SCOPE),
    app_client("ny-alt", approved=False, consent_allowed=True, scope="launch patient/*.rs user/*.read"),
]


@pytest.fixture(scope="module")
def house(
    systems: UpstreamSystems, signing_record: Records, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGateway]:
    folder = tmp_path_factory.mktemp("consent")
    with running_gateway(systems, folder, which=1, clients=CLIENTS, records=signing_record) as running:
        yield running


@pytest.fixture
def open_shell(house: RunningGateway) -> tuple[Shell, str]:
    shell = house.shell()
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    return shell, topic


def asked(shell: Shell, topic: str, client_id: str = APP, **more: str) -> tuple[Browser, Page, str]:
    """Launched in a pane: the browser, the consent page, the pane."""
    pane, browser = shell.pane(client_id, topic)
    launch = shell.launch(client_id, topic, pane).json()["launch"]
    return browser, browser.open(shell.gateway.authorize_url(client_id, launch=launch, **more)), pane


def test_the_page_says_what_and_until_when(open_shell: tuple[Shell, str]) -> None:
    """In plain words, in the user's language, in no frame; an app's name is never markup."""
    browser, page, _ = asked(*open_shell)
    assert page.status == 200
    assert "Vil du gi Søvn &amp; &lt;Ro&gt; tilgang?" in page.text
    assert "<Ro>" not in page.text
    read = "Lese navn, fødselsnummer og kontaktopplysninger; målinger og prøvesvar – om den ene pasienten"
    assert read in page.text
    assert "Slette målinger og prøvesvar – om den ene pasienten appen åpnes for" in page.text
    assert "Tilgangen varer til du logger ut, senest " in page.text
    assert "patient/" not in page.text
    policy = page.header("content-security-policy") or ""
    assert "frame-ancestors 'none'" in policy and "default-src 'none'" in policy
    pane, reader = open_shell[0].pane(APP, open_shell[1])
    reader.language = "en-GB"
    launch = open_shell[0].launch(APP, open_shell[1], pane).json()["launch"]
    text = reader.open(open_shell[0].gateway.authorize_url(APP, launch=launch)).text
    assert "The access lasts until you sign out" in text


def test_yes_gives_a_code_once_and_is_remembered_for_the_session(open_shell: tuple[Shell, str]) -> None:
    shell, topic = open_shell
    browser, page, _ = asked(shell, topic)
    action, fields = forms_of(page.text)[0]
    callback = browser.submit(page, answer="allow")
    tokens = shell.gateway.redeem(callback.query["code"], APP).json()
    assert tokens["patient"] == ANNA
    assert "offline_access" not in tokens["scope"].split()
    assert browser.send("POST", action, {**fields, "answer": "allow"}).status == 400
    assert "code" in asked(shell, topic)[1].query
    assert "Vil du gi" in asked(shell, topic, prompt="consent")[1].text
    other = shell.gateway.shell("jonas")
    other_topic = other.context()
    other.open_patient(other_topic, ANNA)
    assert "Vil du gi" in asked(other, other_topic)[1].text


def test_no_goes_back_to_the_app(open_shell: tuple[Shell, str]) -> None:
    """SAL-19, SAL-17: access_denied and the same state; nothing is remembered."""
    browser, page, _ = asked(*open_shell, state="a&b=ø")
    answer = browser.submit(page, answer="refuse").query
    assert (answer["error"], answer["state"]) == ("access_denied", "a&b=ø")
    assert "Vil du gi" in asked(*open_shell)[1].text


def test_more_than_was_allowed_is_asked_anew(open_shell: tuple[Shell, str]) -> None:
    browser, page, _ = asked(*open_shell, scope="launch patient/Patient.rs")
    browser.submit(page, answer="allow")
    assert "code" in asked(*open_shell, scope="launch patient/Patient.rs")[1].query
    assert "Vil du gi" in asked(*open_shell, scope="launch patient/Patient.rs patient/Observation.rs")[1].text


def test_nobody_else_can_answer(house: RunningGateway, open_shell: tuple[Shell, str]) -> None:
    """The page's token belongs to the pane that showed it; another pane, browser or user has no use for it."""
    shell, topic = open_shell
    for other in (
        shell.pane(APP, topic)[1],
        shell.browser,
        house.browser(),
        house.shell("jonas").browser,
    ):
        _, page, _ = asked(shell, topic)
        action, fields = forms_of(page.text)[0]
        assert other.send("POST", action, {**fields, "answer": "allow"}).status == 400


def test_what_changed_meanwhile_counts(open_shell: tuple[Shell, str]) -> None:
    """Locked, another patient, pane closed: no code."""
    shell, topic = open_shell
    browser, page, _ = asked(shell, topic)
    shell.open_patient(topic, BERIT)
    assert browser.submit(page, answer="allow").query["error"] == "access_denied"
    browser, page, pane = asked(shell, topic)
    shell.call("DELETE", f"/workspace/panes/{pane}")
    assert browser.submit(page, answer="allow").status == 400
    browser, page, _ = asked(shell, topic)
    shell.call("POST", "/workspace/session/lock")
    assert browser.submit(page, answer="allow").status == 400


def test_an_old_page_is_worth_nothing(house: RunningGateway, open_shell: tuple[Shell, str]) -> None:
    browser, page, _ = asked(*open_shell)
    house.clock.advance(601)
    assert browser.submit(page, answer="allow").status == 400


def test_standalone_first_the_patient_then_the_question(house: RunningGateway) -> None:
    browser = house.browser()
    picker = browser.sign_in(house.authorize_url(APP, scope="launch/patient patient/Patient.rs"))
    page = browser.submit(browser.submit(picker, text="Dal"), which=1)
    assert "Vil du gi" in page.text
    callback = browser.submit(page, answer="allow")
    assert house.redeem(callback.query["code"], APP).json()["patient"] == ANNA


def test_prompt_none_never_asks(house: RunningGateway, open_shell: tuple[Shell, str]) -> None:
    """OpenID Connect Core 3.1.2.6: login, patient, consent; each has its own word."""
    shell, topic = open_shell
    assert asked(shell, topic, prompt="none")[1].query["error"] == "consent_required"
    assert house.browser().open(house.authorize_url(APP, prompt="none")).query["error"] == "login_required"
    url = house.authorize_url("klassisk", prompt="none", scope="launch/patient patient/Patient.read")
    assert shell.browser.open(url).query["error"] == "interaction_required"


def test_an_approved_app_never_asks_and_a_forbidden_one_never_gets_that_far(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    _, browser = shell.pane("notat", topic)
    assert "code" in browser.open(gateway.authorize_url("notat", prompt="consent")).query
    page = gateway.browser().open(gateway.authorize_url("ukjent"))
    assert (page.status, "ikke godkjent" in page.text) == (400, True)


def test_wildcards_say_that_more_may_come(open_shell: tuple[Shell, str]) -> None:
    """SAL-42."""
    text = asked(*open_shell, client_id="ny-alt", scope="launch patient/*.rs user/*.read")[1].text
    assert "også slags opplysninger som kommer til senere – om den ene pasienten" in text
    assert "kommer til senere – om alle pasienter du selv har tilgang til" in text
    assert "Tilgangen varer i 15 minutter." in text


def test_words() -> None:
    assert set(TYPES) - {"*"} <= RESOURCE_TYPES
    found = shared_in_words(
        ["user/Observation.rs?category=laboratory", "fhircast/Patient-open.write", "patient/Basic.d"],
        fenced=True,
        language="en",
    )
    assert found == [
        "Know which patient is open",
        "Change which patient is open, in the other apps too",
        "Read measurements and test results (only some of them) – about the patient who is open, "
        "also when you change patient",
        "Delete «Basic» – about the one patient the app is opened for",
    ]


def test_staff_are_about_no_patient() -> None:
    found = shared_in_words(["user/Practitioner.rs", "patient/Observation.rs"], fenced=False, language="en")
    assert found == [
        "Read staff – shared information, about no patient",
        "Read measurements and test results – about the one patient the app is opened for",
    ]


def test_the_shell_knows_which_apps_ask(open_shell: tuple[Shell, str]) -> None:
    apps = {app["client_id"]: app for app in open_shell[0].call("GET", "/workspace/apps").json()["apps"]}
    assert (apps[APP]["approved"], apps[APP]["consent_allowed"]) == (False, True)
    assert (apps["notat"]["approved"], apps["notat"]["consent_allowed"]) == (True, False)
