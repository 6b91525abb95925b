"""``shell/bridge/pane_controller.py`` without Qt: one pane, its pages, its timers, its launches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from context.pane_state import (
    Answered,
    Asked,
    Closed,
    ContextReceived,
    Crashed,
    EffectivePatient,
    Kind,
    Launched,
    Painted,
    PaneInput,
    PaneState,
    PaneView,
    Pinned,
    ReadSeen,
    Reason,
    Released,
    Replied,
    SocketBack,
    SocketLost,
    State,
    TimePassed,
    TokenEncounter,
)
from launcher.oauth.model import Pane
from tests.context.playbook import TOPIC
from tests.context.whole_desktop.gateway import SESSION, Facts, Gateway
from tests.context.whole_desktop.pages import Page

UNREAD_SECONDS = 0.6
COMEBACK_SECONDS = 3.0
PIN_SECONDS = 3.0
Call = Callable[[], object]


@dataclass(frozen=True)
class Point:
    """A confirmed point in the topic's life, as the shell's ``ContextPoint``."""

    event_id: str
    version: str
    patient: str | None
    encounter: str | None = None


class PaneModel:
    """``post`` puts work on the GUI thread's queue, ``call`` a request on its way to the gateway."""

    def __init__(
        self, kind: Kind, gateway: Gateway, post: Callable[[Call], None], call: Callable[[Call], None]
    ) -> None:
        self.kind = kind
        self.state = PaneState(kind)
        self.page: Page | None = None
        self.next: Page | None = None
        self.suspended = False
        self.closed = False
        self.ended: Call = lambda: None
        self.pages: list[Page] = []
        self._gateway = gateway
        self._post, self._call = post, call
        self._point: Point | None = None
        self._facts: Facts = {}
        self._fed: tuple[object, ...] | None = None
        self._generation = 0
        self._launching = False
        self._moved = False
        self._deadline: float | None = None
        self._unread: float | None = None
        self._comeback: float | None = None

    # what the user sees

    @property
    def view(self) -> PaneView:
        return self.state.view

    @property
    def covered(self) -> bool:
        return self.suspended or not (self.view.usable or self.view.state is State.ASKING)

    @property
    def header(self) -> str | None:
        """The pane's own patient (S2)."""
        if self._facts.get("granted"):
            return self._facts.get("effective_patient")
        return self.view.patient if self._facts and not self._launching else None

    @property
    def on_screen(self) -> Page | None:
        return self.page or self.next

    @property
    def _target(self) -> Page | None:
        return self.next if self._launching else self.page

    def owns(self, pane_id: str) -> bool:
        return any(page.pane == pane_id for page in (self.page, self.next) if page is not None)

    # timers

    def ring(self, now: float) -> None:
        """Whatever timer has run out, on the GUI thread."""
        if self._deadline is not None and now >= self._deadline:
            self._feed(TimePassed())
        if self._unread is not None and now >= self._unread:
            self._watch_paint()
        if self._comeback is not None and now >= self._comeback:
            self._comeback = None
            covered = self.view.state in (State.CHANGING, State.OUT_OF_SYNC)
            if covered and self._point is not None and self._point.patient is not None:
                self.launch(self._point)

    # what user and topic do

    def launch(self, point: Point) -> None:
        self._point = point
        self._generation += 1
        self._launching, self._moved, self._comeback = True, False, None
        if self.page is not None:
            self.page.watched = False
        self._drop_next()
        self._fed, self._facts = None, {}
        self._feed(Launched(point.patient, point.encounter))
        self._feed(ContextReceived(point.event_id, point.patient))
        self._call(partial(self._begin_launch, self._generation, point))

    def would_leave(self, point: Point) -> bool:
        return self.page is not None and self.state.would_leave(received(point))

    def context_received(self, point: Point, *, unsaved: bool) -> None:
        before, self._point = self._point, point
        self._feed(received(point, unsaved=unsaved))
        if self.view.state is State.PINNED and unsaved:
            for page in (self.page, self.next):
                if page is not None:
                    self._call(partial(self._pin_at_gateway, page.pane))
        late = self._launching and not self._facts.get("granted")
        if late and before is not None and point.encounter not in (None, before.encounter):
            self._moved = True

    def relaunch_if_asked(self) -> None:
        point = self._point
        if (self.view.relaunch or self._moved) and point is not None and point.patient is not None:
            self.launch(point)

    def fact(self, facts: Facts) -> None:
        page = self._target
        if page is None or facts["pane"] != page.pane:
            return
        before, self._facts = self._facts, facts
        if facts["granted"]:
            self._feed(TokenEncounter(facts.get("encounter")))
            self._feed(EffectivePatient(facts["effective_patient"]))
        if before.get("socket") and not facts["socket"] and not facts["pinned"]:
            self._feed(SocketLost())
            if self.view.reason is Reason.SOCKET_LOST:
                self._comeback = self._gateway.monotonic() + COMEBACK_SECONDS
        elif facts["socket"]:
            self._feed(SocketBack())
        if facts["last_event"] and facts["last_ack"] is not None:
            self._feed(Answered(facts["last_event"], int(facts["last_ack"])))
        self._feed_read(facts)
        if facts["granted"] and not before.get("granted"):
            self._unread = self._gateway.monotonic() + UNREAD_SECONDS

    def pin(self) -> None:
        if self.page is not None and self.view.usable:
            self._call(partial(self._confirm_pin, self.page.pane, self._gateway.monotonic()))

    def _confirm_pin(self, pane: str, asked: float) -> None:
        in_time = self._gateway.monotonic() - asked < PIN_SECONDS
        if self._pin_at_gateway(pane) and in_time:
            self._post(partial(self._pin_confirmed, pane))

    def _pin_confirmed(self, pane: str) -> None:
        if self.page is not None and self.page.pane == pane:
            self._feed(Pinned())

    def _pin_at_gateway(self, pane: str) -> bool:
        known = self._gateway.state.panes.get(pane)
        if known is not None:
            self._gateway.panes.pin(known, True)
        return known is not None

    def release(self) -> None:
        if self.view.state is not State.PINNED or self._point is None:
            return
        if self._point.patient is None:
            self.close()
            return
        self._feed(Released())
        self.launch(self._point)

    def synchronise(self) -> None:
        if self._point is not None and self.view.state is not State.PINNED and not self.closed:
            self.launch(self._point)

    def suspend(self, suspended: bool) -> None:
        if suspended != self.suspended:
            self.suspended = suspended
            if not suspended and self.view.state is State.ASKING and self._point is not None:
                self.launch(self._point)
            elif not suspended and self.kind == "fhircast" and self.view.state is not State.PINNED:
                self._comeback = self._gateway.monotonic() + COMEBACK_SECONDS

    def close(self) -> None:
        self._generation += 1
        self._feed(Closed())
        self._drop_next()
        if self.page is not None:
            self._end_page(self.page)
            self.page = None
        self.closed = True
        self.ended()

    # launching

    def _begin_launch(self, generation: int, point: Point) -> None:
        """At the gateway: a new pane and a launch for the patient who is current there, or 409."""
        context = self._gateway.hub.context
        if self._gateway.locked:
            self._post(partial(self._failed, generation, point, moved=False))
        elif context.patient != point.patient or point.patient is None:
            self._post(partial(self._failed, generation, point, moved=True))
        else:
            opened, _ = self._gateway.panes.open(SESSION, "app", TOPIC)
            self._post(partial(self._begun, generation, opened, point.patient, context.encounter))

    def _begun(self, generation: int, opened: Pane, patient: str, encounter: str | None) -> None:
        if generation != self._generation:
            self._call(partial(self._gateway.end_pane, opened.pane))
            return
        page = Page(self._gateway, opened.pane, patient, encounter, fenced=self.kind == "fhircast")
        page.painted = lambda: self._post(partial(self._painted, page))
        page.crashed = lambda: self._post(partial(self._broken, page))
        page.asks = lambda: self._post(partial(self._asked, page))
        page.leaves = lambda: self._post(partial(self._leaves, page))
        self.pages.append(page)
        self.next = page

    def _failed(self, generation: int, point: Point, *, moved: bool) -> None:
        if generation != self._generation:
            return
        if moved:
            self._moved = True
            if self._point is not point:
                self.relaunch_if_asked()
            return
        self._feed(Crashed())

    def _broken(self, page: Page) -> None:
        if page is self._target:
            self._feed(Crashed())

    def _asked(self, page: Page) -> None:
        if page is self.next and not self._facts.get("granted") and self.state.may_ask:
            self._end_old()
            self._feed(Asked())

    def _leaves(self, page: Page) -> None:
        page.left()
        if page is self.next and self.view.state is State.ASKING:
            self._feed(Replied())

    # facts and paint

    def _feed_read(self, facts: Facts) -> None:
        if not facts["read_since"] or not facts["effective_patient"]:
            self._fed = None
            return
        seen = (facts["pane"], facts["effective_patient"], facts["last_event"], facts["last_ack"])
        if seen != self._fed:
            self._fed = seen
            self._feed(ReadSeen(facts["effective_patient"]))
            self._watch_paint()

    def _watch_paint(self) -> None:
        self._unread = None
        if self._target is not None:
            self._target.watched = True

    def _painted(self, page: Page) -> None:
        if page is not self._target:
            return
        if self._launching and self.next is page:
            self._end_old()
            self.page, self.next, self._launching = page, None, False
        self._feed(Painted())

    def _feed(self, given: PaneInput) -> None:
        self._deadline = self.state.handle(given, self._gateway.monotonic()).deadline

    # ends

    def _end_old(self) -> None:
        old, self.page = self.page, None
        if old is not None:
            self._end_page(old)

    def _drop_next(self) -> None:
        self._unread = None
        if self.next is not None:
            self._end_page(self.next)
            self.next = None

    def _end_page(self, page: Page) -> None:
        page.end()
        self._call(partial(self._gateway.end_pane, page.pane))


def received(point: Point, *, unsaved: bool = False) -> ContextReceived:
    """What the state machine hears of a point."""
    return ContextReceived(point.event_id, point.patient, point.encounter, unsaved)
