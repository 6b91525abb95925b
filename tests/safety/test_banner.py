"""S1 in a real patient tab on a real hub: what is shown is what the hub has confirmed, by name as the record has it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from shell.bridge.loop_thread import LoopThread
from shell.bridge.services import Services
from shell.bridge.sign_in import new_connection
from shell.bridge.tab_controller import TabController
from shell.composition.clock import SystemClock, new_id
from shell.gateway_client.hub import HubPosts
from shell.gateway_client.login import authorization_request
from shell.gateway_client.records import Records
from shell.gateway_client.workspace import Workspace
from tests.fakes.browser import Browser
from tests.fakes.signed_in import SignedIn, sign_in

WAIT = 8000


class Tab:
    """A tab as the desktop makes it, and what it showed at each of its changes: (shown, waited for)."""

    def __init__(self, ready: dict[str, Any], qtbot: QtBot) -> None:
        self.threads = LoopThread()
        connection = new_connection(
            ready["gateway"], ready["shell"]["client_id"], ready["shell"]["client_secret"]
        )
        request = authorization_request(ready["gateway"], ready["shell"]["client_id"])
        browser = Browser((request.redirect_uri,))
        code = request.code_from(browser.sign_in(request.url).url)
        self.threads.run(connection.tokens.redeem(request, code)).result(10)
        workspace = Workspace(connection)
        self.services = Services(
            threads=self.threads,
            connection=connection,
            workspace=workspace,
            records=Records(connection),
            posts=HubPosts(connection, new_id, SystemClock().now),
            language=lambda: "nb",
        )
        topic = self.threads.run(workspace.new_context()).result(10)["topic"]
        holder = QWidget()
        qtbot.addWidget(holder)
        self.controller = TabController(topic, self.services, holder)
        self.shown: list[tuple[str | None, str | None]] = []
        self.failures: list[str] = []
        self.confirmed: list[str] = []
        self.controller.changed.connect(self._changed)
        self.controller.failed.connect(self.failures.append)
        self.controller.patient_changed.connect(self.confirmed.append)
        with qtbot.waitSignal(self.controller.connected, timeout=WAIT):
            self.controller.start()

    def _changed(self) -> None:
        self.shown.append((self.controller.patient_id, self.controller.waiting_for))

    def close(self) -> None:
        self.controller.end()
        self.threads.run(_others_have_ended()).result(5)
        self.threads.run(self.services.connection.http.aclose()).result(5)
        self.threads.stop()


async def _others_have_ended() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others, timeout=4)


@pytest.fixture
def tab(ready: dict[str, Any], qtbot: QtBot) -> Iterator[Tab]:
    made = Tab(ready, qtbot)
    yield made
    made.close()


@pytest.fixture
def signed(ready: dict[str, Any]) -> Iterator[SignedIn]:
    made = sign_in(ready)
    yield made
    made.close()


def test_nothing_is_shown_before_the_hub_has_confirmed(tab: Tab, signed: SignedIn, qtbot: QtBot) -> None:
    """Mutant: the tab shows whom the user clicked."""
    chosen = signed.residents()[0]["id"]
    with qtbot.waitSignal(tab.controller.patient_changed, timeout=WAIT):
        tab.controller.open_patient(chosen)
        assert tab.shown == [(None, chosen)]
        assert tab.controller.patient is None
    assert tab.confirmed == [chosen]
    assert tab.controller.patient_id == chosen
    hub = tab.threads.run(_context(tab)).result(5)
    assert hub["patient"] == chosen


async def _context(tab: Tab) -> dict[str, Any]:
    path = f"/workspace/contexts/{tab.controller.topic}"
    context: dict[str, Any] = await tab.services.connection.json("GET", path)
    return context


def test_a_refused_patient_is_never_shown(tab: Tab, signed: SignedIn, qtbot: QtBot) -> None:
    """The record names another identity number than the event: the hub refuses, the patient in front stays."""
    first, second = signed.residents()[:2]
    with qtbot.waitSignal(tab.controller.patient_changed, timeout=WAIT):
        tab.controller.open_patient(first["id"])
    mixed = {**second, "identifier": first["identifier"]}

    async def read_something_else(patient_id: str) -> dict[str, Any]:
        return mixed

    tab.services.records.patient = read_something_else  # type: ignore[method-assign]
    with qtbot.waitSignal(tab.controller.failed, timeout=WAIT):
        tab.controller.open_patient(second["id"])
    assert {shown for shown, _ in tab.shown} <= {None, first["id"]}
    assert (tab.controller.patient_id, tab.controller.waiting_for) == (first["id"], None)


def test_name_and_number_come_from_the_record(tab: Tab, signed: SignedIn, qtbot: QtBot) -> None:
    """Another subscriber's event says the id only as far as the banner goes: its name is nobody's."""
    patient = signed.residents()[1]
    resource = {
        **{key: patient[key] for key in ("resourceType", "id", "identifier")},
        "name": [{"family": "Feilnavn", "given": ["Falsk"]}],
        "birthDate": "1900-01-01",
    }
    with qtbot.waitSignal(tab.controller.patient_changed, timeout=WAIT):
        post = tab.services.connection.request(
            "POST", "/fhircast", json=_opening(tab.controller.topic, resource)
        )
        tab.threads.run(post).result(5)
    qtbot.waitUntil(lambda: tab.controller.patient is not None, timeout=WAIT)
    assert tab.controller.patient is not None
    facts = tab.controller.patient.facts
    assert (facts.patient_id, facts.family) == (patient["id"], patient["name"][0]["family"])
    assert facts.birth_date is not None and facts.birth_date.isoformat() == patient["birthDate"]


def _opening(topic: str, resource: dict[str, Any]) -> dict[str, Any]:
    return {
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "id": new_id(),
        "event": {
            "hub.topic": topic,
            "hub.event": "Patient-open",
            "context": [{"key": "patient", "resource": resource}],
        },
    }
