"""The record system is away: what the desktop says, where, and for how long."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import Any, cast

import httpx2
import pytest

from context.pane_state import State
from shell.bridge.desktop import Desktop
from shell.bridge.loop_thread import LoopThread
from shell.bridge.messages import CHOICE_FAILED
from shell.bridge.patient_tabs import pane_key
from shell.bridge.record_watch import RecordWatch
from shell.bridge.services import Services
from shell.bridge.tab_controller import TabController
from shell.bridge.workspace_controller import WorkspaceController
from shell.composition.practice import Environment
from shell.gateway_client.connection import Connection
from shell.gateway_client.errors import GatewayError, PatientGone, SourceMalformed, SourceUnavailable
from shell.presenters.texts import sentence
from shell.presenters.view_models import ToastModel
from shell.windows.main_window import MainWindow
from tests.shell.bridge.calls import FakeServices
from tests.shell.bridge.test_patient_tabs import MARIT, confirm, usable

AWAY = SourceUnavailable("504")


@pytest.fixture
def desktop(window: MainWindow, workspace: WorkspaceController, services: FakeServices) -> Desktop:
    environment = SimpleNamespace(base_url=services.base_url, shell_secret="secret")
    made = Desktop(window, cast(Environment, environment), cast(LoopThread, services), services.language)
    made._services, made.workspace = cast(Services, services), workspace
    workspace.record_changed.connect(lambda _: made._say_connection())
    return made


@pytest.fixture
def tab(workspace: WorkspaceController) -> TabController:
    """Patient p-1 is confirmed."""
    workspace.open_patient("p-1")
    tab = workspace.tabs[0]
    tab._read_ahead["p-1"] = MARIT
    confirm(tab, "p-1")
    return tab


def strip(window: MainWindow) -> str | None:
    model = window.desk.strip.model
    return model.kind if model is not None else None


def notes(window: MainWindow) -> list[ToastModel]:
    return [toast.model for toast in window.desk.toasts.toasts()]


def fail_choice(services: FakeServices, error: GatewayError) -> None:
    failed = services.named("_post_open")[-1].failed
    assert failed is not None
    failed(error)


def test_status_and_strip_tell_the_truth_until_the_record_answers(
    desktop: Desktop, services: FakeServices, window: MainWindow
) -> None:
    """Mutant: green while every read fails, or red long after."""
    desktop._say_connection()
    assert (window.desk.top.connection.word(), strip(window)) == ("Tilkoblet", None)
    services.connection.on_record(AWAY)
    assert (window.desk.top.connection.word(), strip(window)) == ("Journalen svarer ikke", "record-away")
    desktop._gateway_down()
    assert (window.desk.top.connection.word(), strip(window)) == ("Kobler til", "gateway-down")
    desktop._gateway_up()
    assert strip(window) == "record-away", "our own gateway is back, the record is not"
    services.connection.on_record(None)
    assert (window.desk.top.connection.word(), strip(window)) == ("Tilkoblet", None)


def test_both_must_have_seen_a_good_answer() -> None:
    watch = RecordWatch(lambda: None)
    watch.heard(AWAY)
    watch.told(False)
    watch.heard(None)
    assert watch.away, "the apps' reads fail"
    watch.told(True)
    assert not watch.away


def test_a_locked_gateway_is_no_record_that_is_away(
    workspace: WorkspaceController, services: FakeServices
) -> None:
    workspace.pause()
    services.connection.on_record(AWAY)
    assert not workspace.record.away


def test_a_choice_that_failed_can_be_repeated_and_the_note_goes_with_it(
    workspace: WorkspaceController, tab: TabController, services: FakeServices, window: MainWindow
) -> None:
    """Mutants: no button; it stays after everything works again."""
    tab.panes.clear()
    workspace.open_patient("p-2")
    assert [(model.key, model.waiting) for model in models(window)] == [("p-1", False), ("p-2", True)]
    assert window.desk.start.ward.view.painter.opening == {"p-2"}
    fail_choice(services, AWAY)
    assert [(model.key, model.waiting) for model in models(window)] == [("p-1", False)]
    assert window.desk.start.ward.view.painter.opening == frozenset()
    [note] = notes(window)
    assert (note.text, note.action) == (sentence("source_unavailable", "nb"), "Prøv igjen")
    window.desk.toasts.acted.emit(note.key)
    assert (notes(window), tab.waiting_for) == ([], "p-2")
    fail_choice(services, AWAY)
    assert len(notes(window)) == 1
    workspace.open_patient("p-3")
    assert notes(window) == [], "whoever goes on has read it"


def models(window: MainWindow) -> list[Any]:
    return [tab.model for tab in window.desk.top.tabs()]


def test_the_note_says_when_its_reason_is_over(
    workspace: WorkspaceController, tab: TabController, services: FakeServices, window: MainWindow
) -> None:
    """Mutant: *the record does not answer* above a record that answers."""
    tab.panes.clear()
    workspace.open_patient("p-2")
    services.connection.on_record(AWAY)
    fail_choice(services, AWAY)
    services.connection.on_record(None)
    [note] = notes(window)
    assert (note.key, note.text, note.action) == (CHOICE_FAILED, sentence("record_back", "nb"), "Prøv igjen")
    confirm(tab, "p-2", 2)
    assert notes(window) == []


def test_somebody_who_is_gone_is_not_tried_again(
    workspace: WorkspaceController, tab: TabController, services: FakeServices, window: MainWindow
) -> None:
    tab.panes.clear()
    workspace.open_patient("p-2")
    fail_choice(services, PatientGone(404))
    assert [note.action for note in notes(window)] == [""]


def test_nobody_has_to_wait(workspace: WorkspaceController, tab: TabController, window: MainWindow) -> None:
    """Mutant: the cross of who is to come closes the patient who is there."""
    tab.panes.clear()
    workspace.open_patient("p-2")
    window.tab_chosen.emit("p-2")
    window.tab_closed.emit("p-2")
    assert (tab.patient_id, tab.waiting_for) == ("p-1", None)
    assert [(model.key, model.waiting) for model in models(window)] == [("p-1", False)]


def test_headers_and_rail_say_that_panes_are_covered(
    desktop: Desktop, workspace: WorkspaceController, tab: TabController, window: MainWindow
) -> None:
    """S3. Mutant: *follows* and a green dot while the gateway is away."""
    desktop._came_up = True
    area = window.area(tab.topic)
    frames = [area.pane(pane_key(tab, usable(pane))) for pane in tab.panes]
    assert {frame.model.shown_state for frame in frames} == {State.FOLLOWING}
    desktop._gateway_down()
    assert {frame.model.shown_state for frame in frames} == {State.CHANGING}
    assert all(frame.header.sentence().endswith("Kobler til") for frame in frames)
    assert all("Kobler til" in item.accessibleName() for item in window.desk.rail.items())
    desktop._gateway_up()
    assert {frame.model.shown_state for frame in frames} == {State.FOLLOWING}
    assert not any("Kobler til" in item.accessibleName() for item in window.desk.rail.items())


@pytest.mark.parametrize(
    ("path", "status", "text", "told"),
    [
        ("/fhir/Patient/p-1", 200, "{}", None),
        ("/fhir/Patient/p-1", 404, "{}", None),
        ("http://gateway/fhir/Patient?page=2", 504, "{}", SourceUnavailable),
        ("/fhir/Patient/p-1", 502, "The record system gave no usable answer.", SourceMalformed),
        ("/fhir/Patient/p-1", 403, "{}", "nothing"),
        ("/fhircast", 503, "", SourceUnavailable),
        ("/fhircast", 202, "", "nothing"),
        ("/workspace/panes", 503, "", "nothing"),
    ],
)
async def test_what_an_answer_says_of_the_record(path: str, status: int, text: str, told: Any) -> None:
    answers = httpx2.MockTransport(lambda request: httpx2.Response(status, text=text))
    async with httpx2.AsyncClient(transport=answers, base_url="http://gateway") as http:
        connection = Connection(http, cast(Any, Tokens()))
        heard: list[GatewayError | None] = []
        connection.on_record = heard.append
        with contextlib.suppress(GatewayError):
            await connection.request("GET", path)
    if told == "nothing":
        assert heard == []
    else:
        assert [type(error) if error else None for error in heard] == [told]


class Tokens:
    async def access_token(self) -> str:
        return "token"


def test_nothing_is_tried_again_behind_a_locked_screen(
    workspace: WorkspaceController, tab: TabController, services: FakeServices
) -> None:
    """Mutants: the banner's next attempt goes on ticking; a change of patient is read while everything is refused."""
    failed = services.named("_read")[-1].failed
    assert failed is not None
    failed(AWAY)
    assert tab._banner_again.waits
    workspace.pause()
    assert not tab._banner_again.waits
    failed(AWAY)
    read = len(services.named("_read"))
    confirm(tab, "p-2", 2)
    assert not tab._banner_again.waits and len(services.named("_read")) == read
    workspace.refresh()
    assert len(services.named("_read")) == read + 1
