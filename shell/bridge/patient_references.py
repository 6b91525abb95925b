"""How the shell writes a patient wherever it names one: what is known of him, and his colour among the open ones."""

from __future__ import annotations

from context.pane_state import State
from shell.bridge.patient_tabs import PatientTabs
from shell.bridge.start_list_controller import StartListController
from shell.bridge.tab_controller import TabController
from shell.presenters.patient_facts import PatientFacts
from shell.presenters.slots import allocate
from shell.presenters.view_models import PatientRef, Slot

SLOTS: tuple[Slot, ...] = (1, 2, 3)


class PatientReferences:
    """Names from the record or the start list; slots (colour and shape) of the patients that are open or kept."""

    def __init__(self, tabs: PatientTabs, start_list: StartListController) -> None:
        self._tabs = tabs
        self._start_list = start_list
        self._known: dict[str, PatientFacts] = {}
        self.slots: dict[str, Slot] = {}

    def learn(self) -> None:
        """Remember whoever the tabs have read."""
        for tab in self._tabs:
            if tab.patient is not None:
                self._known[tab.patient.facts.patient_id] = tab.patient.facts

    def of(self, patient_id: str | None) -> PatientRef | None:
        """A patient as the shell writes him; None when nothing is known of him."""
        if patient_id is None:
            return None
        row = self._start_list.neighbours.row(patient_id)
        facts = self._known.get(patient_id) or (row.patient if row else None)
        if facts is None:
            return None
        return self._start_list.neighbours.reference(facts, self.slots.get(patient_id))

    def coming_to(self, tab: TabController, patient_id: str) -> PatientRef | None:
        """A patient who is to take a tab's place, with the slot that he would get."""
        target = self.of(patient_id)
        if target is None:
            return None
        return PatientRef(target.key, target.name, self._free_slot(tab), target.beside, target.beside_is_room)

    def allocate(self) -> None:
        """Slots for whoever is open or kept by a pinned pane; who has one keeps it."""
        current = [tab.patient_id for tab in self._tabs if tab.patient_id]
        pinned = [pane.effective_patient for pane in self._tabs.panes() if pane.view.state is State.PINNED]
        self.slots = allocate(self.slots, [patient for patient in [*pinned, *current] if patient])

    def _free_slot(self, tab: TabController) -> Slot | None:
        kept = [slot for patient, slot in self.slots.items() if patient != tab.patient_id]
        return next((slot for slot in SLOTS if slot not in kept), None)
