"""Who may reach whose records: decided here, on every read, search and write, as record systems do it.

Staff (an HPR number that one Practitioner has) reach the patients that one of their units or they themselves *hold*:
``HOLDERS`` says which elements make somebody a holder. A unit is the organisation of an active PractitionerRole and what it
is part of. Everybody signed in reads the directory; without an HPR number that is all. A client that acts for itself is a
system and reaches everything.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from launcher.sandbox.fhir import json_numbers
from launcher.sandbox.fhir.index_values import Indexer, compile_path, is_local, values_at
from launcher.sandbox.fhir.outcomes import Forbidden
from launcher.sandbox.fhir.search_parameters import SEARCH_PARAMETERS

if TYPE_CHECKING:
    from launcher.sandbox.fhir.store import StoreSession

HPR_CLAIM = "helseid://claims/hpr/hpr_number"
HPR_SYSTEM = "urn:oid:2.16.578.1.12.4.1.4.4"

DIRECTORY = frozenset(
    {
        "CareTeam",
        "HealthcareService",
        "Location",
        "Medication",
        "Organization",
        "Practitioner",
        "PractitionerRole",
        "Questionnaire",
        "Schedule",
        "Slot",
    }
)
"""Read by everybody who is signed in, as far as it names no patient."""

STAFF_TYPES = frozenset({"Organization", "Practitioner", "PractitionerRole"})
"""They decide whom somebody reaches, so nobody but a system writes them."""
MOST_UNITS = 20


@dataclass(frozen=True, slots=True)
class HolderRow:
    """While ``status`` is one of these (none: always), the targets of ``holders`` hold the patient named by ``patient``."""

    patient: str
    holders: str
    status: frozenset[str] = frozenset()


HOLDERS: dict[str, HolderRow] = {
    "Patient": HolderRow("", "managingOrganization.reference | generalPractitioner.reference"),
    "Encounter": HolderRow(
        "subject.reference", "serviceProvider.reference", frozenset({"arrived", "triaged", "in-progress", "onleave"})
    ),
    "CareTeam": HolderRow(
        "subject.reference", "managingOrganization.reference | participant.member.reference", frozenset({"active"})
    ),
}  # fmt: skip

ACCESS_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (key INTEGER NOT NULL, patient TEXT NOT NULL, PRIMARY KEY (key, patient)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS holder (
  source TEXT NOT NULL, patient TEXT NOT NULL, holder TEXT NOT NULL, PRIMARY KEY (source, patient, holder)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS holder_patients ON holder (holder, patient);
INSERT OR IGNORE INTO setting VALUES ('access', 0)
"""
"""``about``: the patients that any version of a resource ever named, so that a moved record stays closed to who may not
reach both. ``holder``: who holds a patient, by the resource that says so. ``access`` counts the changes of either."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One caller: ``staff`` or not, the organisations of his roles, and the ids of his patients (None: everybody)."""

    staff: bool
    registers_as: tuple[str, ...] = ()
    patients: frozenset[str] | None = frozenset()


SYSTEM = Reach(staff=True, patients=None)
NOBODY = Reach(staff=False)


@dataclass(slots=True)
class Rights:
    """What the caller of one transaction may do in it; ``registered`` are patients that he made in it."""

    reach: Reach = SYSTEM
    registered: set[str] = field(default_factory=set)

    def reaches_type(self, resource_type: str) -> bool:
        """False when nothing of this type is for the caller."""
        return self.reach.staff or resource_type in DIRECTORY

    def condition(self, key: str) -> tuple[str, tuple[str, ...]]:
        """SQL that is true for the resources within reach, and its values; ``key`` is the column with their key."""
        if self.reach.patients is None:
            return "1", ()
        reached = sorted(self.reach.patients | self.registered)
        return (
            f"NOT EXISTS (SELECT 1 FROM about a WHERE a.key = {key}"
            " AND a.patient NOT IN (SELECT value FROM json_each(?)))",
            (json_numbers.dumps(reached).decode(),),
        )

    def demand(self, session: StoreSession, resource_type: str, resource_id: str) -> None:
        """Raises Forbidden for a resource that is there and out of reach."""
        if not self.reaches_type(resource_type):
            raise Forbidden(f"{resource_type} is for health staff with an HPR number only")
        if self.reach.patients is None:
            return
        rows = session.connection.execute(
            "SELECT a.patient FROM about a JOIN resource r ON r.key = a.key WHERE r.type = ? AND r.id = ?",
            (resource_type, resource_id),
        )
        self.demand_patients(patient for (patient,) in rows)

    def demand_patients(self, patients: Iterable[str]) -> None:
        """Raises Forbidden unless all of them are within reach."""
        reached = self.reach.patients
        if reached is not None and any(one not in reached and one not in self.registered for one in patients):
            raise Forbidden("the patient belongs neither to your unit nor to your list")

    def demand_writing(self, session: StoreSession, resource_type: str, resource_id: str) -> None:
        """Raises Forbidden when the caller may not write there."""
        if not self.reach.staff:
            raise Forbidden("only health staff with an HPR number may write")
        if resource_type in STAFF_TYPES and self.reach.patients is not None:
            raise Forbidden("who works where is kept by the organisation, not by its staff")
        self.demand(session, resource_type, resource_id)

    def register(self, session: StoreSession, patient: str) -> None:
        """The unit that registers a patient reaches him, whatever he names as his own."""
        if self.reach.patients is None:
            return
        self.registered.add(patient)
        rows = [("registered", patient, holder) for holder in self.reach.registers_as]
        session.connection.executemany("INSERT OR IGNORE INTO holder VALUES (?, ?, ?)", rows)
        count_change(session.connection)


class RightsKeeper:
    """Finds what a caller reaches; remembered until the staff or the holders change."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, Reach]] = {}

    def of(self, session: StoreSession, claims: Mapping[str, Any] | None) -> Rights:
        """The rights of the bearer of these claims, at the start of a transaction; unknown people have none."""
        claims = claims or {}
        subject = claims.get("sub")
        if isinstance(subject, str) and subject and subject == claims.get("client_id"):
            return Rights(SYSTEM)
        hpr_number = claims.get(HPR_CLAIM)
        if not isinstance(hpr_number, str) or not hpr_number:
            return Rights(NOBODY)
        (changes,) = session.connection.execute("SELECT value FROM setting WHERE name = 'access'").fetchone()
        known = self._known.get(hpr_number)
        if known is None or known[0] != changes:
            known = self._known[hpr_number] = (changes, _reach(session, hpr_number))
        return Rights(known[1])


def _reach(session: StoreSession, hpr_number: str) -> Reach:
    execute = session.connection.execute
    found = execute(
        "SELECT r.id FROM token_index x JOIN resource r ON r.key = x.key"
        " WHERE x.parameter = ? AND x.code = ? AND x.system = ? AND r.body IS NOT NULL",
        (SEARCH_PARAMETERS["Practitioner"]["identifier"].number, hpr_number, HPR_SYSTEM),
    ).fetchall()
    if len(found) != 1:
        return NOBODY
    practitioner = f"Practitioner/{found[0][0]}"
    own = _organizations_of(session, practitioner)
    holders = [practitioner, *_with_parents(session, own)]
    rows = execute(
        "SELECT DISTINCT patient FROM holder WHERE holder IN (SELECT value FROM json_each(?))",
        (json_numbers.dumps(holders).decode(),),
    )
    return Reach(True, (practitioner, *own), frozenset(patient for (patient,) in rows))


def _organizations_of(session: StoreSession, practitioner: str) -> list[str]:
    number = SEARCH_PARAMETERS["PractitionerRole"]["practitioner"].number
    rows = session.connection.execute(
        "SELECT r.body FROM reference_index x JOIN resource r ON r.key = x.key"
        " WHERE x.parameter = ? AND x.target = ? AND r.body IS NOT NULL ORDER BY r.key",
        (number, practitioner),
    )
    roles = [json_numbers.decode(body) for (body,) in rows]
    return [
        target
        for role in roles
        if role.get("active") is not False
        for target in _targets(session.indexer, role, "organization.reference")
    ]


def _with_parents(session: StoreSession, organizations: Iterable[str]) -> list[str]:
    """These organisations and those that they are part of."""
    waiting, units = list(organizations), list[str]()
    while waiting and len(units) < MOST_UNITS:
        unit = waiting.pop(0)
        if unit in units:
            continue
        units.append(unit)
        stored = session.find("Organization", unit.partition("/")[2])
        if stored is not None and stored.body is not None:
            waiting.extend(_targets(session.indexer, json_numbers.decode(stored.body), "partOf.reference"))
    return units


@dataclass(slots=True)
class AccessRows:
    """What resources add to ``about`` and ``holder``; for one resource or for many at once."""

    about: list[tuple[int, str]] = field(default_factory=list)
    sources: list[tuple[str]] = field(default_factory=list)
    held: list[tuple[str, str, str]] = field(default_factory=list)
    changed: bool = False

    def add(
        self, indexer: Indexer, resource: dict[str, Any], key: int, references: Iterable[tuple[int, str, int]]
    ) -> None:
        """``references`` are the resource's own rows of the reference index; a Patient is about himself alone."""
        resource_type = resource["resourceType"]
        if resource_type == "Patient":
            self.about.append((key, resource["id"]))
        else:
            self.about.extend((key, patient) for patient in patients_among(references))
        row = HOLDERS.get(resource_type)
        if row is not None:
            source = f"{resource_type}/{resource['id']}"
            self.sources.append((source,))
            self.held.extend((source, *pair) for pair in _held(indexer, resource, row))
        self.changed = self.changed or row is not None or resource_type in STAFF_TYPES

    def insert(self, connection: sqlite3.Connection) -> None:
        """Writes them; what the same resources said before about holders is forgotten."""
        connection.executemany("INSERT OR IGNORE INTO about VALUES (?, ?)", self.about)
        connection.executemany("DELETE FROM holder WHERE source = ?", self.sources)
        connection.executemany("INSERT OR IGNORE INTO holder VALUES (?, ?, ?)", self.held)
        if self.changed:
            count_change(connection)


def patients_among(references: Iterable[tuple[int, str, int]]) -> set[str]:
    """Ids of the patients that rows of the reference index name."""
    return {target[8:] for _, target, _ in references if target.startswith("Patient/") and is_local(target)}


def forget(connection: sqlite3.Connection, resource_type: str, resource_id: str) -> None:
    """A deleted Encounter or CareTeam gives nothing any more; a deleted Patient stays with those who held him."""
    if resource_type != "Patient":
        connection.execute("DELETE FROM holder WHERE source = ?", (f"{resource_type}/{resource_id}",))
    if resource_type in HOLDERS or resource_type in STAFF_TYPES:
        count_change(connection)


def _held(indexer: Indexer, resource: dict[str, Any], row: HolderRow) -> Iterator[tuple[str, str]]:
    if row.status and resource.get("status") not in row.status:
        return
    named = _targets(indexer, resource, row.patient) if row.patient else [f"Patient/{resource['id']}"]
    for patient in named:
        if patient.startswith("Patient/"):
            for holder in _targets(indexer, resource, row.holders):
                yield patient[8:], holder


def _targets(indexer: Indexer, resource: dict[str, Any], path: str) -> list[str]:
    found = (indexer.local(value) for value in values_at(resource, compile_path(path)))
    return [target for target in found if target is not None]


def count_change(connection: sqlite3.Connection) -> None:
    """What was remembered about anybody's reach is old now."""
    connection.execute("UPDATE setting SET value = value + 1 WHERE name = 'access'")
