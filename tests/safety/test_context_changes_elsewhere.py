"""What the shell does with a context that others change, that it missed, or that has moved under a launch (S1, S3, S5)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import websockets
from pytestqt.qtbot import QtBot

from context.pane_state import ContextReceived, Launched, Painted, PaneState, PaneView, State
from shell.bridge import tab_controller
from shell.bridge.launching import ContextMoved, ContextPoint, begin_launch
from shell.bridge.pane_controller import received
from shell.bridge.tab_controller import Settled
from shell.web.probes import Draft
from tests.fakes.signed_in import SignedIn
from tests.safety.patient_tab import WAIT, Tab


class Sockets:
    """The shell's hub sockets: can be cut, and kept from coming back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open: list[websockets.ClientConnection] = []
        self.may_connect = True
        self._connect = websockets.connect
        monkeypatch.setattr(websockets, "connect", self._guarded)

    @asynccontextmanager
    async def _guarded(self, *given: Any, **options: Any) -> AsyncIterator[websockets.ClientConnection]:
        while not self.may_connect:
            await asyncio.sleep(0.01)
        async with self._connect(*given, **options) as socket:
            self.open.append(socket)
            yield socket

    async def cut(self) -> None:
        self.open[-1].transport.abort()


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sockets]:
    made = Sockets(monkeypatch)
    yield made
    made.may_connect = True


class Page:
    """A pane of a relaunch app about one patient; ``draft`` is what its page answers, None when it is silent."""

    def __init__(self, patient: str, draft: Draft | None) -> None:
        self.released = False
        self.pane_ids: tuple[str, ...] = ()
        self.seal: tuple[str, int] | None = None
        self.answer: Callable[[Draft], None] = lambda _: None
        self._draft = draft
        self._state = PaneState("relaunch")
        for given in (Launched(patient), ContextReceived("e", patient), Painted()):
            self._state.handle(given, 0)

    @property
    def view(self) -> PaneView:
        return self._state.view

    def would_leave(self, point: ContextPoint) -> bool:
        return self._state.would_leave(received(point))

    def ask_unsaved(self, answered: Callable[[Draft], None]) -> None:
        self.answer = answered
        if self._draft is not None:
            answered(self._draft)

    def context_received(self, point: ContextPoint, *, unsaved: bool) -> None:
        self._state.handle(received(point, unsaved=unsaved), 1)

    def release(self) -> None:
        self.released = True

    def relaunch_if_asked(self) -> None:
        pass

    def close(self) -> None:
        pass


SILENT, CLEAN, UNSAVED = None, Draft(False), Draft(True)


def run(tab: Tab, work: Coroutine[Any, Any, Any]) -> Any:
    return tab.threads.run(work).result(10)


async def post_open(tab: Tab, patient: dict[str, Any]) -> None:
    """Somebody else on the same topic."""
    await tab.services.posts.open_patient(tab.controller.topic, patient)


def opened(tab: Tab, qtbot: QtBot, patient: dict[str, Any]) -> None:
    with qtbot.waitSignal(tab.controller.patient_changed, timeout=WAIT):
        tab.controller.open_patient(patient["id"])


def pages(tab: Tab, patient: dict[str, Any], *drafts: Draft | None) -> list[Page]:
    made = [Page(patient["id"], draft) for draft in drafts]
    tab.controller.panes[:] = made  # type: ignore[assignment]  # as much of a pane as the tab uses
    return made


def test_a_change_by_somebody_else_keeps_unsaved_and_unanswered_work(
    tab: Tab, signed: SignedIn, qtbot: QtBot
) -> None:
    """Mutants: nobody is asked; silence counts as no; a silent page that turns out clean stays pinned for ever."""
    first, second = signed.residents()[:2]
    opened(tab, qtbot, first)
    clean, unsaved, silent = pages(tab, first, CLEAN, UNSAVED, SILENT)
    with qtbot.waitSignal(tab.controller.patient_changed, timeout=WAIT):
        run(tab, post_open(tab, second))
    assert [page.view.state for page in (clean, unsaved, silent)] == [
        State.CHANGING,
        State.PINNED,
        State.PINNED,
    ]
    silent.answer(CLEAN)
    unsaved.answer(CLEAN)
    assert (silent.released, unsaved.released) == (True, False)
    tab.controller.panes.clear()


def test_an_own_change_takes_what_was_given_up_and_nothing_written_since(
    tab: Tab, signed: SignedIn, qtbot: QtBot
) -> None:
    """Mutant: what is typed between the question and the hub's event is lost."""
    first, second = signed.residents()[:2]
    opened(tab, qtbot, first)
    given_up, calm_and_silent, written_since = pages(tab, first, UNSAVED, SILENT, UNSAVED)
    settled = Settled(frozenset([given_up]), frozenset([calm_and_silent, written_since]))  # type: ignore[list-item]
    with qtbot.waitSignal(tab.controller.choice_confirmed, timeout=WAIT):
        tab.controller.open_patient(second["id"], settled)
    assert [page.view.state for page in (given_up, calm_and_silent, written_since)] == [
        State.CHANGING,
        State.CHANGING,
        State.PINNED,
    ]
    tab.controller.panes.clear()


def test_a_page_that_nobody_could_touch_since_it_was_asked_is_not_asked_again(
    tab: Tab, signed: SignedIn, qtbot: QtBot
) -> None:
    """Mutants: everybody is asked twice; whoever could be touched, or was touched meanwhile, is believed."""
    first, second = signed.residents()[:2]
    opened(tab, qtbot, first)
    sealed, touched, within_reach = pages(tab, first, UNSAVED, UNSAVED, UNSAVED)
    sealed.seal, touched.seal = ("one", 1), ("two", 2)
    calm: frozenset[Any] = frozenset([sealed, touched, within_reach])
    settled = Settled(frozenset(), calm, frozenset([(sealed, ("one", 1)), (touched, ("two", 1))]))  # type: ignore[list-item]
    with qtbot.waitSignal(tab.controller.choice_confirmed, timeout=WAIT):
        tab.controller.open_patient(second["id"], settled)
    assert [page.view.state for page in (sealed, touched, within_reach)] == [
        State.CHANGING,
        State.PINNED,
        State.PINNED,
    ]
    tab.controller.panes.clear()


def test_what_a_page_said_is_not_believed_for_long(
    tab: Tab, signed: SignedIn, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutant: a page that was asked minutes ago, before a record that did not answer, is taken away unasked."""
    first, second = signed.residents()[:2]
    opened(tab, qtbot, first)
    (sealed,) = pages(tab, first, UNSAVED)
    sealed.seal = ("one", 1)
    settled = Settled(frozenset(), frozenset([sealed]), frozenset([(sealed, ("one", 1))]))  # type: ignore[list-item]
    monkeypatch.setattr(tab_controller, "SEALED_SECONDS", -1.0)
    with qtbot.waitSignal(tab.controller.choice_confirmed, timeout=WAIT):
        tab.controller.open_patient(second["id"], settled)
    assert sealed.view.state is State.PINNED
    tab.controller.panes.clear()


def test_a_close_that_was_missed_is_read_after_the_socket_is_back(
    sockets: Sockets, tab: Tab, signed: SignedIn, qtbot: QtBot
) -> None:
    """Mutant: the hub replays what is open, and a closed patient stays in the banner for ever."""
    first = signed.residents()[0]
    opened(tab, qtbot, first)
    sockets.may_connect = False
    with qtbot.waitSignal(tab.controller.connected, timeout=WAIT):
        run(tab, sockets.cut())
    run(tab, tab.services.posts.close_patient(tab.controller.topic, first))
    with qtbot.waitSignal(tab.controller.patient_changed, timeout=WAIT):
        sockets.may_connect = True
    assert (tab.controller.patient_id, tab.controller.patient) == (None, None)


def test_an_own_open_that_came_too_late_is_told(tab: Tab, signed: SignedIn, qtbot: QtBot) -> None:
    """Mutant: the tab waits for ever for a patient whom the hub has passed over (S5)."""
    first, second = signed.residents()[:2]
    opened(tab, qtbot, first)
    tab.services.posts._now = lambda: datetime.now(UTC) - timedelta(minutes=1)
    with qtbot.waitSignal(tab.controller.choice_failed, timeout=WAIT) as told:
        tab.controller.open_patient(second["id"])
    assert told.args == [second["id"], "overtaken"]
    assert (tab.controller.patient_id, tab.controller.waiting_for) == (first["id"], None)


def encounter_event(
    tab: Tab, name: str, patient: dict[str, Any], encounter: dict[str, Any]
) -> dict[str, Any]:
    numbered = {**encounter, "identifier": encounter.get("identifier") or [{"value": encounter["id"]}]}
    resources = {"patient": patient, "encounter": numbered}
    kept = ("resourceType", "id", "identifier", "subject", "status", "class")
    context = [
        {"key": key, "resource": {name: resource[name] for name in kept if name in resource}}
        for key, resource in resources.items()
    ]
    return {
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "id": tab.services.posts.new_event_id(),
        "event": {"hub.topic": tab.controller.topic, "hub.event": name, "context": context},
    }


def test_a_launch_after_a_closed_encounter_reads_the_version_anew(
    tab: Tab, signed: SignedIn, qtbot: QtBot
) -> None:
    """Mutant: the version of the encounter that was open is sent for ever, and 409 is the answer."""
    patient = signed.residents()[0]
    encounter = signed.fhir("Encounter", patient=patient["id"], status="in-progress")[0]
    opened(tab, qtbot, patient)
    workspace, topic = tab.services.workspace, tab.controller.topic
    for name in ("Encounter-open", "Encounter-close"):
        event = encounter_event(tab, name, patient, encounter)
        run(tab, tab.services.connection.request("POST", "/fhircast", json=event))
        if name == "Encounter-open":
            version = str(run(tab, workspace.context(topic))["context_version"])
            assert version
    point = ContextPoint(topic, "e", version, patient["id"])
    pane, launch = run(tab, begin_launch(workspace, "legemidler", point))
    assert launch.url.startswith("http")
    assert [item["pane"] for item in run(tab, workspace.panes()) if item["topic"] == topic] == [pane.pane]


def test_a_launch_for_a_patient_who_is_no_longer_current_leaves_no_pane(
    tab: Tab, signed: SignedIn, qtbot: QtBot
) -> None:
    first, second = signed.residents()[:2]
    opened(tab, qtbot, first)
    workspace, topic = tab.services.workspace, tab.controller.topic
    version = str(run(tab, workspace.context(topic))["context_version"])
    opened(tab, qtbot, second)
    with pytest.raises(ContextMoved):
        run(tab, begin_launch(workspace, "legemidler", ContextPoint(topic, "e", version, first["id"])))
    assert [item for item in run(tab, workspace.panes()) if item["topic"] == topic] == []
