"""``Patient/{id}/$everything``: the patient's compartment and what it names (FHIR R4 patient-operation-everything)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import tzinfo

from launcher.sandbox.fhir import fhir_time, json_numbers
from launcher.sandbox.fhir.interactions import Answer
from launcher.sandbox.fhir.outcomes import Gone, NotFound, RequestRefused
from launcher.sandbox.fhir.search_parameters import PATIENT_COMPARTMENT, SEARCH_PARAMETERS
from launcher.sandbox.fhir.search_query import MOST_COUNT, Pairs, without
from launcher.sandbox.fhir.search_run import Searcher, fetch, page_of, searchset
from launcher.sandbox.fhir.store import StoreSession

SUPPORTING_TYPES = (
    "Device",
    "HealthcareService",
    "Location",
    "Medication",
    "Organization",
    "Practitioner",
    "PractitionerRole",
)
"""Not about the patient, but named by what is: returned beside the compartment, one step away."""


CARE_DATES = {
    "Appointment": "date",
    "CarePlan": "date",
    "Communication": "sent",
    "Composition": "date",
    "DiagnosticReport": "date",
    "DocumentReference": "date",
    "Encounter": "date",
    "EpisodeOfCare": "date",
    "Immunization": "date",
    "MedicationAdministration": "effective-time",
    "MedicationDispense": "whenhandedover",
    "MedicationStatement": "effective",
    "Observation": "date",
    "Procedure": "date",
    "QuestionnaireResponse": "authored",
}
"""When the care was given that a resource tells of, by its search parameter; the other types are never out of a period."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What was asked: ``since`` by record, ``start`` and ``end`` (exclusive) by care; microseconds."""

    count: int = MOST_COUNT
    since: int = fhir_time.EARLIEST
    types: frozenset[str] = frozenset()
    start: int | None = None
    end: int | None = None


class Everything:
    """Understands ``_count``, ``_since`` (an instant), ``_type``, ``start`` and ``end`` (dates of care, both included)."""

    def __init__(self, *, base_url: str, zone: tzinfo, searcher: Searcher) -> None:
        self._base_url = base_url
        self._zone = zone
        self._searcher = searcher
        self._compartment = [
            SEARCH_PARAMETERS[resource_type][name].number
            for resource_type, names in PATIENT_COMPARTMENT.items()
            for name in names
        ]
        self._care_dates = [
            SEARCH_PARAMETERS[resource_type][name].number for resource_type, name in CARE_DATES.items()
        ]

    def answer(self, session: StoreSession, patient_id: str, pairs: Pairs) -> Answer:
        """Raises NotFound, Gone, Forbidden, RequestRefused."""
        stored = session.find("Patient", patient_id)
        if stored is None:
            raise NotFound(f"there is no Patient/{patient_id}")
        session.rights.demand(session, "Patient", patient_id)
        if stored.body is None:
            raise Gone(f"Patient/{patient_id} was deleted")
        kind = f"Patient/{patient_id}/$everything"
        cursor = self._searcher.open_cursor(kind, pairs)
        asked = [*cursor.pairs, *without(pairs, "_cursor")]
        limits = self._limits(asked)
        keys = self._keys(session, patient_id, limits)
        offset, page = page_of(keys, cursor, limits.count)
        links = [("self", f"{self._base_url}/{kind}")]
        links += self._searcher.paging_links(kind, asked, keys, offset, limits.count)
        return Answer(200, searchset(self._base_url, links, fetch(session, page), [], total=len(keys)))

    def _limits(self, pairs: Pairs) -> Limits:
        limits = Limits()
        for name, value in pairs:
            if name == "_count":
                if not (value.isascii() and value.isdigit() and 0 < len(value) < 10 and int(value)):
                    raise RequestRefused("_count is a number of entries above 0")
                limits = replace(limits, count=min(int(value), MOST_COUNT))
            elif name == "_since":
                limits = replace(limits, since=self._interval(name, value)[0])
            elif name == "_type":
                limits = replace(limits, types=limits.types | {part for part in value.split(",") if part})
            elif name == "start":
                limits = replace(limits, start=self._interval(name, value)[0])
            elif name == "end":
                limits = replace(limits, end=self._interval(name, value)[1])
        return limits

    def _interval(self, name: str, value: str) -> tuple[int, int]:
        try:
            return fhir_time.interval(value.replace(" ", "+"), self._zone)
        except (ValueError, OverflowError):
            raise RequestRefused(f"{name} is not {'an instant' if name == '_since' else 'a date'}") from None

    def _outside(self, session: StoreSession, keys: list[int], limits: Limits) -> set[int]:
        """Those of the keys whose care was given wholly before ``start`` or after ``end``."""
        if limits.start is None and limits.end is None:
            return set()
        start = fhir_time.EARLIEST if limits.start is None else limits.start
        rows = session.connection.execute(
            "SELECT key FROM date_index WHERE parameter IN (SELECT value FROM json_each(?))"
            " AND key IN (SELECT value FROM json_each(?))"
            " GROUP BY key HAVING NOT max(high > ? AND low < coalesce(?, low + 1))",
            (
                json_numbers.dumps(self._care_dates).decode(),
                json_numbers.dumps(keys).decode(),
                start,
                limits.end,
            ),
        )
        return {key for (key,) in rows}

    def _keys(self, session: StoreSession, patient_id: str, limits: Limits) -> list[int]:
        own = [
            key
            for (key,) in session.connection.execute(
                "SELECT key FROM resource WHERE type = 'Patient' AND id = ?"
                " UNION SELECT key FROM reference_index WHERE parameter IN (SELECT value FROM json_each(?)) AND target = ?",
                (patient_id, json_numbers.dumps(self._compartment).decode(), f"Patient/{patient_id}"),
            )
        ]
        outside = self._outside(session, own, limits)
        own = [key for key in own if key not in outside]
        named = [
            target.split("/")
            for (target,) in session.connection.execute(
                "SELECT DISTINCT target FROM reference_index WHERE key IN (SELECT value FROM json_each(?))",
                (json_numbers.dumps(own).decode(),),
            )
            if target.split("/")[0] in SUPPORTING_TYPES
        ]
        condition, values = session.rights.condition("resource.key")
        rows = session.connection.execute(
            f"SELECT key, type FROM resource WHERE body IS NOT NULL AND {condition} AND updated >= ? AND ("
            " key IN (SELECT value FROM json_each(?))"
            " OR (type, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?)))"
            " ORDER BY type <> 'Patient', type IN (SELECT value FROM json_each(?)), type, key",
            (
                *values,
                limits.since,
                json_numbers.dumps(own).decode(),
                json_numbers.dumps([pair for pair in named if len(pair) == 2]).decode(),
                json_numbers.dumps(SUPPORTING_TYPES).decode(),
            ),
        )
        return [key for key, resource_type in rows if not limits.types or resource_type in limits.types]
