"""The vocabulary of the search parameter table: a row, and rows that many resource types share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["token", "reference", "date", "string", "uri"]


@dataclass(frozen=True, slots=True)
class Row:
    """One search parameter of one or many types; an empty path is the name itself, no targets means any type."""

    name: str
    kind: Kind
    path: str
    targets: tuple[str, ...] = ()


def token(name: str, path: str = "") -> Row:
    """Found by code, with or without system (FHIR R4 search.html#token)."""
    return Row(name, "token", path or name)


def date(name: str, path: str = "") -> Row:
    """Found by time, as intervals (FHIR R4 search.html#date)."""
    return Row(name, "date", path or name)


def string(name: str, path: str = "") -> Row:
    """Found by how it begins (FHIR R4 search.html#string)."""
    return Row(name, "string", path or name)


def uri(name: str, path: str = "") -> Row:
    """Found by the whole address (FHIR R4 search.html#uri)."""
    return Row(name, "uri", path or name)


def reference(name: str, path: str, *targets: str) -> Row:
    """Found by what it names (FHIR R4 search.html#reference)."""
    return Row(name, "reference", path, targets)


IDENTIFIER = token("identifier")
STATUS = token("status")
CODE = token("code")
CATEGORY = token("category")
TYPE = token("type")
ACTIVE = token("active")
ENCOUNTER = reference("encounter", "encounter", "Encounter")
PATIENT_SUBJECT = (
    reference("patient", "subject", "Patient"),
    reference("subject", "subject", "Patient", "Group"),
)
ANY_SUBJECT = (reference("patient", "subject", "Patient"), reference("subject", "subject"))
PATIENT = reference("patient", "patient", "Patient")
STAFF = ("Practitioner", "PractitionerRole")
ACTORS = (
    "Practitioner",
    "PractitionerRole",
    "Organization",
    "CareTeam",
    "Patient",
    "RelatedPerson",
    "Device",
    "HealthcareService",
)
PERSON = (
    string("name"),
    string("family", "name.family"),
    string("given", "name.given"),
    token("gender"),
    token("telecom", "telecom.value"),
    token("phone", "telecom[system=phone].value"),
    token("email", "telecom[system=email].value"),
)
ADDRESS = (
    string("address"),
    string("address-city", "address.city"),
    string("address-postalcode", "address.postalCode"),
)
MEDICATION = (
    token("code", "medicationCodeableConcept"),
    reference("medication", "medicationReference", "Medication"),
)

COMMON: tuple[Row, ...] = (
    token("_tag", "meta.tag"),
    token("_security", "meta.security"),
    uri("_profile", "meta.profile"),
)
