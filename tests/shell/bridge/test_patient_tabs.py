"""Choosing, closing and keeping patients: what the desktop asks of the gateway, and what it waits for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtWidgets import QWidget

from context.pane_state import Pinned, State
from shell.bridge.pane_controller import PaneController
from shell.bridge.patient_tabs import pane_key
from shell.bridge.switching import Leaving
from shell.bridge.tab_controller import Settled, TabController
from shell.bridge.workspace_controller import WorkspaceController
from shell.gateway_client.errors import GatewayUnreachable
from shell.presenters.patient_facts import PatientFacts
from shell.presenters.view_models import UnsavedStep
from shell.web.probes import Draft
from shell.windows.main_window import MainWindow
from tests.shell.bridge.calls import FakeServices

MARIT = PatientFacts("p-1", "Haugen", "Marit", date(1939, 2, 14), "female", "")


class StubPage(QWidget):
    """A page that has loaded and painted; ``draft`` is its answer."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.pane = "pane-1"
        self.out_of_reach: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def stop_watching(self) -> None:
        pass

    def watch_paint(self) -> None:
        pass

    def end(self) -> None:
        self.deleteLater()


def message(name: str, patient: str, number: int, encounter: str = "") -> dict[str, Any]:
    context = [{"key": "patient", "resource": {"id": patient}}]
    if encounter:
        context.append({"key": "encounter", "resource": {"id": encounter}})
    event = {"hub.event": name, "context": context, "context.versionId": f"v{number}"}
    return {"id": f"other-{number}", "event": event}


def confirm(tab: TabController, patient: str, number: int = 1, name: str = "Patient-open") -> list[int]:
    answers: list[int] = []
    tab._take(message(name, patient, number), answers.append)
    return answers


def usable(pane: PaneController, encounter: str | None = None, patient: str = "p-1") -> PaneController:
    """As after a launch: granted, painted, following."""
    page = StubPage(pane._holder)
    pane._next = page  # type: ignore[assignment]
    pane.page_added.emit(page)
    facts = {
        "pane": "pane-1",
        "granted": True,
        "effective_patient": patient,
        "encounter": encounter,
        "socket": False,
    }
    facts |= {"pinned": False, "last_event": None, "last_ack": None, "read_since": False}
    pane.fact(facts)
    pane._painted(page)  # type: ignore[arg-type]
    assert pane.view.state is State.FOLLOWING
    return pane


@pytest.fixture
def tab(workspace: WorkspaceController) -> TabController:
    """Patient p-1 in the front tab, with two apps in use."""
    workspace.open_patient("p-1")
    first = workspace.tabs[0]
    first._read_ahead["p-1"] = MARIT
    confirm(first, "p-1")
    assert [pane.app.client_id for pane in first.panes] == ["legemidler", "notat"]
    for pane in first.panes:
        usable(pane)
    return first


def test_a_second_choice_of_the_same_person_makes_no_second_tab(
    workspace: WorkspaceController, tab: TabController, services: FakeServices
) -> None:
    """Mutant: Ctrl Enter twice makes two contexts with the same patient."""
    for _ in range(2):
        workspace.open_patient("p-2", in_new_tab=True)
    assert len(services.named("new_context")) == 1
    made = services.named("new_context")[0].done
    assert made is not None
    made({"topic": "topic-2"})
    workspace.open_patient("p-2", in_new_tab=True)
    assert len(workspace.tabs) == 2
    assert [open_tab.waiting_for for open_tab in workspace.tabs] == [None, "p-2"]
    assert len(services.named("_post_open")) == 2
    assert workspace.tabs.front is workspace.tabs[1]


def test_a_tab_that_could_not_be_made_may_be_asked_for_again(
    workspace: WorkspaceController, tab: TabController, services: FakeServices
) -> None:
    workspace.open_patient("p-2", in_new_tab=True)
    failed = services.named("new_context")[0].failed
    assert failed is not None
    failed(GatewayUnreachable())
    workspace.open_patient("p-2", in_new_tab=True)
    assert len(services.named("new_context")) == 2


def pinned_or_not(
    tab: TabController, services: FakeServices, *, confirmed: bool
) -> tuple[PaneController, list[bool]]:
    pane = tab.panes[1]
    told: list[bool] = []
    pane.pin(told.append)
    assert pane.view.state is State.FOLLOWING, "pinned before the gateway has said so"
    call = services.named("_confirm_pin")[-1]
    if confirmed:
        assert call.done is not None
        call.done(None)
    else:
        assert call.failed is not None
        call.failed(GatewayUnreachable())
    return pane, told


def test_a_pin_counts_when_the_gateway_has_confirmed_it(tab: TabController, services: FakeServices) -> None:
    pane, told = pinned_or_not(tab, services, confirmed=True)
    assert (pane.view.state, told) == (State.PINNED, [True])


def test_a_pin_that_fails_changes_nothing(tab: TabController, services: FakeServices) -> None:
    pane, told = pinned_or_not(tab, services, confirmed=False)
    assert (pane.view.state, told) == (State.FOLLOWING, [False])


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_change_goes_on_only_with_a_confirmed_pin(
    workspace: WorkspaceController,
    tab: TabController,
    services: FakeServices,
    window: MainWindow,
    monkeypatch: pytest.MonkeyPatch,
    confirmed: bool,
) -> None:
    """Mutant: the patient changes while the gateway knows nothing of the pin."""
    with_draft(monkeypatch, tab.panes[1])
    workspace.open_patient("p-2")
    assert window.question.isVisible()
    window.question_answered.emit("pin")
    call = services.named("_confirm_pin")[-1]
    assert tab.waiting_for is None
    assert call.done is not None and call.failed is not None
    if confirmed:
        call.done(None)
    else:
        call.failed(GatewayUnreachable())
    assert tab.waiting_for == ("p-2" if confirmed else None)
    told = [toast.model.key for toast in window.desk.toasts.toasts()]
    assert told == ([] if confirmed else ["not_pinned"])


def with_draft(monkeypatch: pytest.MonkeyPatch, *panes: PaneController) -> None:
    def ask(self: PaneController, answered: Any) -> None:
        answered(Draft(self in panes))

    monkeypatch.setattr(PaneController, "ask_unsaved", ask)


def step_asked(window: MainWindow) -> tuple[UnsavedStep, str | None]:
    model = window.question._model
    assert model is not None and window.question.isVisible()
    return model.step, model.target.key if model.target else None


def test_the_question_says_what_is_about_to_happen(
    workspace: WorkspaceController, tab: TabController, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutant: letting a pane go, closing it or logging out is called closing the patient."""
    pane = tab.panes[1]
    with_draft(monkeypatch, pane)
    key = f"topic-1/{pane.app.client_id}"
    asked: list[UnsavedStep] = []
    asks: list[Callable[[], object]] = [
        lambda: workspace.open_patient("p-2"),
        lambda: window.tab_closed.emit("p-1"),
        lambda: window.pane_close_asked.emit(key),
        lambda: workspace.ask_before_leaving(lambda: None),
        lambda: window.pane_release_asked.emit(key),
    ]
    for ask in asks:
        ask()
        asked.append(step_asked(window)[0])
        window.question_answered.emit("stay")
        assert not window.question.isVisible()
    assert asked == ["change", "close-patient", "close-pane", "log-out", "release"]
    assert pane in tab.panes


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("change", "bytte pasient"),
        ("close-patient", "lukke pasienten"),
        ("close-pane", "lukke Notat"),
        ("release", "slippe Notat"),
        ("log-out", "logge ut"),
    ],
)
def test_the_words_of_each_step(
    workspace: WorkspaceController,
    tab: TabController,
    window: MainWindow,
    monkeypatch: pytest.MonkeyPatch,
    step: UnsavedStep,
    words: str,
) -> None:
    with_draft(monkeypatch, tab.panes[1])
    workspace._unsaved.ask(Leaving(tab.panes, step), lambda _: None)
    assert words in window.question.text.text()
    assert "utkast fra" not in window.question.text.text(), "the page has not told when"


def test_a_change_by_somebody_else_ends_the_question(
    workspace: WorkspaceController, tab: TabController, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutant: the answer to a question about the last patient acts on the next."""
    with_draft(monkeypatch, tab.panes[1])
    workspace.open_patient("p-2")
    assert window.question.isVisible()
    confirm(tab, "p-3", 2)
    assert not window.question.isVisible()
    window.question_answered.emit("go")
    assert tab.waiting_for is None
    assert (tab.patient_id, tab.panes[1].view.state) == ("p-3", State.PINNED)


def test_a_change_in_another_tab_does_not_take_the_screen(
    workspace: WorkspaceController, tab: TabController, services: FakeServices, window: MainWindow
) -> None:
    """Mutant: somebody else's choice brings its tab under the user's hands."""
    behind = workspace._add_tab("topic-2")
    confirm(behind, "p-2", 2)
    assert workspace.tabs.front is tab
    assert window.active_patient in ("p-1", None)


def test_kept_work_stays_within_reach_when_its_patient_was_closed(
    workspace: WorkspaceController, tab: TabController, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutant: somebody else closes the patient, and the pane with the draft is behind no tab at all."""
    kept = tab.panes[1]
    with_draft(monkeypatch, kept)
    confirm(tab, "p-1", 2, "Patient-close")
    assert [(pane, pane.view.state) for pane in tab.panes] == [(kept, State.PINNED)]
    assert window.desk.banner.model is None
    window.home_asked.emit()
    assert window.desk.top.keys() == ["p-1"]
    window.tab_chosen.emit("p-1")
    assert workspace.tabs.front is tab
    assert not window.desk.at_start
    window.question_answered.emit("stay")
    window.pane_release_asked.emit(pane_key(tab, kept))
    window.question_answered.emit("go")
    assert tab.panes == []
    assert window.desk.top.keys() == []


@pytest.mark.parametrize("how", ["closed here", "closed elsewhere", "replaced"])
def test_a_patient_who_is_open_no_more_leaves_no_words_and_nothing_in_our_clipboard(
    workspace: WorkspaceController, tab: TabController, window: MainWindow, how: str
) -> None:
    """S6. Mutants: what was copied or marked in the last patient is pasted into the next; his notes stay on the screen."""
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("Marevan 2,5 mg")
    clipboard.setText("Marevan 2,5 mg", QClipboard.Mode.Selection)
    tab.panes[0].dialog.emit("Marevan til Haugen?")
    workspace._pane_kept(tab, tab.panes[0])
    assert len(window.desk.toasts.toasts()) == 2
    for pane in tab.panes:
        pane._page = None
    if how == "closed here":
        window.tab_closed.emit("p-1")
        assert tab not in workspace.tabs
    else:
        confirm(tab, *(("p-1", 2, "Patient-close") if how == "closed elsewhere" else ("p-2", 2)))
        assert tab.patient_id != "p-1"
    assert clipboard.text() == ""
    assert clipboard.text(QClipboard.Mode.Selection) == ""
    assert window.desk.toasts.toasts() == []


def test_who_is_still_open_beside_or_in_a_pinned_pane_keeps_what_was_copied(
    workspace: WorkspaceController, tab: TabController, window: MainWindow
) -> None:
    """Mutant: any change of patient anywhere empties the clipboard."""
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("Marevan 2,5 mg")
    kept, other = tab.panes
    kept._feed(Pinned())
    other._page = None
    kept.dialog.emit("Marevan til Haugen?")
    confirm(tab, "p-2", 2)
    assert clipboard.text() == "Marevan 2,5 mg"
    assert len(window.desk.toasts.toasts()) == 1
    kept.close()
    assert clipboard.text() == ""
    assert window.desk.toasts.toasts() == []


def test_an_encounter_takes_only_panes_with_another_encounter(
    tab: TabController, services: FakeServices
) -> None:
    """S3. Mutant: the encounter of a token is never looked at, or every pane is launched anew."""
    carries, carries_none = tab.panes
    usable_facts = {**carries._facts, "encounter": "v-1"}
    carries.fact(usable_facts)
    for pane in tab.panes:
        pane.ask_unsaved = lambda answered: answered(Draft(False))  # type: ignore[method-assign]
    launches = len(services.named("begin_launch"))
    tab._take(message("Encounter-open", "p-1", 2, "v-2"), lambda _: None)
    assert carries.view.state is State.CHANGING
    assert carries_none.view.state is State.FOLLOWING
    launched = services.named("begin_launch")[launches:]
    assert [(call.arguments["client_id"], call.arguments["point"].encounter) for call in launched] == [
        ("legemidler", "v-2")
    ]


def test_what_was_settled_goes_with_the_choice(
    workspace: WorkspaceController, tab: TabController, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_draft(monkeypatch, tab.panes[1])
    workspace.open_patient("p-2")
    window.question_answered.emit("go")
    assert tab._own is not None
    assert tab._own.settled == Settled(frozenset([tab.panes[1]]), frozenset([tab.panes[0]]))


def test_the_gateway_hears_which_tab_is_in_front(
    workspace: WorkspaceController, tab: TabController, services: FakeServices
) -> None:
    """Mutants: it is told at every change of patient, or never again when it was not heard the first time."""
    confirm(tab, "p-1")
    workspace._bring_to_front(tab)
    workspace._bring_to_front(tab)
    (told,) = services.named("bring_to_front")
    assert told.failed is not None
    told.failed(GatewayUnreachable())
    workspace._bring_to_front(tab)
    assert len(services.named("bring_to_front")) == 2
