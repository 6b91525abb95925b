"""Granular scope queries judged on a resource (SAL-37).

A table of token search parameters and where their codes stand (FHIR R4, search: token). What is not in the
table, or carries a modifier or a chain, cannot be judged and is therefore never granted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from launcher.gateway.elements import values_at
from launcher.gateway.resource_types import words

ANY_TYPE: dict[str, str] = {"_tag": "meta.tag", "_security": "meta.security", "_id": "id"}

TOKEN_PATHS: dict[str, dict[str, str]] = {
    "category": dict.fromkeys(
        words(
            "AllergyIntolerance CarePlan CareTeam Communication CommunicationRequest Condition Consent DiagnosticReport"
            " DocumentReference Goal MedicationAdministration MedicationRequest MedicationStatement"
            " Observation Procedure ServiceRequest Flag"
        ),
        "category",
    ),
    "code": dict.fromkeys(
        words(
            "Condition DiagnosticReport Observation Procedure ServiceRequest Flag AllergyIntolerance Basic List Task"
            " RiskAssessment Medication"
        ),
        "code",
    )
    | {
        "MedicationRequest": "medicationCodeableConcept",
        "MedicationStatement": "medicationCodeableConcept",
        "MedicationAdministration": "medicationCodeableConcept",
        "MedicationDispense": "medicationCodeableConcept",
    },
    "type": dict.fromkeys(
        ["DocumentReference", "Encounter", "Composition", "Organization", "AllergyIntolerance"], "type"
    ),
    "class": {"Encounter": "class"},
    "vaccine-code": {"Immunization": "vaccineCode"},
    "clinical-status": {"Condition": "clinicalStatus", "AllergyIntolerance": "clinicalStatus"},
    "intent": dict.fromkeys(words("MedicationRequest ServiceRequest CarePlan Task"), "intent"),
    "status": dict.fromkeys(
        words(
            "Appointment CarePlan CareTeam Communication Consent DiagnosticReport DocumentReference Encounter"
            " EpisodeOfCare Flag Goal Immunization List MedicationAdministration MedicationDispense MedicationRequest"
            " MedicationStatement Observation Procedure QuestionnaireResponse ServiceRequest Task"
        ),
        "status",
    ),
}

_ESCAPED = re.compile(r"\\[,|$\\]")


def path_of(resource_type: str, parameter: str) -> str | None:
    """Where the codes of a token parameter stand in a type, or ``None`` when the table does not know."""
    return ANY_TYPE.get(parameter) or TOKEN_PATHS.get(parameter, {}).get(resource_type)


def is_evaluable(resource_type: str, parameter: str, value: str) -> bool:
    """True when the gateway can judge ``parameter=value`` on every resource of that type (``*``: only ``_tag`` ...)."""
    return path_of(resource_type, parameter) is not None and value != "" and not _ESCAPED.search(value)


def matches(resource: Mapping[str, Any], query: tuple[tuple[str, str], ...]) -> bool:
    """True when the resource answers every ``(parameter, value)`` of a granular scope; unknown ones never match."""
    return all(_matches_one(resource, parameter, value) for parameter, value in query)


def element_names(resource_type: str, query: tuple[tuple[str, str], ...]) -> set[str]:
    """Top-level elements that must be in the answer so that the query can be judged (for ``_elements``)."""
    paths = (path_of(resource_type, parameter) for parameter, _ in query)
    return {path.split(".")[0] for path in paths if path}


def _matches_one(resource: Mapping[str, Any], parameter: str, value: str) -> bool:
    path = path_of(str(resource.get("resourceType")), parameter)
    if path is None:
        return False
    codes = [code for element in values_at(resource, path) for code in _codes(element)]
    return any(_token_matches(token, codes) for token in value.split(","))


def _codes(element: Any) -> Iterator[tuple[str | None, str | None]]:
    """(system, code) of a Coding, a CodeableConcept or a plain code; a plain code has system ``None``."""
    if isinstance(element, str):
        yield None, element
    elif isinstance(element, dict):
        codings = element.get("coding")
        for coding in codings if isinstance(codings, list) else [element]:
            if isinstance(coding, dict) and isinstance(coding.get("code"), str):
                system = coding.get("system")
                yield system if isinstance(system, str) else "", coding["code"]


def _token_matches(token: str, codes: list[tuple[str | None, str | None]]) -> bool:
    system, separator, code = token.rpartition("|")
    if not separator:
        return any(token == found for _, found in codes)
    for found_system, found in codes:
        if found_system is not None and found_system != system:
            continue
        if found_system is None and system == "":
            continue
        if not code or code == found:
            return True
    return False
