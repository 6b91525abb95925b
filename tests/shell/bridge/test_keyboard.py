"""The keyboard after opening a patient or an app, and when a page was taken away and came back."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from shell.bridge.pane_controller import PaneController
from shell.bridge.patient_tabs import pane_key
from shell.bridge.tab_controller import TabController
from shell.bridge.workspace_controller import WorkspaceController
from shell.windows.main_window import MainWindow
from tests.shell.bridge.test_patient_tabs import MARIT, confirm, usable


def has_keyboard(qtbot: QtBot, widget: Any) -> None:
    qtbot.waitUntil(lambda: QApplication.focusWidget() is widget, timeout=2000)


@pytest.fixture
def chosen(window: MainWindow, workspace: WorkspaceController, qtbot: QtBot) -> TabController:
    """Patient p-1 has just been confirmed; no app is ready."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=2000)
    workspace.open_patient("p-1")
    tab = workspace.tabs[0]
    tab._read_ahead["p-1"] = MARIT
    confirm(tab, "p-1")
    return tab


def front(window: MainWindow, tab: TabController) -> tuple[PaneController, PaneController]:
    """The pane that gets the keyboard, and another one."""
    key = window.area(tab.topic).focused_pane()
    first = next(pane for pane in tab.panes if pane_key(tab, pane) == key)
    return first, next(pane for pane in tab.panes if pane is not first)


def test_an_opened_patient_gives_the_keyboard_to_the_front_page(
    chosen: TabController, window: MainWindow, qtbot: QtBot
) -> None:
    """Mutants: it stays on the list, or stops at the menu of a header."""
    first, second = front(window, chosen)
    has_keyboard(qtbot, window.desk.banner)
    usable(second)
    has_keyboard(qtbot, window.desk.banner)
    usable(first)
    has_keyboard(qtbot, first.page)


def test_whoever_goes_elsewhere_meanwhile_is_not_disturbed(
    chosen: TabController, window: MainWindow, qtbot: QtBot
) -> None:
    """Mutant: a page that becomes ready takes the keyboard from under the hands."""
    elsewhere: QWidget = window.desk.rail.settings
    elsewhere.setFocus()
    has_keyboard(qtbot, elsewhere)
    for pane in front(window, chosen):
        usable(pane)
    has_keyboard(qtbot, elsewhere)


def test_an_app_that_is_opened_again_gets_the_keyboard_when_it_is_ready(
    chosen: TabController, workspace: WorkspaceController, window: MainWindow, qtbot: QtBot
) -> None:
    first, second = front(window, chosen)
    usable(first)
    has_keyboard(qtbot, first.page)
    workspace.open_app(second.app.client_id)
    has_keyboard(qtbot, window.desk.banner)
    usable(second)
    has_keyboard(qtbot, second.page)
    workspace.open_app(first.app.client_id)
    has_keyboard(qtbot, first.page)


def test_a_page_that_was_launched_anew_gets_the_keyboard_back(
    chosen: TabController, workspace: WorkspaceController, window: MainWindow, qtbot: QtBot
) -> None:
    """Mutant: after a relaunch the keyboard is nowhere."""
    first, second = front(window, chosen)
    usable(first)
    usable(second)
    has_keyboard(qtbot, first.page)
    first.synchronise()
    old = first.page
    assert QApplication.focusWidget() is not old
    usable(first)
    has_keyboard(qtbot, first.page)
    assert first.page is not old


def test_another_tab_gives_the_keyboard_to_its_page(
    chosen: TabController, workspace: WorkspaceController, window: MainWindow, qtbot: QtBot
) -> None:
    first, _ = front(window, chosen)
    usable(first)
    window.home_asked.emit()
    assert QApplication.focusWidget() is not first.page
    window.tab_chosen.emit("p-1")
    has_keyboard(qtbot, first.page)
