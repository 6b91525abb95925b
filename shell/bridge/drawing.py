"""Draws tabs, banner, panes and rail from what the controllers know. Decides nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from context.pane_state import State
from shell.bridge.pane_controller import PaneController
from shell.bridge.patient_references import PatientReferences
from shell.bridge.patient_tabs import PatientTabs, own_key, pane_key
from shell.bridge.services import AppFacts, Services
from shell.bridge.start_list_controller import StartListController
from shell.bridge.tab_controller import TabController
from shell.presenters.patient_models import banner
from shell.presenters.texts import sentence
from shell.presenters.view_models import (
    BannerModel,
    PaneModel,
    PatientRef,
    PatientTabModel,
    PersonName,
    RailItemModel,
)
from shell.windows.main_window import MainWindow


class Drawing:
    """What the window shows of the workspace."""

    def __init__(
        self,
        window: MainWindow,
        services: Services,
        tabs: PatientTabs,
        references: PatientReferences,
        start_list: StartListController,
        apps: list[AppFacts],
    ) -> None:
        self._window = window
        self._services = services
        self._tabs = tabs
        self._references = references
        self._start_list = start_list
        self._apps = apps

    def all(self, being_opened: frozenset[str]) -> None:
        """Everything; ``being_opened`` are the patients whose tab is still to be made."""
        self._references.learn()
        self._references.allocate()
        self.opening(being_opened)
        front = self._tabs.front
        reference = self._references.of(own_key(front)) if front is not None else None
        self._window.set_home(self._start_list.home())
        self._window.set_tabs(
            tuple(model for tab in self._tabs.shown() for model in self._tab_models(tab)),
            reference.key if reference else None,
        )
        self._window.set_banner(self.banner(front) if front is not None else None)
        for tab in self._tabs:
            for pane in tab.panes:
                self._window.area(tab.topic).set_pane(self.pane_model(tab, pane))
        self.rail()

    def opening(self, being_opened: frozenset[str]) -> None:
        """The row that was chosen says so until the hub has answered."""
        waited_for = (tab.waiting_for for tab in self._tabs if tab.waiting_for is not None)
        self._window.set_opening(being_opened.union(waited_for))

    def pane(self, tab: TabController, pane: PaneController) -> None:
        """One pane's header and curtain, and its mark in the rail."""
        self._references.allocate()
        self._window.area(tab.topic).set_pane(self.pane_model(tab, pane))
        self.rail()

    def banner(self, tab: TabController) -> BannerModel | None:
        """The patient whom the hub has confirmed and the record has named (S1), else nobody."""
        confirmed = tab.patient
        if confirmed is None or tab.patient_id is None:
            return None
        slot, neighbours = self._references.slots.get(tab.patient_id), self._start_list.neighbours
        model = banner(confirmed.facts, confirmed.warnings, slot, neighbours, date.today())
        names = {app.client_id: app.name for app in self._apps}
        drafts = tab.drafts.flags(tab.patient_id, names, self._services.language())
        unconfirmed = tab.unconfirmed_since is not None
        return replace(model, flags=(*model.flags, *drafts), unconfirmed=unconfirmed)

    def pane_model(self, tab: TabController, pane: PaneController) -> PaneModel:
        """A pane with its own patient (S2) and its state (S3)."""
        return PaneModel(
            key=pane_key(tab, pane),
            app=pane.app.model,
            state=pane.view.state,
            effective=self._references.of(pane.effective_patient),
            current=self._references.of(tab.patient_id),
            reason=pane.view.reason,
            failure=pane.failure,
            suspended=pane.suspended or (tab.patient_id is not None and tab.patient is None),
            may_pin=True,
        )

    def rail(self) -> None:
        """The apps, each with the state of its pane in the front tab."""
        tab = self._tabs.front
        open_here = {pane.app.client_id: pane for pane in tab.panes} if tab is not None else {}
        area = self._window.area(tab.topic) if tab is not None else None
        visible = area.visible_panes() if area is not None else ()
        focused = area.focused_pane() if area is not None else None
        items = []
        for app in self._apps:
            pane = open_here.get(app.client_id)
            key = pane_key(tab, pane) if tab is not None and pane is not None else ""
            items.append(self._rail_item(app, pane, key in visible, bool(key) and key == focused))
        self._window.set_rail(tuple(items))

    def _rail_item(
        self, app: AppFacts, pane: PaneController | None, visible: bool, focused: bool
    ) -> RailItemModel:
        if pane is None:
            return RailItemModel(app.model, None, visible=visible, focused=focused)
        state = pane.view.state
        kept = self._references.slots.get(pane.effective_patient or "") if state is State.PINNED else None
        return RailItemModel(app.model, state, visible, focused, kept, suspended=pane.suspended)

    def _tab_models(self, tab: TabController) -> list[PatientTabModel]:
        """The tab's patient, and beside him whoever is to take his place, until the hub has confirmed it (S1)."""
        models = []
        own = self._references.of(own_key(tab))
        if own is not None:
            models.append(PatientTabModel(own, waiting=own.key == tab.waiting_for))
        if tab.waiting_for is not None and tab.waiting_for != own_key(tab):
            unnamed = PatientRef(tab.waiting_for, PersonName(sentence("opening", self._services.language())))
            models.append(PatientTabModel(self._references.of(tab.waiting_for) or unnamed, waiting=True))
        return models
