"""Answers the command palette: the own list at once, the record a moment later, apps and actions always."""

from __future__ import annotations

import contextlib
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from shell.bridge.services import AppFacts, Services
from shell.bridge.start_list_controller import StartListController
from shell.gateway_client.errors import GatewayError
from shell.gateway_client.records import JSON, Records
from shell.presenters.palette import (
    MOST_ALONE,
    MOST_RESULTS,
    AppEntry,
    found_actions,
    found_apps,
    found_people,
    local_people,
    merged,
    person_query,
)
from shell.presenters.patient_facts import PatientFacts, patient_facts, subject_id
from shell.presenters.start_list_rows import room_of
from shell.presenters.view_models import FoundModel, PaletteResult
from shell.windows.main_window import MainWindow

SEARCH_AFTER_MS = 180
MOST_PEOPLE = 20


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """Whom the record found; ``places``: room and ward by id, of those who live in one."""

    people: list[PatientFacts] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)


async def people_of(records: Records, parameters: list[tuple[str, str]]) -> FoundPeople:
    """The first MOST_PEOPLE whom the record finds, one page of them; off the GUI thread. Raises GatewayError kinds."""
    found = await records.search("Patient", [*parameters, ("_count", str(MOST_PEOPLE))], pages=1)
    people = []
    for resource in found[:MOST_PEOPLE]:
        with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError):
            people.append(patient_facts(resource))
    return FoundPeople(people, await _places_of(records, people) if people else {})


async def _places_of(records: Records, people: list[PatientFacts]) -> dict[str, str]:
    """Where they live now; empty for whoever may not know it, for the person is found all the same."""
    ids = ",".join(facts.patient_id for facts in people)
    stays: list[JSON] = []
    with contextlib.suppress(GatewayError):
        asked = [("patient", ids), ("status", "in-progress"), ("_count", str(2 * MOST_PEOPLE))]
        stays = await records.search("Encounter", asked, pages=1)
    places = {}
    for stay in stays:
        with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError):
            ward = str((stay.get("serviceProvider") or {}).get("display", ""))
            if room := room_of(stay):
                places[subject_id(stay)] = ", ".join(filter(None, (room, ward)))
    return places


class PaletteController(QObject):
    """Signals: ``patient_chosen(patient_id, in_new_tab)``, ``app_chosen(client_id)``, ``action_chosen(name)``."""

    patient_chosen = Signal(str, bool)
    app_chosen = Signal(str)
    action_chosen = Signal(str)

    def __init__(
        self,
        window: MainWindow,
        services: Services,
        start_list: StartListController,
        apps: list[AppFacts],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._services = services
        self._start_list = start_list
        self._apps = [
            AppEntry(app.client_id, app.name, app.vendor, app.icon_svg, app.pkce_exempt) for app in apps
        ]
        self._query = ("", "")
        self._search: Future[Any] | None = None
        self._timer = QTimer(self, singleShot=True, interval=SEARCH_AFTER_MS)
        self._timer.timeout.connect(self._search_record)
        window.palette_asked.connect(self._asked)
        window.palette_chosen.connect(self._chosen)

    def _asked(self, text: str, prefix: str) -> None:
        self._query = (text, prefix)
        if self._search is not None:
            self._search.cancel()
            self._search = None
        searching = prefix in ("", "@") and person_query(text) is not None
        self._show(FoundPeople(), searching=searching)
        if searching:
            self._timer.start()
        else:
            self._timer.stop()

    def _search_record(self) -> None:
        asked = self._query
        parameters = person_query(asked[0])
        if parameters is None:
            return
        self._search = self._services.run(
            people_of(self._services.records, parameters),
            lambda found: self._found(asked, found),
            lambda _: self._found(asked, FoundPeople()),
        )

    def _found(self, asked: tuple[str, str], found: FoundPeople) -> None:
        if asked == self._query:
            self._show(found, searching=False)

    def _show(self, found: FoundPeople, *, searching: bool) -> None:
        text, prefix = self._query
        neighbours = self._start_list.neighbours
        listed = [row.patient for row in self._start_list.rows]
        own = local_people(text, listed) if text.strip() else []
        known = {facts.patient_id: facts for facts in [*own, *found.people]}
        groups: list[list[PaletteResult]] = []
        if prefix in ("", "@"):
            groups.append(found_people(text, known.values(), neighbours, date.today(), found.places))
        if prefix in ("", "#"):
            groups.append(found_apps(text, self._apps))
        if prefix in ("", ">"):
            groups.append(found_actions(text, self._window.actions_now.entries()))
        most = MOST_ALONE if prefix else MOST_RESULTS
        self._window.show_found(FoundModel(text, merged(*groups, most=most), searching))

    def _chosen(self, key: str, beside: bool) -> None:
        kind, _, name = key.partition(":")
        if kind == "patient":
            self.patient_chosen.emit(name, beside)
        elif kind == "app":
            self.app_chosen.emit(name)
        else:
            self.action_chosen.emit(name)
