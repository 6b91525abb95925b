"""An app asks for what another does: one that can is opened, the user chooses among several, and it is never for
another patient than the page's and the tab's (SWM-08, S1, S2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from context.pane_state import PaneView, State
from shell.bridge.activities import Activities
from shell.bridge.pane_controller import PaneController
from shell.bridge.services import AppFacts
from shell.bridge.workspace_controller import WorkspaceController
from shell.widgets.activity_question import ActivityQuestion
from shell.windows.main_window import MainWindow
from tests.shell.bridge.calls import FakeServices
from tests.shell.bridge.test_patient_tabs import confirm


@dataclass(eq=False)
class Asking:
    """A pane in use about p-1."""

    app: AppFacts
    view: PaneView
    effective_patient: str = "p-1"
    suspended: bool = False
    wants_encounter: str = ""
    failure: str = ""


@dataclass
class Desk:
    """One patient, one pane that asks, and two apps that can."""

    workspace: WorkspaceController
    window: MainWindow
    services: FakeServices
    pane: Asking
    told: list[bool] = field(default_factory=list)

    def wish(self, *apps: str) -> None:
        effect = {"kind": "activity", "activity": "order-review", "fhirContext": [], "apps": list(apps)}
        told: Callable[[bool], None] = self.told.append
        self.activities.wish(cast(PaneController, self.pane), effect, told)

    @property
    def activities(self) -> Activities:
        return self.workspace._activities

    @property
    def question(self) -> ActivityQuestion:
        return self.window._workplace.activity_question

    @property
    def asks(self) -> bool:
        return self.window.overlay.dialog is self.question

    @property
    def launched(self) -> list[tuple[str, Any]]:
        return [
            (call.arguments["client_id"], call.arguments["activity"])
            for call in self.services.named("begin_launch")
        ]


@pytest.fixture
def desk(workspace: WorkspaceController, window: MainWindow, services: FakeServices, qtbot: QtBot) -> Desk:
    window.activateWindow()
    qtbot.waitActive(window)
    tab = workspace.tabs.front = workspace.tabs[0]
    confirm(tab, "p-1")
    for pane in list(tab.panes):
        pane.close()
    window.show_workspace()
    view = replace(
        PaneController(workspace._apps[0], cast(Any, services), window).view, state=State.FOLLOWING
    )
    app = replace(workspace._apps[0], client_id="spor", name="Spør")
    asking = Asking(app, view)
    tab.panes.append(cast(PaneController, asking))
    window.area(tab.topic).add_pane(workspace._drawing.pane_model(tab, tab.panes[-1]))
    services.calls.clear()
    return Desk(workspace, window, services, asking)


def test_the_only_one_is_opened_for_it(desk: Desk) -> None:
    desk.wish("notat")
    [(client_id, activity)] = desk.launched
    assert (client_id, activity.intent, desk.told, desk.asks) == ("notat", "order-review", [True], False)


def test_one_that_nobody_may_open_here_is_none(desk: Desk) -> None:
    desk.wish("gone")
    assert (desk.launched, desk.told) == ([], [False])


def test_among_several_the_user_chooses_and_is_asked_again(desk: Desk) -> None:
    desk.wish("notat", "legemidler")
    assert (desk.asks, desk.told, desk.launched) == (True, [], [])
    assert "Spør" in desk.question.text.text()
    assert desk.question.leave.hasFocus()
    QTest.keyClick(desk.question.leave, Qt.Key.Key_Down)
    QTest.keyClick(desk.question.apps[0], Qt.Key.Key_Down)
    desk.question.apps[1].click()
    assert ([name for name, _ in desk.launched], desk.told, desk.asks) == (["legemidler"], [True], False)
    desk.wish("notat", "legemidler")
    assert desk.asks


def test_a_choice_that_is_remembered_is_not_asked_about(desk: Desk) -> None:
    desk.wish("notat", "legemidler")
    desk.question.remember.click()
    desk.question.apps[0].click()
    desk.workspace.tabs[0].panes[-1].close()
    desk.wish("notat", "legemidler")
    assert ([name for name, _ in desk.launched], desk.told, desk.asks) == (["notat"] * 2, [True, True], False)
    desk.activities.end()
    desk.workspace.tabs[0].panes[-1].close()
    desk.wish("notat", "legemidler")
    assert desk.asks


@pytest.mark.parametrize("how", ["escape", "lock", "patient", "second"])
def test_no_answer_is_told_once(desk: Desk, how: str) -> None:
    desk.wish("notat", "legemidler")
    if how == "escape":
        QTest.keyClick(desk.question.leave, Qt.Key.Key_Escape)
    elif how == "lock":
        desk.workspace.pause()
    elif how == "patient":
        desk.pane.effective_patient = "p-2"
        desk.activities.look()
    else:
        desk.wish("notat", "legemidler")
        assert desk.asks
    assert (desk.told, desk.launched, desk.asks) == ([False], [], how == "second")


def test_never_for_another_patient(desk: Desk) -> None:
    desk.pane.effective_patient = "p-2"
    desk.wish("notat")
    desk.pane.effective_patient, desk.pane.view = "p-1", replace(desk.pane.view, state=State.OUT_OF_SYNC)
    desk.wish("notat")
    assert (desk.told, desk.launched) == ([False, False], [])
