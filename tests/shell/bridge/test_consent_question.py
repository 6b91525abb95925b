"""The gateway asks the user about an app in its pane: its page alone is seen, the clock stands still, a change ends it."""

from __future__ import annotations

from typing import Any

import pytest

from context.pane_state import State
from shell.bridge.pane_controller import PaneController
from shell.bridge.patient_tabs import pane_key
from shell.bridge.tab_controller import TabController
from shell.bridge.workspace_controller import WorkspaceController
from shell.presenters.view_models import LockModel, PaneModel
from shell.translations import Translations
from shell.web.probes import NOTHING_UNSAVED
from shell.widgets.pane_frame import PaneFrame
from shell.widgets.pane_texts import PaneTexts
from shell.windows import gallery_models as demo
from shell.windows.main_window import MainWindow
from tests.shell.bridge.calls import FakeServices
from tests.shell.bridge.test_patient_tabs import MARIT, StubPage, confirm, usable

GRANTED: dict[str, Any] = {
    "pane": "pane-1", "granted": True, "effective_patient": "p-1", "encounter": None, "socket": False,
    "pinned": False, "last_event": None, "last_ack": None, "read_since": False,
}  # fmt: skip


@pytest.fixture
def tab(workspace: WorkspaceController) -> TabController:
    """Patient p-1 in the front tab."""
    workspace.open_patient("p-1")
    first = workspace.tabs[0]
    first._read_ahead["p-1"] = MARIT
    confirm(first, "p-1")
    return first


@pytest.fixture
def pane(tab: TabController) -> PaneController:
    return tab.panes[0]


@pytest.fixture
def frame(window: MainWindow, tab: TabController, pane: PaneController) -> PaneFrame:
    return window.area(tab.topic).pane(pane_key(tab, pane))


def lay(pane: PaneController) -> StubPage:
    """The page of a launch that is under way, as ``_begun`` makes it."""
    page = StubPage(pane._holder)
    pane._next = page  # type: ignore[assignment]
    pane.page_added.emit(page)
    return page


def asked(pane: PaneController) -> StubPage:
    page = lay(pane)
    pane._asked(page)  # type: ignore[arg-type]
    return page


def test_the_question_is_uncovered_and_says_what_it_waits_for(
    pane: PaneController, frame: PaneFrame, window: MainWindow
) -> None:
    """Mutants: the curtain stays; the clock runs on."""
    assert frame.covered
    page = asked(pane)
    assert (pane.view.state, frame.covered, pane._deadline.isActive()) == (State.ASKING, False, False)
    assert page.isEnabled()
    assert "Venter på svaret ditt" in frame.header.sentence()
    assert pane.effective_patient is None


def test_the_page_before_it_has_ended_first(
    pane: PaneController,
    frame: PaneFrame,
    tab: TabController,
    services: FakeServices,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Mutant: the curtain goes up while the page about the former patient is still in the pane."""
    monkeypatch.setattr(PaneController, "ask_unsaved", lambda _, answered: answered(NOTHING_UNSAVED))
    usable(pane)
    confirm(tab, "p-2", 2)
    assert frame.covered
    seen: list[bool] = []
    pane.changed.connect(lambda: seen.append(frame.covered or pane._page is None))
    ended = len(services.named("end_pane"))
    asked(pane)
    assert pane.view.state is State.ASKING
    assert seen
    assert all(seen)
    assert len(services.named("end_pane")) == ended + 1


def test_what_comes_after_it_is_covered_until_the_app_has_painted(
    pane: PaneController, frame: PaneFrame
) -> None:
    """Mutant: the app's own page is seen before anybody knows whose it is."""
    page = asked(pane)
    pane._leaves(page)  # type: ignore[arg-type]
    assert (pane.view.state, frame.covered, pane._deadline.isActive()) == (State.CHANGING, True, True)
    pane.fact(GRANTED)
    assert frame.covered
    pane._painted(page)  # type: ignore[arg-type]
    assert (pane.view.state, frame.covered) == (State.FOLLOWING, False)


def test_no_is_said_and_asked_again(pane: PaneController, frame: PaneFrame, services: FakeServices) -> None:
    page = asked(pane)
    pane._leaves(page)  # type: ignore[arg-type]
    pane._not_let_in(page, "access_denied")  # type: ignore[arg-type]
    assert frame.covered
    assert "Tilgangen ble ikke gitt" in frame.curtain.text.text()
    launches = len(services.named("begin_launch"))
    frame.curtain.sync.click()
    assert len(services.named("begin_launch")) == launches + 1
    asked(pane)
    assert (pane.view.state, frame.covered) == (State.ASKING, False)


def test_another_patient_ends_the_question(
    pane: PaneController, frame: PaneFrame, tab: TabController, services: FakeServices
) -> None:
    """Mutants: the question for the former patient stays in sight; its late refusal stops the new launch."""
    page = asked(pane)
    launches = len(services.named("begin_launch"))
    posted: list[Any] = []
    services.post = posted.append  # type: ignore[method-assign, assignment]
    confirm(tab, "p-2", 2)
    assert (pane.view.state, frame.covered) == (State.CHANGING, True)
    pane._not_let_in(page, "access_denied")  # type: ignore[arg-type]
    pane._asked(page)  # type: ignore[arg-type]
    assert (pane.view.state, pane.failure) == (State.CHANGING, "")
    for call in posted:
        call()
    assert pane._next is None
    assert (
        len([call for call in services.named("begin_launch") if call.arguments["point"].patient == "p-2"])
        >= 1
    )
    assert len(services.named("begin_launch")) > launches
    pane._asked(page)  # type: ignore[arg-type]
    assert frame.covered


def test_no_patient_closes_it(pane: PaneController, tab: TabController) -> None:
    asked(pane)
    confirm(tab, "p-1", 2, "Patient-close")
    assert pane not in tab.panes


def test_a_lock_covers_it(pane: PaneController, frame: PaneFrame, window: MainWindow) -> None:
    page = asked(pane)
    assert page.isVisible()
    window.show_lock(LockModel(demo.SIRI, demo.at("03:21"), "Vestfløyen"))
    assert not page.isVisible()
    window.hide_lock()
    assert page.isVisible()
    assert (pane.view.state, frame.covered) == (State.ASKING, False)


def test_closing_the_pane_ends_it(pane: PaneController, tab: TabController, services: FakeServices) -> None:
    asked(pane)
    ended = len(services.named("end_pane"))
    pane.close()
    assert pane not in tab.panes
    assert len(services.named("end_pane")) == ended + 1


def test_a_gateway_that_was_away_is_asked_anew(
    pane: PaneController, frame: PaneFrame, services: FakeServices
) -> None:
    """Mutant: the question of a gateway that has forgotten it is left standing."""
    asked(pane)
    pane.suspend(True)
    assert frame.covered
    launches = len(services.named("begin_launch"))
    pane.suspend(False)
    assert len(services.named("begin_launch")) == launches + 1
    assert (pane.view.state, frame.covered, pane._next) == (State.CHANGING, True, None)


def test_an_app_in_use_is_not_taken_for_a_question(pane: PaneController) -> None:
    usable(pane)
    page = pane._page
    assert page is not None
    pane._asked(page)
    pane._leaves(page)
    assert (pane.view.state, pane._page) == (State.FOLLOWING, page)


def test_the_words_in_both_languages(window: MainWindow, translations: Translations) -> None:
    model = PaneModel("k", demo.APPS["Notat"], State.ASKING, current=demo.haugen())
    texts = PaneTexts(window)
    assert texts.word_for(model) == "Venter på svaret ditt"
    translations.choose("en")
    assert texts.word_for(model) == "Waiting for your answer"
    translations.choose("nb")
