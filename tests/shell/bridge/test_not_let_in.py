"""The gateway refuses an app: the pane's curtain says why at once, and what came before stays said."""

from __future__ import annotations

import pytest

from context.pane_state import Reason, State
from shell.actions.page_policy import Kind
from shell.bridge.pane_controller import PaneController
from shell.bridge.workspace_controller import WorkspaceController
from shell.presenters.view_models import PaneModel
from shell.widgets.pane_texts import FAILURES, PaneTexts
from shell.windows import gallery_models as demo
from shell.windows.main_window import MainWindow
from tests.shell.bridge.calls import FakeServices
from tests.shell.bridge.test_patient_tabs import StubPage, confirm, usable


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


def test_the_gateways_own_page_tells_the_reason_better(pane: PaneController) -> None:
    """Mutants: the status' general reason stays; nothing is drawn anew."""
    page = pane._next
    assert page is not None
    drawn: list[str] = []
    pane.changed.connect(lambda: drawn.append(pane.failure))
    pane._not_let_in(page, "not_let_in")
    pane._gateway_shows(page, "client_unknown")
    assert (drawn[-1], pane.view.state) == ("client_unknown", State.OUT_OF_SYNC)


def test_an_answer_that_came_too_late_stays_one(pane: PaneController) -> None:
    """Mutant: its page, which says no more than *malformed*, has the last word."""
    page = pane._next
    assert page is not None
    pane._not_let_in(page, "question_too_old")
    pane._gateway_shows(page, "request_malformed")
    assert pane.failure == "question_too_old"


def test_a_page_of_the_gateway_in_an_app_that_is_in_use_is_covered_and_led_back(
    pane: PaneController, services: FakeServices
) -> None:
    """Mutants: the user is left before a page without a way on; *Synkroniser* does not open the app again."""
    page = usable(pane)._page
    assert page is not None
    pane._gateway_shows(page, "signed_out")
    assert pane.covered
    assert (pane.view.state, pane.failure) == (State.OUT_OF_SYNC, "signed_out")
    launches = len(services.named("begin_launch"))
    pane.synchronise()
    assert len(services.named("begin_launch")) == launches + 1
    assert (pane.view.state, pane.failure) == (State.CHANGING, "")


def test_what_an_old_page_shows_says_nothing_about_the_new_one(pane: PaneController) -> None:
    """Mutant: a page under the curtain that is being replaced stops the launch."""
    old = usable(pane)._page
    assert old is not None
    pane.synchronise()
    pane._gateway_shows(old, "signed_out")
    assert (pane.view.state, pane.failure) == (State.CHANGING, "")


@pytest.mark.parametrize("failure", sorted({*FAILURES} - {"gateway"}))
def test_each_reason_has_a_sentence_of_its_own(window: MainWindow, failure: str) -> None:
    """Mutant: a key without words falls back to *the fault is ours*."""
    texts = PaneTexts(window)
    model = PaneModel("k", demo.APPS["Notat"], State.OUT_OF_SYNC, reason=Reason.CRASHED, failure=failure)
    assert "Notat" in texts.curtain_title(model)
    assert "Feilen ligger hos oss" not in texts.curtain_text(model)


def test_what_the_page_may_not_do_is_noted_in_the_access_log(
    pane: PaneController, services: FakeServices
) -> None:
    """Mutant: the toast goes, and nobody can say afterwards that the app wanted a window."""
    page = pane._next
    assert page is not None
    pane._note_refused(page, Kind.NEW_WINDOW.value)
    (call,) = services.named("page_refused")
    assert call.arguments["given"] == (page.pane, "new_window")
