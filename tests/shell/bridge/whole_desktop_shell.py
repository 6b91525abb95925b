"""The shell's own tab and panes in the world of the stateful proof, in the place of the model of them.

Real are ``TabController``, ``PaneController`` and ``ArrivalCheck``; timers ring with the world's clock, calls to the
gateway arrive when the world lets them, and a page is a page of that world.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import pytest
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from context.pane_state import Kind, PaneView, State
from shell.bridge import drafts, pane_controller
from shell.bridge.launching import ContextMoved, ContextPoint
from shell.bridge.pane_controller import PaneController
from shell.bridge.services import AppFacts, Services
from shell.bridge.tab_controller import TabController
from shell.gateway_client.errors import GatewayError
from shell.gateway_client.workspace import Launch
from shell.web.probes import NOTHING_UNSAVED, Draft
from tests.context.playbook import TOPIC
from tests.context.whole_desktop.gateway import SESSION, Facts, Gateway
from tests.context.whole_desktop.pages import Page
from tests.context.whole_desktop.pane import PIN_SECONDS, Call, PaneModel, Point
from tests.context.whole_desktop.shell import ShellModel
from tests.shell.bridge.calls import FakeServices

ROUNDING_SECONDS = 0.006
"""What the shell adds to a deadline so that its timer never rings too early."""
Answered = Callable[[Draft], None]


class Signalled:
    """A timer's signal."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], object]] = []

    def connect(self, call: Callable[[], object]) -> None:
        self.calls.append(call)


class WorldTimer:
    """``QTimer`` by the world's clock; ``now`` is set by the world."""

    now: Callable[[], float] = staticmethod(lambda: 0.0)

    def __init__(self, _parent: object, *, singleShot: bool, interval: int = 0) -> None:
        assert singleShot
        self._interval = interval
        self.timeout = Signalled()
        self.due: float | None = None

    def start(self, milliseconds: int | None = None) -> None:
        length = self._interval if milliseconds is None else milliseconds
        self.due = WorldTimer.now() + length / 1000 - ROUNDING_SECONDS

    def stop(self) -> None:
        self.due = None

    def ring(self) -> None:
        """When its time has come."""
        if self.due is not None and WorldTimer.now() >= self.due:
            self.due = None
            for call in self.timeout.calls:
                call()


@dataclass(frozen=True)
class Opened:
    """A pane at the gateway, and for whom its launch was made."""

    pane: str
    patient: str
    encounter: str | None
    gateway: Gateway
    fenced: bool
    gui: Callable[[Call], None]


class WorldPage(QWidget):
    """``shell.web.pane_view.PaneView`` around a page of the world."""

    refused = Signal(str, str)
    dialog = Signal(str)
    crashed = Signal()
    authorization_refused = Signal(str)
    hung = Signal()
    painted = Signal()
    load_failed = Signal()
    asks = Signal()
    gateway_page = Signal(str)
    leaving = Signal()
    messaging = None
    out_of_reach = None

    def __init__(self, opened: Opened, *_: object, **__: object) -> None:
        super().__init__()
        self.pane = opened.pane
        self.in_world = page = Page(
            opened.gateway, opened.pane, opened.patient, opened.encounter, fenced=opened.fenced
        )
        page.painted = lambda: opened.gui(self.painted.emit)
        page.crashed = lambda: opened.gui(self.crashed.emit)
        page.asks = lambda: opened.gui(self.asks.emit)
        page.leaves = lambda: opened.gui(self._leaves)

    def _leaves(self) -> None:
        self.in_world.left()
        self.leaving.emit()

    def open(self, _url: str) -> None: ...

    def watch_paint(self) -> None:
        self.in_world.watched = True

    def stop_watching(self) -> None:
        self.in_world.watched = False

    def end(self) -> None:
        self.in_world.end()
        self.deleteLater()


class RealPane:
    """A pane controller as the world speaks to panes."""

    def __init__(self, controller: PaneController, kind: Kind) -> None:
        self.controller, self.kind = controller, kind
        self.pin, self.close = controller.pin, controller.close

    @property
    def view(self) -> PaneView:
        return self.controller.view

    @property
    def covered(self) -> bool:
        return self.controller.covered

    @property
    def header(self) -> str | None:
        return self.controller.effective_patient

    @property
    def page(self) -> Page | None:
        return _in_world(self.controller._page)

    @property
    def next(self) -> Page | None:
        return _in_world(self.controller._next)

    @property
    def on_screen(self) -> Page | None:
        return _in_world(self.controller.page)

    def release(self) -> None:
        self.controller.release()

    def synchronise(self) -> None:
        if self.view.state is not State.PINNED:  # such a pane has no such button
            self.controller.synchronise()

    def ring(self) -> None:
        for timer in (self.controller._deadline, self.controller._unread, self.controller._comeback):
            cast(WorldTimer, timer).ring()


class WorldServices(FakeServices):
    """Whatever the controllers want of the gateway becomes one of the world's calls."""

    def __init__(self, shell: RealShell) -> None:
        super().__init__()
        self._shell = shell

    def monotonic(self) -> float:
        return self._shell.gateway.monotonic()

    def post(self, call: Callable[[], None]) -> None:
        self._shell.gui.append(call)

    def run(
        self,
        work: Coroutine[Any, Any, Any],
        done: Callable[[Any], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
    ) -> Future[Any]:
        super().run(work, done, failed)
        call, shell = self.calls.pop(), self._shell
        given = call.arguments
        match call.name:
            case "begin_launch":
                assert done is not None and failed is not None
                shell.calls.append(
                    partial(shell.begin_launch, given["client_id"], given["point"], done, failed)
                )
            case "end_pane":
                shell.calls.append(partial(shell.gateway.end_pane, given["given"][0]))
            case "_confirm_pin":
                asked = shell.gateway.monotonic()
                shell.calls.append(partial(shell.confirm_pin, given["pane"], asked, cast(Any, done)))
            case "_pin_again":
                shell.calls.extend(partial(shell.pin_at_gateway, pane) for pane in given["panes"])
        return Future()


class RealShell(ShellModel):
    """The world's shell with the real tab on its GUI thread; only the channel to the hub is the model's."""

    def __init__(self, gateway: Gateway) -> None:
        self.holder = QWidget()
        WorldTimer.now = staticmethod(gateway.monotonic)
        self._opened = 0
        self._kinds: dict[str, Kind] = {}
        self._known: dict[PaneController, RealPane] = {}
        self._answers: dict[PaneController, Answered] = {}
        self.tab: TabController | None = None
        super().__init__(gateway)
        self.tab = TabController(TOPIC, cast(Services, WorldServices(self)), self.holder)

    # in the model's place

    @property
    def patient(self) -> str | None:
        return self.tab.patient_id if self.tab is not None else None

    @patient.setter
    def patient(self, _: str | None) -> None: ...

    @property
    def panes(self) -> list[PaneModel]:
        found = self.tab.panes if self.tab is not None else []
        return cast("list[PaneModel]", [self._pane_of(controller) for controller in found])

    @panes.setter
    def panes(self, _: list[PaneModel]) -> None: ...

    @property
    def idle(self) -> bool:
        waits = self.tab is not None and self.tab._arrival._then is not None
        return not self.gui and self.busy_since is None and not self._catching and not waits

    def _pane_of(self, controller: PaneController) -> RealPane:
        if controller not in self._known:
            self._known[controller] = RealPane(controller, self._kinds[controller.app.client_id])
        return self._known[controller]

    def _fact(self, facts: dict[str, Any]) -> None:
        assert self.tab is not None
        self.tab.fact(facts)

    def _take(self, message: dict[str, Any], answer: Call) -> None:
        assert self.tab is not None
        self.tab._take(message, lambda _: cast(None, answer()))

    def _catch_up(self, point: Point, answer: Call) -> None:
        assert self.tab is not None
        context = {"patient": point.patient, "context_version": point.version, "encounter": point.encounter}
        self.tab._catch_up(context, lambda _: cast(None, answer()))

    # unsaved work

    def asks(self, controller: PaneController, answered: Answered) -> None:
        """A page is asked; it answers when the world says so.

        A follower that the hub has lost, and that is asked before it is launched anew, holds nothing: what becomes of one
        that does is not in the world.
        """
        assert self.tab is not None
        arrival = self.tab._arrival
        if arrival._then is None or controller not in arrival._waiting:
            answered(NOTHING_UNSAVED)
            return
        self._answers[controller] = answered
        asked = cast(PaneModel, self._pane_of(controller))
        self.asking = [*self.asking, asked] if self._asks_on else [asked]
        self._asks_on = True

    _asks_on = False

    def go(self, unsaved: Collection[PaneModel]) -> None:
        """All but ``unsaved`` say that they hold nothing; those are waited for in vain."""
        assert self.tab is not None
        arrival = self.tab._arrival
        if arrival._then is None:
            return
        self._asks_on = False
        self._silent = list(unsaved)
        for pane in self.asking:
            if pane not in unsaved:
                self._answers.pop(cast(RealPane, pane).controller)(NOTHING_UNSAVED)
        if arrival._then is not None:
            arrival._limit.timeout.calls[0]()  # type: ignore[attr-defined]

    def speak_late(self) -> None:
        if self._silent:
            controller = cast(RealPane, self._silent.pop()).controller
            self._answers.pop(controller)(NOTHING_UNSAVED)

    def turn(self) -> None:
        if self.gui:
            self.gui.popleft()()
        assert self.tab is not None
        limit = cast(WorldTimer, self.tab._arrival._limit)
        if limit.due is not None and WorldTimer.now() >= limit.due:
            self.go(self.asking)
        for pane in self.panes:
            cast(RealPane, pane).ring()

    # panes

    def open_pane(self, kind: Kind, most: int) -> None:
        if len(self.panes) < most and self.tab is not None and self.tab.patient_id is not None:
            self._opened += 1
            name = f"app-{self._opened}"
            self._kinds[name] = kind
            self.tab.open_app(AppFacts(name, name, "", kind, frozenset()))

    def suspend(self, suspended: bool) -> None:
        for pane in self.panes:
            cast(RealPane, pane).controller.suspend(suspended)

    # the gateway's end of the calls

    def begin_launch(
        self,
        client_id: str,
        point: ContextPoint,
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        context = self.gateway.hub.context
        if self.gateway.locked:
            self.gui.append(partial(failed, GatewayError("locked")))
        elif context.patient != point.patient or point.patient is None:
            self.gui.append(partial(failed, ContextMoved("another patient")))
        else:
            pane, _ = self.gateway.panes.open(SESSION, "app", TOPIC)
            fenced = self._kinds[client_id] == "fhircast"
            opened = Opened(
                pane.pane, point.patient, context.encounter, self.gateway, fenced, self.gui.append
            )
            self.gui.append(partial(done, (opened, Launch("", ""))))

    def confirm_pin(self, pane: str, asked: float, done: Callable[[None], None]) -> None:
        in_time = self.gateway.monotonic() - asked < PIN_SECONDS
        if self.pin_at_gateway(pane) and in_time:
            self.gui.append(partial(done, None))

    def pin_at_gateway(self, pane: str) -> bool:
        known = self.gateway.state.panes.get(pane)
        if known is not None:
            self.gateway.panes.pin(known, True)
        return known is not None

    def facts(self, pane: str) -> Facts:
        return self.gateway.panes.facts(self.gateway.state.panes[pane])


def _in_world(page: object) -> Page | None:
    return page.in_world if isinstance(page, WorldPage) else None


def put_into_the_world(monkeypatch: pytest.MonkeyPatch, shell: Callable[[], RealShell]) -> None:
    """Timers, pages and the question for unsaved work of the shell's controllers become the world's."""
    for module in (pane_controller, drafts):
        monkeypatch.setattr(module, "QTimer", WorldTimer)
    monkeypatch.setattr(pane_controller, "WebPane", WorldPage)
    monkeypatch.setattr(PaneController, "ask_unsaved", lambda self, answered: shell().asks(self, answered))
