"""A follower that the hub has lost is launched anew after three seconds, unless that would take what is not saved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from context.pane_state import Reason, State
from shell.actions.page_policy import DeclaredOrigins
from shell.bridge.pane_controller import PaneController
from shell.bridge.services import AppFacts
from shell.bridge.tab_controller import TabController
from shell.bridge.workspace_controller import WorkspaceController
from shell.gateway_client.errors import GatewayUnreachable
from shell.gateway_client.workspace import OpenedPane
from shell.presenters.texts import sentence
from shell.web.pane_view import PaneView
from shell.windows.main_window import MainWindow
from tests.shell.bridge.calls import FakeServices
from tests.shell.bridge.test_patient_tabs import MARIT, confirm
from tests.shell.web.conftest import Site

WAIT = 10_000
FOLLOWER = AppFacts("folger", "Følger", "En leverandør", "fhircast", frozenset())
DRAFT = "<p>draft</p><script>addEventListener('beforeunload', event => event.preventDefault())</script>"


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    made.html("/draft", DRAFT)
    made.html("/clean", "<p>clean</p>")
    yield made
    for _ in range(3):  # page, then profile, then view
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QCoreApplication.processEvents()
    made.close()


@pytest.fixture
def tab(workspace: WorkspaceController) -> TabController:
    workspace.open_patient("p-1")
    first = workspace.tabs[0]
    first._read_ahead["p-1"] = MARIT
    confirm(first, "p-1")
    return first


def follower(tab: TabController, site: Site, path: str, qtbot: QtBot) -> PaneController:
    """In use with a real page, then lost to the hub."""
    pane = tab.open_app(FOLLOWER)
    assert pane is not None
    origins = DeclaredOrigins(frozenset([site.origin("127.0.0.1")]), "http://127.0.0.1:1")
    page = PaneView(
        OpenedPane("pane-9", "c", "v", "/oauth"), origins.gateway_origin, origins, "nb", pane._holder
    )
    pane._next = page
    pane.page_added.emit(page)
    with qtbot.waitSignal(page.pane_page.loadFinished, timeout=WAIT):
        page.open(f"{site.origin('127.0.0.1')}{path}")
    facts = {"pane": "pane-9", "granted": True, "effective_patient": "p-1", "encounter": None, "socket": True}
    facts |= {"pinned": False, "last_event": None, "last_ack": None, "read_since": True}
    pane.fact(facts)
    pane._painted(page)
    assert pane.view.state is State.FOLLOWING
    pane.fact({**facts, "socket": False})
    assert pane.view.reason is Reason.SOCKET_LOST and pane._comeback.isActive()
    pane._comeback.stop()
    pane._relaunch_if_silent()
    return pane


def test_nothing_unsaved_is_launched_anew(
    qtbot: QtBot, tab: TabController, site: Site, services: FakeServices
) -> None:
    pane = follower(tab, site, "/clean", qtbot)
    qtbot.waitUntil(lambda: len(launches(services)) == 2, timeout=WAIT)
    assert pane.view.state is State.CHANGING
    pane.close()


def launches(services: FakeServices) -> list[object]:
    return [call for call in services.named("begin_launch") if call.arguments["client_id"] == "folger"]


def test_unsaved_work_is_pinned_and_told(
    qtbot: QtBot, tab: TabController, site: Site, services: FakeServices, window: MainWindow
) -> None:
    """Mutants: relaunched with the draft; usable before the gateway has frozen its fence; without a word."""
    pane = follower(tab, site, "/draft", qtbot)
    qtbot.waitUntil(lambda: len(services.named("_confirm_pin")) == 1, timeout=WAIT)
    assert (pane.view.state, len(launches(services))) == (State.OUT_OF_SYNC, 1)
    done = services.named("_confirm_pin")[0].done
    assert done is not None
    done(None)
    assert pane.view.state is State.PINNED
    [note] = [toast.model for toast in window.desk.toasts.toasts()]
    assert note.text == sentence("held_text", "nb").format(app="Følger")
    pane.close()


def test_a_pin_that_is_not_confirmed_leaves_reason_and_button_and_the_button_asks(
    qtbot: QtBot, tab: TabController, site: Site, services: FakeServices, window: MainWindow
) -> None:
    """Mutant: *Synkroniser* takes a draft behind the curtain without a question."""
    pane = follower(tab, site, "/draft", qtbot)
    qtbot.waitUntil(lambda: len(services.named("_confirm_pin")) == 1, timeout=WAIT)
    failed = services.named("_confirm_pin")[0].failed
    assert failed is not None
    failed(GatewayUnreachable())
    curtain = window.area(tab.topic).pane(f"{tab.topic}/folger").curtain
    assert (pane.view.state, pane.view.reason) == (State.OUT_OF_SYNC, Reason.SOCKET_LOST)
    assert curtain.sync.isVisibleTo(curtain) and curtain.title.text() == "Følger mistet forbindelsen"
    curtain.sync.click()
    qtbot.waitUntil(window.question.isVisible, timeout=WAIT)
    window.question_answered.emit("stay")
    assert len(launches(services)) == 1
    pane.close()


def test_a_page_about_another_patient_than_its_fence_is_not_shown_again(
    qtbot: QtBot, tab: TabController, site: Site, services: FakeServices
) -> None:
    """S3. Mutant: the fence has moved, the page has not painted, and it is pinned under the new name."""
    pane = follower(tab, site, "/draft", qtbot)
    pane.fact({**pane._facts, "effective_patient": "p-2"})
    pane._relaunch_if_silent()
    for call in services.named("_confirm_pin"):
        assert call.done is not None
        call.done(None)
    qtbot.wait(50)
    assert not pane.view.usable
    pane.close()
