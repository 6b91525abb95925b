"""An app asks for something that another app does: one that can is opened, the user chooses among several (SWM-08)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject

from shell.bridge.launching import Activity
from shell.bridge.pane_controller import PaneController
from shell.bridge.patient_tabs import PatientTabs
from shell.bridge.services import AppFacts, Services
from shell.bridge.tab_controller import TabController
from shell.presenters.texts import sentence
from shell.presenters.view_models import ActivityQuestionModel
from shell.widgets.dialog import DialogWidget
from shell.windows.main_window import MainWindow

Told = Callable[[bool], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a pane asks for, and ``told(done)`` for its one answer."""

    pane: PaneController
    patient: str
    activity: Activity
    apps: tuple[AppFacts, ...]
    told: Told


class Activities(QObject):
    """Opens the app in the pane's own tab, for the patient whom both are about. One question at a time."""

    def __init__(
        self,
        window: MainWindow,
        services: Services,
        tabs: PatientTabs,
        apps: Sequence[AppFacts],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._services = services
        self._tabs = tabs
        self._apps = {app.client_id: app for app in apps}
        self._remembered: dict[str, str] = {}
        self._asked: Wish | None = None
        self._dialog: DialogWidget | None = None
        self.wiring = ((window.activity_answered, self._answered),)

    def wish(self, pane: PaneController, effect: dict[str, Any], told: Told) -> None:
        """``effect`` as the gateway gave it; an app that nobody may open here is left out."""
        patient, tab = pane.effective_patient, self._tab_of(pane)
        found = tuple(self._apps[name] for name in effect["apps"] if name in self._apps)
        if patient is None or tab is None or not found or not self._fits(pane, patient):
            told(False)
            return
        activity = Activity(effect["activity"], tuple(effect["fhirContext"]))
        wish = Wish(pane, patient, activity, found, told)
        known = self._remembered.get(activity.intent)
        chosen = found[0] if len(found) == 1 else next((app for app in found if app.client_id == known), None)
        if chosen is not None:
            self._open(wish, chosen)
        elif self._asked is not None or tab is not self._tabs.front:
            told(False)
        else:
            self._ask(wish)

    def look(self) -> None:
        """Something has changed: a question that no longer fits its pane is over."""
        if self._asked is not None and not self._fits(self._asked.pane, self._asked.patient):
            self._left()

    def drop(self) -> None:
        """The screen is being locked: a question is not answered later."""
        self._left()

    def end(self) -> None:
        """The user leaves: nothing of what was asked or chosen stays (S6)."""
        self._remembered.clear()
        self._left()

    def _ask(self, wish: Wish) -> None:
        language = self._services.language()
        words = {
            name: sentence(f"activity_{name}", language)
            for name in ("title", "text", "remember", "remembered", "not_remembered", "leave")
        }
        words["text"] = words["text"].format(app=wish.pane.app.name)
        model = ActivityQuestionModel(apps=tuple(app.model for app in wish.apps), **words)
        self._dialog = self._window.ask_activity(model)
        if self._dialog is None:
            wish.told(False)
        else:
            self._asked = wish

    def _answered(self, client_id: str, remember: bool) -> None:
        wish = self._taken()
        app = next((app for app in wish.apps if app.client_id == client_id), None) if wish else None
        if wish is None:
            return
        if app is None:
            wish.told(False)
            return
        if remember:
            self._remembered[wish.activity.intent] = client_id
        self._open(wish, app)

    def _left(self) -> None:
        wish = self._taken()
        if wish is not None:
            wish.told(False)

    def _taken(self) -> Wish | None:
        wish, self._asked = self._asked, None
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            self._window.overlay.close(dialog)
        return wish

    def _open(self, wish: Wish, app: AppFacts) -> None:
        tab = self._tab_of(wish.pane)
        if tab is None or not self._fits(wish.pane, wish.patient):
            wish.told(False)
            return
        tab.open_activity(app, wish.activity, wish.told)

    def _tab_of(self, pane: PaneController) -> TabController | None:
        return self._tabs.of_pane(pane)

    def _fits(self, pane: PaneController, patient: str) -> bool:
        """Never for anybody but the patient who is open, and whom the page is about (S1, S2)."""
        tab = self._tab_of(pane)
        return tab is not None and pane.view.usable and tab.patient_id == patient == pane.effective_patient
