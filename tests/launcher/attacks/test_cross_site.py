"""A page of another site against a signed-in Chromium: which cookies travel, what the gateway does, and that it works at home.

Cookies do not know ports, so a witness on the gateway's host is sent what the gateway would be sent.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Response, sync_playwright

from tests.fakes.gateway import RunningGateway, Shell
from tests.fakes.upstream_systems import ANNA
from tests.launcher.attacks.conftest import ASKING, READER
from tests.launcher.attacks.hostile_site import HostileSite, hostile_site
from tests.launcher.attacks.techniques import FORM, TECHNIQUES, Technique

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-popup-blocking",
    "--host-resolver-rules=MAP *.localhost:9999 127.0.0.1:%d,MAP localhost 127.0.0.1,MAP *.localhost 127.0.0.1",
    "--enable-features=ShortLaxAllowUnsafeThreshold",
]
"""Apps are where the hostile site is. The last one makes ten seconds of the two minutes in which Chromium lets a cookie
without SameSite travel with a POST."""

PREFERENCES = '{"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": false}}'

SESSION, PANE = "vaktrom_session", "vaktrom_pane"
TWINS = ["twin_unset=%s", "twin_none=1; SameSite=None; Secure", "twin_strict=1; SameSite=Strict"]
"""Cookies of the same host with the other values of SameSite; the second shows that the technique would carry cookies."""
PICKING, PICKING_SCOPE = "klassisk", "openid launch/patient patient/Patient.read"
CODE = re.compile(r"http://(\w+)\.localhost:9999/index\.html\?.*\bcode=")


@dataclass
class Visit:
    """Siri's browser: signed in at the gateway, and on the hostile page."""

    gateway: RunningGateway
    site: HostileSite
    context: BrowserContext
    shell: Shell
    codes: list[str] = field(default_factory=list)
    data: list[tuple[str, int]] = field(default_factory=list)

    def asked(self, request: Request) -> None:
        """Keep which app got a code."""
        if found := CODE.match(request.url):
            self.codes.append(found[1])

    def answered(self, response: Response) -> None:
        """Keep how the parts of the gateway answer that want a bearer token."""
        path = response.url.removeprefix(self.gateway.base_url)
        if path.startswith(("/workspace", "/fhir")):
            self.data.append((path, response.status))

    def fresh_twins(self, number: int) -> None:
        """A new value makes a cookie young again."""
        self.page(
            self.site.setting([f"{TWINS[0] % number}; Path=/", *(f"{one}; Path=/" for one in TWINS[1:])])
        )

    def page(self, url: str) -> Page:
        """The one page that stays open, at ``url``."""
        page = self.context.pages[0]
        page.goto(url)
        return page

    def attack(self, technique: Technique, url: str) -> object:
        """Let the hostile page ask for ``url`` and wait until it has been answered."""
        page = self.context.pages[0]
        if page.url != f"{self.site.origin}/" or "return" not in technique.script:
            self.page(f"{self.site.origin}/")
        script = f"([url, evil]) => {{ {FORM} {technique.script} }}"
        if not technique.arrives:
            with self.context.expect_event(
                "response", lambda answer: answer.url == f"{self.site.origin}/own"
            ):
                return page.evaluate(script, [url, self.site.origin])
        if "return" in technique.script:
            return page.evaluate(script, [url, self.site.origin])
        if technique.popup:
            with self.context.expect_page() as opened:
                page.evaluate(script, [url, self.site.origin])
            opened.value.wait_for_url(lambda at: at != "about:blank")
            opened.value.close()
        elif technique.top:
            with page.expect_navigation():
                page.evaluate(script, [url, self.site.origin])
        else:
            with self.context.expect_event("response", lambda answer: answer.url == url):
                page.evaluate(script, [url, self.site.origin])
        return None

    def sent(self, technique: Technique, number: int) -> frozenset[str] | None:
        """The cookies that the witness got; ``None`` when nothing was asked."""
        address = f"{self.site.witness}/oauth/authorize?n={number}"
        self.attack(technique, address)
        found = [one for one in self.site.arrivals if one.path.endswith(f"n={number}")]
        assert [one.method for one in found] in ([], ["POST" if technique.post else "GET"])
        return found[0].cookies if found else None


@pytest.fixture(scope="module")
def site() -> Iterator[HostileSite]:
    with hostile_site() as standing:
        yield standing


@pytest.fixture(scope="module")
def context(site: HostileSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """A browser that keeps back no third-party cookies by itself: SameSite alone decides."""
    assert CHROMIUM, "Debian's chromium is not installed"
    folder = tmp_path_factory.mktemp("chromium")
    (folder / "Default").mkdir()
    (folder / "Default" / "Preferences").write_text(PREFERENCES)
    arguments = [argument % site.port if "%d" in argument else argument for argument in ARGUMENTS]
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch_persistent_context(
            folder, executable_path=CHROMIUM, args=arguments, locale="nb-NO"
        ) as opened,
    ):
        opened.set_default_timeout(15_000)
        yield opened


@pytest.fixture(scope="module")
def visit(gateway: RunningGateway, context: BrowserContext, site: HostileSite) -> Visit:
    made = Visit(gateway, site, context, signed_in(gateway, context))
    made.page(site.setting(["twin_old=1; Path=/"]))
    context.on("request", made.asked)
    context.on("response", made.answered)
    return made


def signed_in(gateway: RunningGateway, context: BrowserContext) -> Shell:
    """Siri, in this browser; with the cookie of a pane as the shell puts it in."""
    page = context.pages[0]
    page.goto(gateway.authorize_url())
    page.fill("#username", "siri")
    page.fill("#password", "vaktrom")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{gateway.base_url}/callback?*")
    code = re.search(r"[?&]code=([^&]+)", page.url)
    assert code
    shell = Shell(gateway, gateway.browser(), gateway.redeem(code[1]).json())
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    pane = shell.call("POST", "/workspace/panes", {"client_id": READER, "topic": topic}).json()
    cookie: Any = {name: pane["cookie"][name] for name in ("name", "value", "path")}
    cookie |= {"domain": "127.0.0.1", "httpOnly": True, "sameSite": "Lax"}
    context.add_cookies([cookie])
    return shell


# which cookies travel


@pytest.mark.parametrize("technique", TECHNIQUES, ids=str)
def test_cookies_travel_with_a_visit_and_with_nothing_else(visit: Visit, technique: Technique) -> None:
    """Mutants: the session's or the pane's cookie is without SameSite, None or Strict."""
    number = TECHNIQUES.index(technique)
    visit.fresh_twins(number)
    sent = visit.sent(technique, number)
    assert (sent is not None) == technique.arrives
    if sent is not None:
        assert (SESSION in sent, PANE in sent) == (technique.carries_lax, technique.carries_lax)
        assert "twin_none" in sent, "the browser keeps back every cookie: this shows nothing"
        assert "twin_strict" not in sent
        assert ("twin_unset" in sent) == technique.top


@pytest.mark.parametrize("path", ["/workspace/session", f"/fhir/Patient/{ANNA}", "/fhircast", "/"])
def test_no_cookie_of_ours_leaves_oauth(visit: Visit, path: str) -> None:
    """Also when the user goes there himself."""
    visit.fresh_twins(2000)
    visit.page(f"{visit.site.witness}{path}?own")
    [sent] = [one for one in visit.site.arrivals if one.path == f"{path}?own"]
    assert "twin_strict" in sent.cookies
    assert not {SESSION, PANE} & sent.cookies


# what the gateway does


def secret(page: Page, name: str) -> str:
    """The one-time token of a page of the gateway's own: as if it had leaked to the attacker."""
    return str(page.locator(f"input[name={name}]").first.get_attribute("value"))


@pytest.fixture(scope="module")
def targets(visit: Visit) -> dict[str, str]:
    """What the hostile page asks for; each one-time token is the right one, and no attack may use it up."""
    base = visit.gateway.base_url
    consent = secret(visit.page(visit.gateway.authorize_url(ASKING)), "consent")
    pick = secret(visit.page(visit.gateway.authorize_url(PICKING, scope=PICKING_SCOPE)), "pick")
    confirmation = secret(visit.page(f"{base}/oauth/logout"), "confirmation")
    return {
        "authorize": visit.gateway.authorize_url(READER, scope="openid"),
        "consent": f"{base}/oauth/consent?consent={consent}&answer=allow",
        "patient": f"{base}/oauth/patient?pick={pick}&patient={ANNA}",
        "logout": f"{base}/oauth/logout?confirmation={confirmation}",
        "contexts": f"{base}/workspace/contexts",
        "record": f"{base}/fhir/Patient/{ANNA}",
    }


def session_cookie(visit: Visit) -> str:
    cookies = visit.context.cookies(f"{visit.gateway.base_url}/oauth")
    return next((str(cookie["value"]) for cookie in cookies if cookie["name"] == SESSION), "")


@pytest.mark.parametrize("technique", TECHNIQUES, ids=str)
def test_nothing_is_read_given_or_ended(visit: Visit, targets: dict[str, str], technique: Technique) -> None:
    """The right one-time tokens included. Only a visit to authorize gives a code, and that to the app alone (SAL-11)."""
    before = session_cookie(visit)
    for name, url in targets.items():
        visit.codes.clear()
        visit.data.clear()
        said = visit.attack(technique, url)
        assert said in (None, "unread"), (name, said)
        assert visit.codes == ([READER] if name == "authorize" and technique.top else []), name
        assert [answer for answer in visit.data if answer[1] < 400] == []
    assert session_cookie(visit) == before != ""
    assert visit.shell.call("GET", "/workspace/session").status_code == 200


def test_nothing_has_changed_when_the_cookies_are_old(visit: Visit) -> None:
    """The twin of the beginning tells when they are; ours are older. Mutant: SameSite is left to the browser."""
    link, _, form = TECHNIQUES[:3]
    number = 1000
    visit.fresh_twins(number)
    while "twin_old" in (sent := visit.sent(form, number) or frozenset()):
        number += 1
        visit.fresh_twins(number)
    assert "twin_unset" in sent
    assert not {SESSION, PANE} & sent
    assert {SESSION, PANE} <= (visit.sent(link, number + 1) or set())


def test_the_same_requests_work_on_the_pages_they_belong_to(visit: Visit, targets: dict[str, str]) -> None:
    """The twin of all attacks above, with the very tokens that they had: yes, a patient, and the end of the session."""
    visit.codes.clear()
    page = visit.page(visit.gateway.authorize_url(ASKING))
    use(page, targets, "consent", "consent")
    with page.expect_navigation():
        page.click("button[value=allow]")
    page = visit.page(visit.gateway.authorize_url(PICKING, scope=PICKING_SCOPE))
    use(page, targets, "patient", "pick")
    with page.expect_navigation():
        page.click("button[name=list]")
    with page.expect_navigation():
        page.get_by_role("button", name="Dal, Anna").click()
    assert visit.codes == [ASKING, PICKING]
    page = visit.page(f"{visit.gateway.base_url}/oauth/logout")
    use(page, targets, "logout", "confirmation")
    with page.expect_navigation():
        page.get_by_role("button", name="Logg ut").click()
    assert session_cookie(visit) == ""
    assert visit.shell.call("GET", "/workspace/session").status_code == 401


def use(page: Page, targets: dict[str, str], name: str, field: str) -> None:
    """Put the token of the page that the attacks knew into this page's form."""
    token = parse_qs(urlsplit(targets[name]).query)[field][0]
    page.locator(f"input[name={field}]").first.evaluate("(input, token) => { input.value = token; }", token)
