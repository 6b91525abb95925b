"""The provider's pages in a real browser (Debian's Chromium), with the accessibility rules of axe-core."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.fakes.node import PROJECTS, install_node_project
from tests.launcher.identity.conftest import Provider
from tests.launcher.identity.support import ORDINARY_CALLBACK

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--host-resolver-rules=MAP localhost 127.0.0.1,MAP *.localhost 127.0.0.1"]
BACK = re.compile(re.escape(ORDINARY_CALLBACK) + r"\?code=")
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "more contrast": {"contrast": "more"},
    "forced colours": {"forced_colors": "active"},
    "text at 200 %": {"device_scale_factor": 2, "viewport": {"width": 446, "height": 358}},
}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    assert CHROMIUM, "Debian's chromium is not installed"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def opened(chromium: Chromium, **look: Any) -> BrowserContext:
    given: dict[str, Any] = {
        "viewport": {"width": 892, "height": 716},
        "locale": "nb-NO",
        "bypass_csp": False,
        **look,
    }
    context = chromium.new_context(**given)
    context.set_default_timeout(10_000)
    return context


def watched(context: BrowserContext) -> tuple[Page, list[str]]:
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    return page, problems


def test_password_is_typed_shown_and_sent_with_the_keyboard_alone(
    provider: Provider, chromium: Chromium
) -> None:
    with opened(chromium) as context:
        page, problems = watched(context)
        page.goto(provider.authorize_url())
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        page.keyboard.type("siri")  # keys before the first paint are lost
        assert page.locator("#username").input_value() == "siri"
        page.keyboard.press("Tab")
        page.keyboard.type("vaktrom")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert page.locator("#password").get_attribute("type") == "text"
        assert page.get_by_role("button", name="Skjul passordet").get_attribute("aria-pressed") == "true"
        with page.expect_request(BACK):
            page.keyboard.press("Enter")
        assert [problem for problem in problems if "ERR_CONNECTION_REFUSED" not in problem] == []


def test_one_click_and_no_script(provider: Provider, chromium: Chromium) -> None:
    with opened(chromium, java_script_enabled=False) as context:
        page, _ = watched(context)
        page.goto(provider.authorize_url())
        assert not page.locator("button.show").is_visible()
        with page.expect_request(BACK):
            page.get_by_role("button", name="Logg inn som Helge Solberg").click()


def test_wrong_password_moves_the_focus_to_the_password(provider: Provider, chromium: Chromium) -> None:
    with opened(chromium) as context:
        page, _ = watched(context)
        page.goto(provider.authorize_url())
        page.fill("#username", "siri")
        page.fill("#password", "feil")
        page.keyboard.press("Enter")
        assert "feil. Prøv igjen" in page.get_by_role("alert").inner_text()
        assert page.evaluate("document.activeElement.id") == "password"
        page.keyboard.type("vaktrom")
        with page.expect_request(BACK):
            page.keyboard.press("Enter")


def test_page_cannot_be_framed(provider: Provider, chromium: Chromium) -> None:
    with opened(chromium) as context:
        page, _ = watched(context)
        page.set_content(f'<iframe src="{provider.authorize_url()}"></iframe>')
        page.wait_for_load_state("networkidle")
        frames = [frame for frame in page.frames if frame is not page.main_frame]
        assert not any(frame.url.startswith(provider.issuer) for frame in frames)


def test_the_pages_bring_their_own_typeface(chromium: Chromium, provider: Provider) -> None:
    """Without it the page falls back to the system's, and the policy of the page has to allow it."""
    with opened(chromium) as context:
        page, problems = watched(context)
        page.goto(provider.authorize_url())
        loaded = page.evaluate(
            "document.fonts.ready.then(() => [...document.fonts].map(f => [f.family, f.status]))"
        )
        assert loaded == [["Inter", "loaded"]]
        assert problems == []


@pytest.mark.parametrize("look", LOOKS)
def test_pages_break_no_accessibility_rule(provider: Provider, chromium: Chromium, look: str) -> None:
    source = install_node_project(PROJECTS / "axe") / "node_modules" / "axe-core" / "axe.min.js"
    with opened(chromium, **{**LOOKS[look], "bypass_csp": True}) as context:
        page, _ = watched(context)
        page.goto(provider.authorize_url())
        page.fill("#username", "siri")
        page.fill("#password", "feil")
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        assert broken_rules(page, str(source)) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.goto(provider.authorize_url(client_id="nobody"))
        assert broken_rules(page, str(source)) == []
        page.goto(f"{provider.issuer}/endsession?{urlencode({'ui_locales': 'en'})}")
        assert broken_rules(page, str(source)) == []


def broken_rules(page: Page, source: str) -> list[str]:
    page.add_script_tag(path=source)
    result = page.evaluate("axe.run(document, {rules: {'target-size': {enabled: true}}})")
    return [f"{rule['id']}: {node['html'][:200]}" for rule in result["violations"] for node in rule["nodes"]]
