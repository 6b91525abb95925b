"""One patient tab: one topic of the hub, the patient that the hub has confirmed there, and the panes that follow."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from context.pane_state import State
from shell.bridge.drafts import ArrivalCheck, Unsaved
from shell.bridge.launching import Activity, ContextPoint
from shell.bridge.pane_controller import PaneController
from shell.bridge.services import AppFacts, Services
from shell.gateway_client.errors import GatewayError, SourceMalformed
from shell.gateway_client.hub import Notification, Subscription
from shell.presenters.patient_facts import PatientFacts, Warnings, patient_facts, warnings_of
from shell.presenters.scratchpad import Drafts
from shell.web.probes import Draft
from shell.widgets.kept import delete_later
from shell.widgets.later import Later

FOLLOWED = 200
CURTAIN_SECONDS = 8.0
SEALED_SECONDS = 2.0
"""How long a page that nobody can touch is believed to hold nothing unsaved."""
BANNER_AGAIN_MS = 2000
SAID_AFTER_MS = 300
"""A channel that comes back sooner has only been covered; nothing was said of it."""

Answer = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class ConfirmedPatient:
    """Who the hub has confirmed; ``warnings`` is None until they have been read."""

    facts: PatientFacts
    warnings: Warnings | None = None
    encounter: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What the question for unsaved work came to: ``given_up`` may be lost, ``calm`` panes said they hold nothing.

    ``seals`` are those of calm panes that the user could not touch just then.
    """

    given_up: frozenset[PaneController] = frozenset()
    calm: frozenset[PaneController] = frozenset()
    seals: frozenset[tuple[PaneController, tuple[str, int]]] = frozenset()

    def is_known(self, pane: PaneController) -> bool:
        """Whether there is nothing more to ask of ``pane``: it may be lost, or nobody has touched it since it was asked."""
        seal = pane.seal
        return pane in self.given_up or (seal is not None and (pane, seal) in self.seals)


@dataclass(frozen=True, slots=True)
class OwnOpen:
    """An open that this shell has posted: to be recognised when the hub sends it back."""

    event_id: str
    patient: str
    settled: Settled
    chosen_at: float
    """Seconds of the services' monotonic clock."""


class TabController(QObject):
    """Signals: ``changed()`` for banner and tab, ``patient_changed(patient_id)`` once per confirmed change,
    ``choice_confirmed(patient_id)`` after it when it was the choice of this user, ``pane_added(controller)``,
    ``pane_removed(controller)``, ``pane_kept(controller)`` when a change by somebody else would
    have taken unsaved work, ``choice_begun(patient_id)``, ``choice_failed(patient_id, text_key)``,
    ``banner_read()``, ``banner_failed(text_key)``, ``connected(bool)``, ``change_begun(patient_id)`` when another patient
    (empty: nobody) has come from the hub and nothing is changed yet, ``ended()``, ``unconfirmed_changed()``.

    ``arriving``: the panes are being told, one by one, of another point; ``changed`` follows at once for all of them.
    ``unconfirmed_since``: since when nobody confirms who the patient is (S1); the panes have been covered a moment longer.
    """

    changed = Signal()
    patient_changed = Signal(str)
    choice_confirmed = Signal(str)
    pane_added = Signal(object)
    pane_removed = Signal(object)
    pane_kept = Signal(object)
    choice_begun = Signal(str)
    choice_failed = Signal(str, str)
    banner_read = Signal()
    banner_failed = Signal(str)
    connected = Signal(bool)
    change_begun = Signal(str)
    ended = Signal()
    unconfirmed_changed = Signal()

    def __init__(
        self, topic: str, services: Services, holder: QWidget, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.topic = topic
        self.panes: list[PaneController] = []
        self.waiting_for: str | None = None
        self.patient: ConfirmedPatient | None = None
        self.patient_id: str | None = None
        self.drafts = Drafts()
        self.arriving = False
        self._services = services
        self._holder = holder
        self._point: ContextPoint | None = None
        self._read_ahead: dict[str, PatientFacts] = {}
        self._reading: object = None
        self._following: Future[None] | None = None
        self._ended = False
        self._banner_again = Later(self, lambda: self.refresh_banner(), BANNER_AGAIN_MS)
        self._opening: Future[None] | None = None
        self._own: OwnOpen | None = None
        self._arrival = ArrivalCheck(self)
        self._subscription: Subscription | None = None
        self._paused = False
        self._up: bool | None = None
        self._lost_at: datetime | None = None
        self.unconfirmed_since: datetime | None = None
        self._say_lost = Later(self, lambda: self._set_unconfirmed(self._lost_at), SAID_AFTER_MS)

    def start(self) -> None:
        """Subscribe to the topic."""
        self._subscription = Subscription(
            self._services.connection,
            self.topic,
            self._on_event,
            lambda up: self._services.post(lambda: self._connected(up)),
            lambda: self._services.workspace.context(self.topic),
            self._on_context,
        )
        self._following = self._services.run(self._subscription.run(), None, lambda _: None)

    def _connected(self, up: bool) -> None:
        """Covered at once, said a moment later; uncovered when the hub's context is known again (S1, FC-40)."""
        if self._ended or up is self._up:
            return
        self._up = up
        self._lost_at = None if up else datetime.now().astimezone()
        for pane in self.panes:
            pane.confirm_lost(not up)
        if up:
            self._say_lost.stop()
            self._set_unconfirmed(None)
        else:
            self._say_lost()
        self.connected.emit(up)

    @property
    def channel_is_up(self) -> bool:
        """Whether the hub is heard, and its context known."""
        return bool(self._up)

    def _set_unconfirmed(self, since: datetime | None) -> None:
        if since != self.unconfirmed_since and not self._ended:
            self.unconfirmed_since = since
            self.unconfirmed_changed.emit()
            self.changed.emit()

    def hurry(self) -> None:
        """The user wants the channel back now, not at the next attempt."""
        if self._subscription is not None and self._lost_at is not None:
            self._services.run(self._subscription.hurry(), None, lambda _: None)

    def pause(self, paused: bool) -> None:
        """The session is locked: nothing is read, and no attempt is made, until ``refresh_banner`` afterwards."""
        self._paused = paused
        if paused:
            self._banner_again.stop()

    def end(self) -> None:
        """Close the tab with its panes."""
        self._ended = True
        self._arrival.drop()
        if self._following is not None:
            self._following.cancel()
        for pane in list(self.panes):
            pane.close()
        self._services.run(self._services.workspace.end_context(self.topic), None, lambda _: None)
        self.ended.emit()

    # choosing a patient

    def open_patient(self, patient_id: str, settled: Settled | None = None) -> None:
        """Ask the hub for another patient. Banner and panes change when the hub says so, not before (S1)."""
        event_id, now = self._services.posts.new_event_id(), self._services.monotonic()
        own = OwnOpen(event_id, patient_id, settled or Settled(), now)
        self._own, self.waiting_for = own, patient_id
        self.choice_begun.emit(patient_id)
        self.changed.emit()
        if self._opening is not None:
            self._opening.cancel()  # the newest choice wins
        self._opening = self._services.run(
            self._post_open(own), None, lambda error: self._open_failed(own, error)
        )

    async def _post_open(self, own: OwnOpen) -> None:
        patient = await self._services.records.chosen_patient(own.patient)
        try:
            facts = patient_facts(patient)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SourceMalformed(type(error).__name__) from error
        self._services.post(lambda: self._remember(own, facts))
        await self._services.posts.open_patient(self.topic, patient, own.event_id)

    def _remember(self, own: OwnOpen, facts: PatientFacts) -> None:
        if self._own is own:
            self._read_ahead = {own.patient: facts}

    def _open_failed(self, own: OwnOpen, error: BaseException) -> None:
        if self._own is own:
            self._give_up_waiting(error.key if isinstance(error, GatewayError) else "gateway_failed")

    def _give_up_waiting(self, key: str) -> None:
        """The patient whom the user chose does not come."""
        chosen, self._own, self.waiting_for = self.waiting_for, None, None
        self._read_ahead.clear()
        if not self._ended:
            self.changed.emit()
            self.choice_failed.emit(chosen or "", key)

    def drop_choice(self) -> None:
        """The user does not wait any longer; an open that the hub has taken already still comes, as anybody's does."""
        if self._opening is not None:
            self._opening.cancel()
        self._own = self.waiting_for = None
        self._read_ahead.clear()
        self.changed.emit()

    # what the hub says

    async def _on_event(self, message: Notification) -> int:
        """On the loop's thread: have the curtains painted, then answer."""
        return await self._when_painted(lambda answer: self._take(message, answer))

    async def _on_context(self, context: dict[str, Any]) -> None:
        """On the loop's thread, after the socket was gone: the hub's context as it is now."""
        await self._when_painted(lambda answer: self._catch_up(context, answer))

    async def _when_painted(self, take: Callable[[Answer], None]) -> int:
        loop = asyncio.get_running_loop()
        painted: asyncio.Future[int] = loop.create_future()

        def resolve(status: int) -> None:
            if not painted.done():
                painted.set_result(status)

        def answer(status: int) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended, and nobody waits
                loop.call_soon_threadsafe(resolve, status)

        self._services.post(lambda: take(answer))
        async with asyncio.timeout(CURTAIN_SECONDS):  # wait_for would swallow the end of the tab just then
            return await painted

    def _take(self, message: Notification, answer: Answer) -> None:
        """On the GUI thread. The answer goes out after the curtains are on the screen."""
        event = message["event"]
        name = str(event["hub.event"]).lower()
        own = self._own is not None and self._own.event_id == message["id"]
        if not self._ended and own and is_stale(event):
            self._give_up_waiting("overtaken")
        if self._ended or name == "syncerror" or is_stale(event):
            answer(FOLLOWED)
            return
        point = self._point_of(message, name)
        if point is None:
            answer(FOLLOWED)
        else:
            self._meet(point, answer, own=own)

    def _point_of(self, message: Notification, name: str) -> ContextPoint | None:
        """The point to which an event brings the topic; None when it changes nothing here."""
        event = message["event"]
        resources = {item.get("key"): item.get("resource") or {} for item in event.get("context", [])}
        patient_id = str(resources.get("patient", {}).get("id") or "")
        encounter = str(resources.get("encounter", {}).get("id") or "") or None
        event_id, version = str(message["id"]), str(event.get("context.versionId") or "")
        if name == "patient-close" and patient_id == self.patient_id:
            return ContextPoint(self.topic, event_id, version, None)
        if name == "home-open" and self.patient_id is not None:
            return ContextPoint(self.topic, event_id, version, None)
        if name.endswith("-open") and patient_id:
            kept = self._point.encounter if self._point and patient_id == self.patient_id else None
            return ContextPoint(self.topic, event_id, version, patient_id, encounter or kept)
        if name == "encounter-close" and self._point and self._point.encounter == encounter:
            self._point = replace(self._point, encounter=None)
        return None

    def _catch_up(self, context: dict[str, Any], answer: Answer) -> None:
        """What happened while the socket was gone and is not replayed, such as a patient who was closed."""
        patient_id = str(context.get("patient") or "") or None
        posted = self._opening is not None and self._opening.done()
        if posted and self.waiting_for not in (None, patient_id):
            self._give_up_waiting("overtaken")
        if self._ended or patient_id == self.patient_id:
            answer(FOLLOWED)
        else:
            version = str(context.get("context_version") or "")
            encounter = str(context.get("encounter") or "") or None
            self._meet(ContextPoint(self.topic, "", version, patient_id, encounter), answer, own=False)

    def _meet(self, point: ContextPoint, answer: Answer, *, own: bool) -> None:
        """Ask pages that would be taken away for unsaved work, then go to the point."""
        if point.patient != self.patient_id:
            self.change_begun.emit(point.patient or "")
        settled = self._settled_before() if own else Settled()
        leaving = [pane for pane in self.panes if pane.would_leave(point) and not settled.is_known(pane)]
        self._arrival.ask(
            leaving, settled.calm, lambda unsaved: self._arrive(point, unsaved, answer, own=own)
        )

    def _settled_before(self) -> Settled:
        """What was settled when the user chose; what a page said then is not believed for long."""
        if self._own is None:
            return Settled()
        late = self._services.monotonic() - self._own.chosen_at > SEALED_SECONDS
        return replace(self._own.settled, seals=frozenset()) if late else self._own.settled

    def _arrive(self, point: ContextPoint, unsaved: Unsaved, answer: Answer, *, own: bool) -> None:
        self._set_patient(point, unsaved, own=own)
        self._services.post(lambda: self._answered(answer))

    def _answered(self, answer: Answer) -> None:
        answer(FOLLOWED)
        for pane in list(self.panes):
            pane.relaunch_if_asked()

    def _set_patient(self, point: ContextPoint, unsaved: Unsaved, *, own: bool) -> None:
        patient_id = point.patient
        other = patient_id != self.patient_id
        self._point, self.patient_id = point, patient_id
        if other:
            self._reading = None
        chosen = own or (self.waiting_for is not None and self.waiting_for == patient_id)
        if chosen:
            self._own = self.waiting_for = None
        if other:
            known = self._read_ahead.pop(patient_id or "", None)
            self.patient = ConfirmedPatient(known) if known is not None else None
        self.arriving = True
        for pane in list(self.panes):
            pane.context_received(point, unsaved=pane in unsaved)
            if pane.view.state is State.CLOSED:
                pane.close()
        self.arriving = False
        self.changed.emit()
        if other:
            self.patient_changed.emit(patient_id or "")
        if chosen:
            self.choice_confirmed.emit(patient_id or "")
        self._holder.repaint()
        if other:
            self.refresh_banner()
        for pane in unsaved:
            if pane.view.state is State.PINNED:
                self.pane_kept.emit(pane)

    # the banner

    def refresh_banner(self) -> None:
        """Read name and warnings anew."""
        if self.patient_id is not None and not self._paused:
            self._read_banner(self.patient_id)

    def _read_banner(self, patient_id: str) -> None:
        self._reading = reading = object()
        self._services.run(
            self._read(patient_id),
            lambda confirmed: self._banner_read(reading, confirmed),
            lambda error: self._banner_failed(reading, error),
        )

    async def _read(self, patient_id: str) -> ConfirmedPatient:
        try:
            return await self._read_confirmed(patient_id)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SourceMalformed(type(error).__name__) from error

    async def _read_confirmed(self, patient_id: str) -> ConfirmedPatient:
        records = self._services.records
        patient, allergies, flags, encounters = await asyncio.gather(
            records.patient(patient_id),
            records.search("AllergyIntolerance", [("patient", patient_id), ("_count", "100")]),
            records.search("Flag", [("patient", patient_id), ("_count", "100")]),
            records.search(
                "Encounter", [("patient", patient_id), ("status", "in-progress"), ("_count", "5")]
            ),
        )
        found = next((item for item in encounters if item["resourceType"] == "Encounter"), None)
        return ConfirmedPatient(patient_facts(patient), warnings_of(allergies, flags), found)

    def _banner_read(self, reading: object, confirmed: ConfirmedPatient) -> None:
        """Only the newest reading counts: an older answer may come later and say less."""
        if reading is self._reading and confirmed.facts.patient_id == self.patient_id and not self._ended:
            self.patient = confirmed
            self.changed.emit()
            self.banner_read.emit()

    def _banner_failed(self, reading: object, error: BaseException) -> None:
        if reading is self._reading and not self._ended:
            self.banner_failed.emit(error.key if isinstance(error, GatewayError) else "gateway_failed")
            if not self._paused and (self.patient is None or self.patient.warnings is None):
                self._banner_again()

    # panes

    def open_app(
        self, app: AppFacts, *, by_user: bool = True, activity: Activity | None = None
    ) -> PaneController | None:
        """Open an app for the tab's patient; a pane of it that is already there is returned."""
        for pane in self.panes:
            if pane.app.client_id == app.client_id:
                return pane
        if self._point is None or self.patient_id is None:
            return None
        pane = PaneController(app, self._services, self._holder, self)
        pane.ended.connect(lambda: self._removed(pane))
        pane.confirm_lost(self._lost_at is not None)
        self.panes.append(pane)
        self.pane_added.emit(pane)
        pane.launch(self._point, by_user=by_user, activity=activity)
        return pane

    def open_activity(self, app: AppFacts, activity: Activity, told: Callable[[bool], None]) -> None:
        """Open an app for what another asks; one that is open is launched anew, unless it holds unsaved work."""
        held = next((pane for pane in self.panes if pane.app.client_id == app.client_id), None)
        if held is None:
            told(self.open_app(app, activity=activity) is not None)
            return
        point = self._point

        def answered(draft: Draft) -> None:
            free = not draft.unsaved and held in self.panes and held.view.state is not State.PINNED
            if free and point is not None and self._point is point:
                held.launch(point, by_user=True, activity=activity)
                told(True)
            else:
                told(False)

        held.ask_unsaved(answered)

    def _removed(self, pane: PaneController) -> None:
        if pane in self.panes:
            self.panes.remove(pane)
            self.pane_removed.emit(pane)
            delete_later(pane)
            self.changed.emit()

    def fact(self, facts: dict[str, Any]) -> None:
        """A fact about one of the panes here."""
        for pane in list(self.panes):
            if facts.get("pane") in pane.pane_ids:
                pane.fact(facts)

    def take_drafts(self, drafts: Drafts) -> None:
        """What lies on this tab's scratchpad."""
        if drafts != self.drafts:
            self.drafts = drafts
            self.changed.emit()


def is_stale(event: dict[str, Any]) -> bool:
    """The hub's own verdict (S5): only an open that set the context carries its version (FC-36)."""
    return str(event["hub.event"]).lower().endswith("-open") and "context.versionId" not in event
