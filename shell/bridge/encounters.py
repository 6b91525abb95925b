"""An app that wants an encounter when none is in progress: the user is asked, once for a patient in a tab (NAV-06)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from shell.bridge.launching import EncounterChoice
from shell.bridge.pane_controller import PaneController
from shell.bridge.services import Services
from shell.bridge.tab_controller import TabController
from shell.presenters.encounters import recent_encounters
from shell.presenters.view_models import EncounterQuestionModel, PatientRef
from shell.windows.main_window import MainWindow

MOST_READ = 20


class EncounterQuestions(QObject):
    """Asks for the panes of the visible tab, one after the other; another patient ends the question."""

    def __init__(
        self,
        window: MainWindow,
        services: Services,
        front: Callable[[], TabController | None],
        describe: Callable[[str | None], PatientRef | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._services = services
        self._front = front
        self._describe = describe
        self._given: dict[str, tuple[str, EncounterChoice]] = {}
        self._pane: PaneController | None = None
        self._model: EncounterQuestionModel | None = None
        window.encounter_answered.connect(self._answered)
        window.encounter_left.connect(self._left)
        window.question_answered.connect(self._other_answered)

    def look(self) -> None:
        """Something has changed: ask what is to be asked now, and end a question that nobody waits for."""
        tab = self._front()
        waiting = self._waiting(tab) if tab is not None else []
        if self._pane is not None and self._pane not in waiting:
            self._end()
        if tab is None or not waiting:
            return
        if self._pane is None:
            self._begin(tab, waiting[0])
        elif self._model is not None:
            self._window.ask_encounter(self._model)

    def end(self) -> None:
        """The user leaves: nothing of what was asked stays (S6)."""
        self._given.clear()
        self._end()
        self._window.encounter_answered.disconnect(self._answered)
        self._window.encounter_left.disconnect(self._left)
        self._window.question_answered.disconnect(self._other_answered)

    def _waiting(self, tab: TabController) -> list[PaneController]:
        return [pane for pane in tab.panes if pane.wants_encounter and pane.wants_encounter == tab.patient_id]

    def _begin(self, tab: TabController, pane: PaneController) -> None:
        patient = pane.wants_encounter
        known = self._given.get(tab.topic)
        if known is not None and known[0] == patient:
            pane.launch_for(known[1])
            return
        self._pane = pane
        asked = [("patient", patient), ("_sort", "-date"), ("_count", str(MOST_READ))]
        self._services.run(
            self._services.records.search("Encounter", asked, pages=1),
            lambda found: self._read(pane, patient, found),
            lambda _: self._read(pane, patient, None),
        )

    def _read(self, pane: PaneController, patient: str, found: list[dict[str, Any]] | None) -> None:
        if pane is not self._pane or pane.wants_encounter != patient:
            return
        shown = self._describe(patient)
        encounters = recent_encounters(found or (), patient)
        self._model = EncounterQuestionModel(pane.app.model, shown, encounters, read=found is not None)
        self.look()

    def _answered(self, encounter: str) -> None:
        tab, pane = self._front(), self._pane
        self._end()
        if tab is None or pane is None or not pane.wants_encounter:
            return
        choice = EncounterChoice(encounter or None)
        self._given[tab.topic] = (pane.wants_encounter, choice)
        pane.launch_for(choice)
        self.look()

    def _left(self) -> None:
        pane = self._pane
        self._end()
        if pane is not None and pane.wants_encounter:
            pane.close()
        self.look()

    def _other_answered(self, _choice: str) -> None:
        self.look()

    def _end(self) -> None:
        self._pane = self._model = None
        self._window.end_encounter()
