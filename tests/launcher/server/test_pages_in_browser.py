"""The gateway's own pages in a real browser (Debian's Chromium): keyboard, and the accessibility rules of axe-core."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, sync_playwright
from starlette.requests import Request

from launcher.server.page_texts import BUTTONS, Language
from launcher.server.pages import Pages
from launcher.server.picker import Shown
from launcher.server.picker_rows import rows
from tests.fakes.gateway import RunningGateway
from tests.fakes.node import PROJECTS, install_node_project
from tests.launcher.server.test_picker_rows import patient, stay

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--host-resolver-rules=MAP localhost 127.0.0.1,MAP *.localhost 127.0.0.1"]
SCOPE = "openid launch/patient online_access patient/Patient.read"
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark", "locale": "en-GB"},
    "more contrast": {"contrast": "more"},
    "forced colours": {"forced_colors": "active"},
    "narrow": {"viewport": {"width": 360, "height": 640}},
}
NUMBER = [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "14823921420"}]
PEOPLE = [
    patient("a", "Haugen", "Marit", identifier=NUMBER),
    patient("b", "Haugan", "Marit", "1941-11-24", generalPractitioner=[{"display": "Helge Solberg"}]),
    patient("c", "Vik-Jonsgård Steinsvåg", "Ola Aleksander", "1951-01-01", deceasedBoolean=True),
]
HITS = rows(PEOPLE, [stay("a", "204")], date(2026, 11, 23))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    assert CHROMIUM, "Debian's chromium is not installed"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def axe() -> str:
    source = install_node_project(PROJECTS / "axe") / "node_modules" / "axe-core" / "axe.min.js"
    return source.read_text(encoding="utf-8")


def opened(chromium: Chromium, **look: Any) -> BrowserContext:
    context = chromium.new_context(**{"viewport": {"width": 892, "height": 716}, "locale": "nb-NO", **look})
    context.set_default_timeout(10_000)
    return context


def picker(shown: Shown, language: Language) -> dict[str, Any]:
    return {
        "action": "/oauth/patient",
        "pick": "one-time",
        "text": shown.text,
        "searched": shown.searched,
        "wrong": shown.wrong,
        "count": shown.count(language),
        "patients": shown.patients,
    }


def every_page(language: Language) -> dict[str, bytes]:
    """What the gateway would send, by the name of the page."""
    request = Request({"type": "http", "headers": [(b"accept-language", language.encode())]})
    pages = Pages()
    shown = {
        "empty": Shown(""),
        "hits": Shown("hau", HITS, searched=True),
        "nobody": Shown("zzz", (), searched=True),
        "wrong": Shown("h", wrong="too_short"),
        "silent": Shown("hau", wrong="record_silent"),
    }
    made = {
        name: pages.page(request, "choose_patient", status=200, picker=picker(one, language))
        for name, one in shown.items()
    }
    consent = {
        "action": "/oauth/consent",
        "token": "t",
        "shared": ["Lese målinger", "Vite hvem"],
        "until": "Til du",
    }
    words = {"app": "Søvn", "publisher": "Hvile AS"}
    made["consent"] = pages.page(request, "consent", status=200, consent=consent, words=words)
    made["refused"] = pages.page(request, "client_unapproved", status=400, reference="client_unapproved")
    made["away"] = pages.page(request, "record_unavailable", status=502, retry="/oauth/authorize")
    question = {"action": "/oauth/logout", "fields": {"a": "b"}}
    made["sign out"] = pages.page(request, "sign_out_question", status=200, question=question)
    return {name: bytes(answer.body) for name, answer in made.items()}


@pytest.mark.parametrize("look", LOOKS)
def test_pages_break_no_accessibility_rule(chromium: Chromium, axe: str, look: str) -> None:
    language: Language = "en" if LOOKS[look].get("locale") == "en-GB" else "nb"
    broken = []
    with opened(chromium, **LOOKS[look]) as context:
        page = context.new_page()
        for name, html in every_page(language).items():
            if look not in ("light", "dark") and name not in ("hits", "consent"):
                continue
            page.set_content(html.decode())
            page.evaluate(axe)
            result = page.evaluate("axe.run(document, {rules: {'target-size': {enabled: true}}})")
            broken += [
                (name, rule["id"], node["html"][:200])
                for rule in result["violations"]
                for node in rule["nodes"]
            ]
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    assert broken == []


def test_a_patient_is_found_and_chosen_with_the_keyboard_alone(
    gateway: RunningGateway, chromium: Chromium
) -> None:
    """Mutants: the policy forbids the page's own script; the field has no focus; Enter sends another row."""
    back = re.compile(r"http://klassisk\.localhost:9999/index\.html\?.*code=")
    with opened(chromium) as context:
        page = context.new_page()
        problems: list[str] = []
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        sign_in(page, gateway)
        search(page, "31.02.1939")
        assert BUTTONS["no_such_date"]["nb"] in page.get_by_role("status").inner_text()
        page.locator("#text").fill("")
        search(page, "n")
        assert page.get_by_role("status").inner_text() == BUTTONS["too_short"]["nb"]
        page.locator("#text").fill("")
        search(page, "an")
        assert page.get_by_role("status").inner_text() == "1 treff"
        assert page.evaluate("document.activeElement.id") == "text"
        row = page.get_by_role("listitem").inner_text()
        assert "Dal, Anna" in row and "03.02.1940 · 86 år" in row
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.tagName") == "BUTTON"
        page.keyboard.press("ArrowUp")
        assert page.evaluate("document.activeElement.id") == "text"
        page.keyboard.press("ArrowDown")
        with page.expect_request(back):
            page.keyboard.press("Enter")
        assert [problem for problem in problems if "ERR_CONNECTION" not in problem] == []


def sign_in(page: Page, gateway: RunningGateway) -> None:
    page.goto(gateway.authorize_url("klassisk", scope=SCOPE))
    page.fill("#username", "siri")
    page.fill("#password", "vaktrom")
    page.keyboard.press("Enter")
    page.locator("#text").wait_for()


def search(page: Page, text: str) -> None:
    """Into the field that has the focus already."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.keyboard.type(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")
