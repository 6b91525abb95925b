"""One pane: launches its app, hands every fact to the state machine of S3, and shows or covers the page accordingly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

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
from shell.actions.authorization_answer import failure_of_page
from shell.actions.page_policy import DeclaredOrigins, origin_of
from shell.actions.page_policy import Kind as PolicyKind
from shell.bridge.launching import Activity, ContextMoved, ContextPoint, EncounterChoice, begin_launch
from shell.bridge.pane_messaging import MessageEffects, PaneMessaging
from shell.bridge.services import AppFacts, Services
from shell.bridge.unsaved_answers import UnsavedAnswers
from shell.gateway_client.errors import GatewayError
from shell.gateway_client.workspace import Launch, OpenedPane
from shell.web.pane_view import PaneView as WebPane
from shell.web.probes import NOTHING_UNSAVED, Draft

PIN_SECONDS = 3.0
PIN_AGAIN_SECONDS = (0.3, 1.0, 3.0)
PAINT_WITHOUT_READ_MS = 600
RESUBSCRIBE_MS = 3000


class PaneController(QObject):
    """Signals: ``changed()`` when the picture must be drawn anew, ``page_added(widget)`` for a page to be laid under the
    curtain, ``refused(kind, host)``, ``dialog(message)``, ``encounter_wanted()``, ``activity_wanted(effect, told)``,
    ``held()`` when a follower that the hub has lost was pinned for what is not saved in it, ``ended()`` when the pane is gone.
    ``wants_encounter``: the patient for whom a launch waits until the user has named an encounter."""

    changed = Signal()
    page_added = Signal(QWidget)
    refused = Signal(str, str)
    dialog = Signal(str)
    encounter_wanted = Signal()
    activity_wanted = Signal(object, object)
    held = Signal()
    ended = Signal()

    def __init__(
        self, app: AppFacts, services: Services, holder: QWidget, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.app = app
        self.failure = ""
        self.wants_encounter = ""
        self._asks = self._chose = False
        self._activity: Activity | None = None
        self._services = services
        self._holder = holder
        kind: Kind = (
            "fhircast" if app.follows == "fhircast" else "pin" if app.follows == "pin" else "relaunch"
        )
        self._state = PaneState(kind)
        self._point: ContextPoint | None = None
        self._page: WebPane | None = None
        self._next: WebPane | None = None
        self._facts: dict[str, Any] = {}
        self._asked_unsaved = UnsavedAnswers(services.post)
        self._shows: str | None = None
        self._fed: tuple[object, ...] | None = None
        self._generation = 0
        self._launching = False
        self._moved = False
        self._suspended = self._unconfirmed = False
        self._deadline = QTimer(self, singleShot=True)
        self._deadline.timeout.connect(lambda: self._feed(TimePassed()))
        self._unread = QTimer(self, singleShot=True, interval=PAINT_WITHOUT_READ_MS)
        self._unread.timeout.connect(self._watch_paint)
        self._comeback = QTimer(self, singleShot=True, interval=RESUBSCRIBE_MS)
        self._comeback.timeout.connect(self._relaunch_if_silent)

    # what is drawn

    @property
    def view(self) -> PaneView:
        return self._state.view

    @property
    def effective_patient(self) -> str | None:
        """Whom the gateway lets the pane's page read (S2), or let until its grant ended; None before it has one."""
        if self._facts.get("granted"):
            return self._facts.get("effective_patient")
        return self.view.patient if self._facts and not self._launching else None

    def set_holder(self, holder: QWidget) -> None:
        """Where pages are made; call before the first launch has begun."""
        self._holder = holder

    @property
    def covered(self) -> bool:
        """Whether the curtain is up: neither usable by S3 nor asking the user, or ``suspended``."""
        return self.suspended or not (self.view.usable or self.view.state is State.ASKING)

    @property
    def suspended(self) -> bool:
        """The gateway is away, or nobody confirms who the patient is."""
        return self._suspended or self._unconfirmed

    @property
    def page(self) -> WebPane | None:
        """The page that the user sees or will see."""
        return self._page or self._next

    @property
    def _target(self) -> WebPane | None:
        """The page that facts and paint count for: while a launch is under way never the old one."""
        return self._next if self._launching else self._page

    @property
    def pane_ids(self) -> tuple[str, ...]:
        return tuple(page.pane for page in (self._page, self._next) if page is not None)

    # what the user and the topic do

    def launch(
        self,
        point: ContextPoint,
        *,
        by_user: bool = False,
        choice: EncounterChoice | None = None,
        activity: Activity | None = None,
    ) -> None:
        """Open the app for the topic's patient; an earlier page stays under the curtain until the new one has painted.

        ``by_user``: it is his wish, so he is asked for an encounter also when the app could do without.
        """
        again = self._chose or (self._launching and self._asks)
        self._asks = self.app.names_encounter or by_user or again
        self._chose = self._chose or choice is not None
        if choice is None:
            self._activity = activity  # whatever is opened later for somebody else is opened as usual
        self.wants_encounter = ""
        self._point = point
        self.failure = ""
        self._generation += 1
        generation = self._generation
        self._launching = True
        self._moved = False
        self._comeback.stop()
        if self._page is not None:
            self._page.stop_watching()
        self._drop_next()
        self._fed = None
        self._facts = {}
        self._feed(Launched(point.patient, point.encounter))
        self._feed(ContextReceived(point.event_id, point.patient))
        self._services.run(
            begin_launch(
                self._services.workspace,
                self.app.client_id,
                point,
                choice,
                self._services.style(),
                self._activity,
            ),
            lambda begun: self._begun(generation, *begun, answered=choice is not None),
            lambda error: self._failed(generation, point, error),
        )

    def launch_for(self, choice: EncounterChoice) -> None:
        """The user has answered ``encounter_wanted``."""
        if self._point is not None and self._point.patient == self.wants_encounter:
            self.launch(self._point, choice=choice)

    def would_leave(self, point: ContextPoint) -> bool:
        """Whether the topic's new point takes away a page that is in use."""
        return self._page is not None and self._state.would_leave(received(point))

    def context_received(self, point: ContextPoint, *, unsaved: bool) -> None:
        """The topic has another patient, another encounter, or none."""
        before, self._point = self._point, point
        self._feed(received(point, unsaved=unsaved))
        if self.view.state is State.PINNED and unsaved:
            self._services.run(self._pin_again(self.pane_ids), None, lambda _: None)
        late = self._launching and not self._facts.get("granted")
        if late and before is not None and point.encounter not in (None, before.encounter):
            self._moved = True  # what is being launched carries the former encounter, or none

    def relaunch_if_asked(self) -> None:
        """Carry out a relaunch that the state asks for; called when the hub has been answered."""
        point = self._point
        if (self.view.relaunch or self._moved) and point is not None and point.patient is not None:
            self.launch(point)

    def fact(self, facts: dict[str, Any]) -> None:
        """A fact of the gateway about one of this pane's pages."""
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
                self._comeback.start()
        elif facts["socket"]:
            self._feed(SocketBack())
        if facts["last_event"] and facts["last_ack"] is not None:
            self._feed(Answered(facts["last_event"], int(facts["last_ack"])))
        self._feed_read(facts)
        if facts["granted"] and not before.get("granted"):
            self._unread.start()

    def pin(self, told: Callable[[bool], None] = lambda _: None) -> None:
        """Keep the pane on its patient. ``told(True)`` once the gateway has confirmed it; ``told(False)`` changes nothing."""
        page = self._page
        if page is None or not self.view.usable:
            told(False)
            return
        pane = page.pane
        self._services.run(
            self._confirm_pin(pane),
            lambda _: self._pin_confirmed(pane, told),
            lambda _: told(False),
        )

    async def _confirm_pin(self, pane: str) -> None:
        async with asyncio.timeout(PIN_SECONDS):
            await self._services.workspace.pin(pane, True)

    def _pin_confirmed(self, pane: str, told: Callable[[bool], None]) -> None:
        if self._page is not None and self._page.pane == pane:
            self._feed(Pinned())
        told(self.view.state is State.PINNED)

    def release(self) -> None:
        """Let a pinned pane go: it is launched anew for the current patient, and closed when there is none."""
        if self.view.state is not State.PINNED or self._point is None:
            return
        if self._point.patient is None:
            self.close()
            return
        self._feed(Released())
        self.launch(self._point)

    def synchronise(self) -> None:
        """*Synkroniser*: launch anew for the current patient."""
        if self._point is not None:
            self.launch(self._point, by_user=True)

    def suspend(self, suspended: bool) -> None:
        """Cover the pane while the gateway is away."""
        if suspended != self._suspended:
            self._suspended = suspended
            if not suspended and self.view.state is State.ASKING and self._point is not None:
                self.launch(self._point)  # the gateway no longer knows what it has asked
            elif not suspended and self.app.follows == "fhircast" and self.view.state is not State.PINNED:
                self._comeback.start()
            self.changed.emit()

    def confirm_lost(self, lost: bool) -> None:
        """Cover the pane while the shell itself hears nothing of its topic (S1)."""
        if lost is not self._unconfirmed:
            self._unconfirmed = lost
            self.changed.emit()

    def ask_unsaved(self, answered: Callable[[Draft], None]) -> None:
        """Ask the page for unsaved work; one that is missing, has stopped or is being replaced has none."""
        in_use = self.view.state in (State.FOLLOWING, State.PINNED) or self._lost_its_way
        if self._page is None or not in_use:
            answered(NOTHING_UNSAVED)
        else:
            self._asked_unsaved.ask(self._page, answered)

    @property
    def seal(self) -> tuple[str, int] | None:
        """The same as a while ago: the user cannot have touched the page meanwhile; None while he can."""
        number = self._page.out_of_reach if self._page is not None else None
        return (self._page.pane, number) if self._page is not None and number is not None else None

    @property
    def _lost_its_way(self) -> bool:
        """A follower behind its curtain, whose page is alive and may hold what the user wrote."""
        covered = self.view.state in (State.CHANGING, State.OUT_OF_SYNC)
        alive = self.view.reason is not Reason.CRASHED and not self._launching
        return covered and alive and self.app.follows == "fhircast" and self._shows is not None

    def close(self) -> None:
        """End the pane and its grants."""
        self._generation += 1
        self.wants_encounter = ""
        self._feed(Closed())
        self._drop_next()
        if self._page is not None:
            self._end_page(self._page)
            self._page = None
        self.ended.emit()

    # launching

    def _begun(self, generation: int, opened: OpenedPane, launch: Launch, answered: bool = False) -> None:
        missing = launch.encounter_missing and self._asks and not answered
        if missing or generation != self._generation:
            self._services.run(self._services.workspace.end_pane(opened.pane), None, lambda _: None)
            if generation == self._generation and self._point is not None:
                self._deadline.stop()  # the user may take his time
                self.wants_encounter = self._point.patient or ""
                self.encounter_wanted.emit()
            return
        base = self._services.base_url
        origins = DeclaredOrigins(self.app.origins, origin_of(base))
        language, posts = self._services.language(), self.app.posts_messages
        page = WebPane(opened, base, origins, language, self._holder, posts_messages=posts)
        page.refused.connect(self.refused)
        page.refused.connect(lambda kind, _: self._note_refused(page, kind))
        page.dialog.connect(self.dialog)
        page.painted.connect(lambda: self._painted(page))
        page.crashed.connect(lambda: self._broken(page, "crashed"))
        page.hung.connect(lambda: self._broken(page, "hung"))
        page.load_failed.connect(lambda: self._load_failed(page))
        page.authorization_refused.connect(lambda key: self._not_let_in(page, key))
        page.asks.connect(lambda: self._asked(page))
        page.gateway_page.connect(lambda name: self._gateway_shows(page, name))
        page.leaving.connect(lambda: self._leaves(page))
        if page.messaging is not None:
            effects = MessageEffects(
                lambda: page is self._target and self.view.usable, self.close, self.activity_wanted.emit
            )
            PaneMessaging(page.messaging, page.pane, self._services, effects)
        self._next = page
        self.page_added.emit(page)
        page.open(launch.url)

    def _note_refused(self, page: WebPane, kind: str) -> None:
        """In the access log too: the user's toast goes, and IT asks later."""
        word = PolicyKind(kind).name.lower()
        self._services.run(self._services.workspace.page_refused(page.pane, word), None, lambda _: None)

    def _failed(self, generation: int, point: ContextPoint, error: BaseException) -> None:
        if generation != self._generation:
            return
        if isinstance(error, ContextMoved):
            self._moved = True  # a newer event launches again, if it has not come already
            if self._point is not point:
                self.relaunch_if_asked()
            return
        self.failure = error.key if isinstance(error, GatewayError) else "gateway_failed"
        self._feed(Crashed())

    def _load_failed(self, page: WebPane) -> None:
        if page is self._next and not self._facts.get("granted") and not self.failure:
            self.failure = "app_unreachable"
            self._feed(Crashed())

    def _not_let_in(self, page: WebPane, key: str) -> None:
        """The gateway refused the app: its user is told why at once, whatever the app makes of it."""
        if page is self._next and not self._facts.get("granted") and not self.view.relaunch:
            self.failure = key
            self._feed(Crashed())

    def _gateway_shows(self, page: WebPane, name: str) -> None:
        """A page of the gateway that is no question stands where the app should be, at its start or in use."""
        if page is self._target and not self.view.relaunch:
            before = self.view
            self.failure = failure_of_page(name, self.failure)
            self._feed(Crashed())
            if self.view == before:
                self.changed.emit()  # the same state, for a reason that is known better now

    def _asked(self, page: WebPane) -> None:
        """The gateway asks the user about the app: its page alone is shown, and an older one has ended before."""
        waits = page is self._next and not self._facts.get("granted") and not self.failure
        if waits and self._state.may_ask:
            self._end_old()
            self._feed(Asked())

    def _leaves(self, page: WebPane) -> None:
        """Whatever comes after the question is behind the curtain."""
        if page is self._next and self.view.state is State.ASKING:
            self._feed(Replied())

    def _broken(self, page: WebPane, how: str) -> None:
        if page is self._target:
            self.failure = how
            self._feed(Crashed())

    def _relaunch_if_silent(self) -> None:
        """The hub has lost this follower: it is launched anew, but nothing unsaved goes with its page."""
        covered = self.view.state in (State.CHANGING, State.OUT_OF_SYNC)
        if covered and self._point is not None and self._point.patient is not None:
            generation = self._generation
            self.ask_unsaved(lambda draft: self._silent_answered(generation, draft))

    def _silent_answered(self, generation: int, draft: Draft) -> None:
        covered = self.view.state in (State.CHANGING, State.OUT_OF_SYNC)
        page = self._page
        if generation != self._generation or not covered or self._point is None:
            return
        if not draft.unsaved or page is None:
            self.launch(self._point)
        elif self._shows == self.effective_patient:
            self._services.run(
                self._confirm_pin(page.pane), lambda _: self._hold(generation), lambda _: None
            )  # a pin that is not confirmed leaves the curtain, with reason and button

    def _hold(self, generation: int) -> None:
        if generation == self._generation and self._shows == self.effective_patient:
            self._feed(Pinned())
            if self.view.state is State.PINNED:
                self.held.emit()

    # facts and paint

    def _feed_read(self, facts: dict[str, Any]) -> None:
        if not facts["read_since"] or not facts["effective_patient"]:
            self._fed = None  # the next read is a new one, also about the same patient and event
            return
        seen = (facts["pane"], facts["effective_patient"], facts["last_event"], facts["last_ack"])
        if seen != self._fed:
            self._fed = seen
            self._feed(ReadSeen(facts["effective_patient"]))
            self._watch_paint()

    def _watch_paint(self) -> None:
        self._unread.stop()
        if self._target is not None:
            self._target.watch_paint()

    def _painted(self, page: WebPane) -> None:
        if page is not self._target:
            return
        if self._launching and self._next is page:
            self._promote(page)
        self._feed(Painted())

    def _promote(self, page: WebPane) -> None:
        """The new page has painted: it takes the old one's place, which ends with its grant."""
        self._end_old()
        self._page, self._next, self._launching, self._shows = page, None, False, None

    def _feed(self, given: PaneInput) -> None:
        before = self.view
        now = self._services.monotonic()
        view = self._state.handle(given, now)
        if view.deadline is None:
            self._deadline.stop()
        else:
            self._deadline.start(max(0, int((view.deadline - now) * 1000) + 5))
        if view.state is State.FOLLOWING:
            self._shows = view.patient
        if view != before:
            if view.state is not State.OUT_OF_SYNC or view.reason is not Reason.CRASHED:
                self.failure = "" if view.state is not State.OUT_OF_SYNC else self.failure
            self.changed.emit()

    # ends

    async def _pin_again(self, panes: tuple[str, ...]) -> None:
        """The state is pinned already, and the page can read nobody else: the gateway is told as soon as it listens."""
        for pane in panes:
            for pause in (*PIN_AGAIN_SECONDS, 0):
                try:
                    await self._services.workspace.pin(pane, True)
                    break
                except GatewayError:  # one that is gone keeps nobody from telling of the next
                    await asyncio.sleep(pause)

    def _end_old(self) -> None:
        old, self._page = self._page, None
        if old is not None:
            self._end_page(old)

    def _drop_next(self) -> None:
        self._unread.stop()
        if self._next is not None:
            self._end_page(self._next)
            self._next = None

    def _end_page(self, page: WebPane) -> None:
        pane = page.pane
        page.end()
        self._asked_unsaved.ended(page)
        self._services.run(self._services.workspace.end_pane(pane), None, lambda _: None)


def received(point: ContextPoint, *, unsaved: bool = False) -> ContextReceived:
    """What the state machine hears of a point in the topic's life."""
    return ContextReceived(point.event_id, point.patient, point.encounter, unsaved)
