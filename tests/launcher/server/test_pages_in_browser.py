"""The gateway's own pages in a real browser (Debian's Chromium): keyboard, and the accessibility rules of axe-core."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, Route, sync_playwright

from launcher.server.page_texts import BUTTONS, Language
from tests.fakes.gateway import RunningGateway
from tests.fakes.node import PROJECTS, install_node_project
from tests.launcher.server.every_page import every_page

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--host-resolver-rules=MAP localhost 127.0.0.1,MAP *.localhost 127.0.0.1"]
SCOPE = "openid launch/patient online_access patient/Patient.read"
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark", "locale": "en-GB"},
    "more contrast": {"contrast": "more"},
    "forced colours": {"forced_colors": "active"},
    "narrow": {"viewport": {"width": 262, "height": 480}},
    "low": {"viewport": {"width": 700, "height": 262}, "color_scheme": "dark"},
}


IN_VIEW = """[...document.querySelectorAll(".foot .button")].filter(button => {
  const box = button.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return box.top < 0 || box.bottom > innerHeight || box.left < 0 || box.right > innerWidth || top !== button;
}).map(button => button.textContent)"""
"""The buttons that are not wholly to be seen."""


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


@pytest.mark.parametrize("size", [(262, 480), (262, 320), (420, 262), (700, 262), (1366, 697)])
@pytest.mark.parametrize("language", ["nb", "en"])
def test_the_answers_are_in_view_in_the_smallest_pane(
    chromium: Chromium, size: tuple[int, int], language: Language
) -> None:
    """Mutants: the foot scrolls away with what will be shared, or lies over the end of it."""
    width, height = size
    with opened(chromium, viewport={"width": width, "height": height}) as context:
        page = context.new_page()
        for name in ("consent", "away", "sign out"):
            page.set_content(every_page(language)[name].decode())
            for end in (False, True):
                if end:
                    page.keyboard.press("End")
                    page.wait_for_function(
                        "scrollY + innerHeight >= document.documentElement.scrollHeight - 1"
                    )
                assert page.evaluate(IN_VIEW) == [], (name, end)
            said = page.evaluate(
                "document.querySelector('.foot').previousElementSibling.getBoundingClientRect().bottom"
            )
            assert said <= page.evaluate("document.querySelector('.foot').getBoundingClientRect().top")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def test_the_question_is_answered_with_the_keyboard(chromium: Chromium) -> None:
    """Nothing has the focus at first, so that Enter meant for another page gives nothing away; Tab leads to yes, then no."""
    with opened(chromium, viewport={"width": 262, "height": 480}) as context:
        page = context.new_page()
        sent: list[str] = []

        def take(route: Route) -> None:
            sent.append(route.request.post_data or "")
            route.abort()

        address = "http://gateway.example/oauth/consent"
        page.route(address, take)
        page.set_content(every_page("nb")["consent"].decode().replace("/oauth/consent", address))
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.value") == "allow"
        page.keyboard.press("Tab")
        with page.expect_event("requestfailed"):
            page.keyboard.press("Enter")
        assert sent == ["consent=t&answer=refuse"]


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


def test_the_own_ward_is_reached_with_the_keyboard_alone(gateway: RunningGateway, chromium: Chromium) -> None:
    """In a pane's size. Mutants: Enter in the field shows the ward; the arrows do not know its rows."""
    back = re.compile(r"http://klassisk\.localhost:9999/index\.html\?.*code=")
    with opened(chromium, viewport={"width": 262, "height": 480}) as context:
        page = context.new_page()
        sign_in(page, gateway)
        search(page, "zzz")
        assert page.get_by_role("status").inner_text() == BUTTONS["nobody"]["nb"]
        for _ in range(2):
            page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Vestfløyen"
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.get_by_role("status").inner_text() == "Vestfløyen: 2"
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        for key in ("ArrowDown", "End", "Home"):
            page.keyboard.press(key)
        with page.expect_request(back):
            page.keyboard.press("Enter")


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
