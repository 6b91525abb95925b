"""The gateway refuses an app: the pane's curtain says why at once, and what came before stays said."""

from __future__ import annotations

import pytest

from context.pane_state import Reason, State
from shell.bridge.pane_controller import PaneController
from shell.bridge.workspace_controller import WorkspaceController
from shell.presenters.view_models import PaneModel
from shell.widgets.pane_texts import PaneTexts
from shell.windows import gallery_models as demo
from shell.windows.main_window import MainWindow
from tests.shell.bridge.test_patient_tabs import StubPage, confirm


@pytest.fixture
def pane(workspace: WorkspaceController, window: MainWindow) -> PaneController:
    """An app that is being opened for p-1: its page has asked the gateway and has no grant yet."""
    tab = workspace.tabs[0]
    confirm(tab, "p-1")
    made = tab.panes[0]
    made._next = StubPage(made._holder)  # type: ignore[assignment]
    return made


def test_the_reason_is_said_and_stays(pane: PaneController) -> None:
    """Mutant: the load that fails after the gateway's own page turns the reason into an app that does not answer."""
    page = pane._next
    assert page is not None
    pane._not_let_in(page, "no_proof_key")
    pane._load_failed(page)
    assert (pane.view.state, pane.view.reason, pane.failure) == (
        State.OUT_OF_SYNC,
        Reason.CRASHED,
        "no_proof_key",
    )


def test_an_app_that_is_in_is_left_alone(pane: PaneController) -> None:
    """An address with ``error`` of an app that has its grant is the app's own matter."""
    page = pane._next
    assert page is not None
    pane._facts = {"granted": True}
    pane._not_let_in(page, "authorization_refused")
    assert (pane.view.state, pane.failure) == (State.CHANGING, "")


@pytest.mark.parametrize("failure", ["no_proof_key", "authorization_refused", "access_denied", "not_let_in"])
def test_each_reason_has_a_sentence_of_its_own(window: MainWindow, failure: str) -> None:
    """Mutant: a key without words falls back to *the fault is ours*."""
    texts = PaneTexts(window)
    model = PaneModel("k", demo.APPS["Notat"], State.OUT_OF_SYNC, reason=Reason.CRASHED, failure=failure)
    assert "Notat" in texts.curtain_title(model)
    assert "Feilen ligger hos oss" not in texts.curtain_text(model)
