"""A launch that wants an encounter when none is in progress: the user is asked, and the launch carries the answer (NAV-06)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shell.bridge.launching import EncounterChoice
from shell.bridge.pane_controller import PaneController
from shell.bridge.workspace_controller import WorkspaceController
from shell.gateway_client.workspace import Launch, OpenedPane
from shell.presenters.view_models import LockModel, UnsavedModel
from shell.translations import Translations
from shell.windows import gallery_models as demo
from shell.windows.main_window import MainWindow
from tests.shell.bridge.calls import Call, FakeServices
from tests.shell.bridge.test_patient_tabs import confirm

OPENED = OpenedPane("pane-1", "pane", "secret", "/oauth")
MISSING = Launch("launch-1", "http://127.0.0.1:1/launch", encounter_missing=True)


def encounter(key: str, start: str, status: str = "finished", patient: str = "p-1") -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "id": key,
        "status": status,
        "subject": {"reference": f"Patient/{patient}"},
        "period": {"start": start},
        "type": [{"text": "Konsultasjon"}],
        "reasonCode": [{"text": "Hoste"}],
    }


FOUND = [
    encounter("old", "2026-10-01T09:00:00+02:00"),
    encounter("new", "2026-11-20T10:15:00+01:00"),
    encounter("off", "2026-11-22T10:15:00+01:00", status="cancelled"),
    encounter("other", "2026-11-22T10:15:00+01:00", patient="p-2"),
]


@pytest.fixture
def opened(workspace: WorkspaceController, window: MainWindow, qtbot: QtBot) -> Iterator[PaneController]:
    """The user has opened *sykmelding* for p-1, and its launch is under way."""
    window.activateWindow()
    qtbot.waitActive(window)
    workspace.tabs.front = workspace.tabs[0]
    confirm(workspace.tabs.front, "p-1")
    window.show_workspace()
    app = replace(workspace._apps[0], client_id="sykmelding", name="Sykmelding")
    pane = workspace.tabs.front.open_app(app)
    assert pane is not None
    yield pane
    workspace.end()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def launches(services: FakeServices) -> list[Call]:
    return [call for call in services.named("begin_launch") if call.arguments["client_id"] == "sykmelding"]


def answer(call: Call, given: Any) -> None:
    assert call.done is not None
    call.done(given)


def asked(services: FakeServices, found: list[dict[str, Any]] | None = None) -> None:
    """The gateway says that none is in progress, and the record tells which there are."""
    answer(launches(services)[-1], (OPENED, MISSING))
    reading = services.named("search")[-1]
    if found is None:
        assert reading.failed is not None
        reading.failed(RuntimeError())
    else:
        answer(reading, found)


def test_the_launch_carries_the_chosen_encounter(
    opened: PaneController, services: FakeServices, window: MainWindow
) -> None:
    """By keyboard alone; mutant: the launch that had no encounter goes on."""
    asked(services, FOUND)
    question = window.encounter_question
    assert window.overlay.dialog is question
    starts = [datetime.fromisoformat(one["period"]["start"]).astimezone() for one in (FOUND[1], FOUND[0])]
    assert [row.text() for row in question.encounters] == [
        f"{start:%d.%m.%Y}  {start:%H:%M}  Konsultasjon" for start in starts
    ]
    assert question.encounters[0].accessibleDescription() == "Avsluttet · Hoste"
    assert question.leave.hasFocus()
    assert question.height() >= question.content.height()
    assert opened.page is None
    assert len(services.named("end_pane")) == 1
    QTest.keyClick(question, Qt.Key.Key_Down)
    QTest.keyClick(question.encounters[0], Qt.Key.Key_Return)
    assert launches(services)[-1].arguments["choice"] == EncounterChoice("new")
    assert window.overlay.dialog is None


def test_a_stray_enter_chooses_nothing(
    opened: PaneController, services: FakeServices, window: MainWindow
) -> None:
    asked(services, FOUND)
    focused = QApplication.focusWidget()
    assert focused is window.encounter_question.leave
    QTest.keyClick(focused, Qt.Key.Key_Return)
    assert len(launches(services)) == 1
    assert opened.view.state.name == "CLOSED"


def test_without_and_not_at_all(opened: PaneController, services: FakeServices, window: MainWindow) -> None:
    asked(services, [])
    assert window.encounter_question.encounters == []
    window.encounter_question.open_without.click()
    assert launches(services)[-1].arguments["choice"] == EncounterChoice(None)
    answer(launches(services)[-1], (replace(OPENED, pane="pane-2"), MISSING))
    assert window.overlay.dialog is None
    assert not opened.wants_encounter


def test_escape_closes_the_app(opened: PaneController, services: FakeServices, window: MainWindow) -> None:
    asked(services, FOUND)
    QTest.keyClick(window.encounter_question.leave, Qt.Key.Key_Escape)
    assert window.overlay.dialog is None
    assert opened.view.state.name == "CLOSED"


def test_a_silent_record_is_told(opened: PaneController, services: FakeServices, window: MainWindow) -> None:
    asked(services)
    assert "Journalen svarte ikke" in window.encounter_question.text.text()


def test_another_patient_ends_the_question(
    opened: PaneController, workspace: WorkspaceController, services: FakeServices, window: MainWindow
) -> None:
    """Mutant: the answer for one patient's question goes to the launch of another."""
    asked(services, FOUND)
    assert workspace.tabs.front is not None
    confirm(workspace.tabs.front, "p-2", 2)
    assert window.overlay.dialog is None
    assert all(call.arguments["choice"] is None for call in launches(services))


def test_one_answer_does_for_the_patient(
    opened: PaneController, workspace: WorkspaceController, services: FakeServices, window: MainWindow
) -> None:
    asked(services, FOUND)
    window.encounter_question.encounters[1].click()
    opened.synchronise()
    answer(launches(services)[-1], (OPENED, MISSING))
    assert window.overlay.dialog is None
    assert launches(services)[-1].arguments["choice"] == EncounterChoice("old")


def test_an_app_that_opens_by_itself_does_not_ask(
    opened: PaneController, workspace: WorkspaceController, services: FakeServices, window: MainWindow
) -> None:
    assert workspace.tabs.front is not None
    pane = next(pane for pane in workspace.tabs.front.panes if pane is not opened)
    launch = next(
        call for call in services.named("begin_launch") if call.arguments["client_id"] == pane.app.client_id
    )
    assert launch.arguments["style"] == "dark"
    assert not pane._asks


def test_unsaved_work_is_asked_about_first(
    opened: PaneController, services: FakeServices, window: MainWindow
) -> None:
    asked(services, FOUND)
    window.ask_unsaved(UnsavedModel(opened.app.model, demo.haugen(), None))
    shown: list[object] = [window.overlay.dialog]
    window.question.answered.emit("stay")
    shown.append(window.overlay.dialog)
    assert shown == [window.question, window.encounter_question]


def test_a_locked_screen_asks_nothing(
    opened: PaneController, workspace: WorkspaceController, services: FakeServices, window: MainWindow
) -> None:
    asked(services, FOUND)
    window.show_lock(LockModel(demo.SIRI, demo.at("03:21"), "Vestfløyen"))
    workspace.redraw()
    assert window.overlay.dialog is None
    window.hide_lock()
    workspace.redraw()
    assert window.overlay.dialog is window.encounter_question


def test_in_english(
    opened: PaneController, services: FakeServices, window: MainWindow, translations: Translations
) -> None:
    asked(services, FOUND)
    translations.choose("en")
    try:
        QApplication.processEvents()
        assert window.encounter_question.title.text() == "Which encounter is it about?"
        assert window.encounter_question.encounters[0].accessibleDescription() == "Finished · Hoste"
    finally:
        translations.choose("nb")
