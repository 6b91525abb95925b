"""What comes in the middle of something else: a key, a closing, the end of the session, a grant that ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from context.pane_state import Reason, State
from shell.bridge.desktop import Desktop
from shell.bridge.loop_thread import LoopThread
from shell.bridge.pane_controller import PaneController
from shell.bridge.patient_tabs import pane_key
from shell.bridge.services import Services
from shell.bridge.tab_controller import ConfirmedPatient, TabController
from shell.bridge.workspace_controller import WorkspaceController
from shell.composition.practice import Environment
from shell.gateway_client.errors import GatewayUnreachable
from shell.presenters.patient_facts import Warnings
from shell.timeline.session_timeline import SessionTimeline
from shell.web.probes import Draft
from shell.windows.main_window import MainWindow
from tests.shell.bridge.calls import FakeServices
from tests.shell.bridge.conftest import APPS
from tests.shell.bridge.test_patient_tabs import MARIT, StubPage, confirm, usable, with_draft


@pytest.fixture
def tab(workspace: WorkspaceController) -> TabController:
    """Patient p-1 in the front tab, with two apps in use."""
    workspace.open_patient("p-1")
    first = workspace.tabs[0]
    first._read_ahead["p-1"] = MARIT
    confirm(first, "p-1")
    for pane in first.panes:
        usable(pane)
    return first


def launches(services: FakeServices) -> int:
    return len(services.named("begin_launch"))


def test_synchronising_a_pane_asks_for_its_draft(
    tab: TabController, services: FakeServices, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutant: Alt S drops what is not saved."""
    pane = tab.panes[1]
    with_draft(monkeypatch, pane)
    before = launches(services)
    window.pane_sync_asked.emit(pane_key(tab, pane))
    assert window.question.isVisible()
    assert launches(services) == before
    window.question_answered.emit("stay")
    assert (launches(services), pane.view.state) == (before, State.FOLLOWING)
    window.pane_sync_asked.emit(pane_key(tab, pane))
    window.question_answered.emit("go")
    assert launches(services) == before + 1


def test_synchronising_leaves_a_pinned_pane_alone(
    tab: TabController, services: FakeServices, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutant: Alt S takes a pane from the patient it was pinned to, and its draft with it."""
    pane = tab.panes[1]
    with_draft(monkeypatch, pane)
    confirm(tab, "p-2", 2)
    assert pane.view.state is State.PINNED
    before = launches(services)
    window.pane_sync_asked.emit(pane_key(tab, pane))
    assert (launches(services), pane.view.state) == (before, State.PINNED)


def test_warnings_that_were_not_read_are_read_again(tab: TabController, services: FakeServices) -> None:
    """S1. Mutant: one lost answer, and the banner never knows of an allergy."""
    failed = services.named("_read")[-1].failed
    assert failed is not None
    failed(GatewayUnreachable())
    assert tab._banner_again._timer.isActive()
    done = services.named("_read")[-1].done
    assert done is not None
    tab._banner_again._timer.stop()
    done(ConfirmedPatient(MARIT, Warnings((), (), False, ())))
    failed(GatewayUnreachable())
    assert not tab._banner_again._timer.isActive(), "what stands in the banner was read"


def test_an_older_answer_does_not_replace_a_newer_one(tab: TabController, services: FakeServices) -> None:
    """S1. Mutant: two readings of one patient are under way; the one begun first comes last and takes an allergy away."""
    first = services.named("_read")[-1].done
    tab.refresh_banner()
    second = services.named("_read")[-1].done
    assert first is not None
    assert second is not None
    warned = Warnings(("Penicillin",), (), False, ())
    second(ConfirmedPatient(MARIT, warned))
    first(ConfirmedPatient(MARIT, Warnings((), (), False, ())))
    assert tab.patient is not None
    assert tab.patient.warnings is warned


def test_the_name_of_a_choice_that_failed_is_forgotten(
    tab: TabController, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S1. Mutant: hours later, when somebody else opens that patient, the banner names what was read then."""
    tab.open_patient("p-2")
    assert tab._own is not None
    tab._remember(tab._own, replace(MARIT, patient_id="p-2"))
    failed = services.named("_post_open")[-1].failed
    assert failed is not None
    failed(GatewayUnreachable())
    answers = held_back(monkeypatch)
    confirm(tab, "p-2", 2)
    for answer in answers:
        answer(Draft(False))
    assert (tab.patient_id, tab.patient) == ("p-2", None)


def test_choosing_the_patient_in_front_again_takes_the_choice_back(
    workspace: WorkspaceController, tab: TabController, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S1. Mutant: A is in front, B was chosen, A is chosen again; B comes nevertheless."""
    answers = held_back(monkeypatch)
    workspace.open_patient("p-2")
    for answer in answers:
        answer(Draft(False))
    assert tab.waiting_for == "p-2"
    workspace.open_patient("p-1")
    assert tab.waiting_for is None


def held_back(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[Draft], None]]:
    """Pages that have not answered yet."""
    answers: list[Callable[[Draft], None]] = []
    monkeypatch.setattr(PaneController, "ask_unsaved", lambda self, answered: answers.append(answered))
    return answers


def test_nothing_is_asked_when_the_session_has_ended(
    workspace: WorkspaceController, tab: TabController, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S6. Mutant: a page that answers as it is destroyed asks about its patient over the sign-in page."""
    answers = held_back(monkeypatch)
    workspace.open_patient("p-2")
    workspace.end()
    window.show_sign_in()
    for answer in answers:
        answer(Draft(True, silent=True))
    assert window.overlay.dialog is None


def test_nothing_is_asked_about_panes_that_are_gone(
    workspace: WorkspaceController, tab: TabController, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutant: the patient is closed elsewhere while pages are asked; a question about nobody stays."""
    answers = held_back(monkeypatch)
    window.tab_closed.emit("p-1")
    asked, answers[:] = list(answers), []
    confirm(tab, "p-1", 2, "Patient-close")
    for answer in [*answers]:
        answer(Draft(False))
    assert tab.panes == []
    for answer in asked:
        answer(Draft(True, silent=True))
    assert not window.question.isVisible()
    assert not workspace._unsaved.asking


def test_a_patient_without_a_colour_does_not_borrow_one(
    workspace: WorkspaceController, tab: TabController, window: MainWindow
) -> None:
    """S3. Mutant: the fourth patient gets the colour and shape of the first."""
    workspace._references.slots = {"p-7": 1, "p-8": 2, "p-9": 3}
    model = workspace._drawing.banner(tab)
    assert model is not None
    assert model.patient.slot is None
    window.set_banner(model)
    assert not window.desk.banner.grab().isNull()


def test_a_pinned_pane_names_its_patient_after_its_grant_has_ended(
    workspace: WorkspaceController, tab: TabController, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S2. Mutant: the page stands, its header and strip name nobody."""
    pane = tab.panes[1]
    with_draft(monkeypatch, pane)
    tab._read_ahead["p-2"] = replace(MARIT, patient_id="p-2")
    confirm(tab, "p-2", 2)
    gone: dict[str, Any] = {**pane._facts, "granted": False, "effective_patient": None}
    pane.fact(gone)
    workspace.redraw()
    assert (pane.view.state, pane.effective_patient) == (State.PINNED, "p-1")
    frame = window.area("topic-1").pane(pane_key(tab, pane))
    assert frame.model.effective is not None
    assert not frame.strip.isHidden()


@pytest.mark.parametrize("crashes", [True, False])
def test_only_a_lost_connection_brings_a_follower_back_by_itself(tab: TabController, crashes: bool) -> None:
    """S3. Mutant: an app that crashes is started again every three seconds, and the curtain names another reason."""
    pane = tab.open_app(replace(APPS[0], client_id="liste", follows="fhircast"))
    assert pane is not None
    page = StubPage(pane._holder)
    pane._next = page  # type: ignore[assignment]
    facts: dict[str, Any] = {"pane": "pane-1", "granted": True, "effective_patient": "p-1", "socket": True}
    facts |= {"pinned": False, "last_event": None, "last_ack": None, "read_since": True, "encounter": None}
    pane.fact(facts)
    pane._painted(page)  # type: ignore[arg-type]
    assert pane.view.state is State.FOLLOWING
    if crashes:
        pane._broken(page, "crashed")  # type: ignore[arg-type]
    pane.fact({**facts, "socket": False})
    assert pane.view.reason is (Reason.CRASHED if crashes else Reason.SOCKET_LOST)
    assert pane._comeback.isActive() is not crashes


@pytest.mark.parametrize("name", ["ImagingStudy-open", "DiagnosticReport-open"])
def test_whatever_is_opened_about_somebody_else_changes_the_patient(
    tab: TabController, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """S1, S3. Mutant: a program opens another patient's study; fences move, the banner keeps the old name."""
    answers = held_back(monkeypatch)
    confirm(tab, "p-2", 2, name)
    for answer in answers:
        answer(Draft(False))
    assert (tab.patient_id, tab.patient) == ("p-2", None)
    assert all(pane.view.state is not State.FOLLOWING for pane in tab.panes)


def test_home_leaves_nobody_in_the_banner(
    workspace: WorkspaceController, tab: TabController, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S1, S3. Mutant: the hub has no patient any more, the banner still names one."""
    answers = held_back(monkeypatch)
    confirm(tab, "", 2, "Home-open")
    for answer in answers:
        answer(Draft(False))
    assert tab.patient_id is None
    assert workspace._drawing.banner(tab) is None


async def test_a_page_that_is_gone_keeps_no_other_from_being_pinned(
    tab: TabController, services: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutant: the first failure is the last thing that is said to the gateway."""
    monkeypatch.setattr("shell.bridge.pane_controller.PIN_AGAIN_SECONDS", ())
    told: list[str] = []

    async def pin(pane: str, pinned: bool) -> None:
        told.append(pane)
        if pane == "gone":
            raise GatewayUnreachable()

    services.workspace = SimpleNamespace(pin=pin)
    await tab.panes[0]._pin_again(("gone", "there"))
    assert told == ["gone", "there"]


def test_a_locked_session_reads_nothing_when_the_record_comes_back(
    workspace: WorkspaceController, tab: TabController, services: FakeServices
) -> None:
    """Mutant: the fact that the record answers starts reads which the locked gateway refuses."""
    workspace._fact({"type": "record", "answers": False})
    workspace.pause()
    before = len(services.calls)
    workspace._fact({"type": "record", "answers": True})
    assert len(services.calls) == before
    workspace.refresh()
    assert len(services.calls) > before


def test_children_that_end_badly_keep_no_thread_alive(window: MainWindow) -> None:
    """Mutant: what goes wrong at the end leaves the loop's thread running, and the window open."""
    stopped: list[bool] = []

    def run(work: Any, *_: Any) -> Future[None]:
        work.close()
        failed: Future[None] = Future()
        failed.set_exception(OSError("a child"))
        return failed

    threads = SimpleNamespace(run=run, stop=lambda: stopped.append(True))
    environment = SimpleNamespace(base_url="http://127.0.0.1:1", shell_secret="")
    Desktop(window, cast(Environment, environment), cast(LoopThread, threads), lambda: "nb").stop()
    assert stopped == [True]


def test_closing_right_after_logging_out_lets_the_log_out_end_first(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutant: the gateway is stopped under the log-out; the session lives on upstream, and its sockets stay open."""
    done: list[str] = []

    async def end() -> None:
        for _ in range(100):  # as many turns of the loop as a slow gateway takes
            await asyncio.sleep(0)
        done.append("told the gateway")

    async def close() -> None:
        done.append("closed the sockets")

    async def stop() -> None:
        done.append("stopped the gateway")

    environment = SimpleNamespace(base_url="http://127.0.0.1:1", shell_secret="", stop=stop)
    desktop = Desktop(window, cast(Environment, environment), LoopThread(), lambda: "nb")
    monkeypatch.setattr(desktop, "_begin_sign_in", lambda: None)
    services = SimpleNamespace(
        workspace=SimpleNamespace(end=end),
        connection=SimpleNamespace(close=close),
        timeline=SessionTimeline(),
    )
    desktop._services = cast(Services, services)
    desktop._leave(tell_gateway=True)
    desktop.stop()
    assert done == ["told the gateway", "closed the sockets", "stopped the gateway"]


@pytest.mark.parametrize(
    ("how", "title"), [("crashed", "Legemidler har stoppet"), ("hung", "Legemidler henger")]
)
def test_curtain_rail_and_header_agree_about_a_page_that_is_gone(
    tab: TabController, window: MainWindow, how: str, title: str
) -> None:
    """S3. Mutants: the rail keeps its green dot; the header says that it follows; the pane beside it is covered too."""
    pane, well = tab.panes
    window.show_workspace()
    pane._broken(cast(Any, pane._page), how)
    broken, beside = (window.area(tab.topic).pane(pane_key(tab, each)) for each in (pane, well))
    items = {item.model.app.key: item for item in window.desk.rail.items() if item.model is not None}
    rail = items[pane.app.client_id]
    assert rail.model is not None
    assert (broken.curtain.isVisible(), broken.curtain.title.text()) == (True, title)
    assert (rail.model.state, broken.model.shown_state) == (State.OUT_OF_SYNC, State.OUT_OF_SYNC)
    assert "Ute av takt" in rail.accessibleName()
    assert "Ute av takt" in broken.header.sentence()
    assert (beside.curtain.isVisible(), beside.model.shown_state) == (False, State.FOLLOWING)
    assert "Følger" in items[well.app.client_id].accessibleName()
