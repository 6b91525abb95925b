"""The bundled apps in a real browser: launch, follow, write, and tell the truth when something fails."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from plugins.registry import BUNDLED
from tests.plugins.people import (
    child,
    daily,
    flag,
    ill_resident,
    inhabitant,
    medicine,
    medicines,
    notes,
    one_set,
    patient,
    staff,
)
from tests.plugins.stub_workspace import StubWorkspace, running
from tests.plugins.test_readme import write_readme_app

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
APPS = ("malinger", "legemidler", "notat")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "Debian's chromium is not installed"
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--host-resolver-rules=MAP *.localhost 127.0.0.1"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def stub(tmp_path: Path) -> Iterator[StubWorkspace]:
    now = datetime.now(UTC).replace(microsecond=0)
    folders = {app: BUNDLED / app for app in APPS}
    with running(StubWorkspace({**folders, "minapp": write_readme_app(tmp_path / "minapp")})) as stub:
        stub.add(
            *ill_resident(now),
            *medicines(now),
            *notes(now),
            staff(),
            patient("p-2", "Haugan", "Marit", "1941-09-09"),
        )
        stub.add(*one_set("p-2", now - timedelta(hours=1), "x", (36.6, 72, 14, 97, 128)))
        yield stub


@pytest.fixture
def open_app(browser: Browser, stub: StubWorkspace) -> Iterator[Callable[..., Page]]:
    pages: list[Page] = []
    wrong: list[str] = []

    def launch(app: str, *, allow: str = "", **options: Any) -> Page:
        chosen = {
            "locale": "nb-NO",
            "viewport": {"width": 714, "height": 600},
            "timezone_id": "Europe/Oslo",
            **options,
        }
        page = browser.new_page(**chosen)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda message: (
                message.type == "error"
                and (not allow or allow not in message.text)
                and wrong.append(message.text)
            ),
        )
        page.set_default_timeout(8000)
        pages.append(page)
        page.goto(stub.launch_url(app))
        page.wait_for_selector("body:not([data-state=loading])")
        return page

    yield launch
    for page in pages:
        page.close()
    assert wrong == []


def wait_until(condition: Callable[[], bool], page: Page, seconds: float = 6.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        page.wait_for_timeout(30)


@pytest.mark.parametrize("app", APPS)
def test_launch_shows_the_patient_and_every_text_can_be_read(app: str, open_app: Callable[..., Page]) -> None:
    page = open_app(app)
    assert page.get_attribute("body", "data-state") == "ready"
    assert page.get_attribute("body", "data-patient") == "p-1"
    assert page.url.endswith("/index.html")
    for width, height in ((420, 200), (714, 600), (1100, 900)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(60)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    smallest = page.evaluate(
        """() => Math.min(...[...document.querySelectorAll('#app *')]
             .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
             .map((e) => parseFloat(getComputedStyle(e).fontSize)))"""
    )
    assert smallest >= 14
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll('button, input, textarea, select')]
             .filter((e) => !e.textContent.trim() && !e.labels?.length && !e.getAttribute('aria-label')).length"""
    )
    assert unnamed == 0


@pytest.mark.parametrize(
    ("app", "title"), [("malinger", "Measurements"), ("legemidler", "Medicines"), ("notat", "Notes")]
)
def test_english_for_those_who_read_english(app: str, title: str, open_app: Callable[..., Page]) -> None:
    page = open_app(app, locale="en-GB")
    assert page.title() == title
    assert page.get_attribute("html", "lang") == "en"


TO_ENGLISH = """() => {
  Object.defineProperty(navigator, "language", { value: "en", configurable: true });
  window.dispatchEvent(new Event("languagechange"));
}"""


@pytest.mark.parametrize(
    ("app", "before", "after"),
    [
        ("malinger", "Tabell", "Table"),
        ("legemidler", "Ved behov", "As needed"),
        ("notat", "Observasjon", "Observation"),
    ],
)
def test_the_language_changes_while_the_page_stands(
    app: str, before: str, after: str, open_app: Callable[..., Page]
) -> None:
    page = open_app(app)
    expect(page.get_by_text(before, exact=True).first).to_be_visible()
    page.evaluate(TO_ENGLISH)
    expect(page.get_by_text(after, exact=True).first).to_be_visible()
    expect(page.get_by_text(before, exact=True)).to_have_count(0)
    assert page.evaluate("document.documentElement.lang") == "en"


def test_notat_keeps_an_unsaved_note_through_a_change_of_language(
    stub: StubWorkspace, open_app: Callable[..., Page]
) -> None:
    """Mutant: the form is built anew without what stands in it."""
    page = open_app("notat")
    page.fill("#text", "Sov godt")
    page.click("#measure")
    page.fill("#m-temp", "38,3")
    page.evaluate("document.querySelector('#m-temp').setSelectionRange(2, 2)")
    page.evaluate(TO_ENGLISH)
    expect(page.locator("#save")).to_have_text("Save")
    assert page.input_value("#text") == "Sov godt"
    assert page.input_value("#m-temp") == "38,3"
    assert page.evaluate("[document.activeElement.id, document.activeElement.selectionStart]") == [
        "m-temp",
        2,
    ]
    assert page.evaluate("document.body.dataset.draft") == "unsaved"
    page.click("#save")
    expect(page.locator("body[data-draft=none]")).to_be_attached()
    expect(page.locator(".earlier .text").first).to_have_text("Sov godt")


def test_the_readme_app_greets_the_patient(open_app: Callable[..., Page]) -> None:
    page = open_app("minapp", allow="404")
    expect(page.locator("#name")).to_have_text("Haugen, Marit")


def test_malinger_scores_the_latest_set(open_app: Callable[..., Page]) -> None:
    page = open_app("malinger")
    assert page.get_attribute("body", "data-news2") == "5"
    expect(page.locator(".score h1")).to_contain_text("NEWS2: økt risiko")
    expect(page.locator("[data-measure=resp] div.last")).to_contain_text("2 poeng")
    page.get_by_role("button", name="Vis poeng").press("Enter")
    expect(page.locator("#explained")).to_contain_text("Respirasjon", ignore_case=True)
    page.get_by_role("button", name="Tabell").press("Enter")
    expect(page.locator("tbody tr").first).to_contain_text("38,3")
    page.get_by_label("90 døgn").check()
    page.get_by_role("button", name="Tabell").click()
    expect(page.locator(".measure[data-measure=weight]")).to_be_visible()


def chosen(page: Page, name: str) -> None:
    page.get_by_label(name, exact=True).check()


def test_malinger_has_a_diary_of_glucose_and_shows_pain(
    stub: StubWorkspace, open_app: Callable[..., Page]
) -> None:
    """What a nurse measures can be read where she looks: with the vital signs, and by the time of day."""
    now = datetime.now(UTC).replace(microsecond=0)
    stub.add(*inhabitant(now, "p-3"))
    stub.patient = "p-3"
    page = open_app("malinger")
    expect(page.locator("[data-measure=glucose] .value")).to_have_text("6,1")
    expect(page.locator("[data-measure=pain] .value")).to_have_text("0")
    chosen(page, "Blodsukker")
    expect(page.locator("[data-measure=glucose] .value")).to_have_text("6,1")
    expect(page.locator(".diary thead")).to_contain_text("Morgen")
    assert page.locator(".diary strong").count() == 9
    shown = page.locator(".diary tbody").inner_text()
    assert "6,1" in shown
    assert "11,7" in shown
    assert "siste 6,1 mmol/l" in str(page.locator("svg.chart").get_attribute("aria-label"))


def test_malinger_shows_laboratory_series_with_their_limits(
    stub: StubWorkspace, open_app: Callable[..., Page]
) -> None:
    """Mutant: glucose of the bedside stands among the answers; a value outside its limits bears no mark."""
    stub.add(*inhabitant(datetime.now(UTC).replace(microsecond=0), "p-3"))
    stub.patient = "p-3"
    page = open_app("malinger", locale="en-GB")
    chosen(page, "Laboratory")
    expect(page.locator(".measure h2")).to_have_text(["HbA1c", "LDL cholesterol"])
    first = page.locator(".measure").first
    expect(first).to_contain_text("28–40 mmol/l")
    expect(first.locator("div.last")).to_contain_text("High")
    assert first.locator("circle, path.point").count() == 4
    page.get_by_role("button", name="Table").press("Enter")
    expect(page.locator("tbody tr").first).to_contain_text("61 ▲")
    assert page.locator("thead th").count() == 6
    page.get_by_label("1 year", exact=True).check()
    assert page.locator("thead th").count() == 3


def test_malinger_begins_with_the_growth_of_a_child(
    stub: StubWorkspace, open_app: Callable[..., Page]
) -> None:
    stub.add(*child(datetime.now(UTC).replace(microsecond=0), "p-4"))
    stub.patient = "p-4"
    page = open_app("malinger")
    expect(page.locator(".measure h2")).to_have_text(["Høyde", "Vekt", "Hode"])
    expect(page.locator("[data-measure=height] div.last")).to_contain_text("105,0")
    expect(page.locator(".axis")).to_contain_text("3 år")
    page.get_by_role("button", name="Tabell").press("Enter")
    assert page.locator("tbody tr").count() == 4
    expect(page.locator("tbody tr").first).to_contain_text("15,6")
    chosen(page, "Målinger")
    expect(page.locator("#app")).to_contain_text("NEWS2 gjelder ikke barn")


@pytest.mark.parametrize(
    ("scope", "flags", "score", "words"),
    [
        ("user/Flag.rs", [flag("p-1", "NEWS2: SpO₂ 88–92 %")], "4", "skala 2 (mål 88–92 %): journalen har markeringen"),
        ("user/Flag.rs", [flag("p-1", "Fallrisiko")], "5", "skala 1: journalen har ingen markering"),
        ("user/Patient.rs", [flag("p-1", "NEWS2: SpO₂ 88–92 %")], "5", "skala 1: markeringene i journalen kunne ikke leses"),
    ],
)  # fmt: skip
def test_malinger_takes_the_scale_of_spo2_from_a_flag_and_says_which(
    stub: StubWorkspace,
    open_app: Callable[..., Page],
    scope: str,
    flags: list[dict[str, Any]],
    score: str,
    words: str,
) -> None:
    """Mutant: the scale is guessed from earlier totals."""
    stub.scope = scope
    stub.add(*flags)
    page = open_app("malinger")
    assert page.get_attribute("body", "data-news2") == score
    expect(page.locator(".score p")).to_contain_text(f"SpO₂ etter skala {2 if score == '4' else 1}")
    page.get_by_role("button", name="Vis poeng").click()
    expect(page.locator("#explained")).to_contain_text(words)


def test_malinger_says_when_the_answers_cannot_be_read_and_tries_again(
    stub: StubWorkspace, open_app: Callable[..., Page]
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    stub.add(*inhabitant(now, "p-3"))
    stub.patient = "p-3"
    stub.refuse_category = True
    page = open_app("malinger", allow="Failed to load")
    chosen(page, "Prøvesvar")
    expect(page.locator(".notice h1")).to_have_text("Journalen svarer med en feil")
    stub.refuse_category = False
    page.get_by_role("button", name="Prøv igjen").click()
    expect(page.locator(".measure h2").first).to_have_text("HbA1c")


def test_malinger_clears_acknowledges_and_then_reads(
    stub: StubWorkspace, open_app: Callable[..., Page]
) -> None:
    stub.fence, stub.move_fence_after = "p-1", 0.7
    page = open_app("malinger", allow="403")
    wait_until(lambda: bool(stub.sockets), page)
    stub.event("Patient-open", "p-2", event_id="open-2")
    wait_until(lambda: bool(stub.acknowledged), page)
    assert stub.acknowledged == [{"id": "open-2", "status": 200}]
    assert page.get_attribute("body", "data-state") == "loading"
    assert "38,3" not in page.content()
    page.wait_for_selector("body[data-patient=p-2][data-state=ready]")
    assert page.get_attribute("body", "data-news2") == "0"
    assert "38,3" not in page.content()


def test_malinger_gives_up_on_a_fence_that_never_moves(
    stub: StubWorkspace, open_app: Callable[..., Page]
) -> None:
    stub.fence, stub.move_fence_after = "p-1", 4.5
    page = open_app("malinger", allow="403")
    wait_until(lambda: bool(stub.sockets), page)
    stub.event("Patient-open", "p-2")
    page.wait_for_selector("body[data-patient=p-2][data-state=error]")
    expect(page.locator("h1")).to_have_text("Du har ikke tilgang til dette")


def test_malinger_ignores_an_older_event_and_empties_on_close(
    stub: StubWorkspace, open_app: Callable[..., Page]
) -> None:
    page = open_app("malinger")
    wait_until(lambda: bool(stub.sockets), page)
    stub.event("Patient-open", "p-2", event_id="new", stamp="2026-11-23T02:00:00.000Z")
    page.wait_for_selector("body[data-patient=p-2][data-state=ready]")
    stub.event("Patient-open", "p-1", event_id="old", stamp="2026-11-23T01:00:00.000Z")
    wait_until(lambda: len(stub.acknowledged) == 2, page)
    assert page.get_attribute("body", "data-patient") == "p-2"
    stub.event("Patient-close", "p-1", event_id="other")
    wait_until(lambda: len(stub.acknowledged) == 3, page)
    assert page.get_attribute("body", "data-patient") == "p-2"
    stub.event("Patient-close", "p-2", event_id="close")
    page.wait_for_selector("body[data-state=empty][data-patient='']")
    expect(page.locator("h1")).to_have_text("Ingen pasient")
    wait_until(lambda: len(stub.acknowledged) == 4, page)
    assert stub.acknowledged[-1] == {"id": "close", "status": 200}


def test_malinger_comes_back_after_a_lost_socket(stub: StubWorkspace, open_app: Callable[..., Page]) -> None:
    page = open_app("malinger")
    wait_until(lambda: bool(stub.sockets), page)
    stub.current = {"context.type": "Patient", "context": []}
    stub.drop_sockets()
    wait_until(lambda: len(stub.subscriptions) == 2 and bool(stub.sockets), page, 3.0)
    assert page.get_attribute("body", "data-state") == "ready"
    assert stub.subscriptions[0]["hub.events"] == "Patient-open,Patient-close"
    stub.current = None
    stub.drop_sockets()
    page.wait_for_selector("body[data-state=empty]")


def test_malinger_says_that_it_does_not_follow(stub: StubWorkspace, open_app: Callable[..., Page]) -> None:
    page = open_app("malinger", allow="Failed to load")
    wait_until(lambda: bool(stub.sockets), page)
    stub.current = {"context.type": "Patient", "context": []}
    page.route("**/fhircast", lambda route: route.abort())
    stub.drop_sockets()
    expect(page.locator(".strip.warn")).to_contain_text("Følger ikke med", timeout=5000)
    page.unroute("**/fhircast")
    expect(page.locator(".strip.warn")).to_have_count(0, timeout=8000)


def test_what_notat_writes_is_seen_by_malinger_at_once(
    stub: StubWorkspace, open_app: Callable[..., Page]
) -> None:
    seen, written = open_app("malinger"), open_app("notat")
    written.get_by_role("button", name="Måling").click()
    for name, value in {
        "temp": "36,9",
        "pulse": "82",
        "resp": "18",
        "spo2": "96",
        "systolic": "128",
        "diastolic": "74",
    }.items():
        written.fill(f"#m-{name}", value)
    written.select_option("#m-consciousness", "A")
    written.keyboard.press("Control+Enter")
    expect(written.locator(".tag.ok")).to_contain_text("Lagret kl.")
    assert ("POST", "?") in stub.requests
    expect(seen.locator("[data-measure=temp] .value")).to_have_text("36,9", timeout=6000)
    assert seen.get_attribute("body", "data-news2") == "0"


def test_notat_stores_a_note_with_author_and_encounter(
    stub: StubWorkspace, open_app: Callable[..., Page]
) -> None:
    page = open_app("notat")
    page.fill("#text", "Urolig fra 02:30. Æøå")
    assert page.get_attribute("body", "data-draft") == "unsaved"
    expect(page.locator(".mark")).to_have_text("Ikke lagret")
    assert "Urolig" not in page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    page.click("#save")
    expect(page.locator(".earlier li").first).to_contain_text("Urolig fra 02:30. Æøå")
    assert page.get_attribute("body", "data-draft") == "none"
    (note,) = [
        one
        for one in stub.resources.values()
        if one["resourceType"] == "DocumentReference" and "note" not in one["id"]
    ]
    assert note["author"] == [{"reference": "Practitioner/siri-nordli", "display": "Siri Nordli"}]
    assert note["context"]["encounter"] == [{"reference": "Encounter/e-1"}]
    assert note["type"]["coding"][0]["system"] == "urn:oid:2.16.578.1.12.4.1.1.9602"


def test_notat_keeps_the_text_and_never_stores_twice(
    stub: StubWorkspace, open_app: Callable[..., Page]
) -> None:
    page = open_app("notat", allow="status of 5")
    before = len(stub.resources)
    page.fill("#text", "Sover nå.")
    stub.status["PUT"] = 503
    page.click("#save")
    expect(page.locator(".message")).to_contain_text("Ikke lagret")
    expect(page.locator("#text")).to_have_value("Sover nå.")
    assert len(stub.resources) == before
    stub.status.clear()
    stub.lose_answers = 1
    page.click("#save")
    expect(page.locator(".message")).to_contain_text("ikke lagret dobbelt")
    expect(page.locator("#text")).to_have_value("Sover nå.")
    page.click("#save")
    expect(page.locator(".tag.ok")).to_be_visible()
    assert len(stub.resources) == before + 1


def test_notat_asks_about_what_is_unusual_and_refuses_what_cannot_be(
    open_app: Callable[..., Page], stub: StubWorkspace
) -> None:
    page = open_app("notat")
    before = len(stub.resources)
    page.click("#measure")
    page.fill("#m-temp", "383")
    page.click("#save")
    expect(page.locator(".message")).to_contain_text("mente du 38,3?")
    assert page.evaluate("document.activeElement.id") == "m-temp"
    page.fill("#m-temp", "41,2")
    page.click("#save")
    expect(page.locator(".message")).to_contain_text("41,2 er uvanlig")
    assert len(stub.resources) == before
    page.get_by_role("button", name="Ja, lagre").click()
    expect(page.locator(".tag.ok")).to_be_visible()
    assert len(stub.resources) == before + 1


def test_notat_protects_unsaved_work(open_app: Callable[..., Page]) -> None:
    page = open_app("notat")
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.click("#text")
    page.keyboard.type("Ute")
    page.on("dialog", stay)
    page.evaluate("setTimeout(() => location.reload(), 0)")
    wait_until(lambda: asked == ["beforeunload"], page)
    page.fill("#text", "")
    page.remove_listener("dialog", stay)


def test_notat_phrases_by_keyboard(open_app: Callable[..., Page]) -> None:
    page = open_app("notat")
    page.focus("#phrases")
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("600")
    expect(page.locator("#text")).to_have_value("Drukket 600 ml.")
    page.fill("#text", "")


def test_notat_without_a_registered_author_only_reads(
    stub: StubWorkspace, open_app: Callable[..., Page]
) -> None:
    stub.user = None
    page = open_app("notat")
    expect(page.locator("#save")).to_be_disabled()
    expect(page.locator(".sign")).to_contain_text("kan bare lese")
    expect(page.locator(".earlier li").first).to_be_visible()


def test_legemidler_tells_allergies_apart(stub: StubWorkspace, open_app: Callable[..., Page]) -> None:
    expect(open_app("legemidler").locator(".cave")).to_have_text("CAVEPenicillin – anafylaksi")
    stub.resources.pop("AllergyIntolerance/p-1-pen")
    expect(open_app("legemidler").locator(".strip.warn")).to_have_text("Allergier ikke registrert")
    none = {"coding": [{"system": "http://snomed.info/sct", "code": "716186003"}]}
    stub.add(
        {
            "resourceType": "AllergyIntolerance",
            "id": "n",
            "patient": {"reference": "Patient/p-1"},
            "code": none,
        }
    )
    expect(open_app("legemidler").locator(".strip")).to_have_text("Ingen kjente allergier")


def test_legemidler_draws_nothing_below_the_time_of_what_is_due_now(
    stub: StubWorkspace, open_app: Callable[..., Page]
) -> None:
    """Mutant: a row whose state is *now* is also styled as the line for now."""
    soon = datetime.now(ZoneInfo("Europe/Oslo")) + timedelta(minutes=5)
    dosage = daily("1 tablett", f"{soon:%H:%M}")
    stub.add(medicine("p-1", "due", "Digoksin tab 62,5 µg", "C01AA05", "Digoksin", dosage, "Hjerte"))
    page = open_app("legemidler")
    drawn = page.locator(".dose[data-state=now]").first.evaluate(
        "(row) => [getComputedStyle(row, '::after').content, getComputedStyle(row).display]"
    )
    assert drawn == ["none", "grid"]


def test_legemidler_never_shows_a_list_without_its_allergies(
    stub: StubWorkspace, open_app: Callable[..., Page]
) -> None:
    stub.status["AllergyIntolerance"] = 500
    page = open_app("legemidler", allow="status of 500")
    assert page.get_attribute("body", "data-state") == "error"
    assert page.locator(".dose").count() == 0
    stub.status.clear()
    page.get_by_role("button", name="Prøv igjen").click()
    page.wait_for_selector("body[data-state=ready]")


def test_a_patient_without_anything_is_told_so(stub: StubWorkspace, open_app: Callable[..., Page]) -> None:
    stub.patient = "p-9"
    stub.add(patient("p-9", "Ny", "Ola", "1950-01-01"))
    expect(open_app("malinger").locator("h1")).to_have_text("Ingen målinger ennå")
    expect(open_app("legemidler").locator("h1")).to_have_text("Ingen legemidler i bruk")
    expect(open_app("notat").locator(".earlier")).to_contain_text("Ingen notater ennå")


def test_the_token_is_renewed_unseen(stub: StubWorkspace, open_app: Callable[..., Page]) -> None:
    stub.expires_in = 30
    page = open_app("legemidler")
    assert page.get_attribute("body", "data-state") == "ready"
    assert stub.refreshes
    assert stub.refreshes[0]["client_id"] == "legemidler"


@pytest.mark.parametrize(
    ("query", "words"),
    [("", "ikke åpnet fra arbeidsflaten"), ("?error=access_denied", "ikke åpnet fra arbeidsflaten")],
)
def test_a_page_opened_by_itself_says_so(
    query: str, words: str, browser: Browser, stub: StubWorkspace
) -> None:
    page = browser.new_page(locale="nb-NO")
    page.goto(f"http://notat.localhost:{stub.port}/index.html{query}")
    page.wait_for_selector("body[data-state=error]")
    expect(page.locator("h1")).to_contain_text(words)
    page.close()


def test_shared_files_are_the_same_in_every_app() -> None:
    shared = (
        "smart.js",
        "page.js",
        "moments.js",
        "look.css",
        "inter.woff2",
        "fhir-client.pure.min.js",
        "NOTICE",
    )
    for name in shared:
        assert len({(BUNDLED / app / name).read_bytes() for app in APPS}) == 1, name
