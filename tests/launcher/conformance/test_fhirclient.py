"""npm ``fhirclient``, its unmodified browser build, in Debian's Chromium: EHR launch, standalone launch, refresh."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.fakes.gateway import RunningGateway, Shell
from tests.fakes.upstream_systems import ANNA, BERIT
from tests.launcher.conformance.conftest import STRANGER

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--host-resolver-rules=MAP localhost 127.0.0.1,MAP *.localhost 127.0.0.1"]
OBSERVATION = """{resourceType: "Observation", status: "final", code: {text: "weight"},
  valueQuantity: {value: 72.5, unit: "kg"}, subject: {reference: "Patient/" + client.patient.id}}"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    assert CHROMIUM, "Debian's chromium is not installed"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Chromium) -> Iterator[BrowserContext]:
    with chromium.new_context(locale="en-GB") as opened:
        opened.set_default_timeout(10_000)
        yield opened


def ready(page: Page) -> None:
    page.wait_for_url("**/index.html*")
    page.wait_for_selector("body:not([data-state=loading])", state="attached")
    assert page.evaluate("document.body.dataset.state") == "ready"


def token_response(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("client.state.tokenResponse")
    return found


def test_ehr_launch_reads_writes_and_refreshes(
    gateway: RunningGateway, shell: Shell, topic: str, context: BrowserContext
) -> None:
    pane = shell.call("POST", "/workspace/panes", {"client_id": STRANGER, "topic": topic}).json()
    launched = shell.launch(STRANGER, topic, pane["pane"])
    cookie = {name: pane["cookie"][name] for name in ("name", "value", "path")}
    context.add_cookies([{**cookie, "domain": "127.0.0.1"}])  # type: ignore[typeddict-item]
    page = context.new_page()
    page.goto(launched.json()["url"])
    ready(page)
    facts = page.evaluate(
        "[client.patient.id, client.encounter.id, client.user.fhirUser, client.user.resourceType]"
    )
    assert facts == [ANNA, "e-anna-2", "Practitioner/siri-nordli", "Practitioner"]
    assert page.evaluate("client.patient.read().then(it => it.name[0].family)") == "Dal"
    assert page.evaluate("client.user.read().then(it => it.name[0].family)") == "Nordli"
    created = page.evaluate(f"client.create({OBSERVATION}).then(it => it.id)")
    search = "`Observation?patient=${client.patient.id}&_count=1`"
    found = page.evaluate(
        f"client.request({search}, {{pageLimit: 0, flat: true}}).then(all => all.map(it => it.id))"
    )
    assert created in found
    refused = page.evaluate(f"client.request('Patient/{BERIT}').then(() => 'shown', it => it.status)")
    assert refused == 403
    before = token_response(page)
    assert page.evaluate("client.refresh().then(() => client.patient.read()).then(it => it.id)") == ANNA
    after = token_response(page)
    assert after["access_token"] != before["access_token"]
    assert after["refresh_token"] != before["refresh_token"]
    page.reload()
    ready(page)
    assert page.evaluate("client.patient.id") == ANNA, "the library keeps its state over a reload"


def test_standalone_launch_with_login_and_picker(
    gateway: RunningGateway, origin: str, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(f"{origin}/alone.html?server={quote(gateway.fhir_base, safe='')}")
    page.fill("#username", "siri")
    page.fill("#password", "vaktrom")
    page.keyboard.press("Enter")
    page.fill("#text", "Eng")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Eng, Berit").click()
    ready(page)
    assert page.evaluate("client.patient.id") == BERIT
    assert page.evaluate("client.patient.read().then(it => it.birthDate)") == "1938-11-23"
    assert "patient/Patient.read" in token_response(page)["scope"].split()
    page.evaluate("client.state.expiresAt = 0")
    assert (
        page.evaluate("client.refreshIfNeeded().then(() => client.patient.read()).then(it => it.id)") == BERIT
    )
