"""The resource types of the sandbox's FHIR server and their search parameters: one table.

Parsing, SQL, indexing, the CapabilityStatement and the tests all loop over it. Names and meaning follow FHIR R4's search
parameter registry. The rows stand in the modules ``search_rows_*``.

A path is dotted element names; alternatives are parted by ``|``; ``telecom[system=phone]`` keeps the elements whose member has
that value. The parameters of every type (``_id``, ``_lastUpdated``, ``_tag``, ...) stand in ``COMMON``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from launcher.sandbox.fhir.search_row import COMMON, Kind
from launcher.sandbox.fhir.search_rows_clinical import CLINICAL_ROWS
from launcher.sandbox.fhir.search_rows_other import OTHER_ROWS

_ROWS = CLINICAL_ROWS | OTHER_ROWS


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """One row; ``number`` is its key in the index tables, ``targets`` the types a reference may name (empty: any)."""

    resource_type: str
    name: str
    kind: Kind
    path: str
    targets: tuple[str, ...]
    number: int


def _number_all() -> dict[str, dict[str, SearchParameter]]:
    numbered: dict[str, dict[str, SearchParameter]] = {}
    number = 0
    for resource_type in sorted(_ROWS):
        of_type: dict[str, SearchParameter] = {}
        for row in (*COMMON, *_ROWS[resource_type]):
            number += 1
            of_type[row.name] = SearchParameter(
                resource_type, row.name, row.kind, row.path, row.targets, number
            )
        numbered[resource_type] = of_type
    return numbered


SEARCH_PARAMETERS: dict[str, dict[str, SearchParameter]] = _number_all()
RESOURCE_TYPES: tuple[str, ...] = tuple(SEARCH_PARAMETERS)


def table_digest() -> str:
    """Changes when the table does; a database indexed by another table is indexed anew."""
    rows = [
        (row.number, row.resource_type, row.name, row.kind, row.path, row.targets)
        for of_type in SEARCH_PARAMETERS.values()
        for row in of_type.values()
    ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


PATIENT_COMPARTMENT: dict[str, tuple[str, ...]] = {
    "AllergyIntolerance": ("patient", "recorder", "asserter"),
    "Appointment": ("actor",),
    "AuditEvent": ("patient",),
    "Basic": ("patient", "author"),
    "CarePlan": ("patient", "performer"),
    "CareTeam": ("patient", "participant"),
    "ClinicalImpression": ("subject",),
    "Communication": ("subject", "sender", "recipient"),
    "CommunicationRequest": ("subject", "sender", "recipient", "requester"),
    "Composition": ("subject", "author", "attester"),
    "Condition": ("patient", "asserter"),
    "Consent": ("patient",),
    "Device": ("patient",),
    "DiagnosticReport": ("subject",),
    "DocumentReference": ("subject", "author"),
    "Encounter": ("patient",),
    "EpisodeOfCare": ("patient",),
    "FamilyMemberHistory": ("patient",),
    "Flag": ("patient",),
    "Goal": ("patient",),
    "Group": ("member",),
    "Immunization": ("patient",),
    "List": ("subject", "source"),
    "MedicationAdministration": ("patient", "performer"),
    "MedicationDispense": ("patient",),
    "MedicationRequest": ("subject",),
    "MedicationStatement": ("subject",),
    "NutritionOrder": ("patient",),
    "Observation": ("subject", "performer"),
    "Procedure": ("patient", "performer"),
    "Provenance": ("patient",),
    "QuestionnaireResponse": ("subject", "author"),
    "RelatedPerson": ("patient",),
    "RiskAssessment": ("subject",),
    "Schedule": ("actor",),
    "ServiceRequest": ("subject", "performer"),
    "Specimen": ("subject",),
    "Task": ("patient",),
}
"""What puts a resource into a patient's compartment (FHIR R4 compartmentdefinition-patient; Device and Task are ours)."""
