"""``Patient/{id}/$everything``: the patient's compartment and what it names (FHIR R4 patient-operation-everything)."""

from __future__ import annotations

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


class Everything:
    """Understands ``_count``, ``_since`` (an instant) and ``_type``."""

    def __init__(self, *, base_url: str, zone: tzinfo, searcher: Searcher) -> None:
        self._base_url = base_url
        self._zone = zone
        self._searcher = searcher
        self._compartment = [
            SEARCH_PARAMETERS[resource_type][name].number
            for resource_type, names in PATIENT_COMPARTMENT.items()
            for name in names
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
        count, since, types = self._limits(asked)
        keys = self._keys(session, patient_id, since, types)
        offset, page = page_of(keys, cursor, count)
        links = [("self", f"{self._base_url}/{kind}")]
        links += self._searcher.paging_links(kind, asked, keys, offset, count)
        return Answer(200, searchset(self._base_url, links, fetch(session, page), [], total=len(keys)))

    def _limits(self, pairs: Pairs) -> tuple[int, int, set[str]]:
        count, since, types = MOST_COUNT, fhir_time.EARLIEST, set[str]()
        for name, value in pairs:
            if name == "_count":
                if not (value.isascii() and value.isdigit() and 0 < len(value) < 10 and int(value)):
                    raise RequestRefused("_count is a number of entries above 0")
                count = min(int(value), MOST_COUNT)
            elif name == "_since":
                try:
                    since = fhir_time.interval(value.replace(" ", "+"), self._zone)[0]
                except (ValueError, OverflowError):
                    raise RequestRefused("_since is not an instant") from None
            elif name == "_type":
                types.update(part for part in value.split(",") if part)
        return count, since, types

    def _keys(self, session: StoreSession, patient_id: str, since: int, types: set[str]) -> list[int]:
        own = [
            key
            for (key,) in session.connection.execute(
                "SELECT key FROM resource WHERE type = 'Patient' AND id = ?"
                " UNION SELECT key FROM reference_index WHERE parameter IN (SELECT value FROM json_each(?)) AND target = ?",
                (patient_id, json_numbers.dumps(self._compartment).decode(), f"Patient/{patient_id}"),
            )
        ]
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
                since,
                json_numbers.dumps(own).decode(),
                json_numbers.dumps([pair for pair in named if len(pair) == 2]).decode(),
                json_numbers.dumps(SUPPORTING_TYPES).decode(),
            ),
        )
        return [key for key, resource_type in rows if not types or resource_type in types]
