"""What the shell knows of one patient, read from FHIR resources (no-basis, NOB-01). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Resource = Mapping[str, Any]

IDENTITY_SYSTEMS = (
    "urn:oid:2.16.578.1.12.4.1.4.1",
    "urn:oid:2.16.578.1.12.4.1.4.2",
    "urn:oid:2.16.578.1.12.4.1.4.3",
)
NO_KNOWN_ALLERGY = "716186003"
_TITLE = re.compile(r",\s*(fast)?lege$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """Name, age and number of one patient; empty strings where the record is silent. ``practitioner``: the GP's name."""

    patient_id: str
    family: str
    given: str
    birth_date: date | None
    gender: str
    identity_number: str
    deceased: bool = False
    practitioner: str = ""

    def age(self, today: date) -> int | None:
        """Full years on ``today``."""
        if self.birth_date is None:
            return None
        had_birthday = (today.month, today.day) >= (self.birth_date.month, self.birth_date.day)
        return today.year - self.birth_date.year - (0 if had_birthday else 1)

    @property
    def initials(self) -> str:
        return f"{self.given[:1]}{self.family[:1]}".upper()

    @property
    def spaced_number(self) -> str:
        """Six and five digits, as Norwegians read the number."""
        number = self.identity_number
        return f"{number[:6]} {number[6:]}" if len(number) == 11 else number


@dataclass(frozen=True, slots=True)
class Warnings:
    """``recorded`` is False where nobody has asked about allergies at all."""

    cave: tuple[str, ...]
    other_allergies: tuple[str, ...]
    recorded: bool
    flags: tuple[str, ...]


def patient_facts(patient: Resource) -> PatientFacts:
    """Facts of one Patient resource; raises ValueError when it has no id."""
    if patient.get("resourceType") != "Patient" or not patient.get("id"):
        raise ValueError("not a Patient with an id")
    names: Sequence[Resource] = patient.get("name") or [{}]
    name = next((item for item in names if item.get("use") in (None, "official", "usual")), names[0])
    return PatientFacts(
        patient_id=str(patient["id"]),
        family=str(name.get("family", "")),
        given=" ".join(name.get("given", [])),
        birth_date=parse_date(patient.get("birthDate")),
        gender=str(patient.get("gender", "unknown")),
        identity_number=_identity_number(patient),
        deceased=bool(patient.get("deceasedBoolean") or patient.get("deceasedDateTime")),
        practitioner=_practitioner(patient),
    )


def _practitioner(patient: Resource) -> str:
    """The name that the record gives with the general practitioner, without the title that the label says already."""
    known = (str(item.get("display") or "") for item in patient.get("generalPractitioner", []))
    name = next((name for name in known if name), "")
    return _TITLE.sub("", name)


def _identity_number(patient: Resource) -> str:
    by_system = {item.get("system"): str(item.get("value", "")) for item in patient.get("identifier", [])}
    return next((by_system[system] for system in IDENTITY_SYSTEMS if by_system.get(system)), "")


def parse_date(text: object) -> date | None:
    if not isinstance(text, str) or len(text) != 10:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def text_of(concept: object) -> str:
    """The words of a CodeableConcept: its text, else the first display."""
    if not isinstance(concept, Mapping):
        return ""
    if concept.get("text"):
        return str(concept["text"])
    return next((str(item["display"]) for item in concept.get("coding", []) if item.get("display")), "")


def subject_id(resource: Resource) -> str:
    """The id in ``subject``, ``patient`` or ``for`` of a resource; empty when there is none."""
    for element in ("subject", "patient", "for"):
        reference = resource.get(element)
        if isinstance(reference, Mapping):
            return str(reference.get("reference", "")).rpartition("/")[2]
    return ""


def warnings_of(allergies: Iterable[Resource], flags: Iterable[Resource]) -> Warnings:
    """CAVE first (criticality high), then other allergies, then active flags."""
    cave: list[str] = []
    other: list[str] = []
    recorded = False
    for allergy in allergies:
        if _status(allergy.get("clinicalStatus")) in ("inactive", "resolved"):
            continue
        if _status(allergy.get("verificationStatus")) in ("refuted", "entered-in-error"):
            continue
        recorded = True
        if NO_KNOWN_ALLERGY in [item.get("code") for item in (allergy.get("code") or {}).get("coding", [])]:
            continue
        (cave if allergy.get("criticality") == "high" else other).append(_allergy_words(allergy))
    active = tuple(text_of(flag.get("code")) for flag in flags if flag.get("status") == "active")
    return Warnings(tuple(cave), tuple(other), recorded, active)


def _status(concept: object) -> str:
    codings = concept.get("coding", []) if isinstance(concept, Mapping) else []
    return str(codings[0].get("code", "")) if codings else ""


def _allergy_words(allergy: Resource) -> str:
    substance = text_of(allergy.get("code"))
    reactions = [
        text_of(item)
        for reaction in allergy.get("reaction", [])
        for item in reaction.get("manifestation", [])
    ]
    words = [word for word in reactions if word]
    return f"{substance} – {words[0].lower()}" if words else substance
