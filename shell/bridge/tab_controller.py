"""One patient tab: one topic of the hub, the patient that the hub has confirmed there, and the panes that follow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from context.pane_state import State
from shell.bridge.pane_controller import ContextPoint, PaneController
from shell.bridge.services import AppFacts, Services
from shell.gateway_client.errors import GatewayError, SourceMalformed
from shell.gateway_client.hub import Notification, Subscription
from shell.presenters.patient_facts import PatientFacts, Warnings, patient_facts, warnings_of
from shell.widgets.later import Later

FOLLOWED = 200
CURTAIN_SECONDS = 8.0
BANNER_AGAIN_MS = 2000


@dataclass(frozen=True, slots=True)
class ConfirmedPatient:
    """Who the hub has confirmed; ``warnings`` is None until they have been read."""

    facts: PatientFacts
    warnings: Warnings | None = None
    encounter: dict[str, Any] | None = None


class TabController(QObject):
    """Signals: ``changed()`` for banner and tab, ``patient_changed(patient_id)`` once per confirmed change,
    ``pane_added(controller)``, ``pane_removed(controller)``, ``failed(text_key)``, ``connected(bool)``."""

    changed = Signal()
    patient_changed = Signal(str)
    pane_added = Signal(QObject)
    pane_removed = Signal(QObject)
    failed = Signal(str)
    connected = Signal(bool)

    def __init__(
        self, topic: str, services: Services, holder: QWidget, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.topic = topic
        self.panes: list[PaneController] = []
        self.waiting_for: str | None = None
        self.patient: ConfirmedPatient | None = None
        self.patient_id: str | None = None
        self.unsaved: frozenset[PaneController] = frozenset()
        self._services = services
        self._holder = holder
        self._point: ContextPoint | None = None
        self._read_ahead: dict[str, PatientFacts] = {}
        self._following: Future[None] | None = None
        self._ended = False
        self._banner_again = Later(self, lambda: self.refresh_banner(), BANNER_AGAIN_MS)
        self._opening: Future[None] | None = None

    def start(self) -> None:
        """Subscribe to the topic."""
        subscription = Subscription(
            self._services.connection,
            self.topic,
            self._on_event,
            lambda up: self._services.post(lambda: self.connected.emit(up)),
        )
        self._following = self._services.run(subscription.run(), None, lambda _: None)

    def end(self) -> None:
        """Close the tab with its panes."""
        self._ended = True
        if self._following is not None:
            self._following.cancel()
        for pane in list(self.panes):
            pane.close()
        self._services.run(self._services.workspace.end_context(self.topic), None, lambda _: None)

    # choosing a patient

    def open_patient(self, patient_id: str) -> None:
        """Ask the hub for another patient. Banner and panes change when the hub says so, not before (S1)."""
        self.waiting_for = patient_id
        self.changed.emit()
        if self._opening is not None:
            self._opening.cancel()  # the newest choice wins
        self._opening = self._services.run(
            self._post_open(patient_id), None, lambda error: self._open_failed(patient_id, error)
        )

    async def _post_open(self, patient_id: str) -> None:
        patient = await self._services.records.patient(patient_id)
        facts = patient_facts(patient)
        self._services.post(lambda: self._read_ahead.__setitem__(patient_id, facts))
        await self._services.posts.open_patient(self.topic, patient)

    def _open_failed(self, patient_id: str, error: BaseException) -> None:
        if self._ended or self.waiting_for != patient_id:
            return
        self.waiting_for = None
        self.changed.emit()
        self.failed.emit(error.key if isinstance(error, GatewayError) else "gateway_failed")

    # what the hub says

    async def _on_event(self, message: Notification) -> int:
        """On the loop's thread: have the curtains painted, then answer."""
        painted: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        loop = asyncio.get_running_loop()

        def resolve(status: int) -> None:
            if not painted.done():
                painted.set_result(status)

        def answer(status: int) -> None:
            loop.call_soon_threadsafe(resolve, status)

        self._services.post(lambda: self._take(message, answer))
        return await asyncio.wait_for(painted, CURTAIN_SECONDS)

    def _take(self, message: Notification, answer: Callable[[int], None]) -> None:
        """On the GUI thread. The answer goes out after the curtains are on the screen."""
        event = message["event"]
        name = str(event["hub.event"]).lower()
        if self._ended or name == "syncerror" or is_stale(event):
            answer(FOLLOWED)
            return
        resources = {item.get("key"): item.get("resource") or {} for item in event.get("context", [])}
        patient_id = str(resources.get("patient", {}).get("id") or "")
        if name == "patient-close":
            if patient_id == self.patient_id:
                self._set_patient(message, None)
        elif name in ("patient-open", "encounter-open") and patient_id:
            encounter = str(resources.get("encounter", {}).get("id") or "") or None
            self._set_patient(message, patient_id, encounter)
        self._services.post(lambda: self._answered(answer))

    def _answered(self, answer: Callable[[int], None]) -> None:
        answer(FOLLOWED)
        for pane in list(self.panes):
            pane.relaunch_if_asked()

    def _set_patient(
        self, message: Notification, patient_id: str | None, encounter: str | None = None
    ) -> None:
        event = message["event"]
        version = str(event.get("context.versionId") or "")
        self._point = ContextPoint(self.topic, str(message["id"]), version, patient_id)
        other = patient_id != self.patient_id
        self.patient_id = patient_id
        if self.waiting_for == patient_id:
            self.waiting_for = None
        if other:
            known = self._read_ahead.pop(patient_id or "", None)
            self.patient = ConfirmedPatient(known) if known is not None else None
        for pane in list(self.panes):
            pane.context_received(self._point, unsaved=pane in self.unsaved, encounter=encounter)
            if pane.view.state is State.CLOSED:
                pane.close()
        self.unsaved = frozenset()
        self._holder.repaint()
        self.changed.emit()
        if other:
            self.patient_changed.emit(patient_id or "")
            if patient_id is not None:
                self._read_banner(patient_id)

    # the banner

    def refresh_banner(self) -> None:
        """Read name and warnings anew."""
        if self.patient_id is not None:
            self._read_banner(self.patient_id)

    def _read_banner(self, patient_id: str) -> None:
        self._services.run(
            self._read(patient_id), self._banner_read, lambda error: self._banner_failed(patient_id, error)
        )

    async def _read(self, patient_id: str) -> tuple[str, ConfirmedPatient]:
        try:
            return await self._read_confirmed(patient_id)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SourceMalformed(type(error).__name__) from error

    async def _read_confirmed(self, patient_id: str) -> tuple[str, ConfirmedPatient]:
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
        return patient_id, ConfirmedPatient(patient_facts(patient), warnings_of(allergies, flags), found)

    def _banner_read(self, read: tuple[str, ConfirmedPatient]) -> None:
        patient_id, confirmed = read
        if patient_id == self.patient_id and not self._ended:
            self.patient = confirmed
            self.changed.emit()

    def _banner_failed(self, patient_id: str, error: BaseException) -> None:
        if patient_id == self.patient_id and not self._ended:
            self.failed.emit(error.key if isinstance(error, GatewayError) else "gateway_failed")
            if self.patient is None:
                self._banner_again()

    # panes

    def open_app(self, app: AppFacts) -> PaneController | None:
        """Open an app for the tab's patient; a pane of it that is already there is returned."""
        for pane in self.panes:
            if pane.app.client_id == app.client_id:
                return pane
        if self._point is None or self.patient_id is None:
            return None
        pane = PaneController(app, self._services, self._holder, self)
        pane.ended.connect(lambda: self._removed(pane))
        self.panes.append(pane)
        self.pane_added.emit(pane)
        pane.launch(self._point)
        return pane

    def _removed(self, pane: PaneController) -> None:
        if pane in self.panes:
            self.panes.remove(pane)
            self.pane_removed.emit(pane)
            pane.deleteLater()
            self.changed.emit()

    def fact(self, facts: dict[str, Any]) -> None:
        """A fact about one of the panes here."""
        for pane in list(self.panes):
            if facts.get("pane") in pane.pane_ids:
                pane.fact(facts)


def is_stale(event: dict[str, Any]) -> bool:
    """The hub's own verdict (S5): only an open that set the context carries its version (FC-36)."""
    return str(event["hub.event"]).lower().endswith("-open") and "context.versionId" not in event
