"""The record system or the identity provider stops, hangs or talks nonsense, and comes back (DESIGN section 5)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from launcher.gateway.audit_event import AccessFacts
from launcher.stores.audit_reader import AuditReader
from tests.fakes.faulty_relay import Fault, FaultyRelay, broken_off, garbage, mistake, not_json, silence
from tests.fakes.gateway import STATE_KEY, RunningGateway, running_gateway
from tests.fakes.upstream_systems import ANNA, upstream_systems
from tests.launcher.server.test_panes import event_stream, wait_for

FIRST_BYTE_SECONDS = 1.0


@dataclass
class House:
    """A gateway whose upstream systems both stand behind a relay."""

    gateway: RunningGateway
    record: FaultyRelay
    identity: FaultyRelay
    audit: AuditReader

    def last_access(self) -> AccessFacts:
        return list(self.audit.entries())[-1].facts


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("down")
    relays: list[FaultyRelay] = []

    def in_front(port: int) -> int:
        relays.append(FaultyRelay(port))
        return relays[-1].port

    with (
        upstream_systems(folder, 1, in_front=in_front) as systems,
        running_gateway(systems, folder, upstream_first_byte_seconds=FIRST_BYTE_SECONDS) as gateway,
    ):
        record, identity = relays
        ask(gateway, "create", signed_in(gateway))  # the sandbox makes its validator at the first write
        yield House(gateway, record, identity, AuditReader(folder / "audit.sqlite", [STATE_KEY]))
    for relay in relays:
        relay.close()


def signed_in(gateway: RunningGateway) -> dict[str, str]:
    shell = gateway.shell()
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    return {"Authorization": f"Bearer {shell.app('alt', topic)['access_token']}"}


@pytest.fixture
def bearer(house: House) -> dict[str, str]:
    return signed_in(house.gateway)


@pytest.fixture(autouse=True)
def no_traceback(
    house: House, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[None]:
    """Somebody else's failure is no mistake of ours: it leaves no traceback, and both systems are well after it."""
    caplog.set_level(logging.DEBUG)
    yield
    said = "".join(capfd.readouterr()) + caplog.text
    assert "Traceback" not in said
    assert "data plane failed" not in said


def ask(gateway: RunningGateway, what: str, bearer: dict[str, str]) -> httpx2.Response:
    match what:
        case "read":
            return gateway.http.get(f"/fhir/Patient/{ANNA}", headers=bearer)
        case "search":
            return gateway.http.get(f"/fhir/Observation?patient={ANNA}", headers=bearer)
        case _:
            subject = {"reference": f"Patient/{ANNA}"}
            made = {
                "resourceType": "Observation",
                "status": "final",
                "code": {"text": "x"},
                "subject": subject,
            }
            return gateway.http.post("/fhir/Observation", json=made, headers=bearer)


CANNOT, LATE, UNUSABLE = "cannot be reached", "did not answer in time", "no usable answer"


@pytest.mark.parametrize(
    ("what", "fault", "status", "words"),
    [
        pytest.param("read", None, 502, CANNOT, id="read, stopped"),
        pytest.param("search", None, 502, CANNOT, id="search, stopped"),
        pytest.param("create", None, 502, CANNOT, id="create, stopped"),
        pytest.param("read", silence, 504, LATE, id="read, silent"),
        pytest.param("create", silence, 504, LATE, id="create, silent"),
        pytest.param("search", garbage, 502, CANNOT, id="search, garbage"),
        pytest.param("create", garbage, 502, CANNOT, id="create, garbage"),
        pytest.param("read", not_json, 502, UNUSABLE, id="read, malformed JSON"),
        pytest.param("search", not_json, 502, UNUSABLE, id="search, malformed JSON"),
        pytest.param("create", not_json, 502, "did not say readably", id="create, malformed JSON"),
        pytest.param("read", broken_off, 502, CANNOT, id="read, broken off"),
        pytest.param("search", mistake, 502, UNUSABLE, id="search, a page about its own mistake"),
    ],
)
def test_record_system_fails_and_comes_back(
    house: House, bearer: dict[str, str], what: str, fault: Fault | None, status: int, words: str
) -> None:
    """Each gets words of ours, an audit record and nothing of the fault; what comes after works as before."""
    good = 201 if what == "create" else 200
    assert ask(house.gateway, what, bearer).status_code == good
    house.gateway.clock.advance(3)
    if fault is None:
        house.record.stop()
    house.record.fault = fault
    try:
        answer = ask(house.gateway, what, bearer)
    finally:
        house.record.fault = None
        if fault is None:
            house.record.start()
    outcome = answer.json()
    assert (answer.status_code, outcome["resourceType"]) == (status, "OperationOutcome"), answer.text
    told = outcome["issue"][0]["diagnostics"]
    assert told.startswith("The record system ") and words in told
    assert "java" not in answer.text and str(house.record.port) not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    failed = house.last_access()
    assert (failed.outcome, failed.status) == ("8", status)
    asked = house.record.requests
    assert ask(house.gateway, what, bearer).status_code == good
    assert house.record.requests == asked + 1, "nothing that failed is kept"


@pytest.mark.parametrize("fault", [None, garbage, mistake], ids=["stopped", "garbage", "mistake"])
def test_identity_provider_fails_at_the_login_and_comes_back(house: House, fault: Fault | None) -> None:
    house.gateway.clock.advance(3600)  # what it once told about itself is no longer fresh
    browser = house.gateway.browser()
    if fault is None:
        house.identity.stop()
    house.identity.fault = fault
    try:
        page = browser.open(house.gateway.authorize_url())
    finally:
        house.identity.fault = None
        if fault is None:
            house.identity.start()
    assert (page.status, "Innloggingstjenesten svarer ikke" in page.text) == (502, True)
    again = page.text.partition('<a class="button" href="')[2].partition('"')[0]
    assert again.startswith("/oauth/") or again.startswith(house.gateway.base_url)
    login = browser.open(again.replace("&amp;", "&") if "://" in again else house.gateway.base_url + again)
    assert "code" in browser.submit(login, username="siri", password="vaktrom").query


def test_the_shell_hears_when_the_record_system_goes_and_comes_back(house: House) -> None:
    """Whoever reads: the shell itself need not have asked. Mutant: a desktop says *connected* while every read fails."""
    shell, late = house.gateway.shell(), house.gateway.shell()
    bearer = signed_in(house.gateway)
    house.gateway.clock.advance(3)
    with event_stream(shell) as facts:
        assert wait_for(facts, type="record")["answers"] is True
        house.record.stop()
        try:
            ask(house.gateway, "read", bearer)
            assert wait_for(facts, type="record")["answers"] is False
            with event_stream(late) as known:
                assert wait_for(known, type="record")["answers"] is False
        finally:
            house.record.start()
        ask(house.gateway, "read", bearer)
        assert wait_for(facts, type="record")["answers"] is True
