"""``shell/bridge/tab_controller.py`` and ``shell/gateway_client/hub.py`` without Qt: the banner, and one GUI thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import Any

from context.inputs import Acknowledged, SocketOpened
from context.pane_state import Kind, State
from shell.gateway_client.hub import EVENTS
from tests.context.playbook import shell as shell_subscribe
from tests.context.whole_desktop.gateway import Gateway, Socket
from tests.context.whole_desktop.pages import cut
from tests.context.whole_desktop.pane import Call, PaneModel, Point

CURTAIN_SECONDS = 8.0
HOLD_SECONDS = 0.25
SHELL_EVENTS = tuple(EVENTS.split(","))


class ShellModel:
    """``patient`` is whom the banner names. ``hub_speaks`` is False while the shell is without its channel."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.patient: str | None = None
        self.panes: list[PaneModel] = []
        self.gui: deque[Call] = deque()
        self.calls: list[Call] = []
        self.endpoint: str | None = None
        self.hub_speaks = False
        self.busy_since: float | None = None
        self.asking: Collection[PaneModel] = ()
        self._arrive: Callable[[Collection[PaneModel]], None] | None = None
        self._ask_until = 0.0
        self._silent: list[PaneModel] = []
        self._point: Point | None = None
        self._heard = 0
        self._was_here = self._here = False
        self._catching: tuple[int, Point] | bool = False

    @property
    def idle(self) -> bool:
        """Nothing is on its way through the shell."""
        return not self.gui and self.busy_since is None and not self._catching and self._arrive is None

    # the channel to the hub

    def connect(self) -> None:
        if self.endpoint is not None or self.gateway.locked:
            return
        endpoint = self.gateway.new_id()
        asked = shell_subscribe(endpoint, grant="shell", at=self.gateway.now, events=SHELL_EVENTS)
        if self.gateway.accepted(asked):
            self.gateway.sockets[endpoint] = Socket(up=deque([SocketOpened(endpoint)]))
            self.endpoint, self._here = endpoint, False

    def lose_channel(self, normal: bool = False) -> None:
        if self.endpoint is not None:
            cut(self.gateway, self.endpoint, normal)
            self._forget_channel()

    def _forget_channel(self) -> None:
        self.endpoint, self.hub_speaks = None, False
        self.busy_since, self._catching = None, False

    def hear(self) -> None:
        """One frame at a time: the next is taken when this one has been answered."""
        socket = self.gateway.sockets.get(self.endpoint or "")
        if self.endpoint is None or self.busy_since is not None:
            return
        if socket is None or (socket.closing and not socket.down):
            self.gateway.sockets.pop(self.endpoint, None)
            self._forget_channel()
        elif socket.down:
            self._frame(socket.down.popleft(), self.endpoint)

    def _frame(self, message: dict[str, Any], endpoint: str) -> None:
        if message.get("hub.mode") == "subscribe":
            self.hub_speaks = True
            if self._was_here and not self._here:
                self._catching = True
            self._was_here = self._here = True
        elif message.get("hub.mode") == "denied":
            self.lose_channel()
        else:
            self._heard += 1
            self.busy_since = self.gateway.monotonic()
            self.gui.append(partial(self._take, message, partial(self._answer, endpoint, message["id"])))

    def _answer(self, endpoint: str, event_id: str) -> None:
        """Whoever gave up waiting, or lost the channel, says nothing any more."""
        socket = self.gateway.sockets.get(endpoint)
        if self.endpoint == endpoint and self.busy_since is not None:
            self.busy_since = None
            if socket is not None and event_id and not socket.closing:
                socket.up.append(Acknowledged(endpoint, event_id, 200))

    def read_context(self) -> None:
        """After a return: what was closed in between is not replayed (FC-10)."""
        if self._catching is not False and not self.gateway.locked:
            context = self.gateway.hub.context
            point = Point("", context.version, context.patient, context.encounter)
            self._catching = (self._heard, point)

    def hand_context(self) -> None:
        if isinstance(self._catching, tuple) and self.busy_since is None and self.endpoint is not None:
            (heard, point), endpoint = self._catching, self.endpoint
            self._catching = heard != self._heard
            if heard == self._heard:
                self.busy_since = self.gateway.monotonic()
                self.gui.append(partial(self._catch_up, point, partial(self._answer, endpoint, "")))

    # facts

    def follow_facts(self) -> None:
        """The list of panes, then the stream; what is published between the two is lost."""
        if self.gateway.stream is None:
            for pane in list(self.gateway.state.panes.values()):
                self.gui.append(partial(self._fact, self.gateway.panes.facts(pane)))
            self.gateway.stream = deque()

    def hear_fact(self) -> None:
        if self.gateway.stream:
            self.gui.append(partial(self._fact, self.gateway.stream.popleft()))

    def _fact(self, facts: dict[str, Any]) -> None:
        for pane in list(self.panes):
            if pane.owns(facts["pane"]):
                pane.fact(facts)

    # the GUI thread

    def turn(self) -> None:
        """One turn of the GUI thread: one piece of work, then every timer that has run out."""
        if self.gui:
            self.gui.popleft()()
        now = self.gateway.monotonic()
        if self._arrive is not None and now >= self._ask_until:
            self.go(self.asking)
        for pane in list(self.panes):
            pane.ring(now)

    def wait(self) -> None:
        """Time has passed: nobody waits longer than this for curtains."""
        if self.busy_since is not None and self.gateway.monotonic() - self.busy_since >= CURTAIN_SECONDS:
            self.lose_channel()

    def send_call(self, which: int, *, lost: bool) -> None:
        """Calls to the gateway arrive in any order, or not at all."""
        if self.calls:
            call = self.calls.pop(which % len(self.calls))
            if not lost:
                call()

    def _take(self, message: dict[str, Any], answer: Call) -> None:
        event = message["event"]
        name = str(event["hub.event"]).lower()
        stale = name.endswith("-open") and "context.versionId" not in event
        point = None if name == "syncerror" or stale else self._point_of(message, name)
        if point is None:
            answer()
        else:
            self._meet(point, answer)

    def _point_of(self, message: dict[str, Any], name: str) -> Point | None:
        event = message["event"]
        resources = {item.get("key"): item.get("resource") or {} for item in event.get("context", [])}
        patient = str(resources.get("patient", {}).get("id") or "")
        encounter = str(resources.get("encounter", {}).get("id") or "") or None
        event_id, version = str(message["id"]), str(event.get("context.versionId") or "")
        if name == "patient-close" and patient == self.patient:
            return Point(event_id, version, None)
        if name == "home-open" and self.patient is not None:
            return Point(event_id, version, None)
        if name.endswith("-open") and patient:
            kept = self._point.encounter if self._point and patient == self.patient else None
            return Point(event_id, version, patient, encounter or kept)
        if name == "encounter-close" and self._point and self._point.encounter == encounter:
            self._point = replace(self._point, encounter=None)
        return None

    def _catch_up(self, point: Point, answer: Call) -> None:
        if point.patient == self.patient:
            answer()
        else:
            self._meet(point, answer)

    def _meet(self, point: Point, answer: Call) -> None:
        """Pages that would be taken away are asked for unsaved work; an earlier question ends with silence."""
        if self._arrive is not None:
            self.go(self.asking)
        self._silent = []
        self.asking = [pane for pane in self.panes if pane.would_leave(point)]
        self._ask_until = self.gateway.monotonic() + HOLD_SECONDS
        self._arrive = lambda unsaved: self._arrived(point, unsaved, answer)
        if not self.asking:
            self.go(())

    def go(self, unsaved: Collection[PaneModel]) -> None:
        """Everybody has said whether something is unsaved, or time is up."""
        arrive, self._arrive = self._arrive, None
        if arrive is not None:
            self._silent = list(unsaved)
            arrive(unsaved)

    def speak_late(self) -> None:
        """A page that was taken for unsaved says after all that it holds nothing."""
        if self._silent:
            self._silent.pop().release()

    def _arrived(self, point: Point, unsaved: Collection[PaneModel], answer: Call) -> None:
        self._point, self.patient = point, point.patient
        for pane in list(self.panes):
            pane.context_received(point, unsaved=pane in unsaved)
            if pane.view.state is State.CLOSED:
                pane.close()
        self.gui.append(partial(self._answered, answer))

    def _answered(self, answer: Call) -> None:
        answer()
        for pane in list(self.panes):
            pane.relaunch_if_asked()

    # panes

    def open_pane(self, kind: Kind, most: int) -> None:
        if len(self.panes) < most and self._point is not None and self.patient is not None:
            pane = PaneModel(kind, self.gateway, self.gui.append, self.calls.append)
            pane.ended = self._bury
            self.panes.append(pane)
            pane.launch(self._point)

    def suspend(self, suspended: bool) -> None:
        for pane in self.panes:
            pane.suspend(suspended)

    def _bury(self) -> None:
        self.panes = [pane for pane in self.panes if not pane.closed]
