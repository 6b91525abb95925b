"""Native programs on the desk: the rail has each, a strip below the banner says which may show somebody else."""

from __future__ import annotations

from typing import Any

import pytest

from context.pane_state import GOOD_ANSWER_WITHIN, State
from shell.bridge.tab_controller import TabController
from shell.bridge.workspace_controller import WorkspaceController
from shell.windows.main_window import MainWindow
from tests.shell.bridge.calls import FakeServices
from tests.shell.bridge.test_patient_tabs import MARIT, confirm
from tests.shell.presenters.test_programs import FACT


@pytest.fixture
def tab(workspace: WorkspaceController) -> TabController:
    """Patient p-1 in the front tab, and a program that follows her."""
    workspace.open_patient("p-1")
    first = workspace.tabs[0]
    first._read_ahead["p-1"] = MARIT
    confirm(first, "p-1")
    hears(workspace)
    return first


def hears(workspace: WorkspaceController, **changed: Any) -> None:
    workspace._fact({**FACT, "type": "program", **changed})


def states(window: MainWindow) -> list[State | None]:
    return [item.model.state for item in window.desk.rail.programs() if item.model is not None]


def said(window: MainWindow) -> list[str]:
    """What stands in the strips on the screen."""
    return [line.sentence() for line in window.desk.programs.lines() if line.isVisible()]


def test_a_program_is_behind_from_the_first_paint_of_a_new_patient(
    workspace: WorkspaceController, tab: TabController, window: MainWindow, services: FakeServices
) -> None:
    """Mutants: it follows until the gateway has told; ten seconds without an answer are never over."""
    assert (states(window), said(window)) == ([State.FOLLOWING], [])
    confirm(tab, "p-2", 2)
    assert states(window) == [State.CHANGING]
    services.now += GOOD_ANSWER_WITHIN
    assert workspace.programs._late.waits
    workspace.programs.draw()
    (sentence,) = said(window)
    assert sentence.startswith("Fjelljournal følger ikke pasienten øverst. Programmet svarte ikke")
    hears(workspace, effective_patient="p-2", last_event="e-2")
    assert (states(window), said(window)) == ([State.FOLLOWING], [])
    assert not any(waiting for waiting in workspace.programs._waits)


def test_a_warning_is_put_away_for_one_patient_and_the_rail_keeps_it(
    workspace: WorkspaceController, tab: TabController, window: MainWindow
) -> None:
    """Mutants: once hidden, a refusal is never told again; the rail is quiet too; the rail's button does nothing."""
    confirm(tab, "p-2", 2)
    hears(workspace, last_event="e-2", last_ack=409)
    window.desk.programs.lines()[0].button.click()
    assert (states(window), said(window)) == ([State.OUT_OF_SYNC], [])
    (item,) = window.desk.rail.programs()
    assert "sa nei" in item.accessibleName()
    item.click()
    assert len(said(window)) == 1
    window.desk.programs.lines()[0].button.click()
    confirm(tab, "p-3", 3)
    assert len(said(window)) == 1


def test_a_program_of_another_tab_and_one_that_is_gone_are_told(
    workspace: WorkspaceController, tab: TabController, window: MainWindow
) -> None:
    """Mutants: it counts for whichever tab is in front; one that the gateway has forgotten follows for ever; one that has
    ended cannot be put away."""
    workspace._new_tab_made("p-2", {"topic": "topic-2"})
    confirm(workspace.tabs[1], "p-2", 2)
    workspace._bring_to_front(workspace.tabs[1])
    assert states(window) == [State.PINNED]
    assert said(window)[0].startswith("Fjelljournal følger Haugen, Marit · 1939, ikke pasienten øverst.")
    workspace._bring_to_front(tab)
    assert (states(window), said(window)) == ([State.FOLLOWING], [])
    workspace.programs.take_all([])
    assert said(window)[0].startswith("Fjelljournal følger ikke lenger. Programmet er ikke koblet")
    window.desk.programs.lines()[0].button.click()
    assert (states(window), said(window)) == ([], [])


def test_who_listens_hears_of_it_and_nothing_of_it_outlives_the_session(
    workspace: WorkspaceController, tab: TabController, window: MainWindow
) -> None:
    """Mutants: only for the eye; said again at each redraw; the next user finds the last one's program (S6)."""
    told: list[str] = []
    window.announcer.announced.connect(lambda text, _: told.append(text))
    hears(workspace, socket=False)
    workspace.redraw()
    assert len([text for text in told if "følger ikke lenger" in text]) == 1
    hears(workspace)
    assert told[-1] == "Fjelljournal følger pasienten igjen."
    workspace.end()
    assert (states(window), said(window)) == ([], [])
