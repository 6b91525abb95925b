"""Each resource is valid R4, carries its profile, and points only to what exists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest
from fhir.resources.R4B import get_fhir_model_class

from launcher.sandbox.population import resources

from .conftest import MOMENTS, NIGHT, Population, text_of

KINDS = {
    "AllergyIntolerance", "Appointment", "CarePlan", "CareTeam", "Communication", "Condition", "DocumentReference",
    "Encounter", "Flag", "Goal", "Immunization", "Location", "MedicationAdministration", "MedicationRequest",
    "Observation", "Organization", "Patient", "Practitioner", "PractitionerRole", "Schedule", "Slot", "Task",
}  # fmt: skip


def test_every_kind_is_there(population: Population) -> None:
    assert set(population.by_type) == KINDS


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_valid_r4(population: Population, kind: str) -> None:
    """All of the rare kinds, every so many of the common ones."""
    found = population.of(kind)
    model = get_fhir_model_class(kind)
    for resource in found[:: max(1, len(found) // 40)]:
        model.model_validate(resource)


@pytest.mark.parametrize("now", MOMENTS)
def test_references_resolve_and_ids_are_unique(at: Callable[[datetime], Population], now: datetime) -> None:
    everything = at(now)
    ids = Counter(f"{r['resourceType']}/{r['id']}" for r in everything.all)
    assert [key for key, count in ids.items() if count > 1] == []
    pointed = {
        found.decode() for line in everything.lines for found in re.findall(rb'"reference":"([^"]*)"', line)
    }
    assert pointed - set(ids) == set()
    assert all(re.fullmatch(r"[A-Za-z]+/[A-Za-z0-9\-.]{1,64}", key) for key in ids)


@pytest.mark.parametrize("now", MOMENTS)
def test_no_token_is_left_over(at: Callable[[datetime], Population], now: datetime) -> None:
    everything = at(now)
    assert [line for line in everything.lines if b"{{" in line or b'"text:' in line] == []
    assert [
        text for note in everything.of("DocumentReference") if "{{" in (text := text_of(note)) or "[" in text
    ] == []


def test_lines_keep_the_digits_and_dictionaries_are_decimal(population: Population) -> None:
    assert any(b'"value":36.0,' in line for line in population.lines)
    assert next(resources(NIGHT)) == population.all[0]
    values = [
        o["valueQuantity"]["value"] for o in population.of("Observation") if o["code"]["text"] == "Temp"
    ]
    assert all(isinstance(value, Decimal) and value.as_tuple().exponent == -1 for value in values)
    assert not any(
        isinstance(v, float)
        for o in population.of("Observation")
        for v in o.get("valueQuantity", {}).values()
    )


def test_patients_follow_the_norwegian_profile(population: Population) -> None:
    """NOB-01, NOB-03, NOB-05, NAV-11."""
    for patient in population.of("Patient"):
        assert patient["meta"]["profile"] == ["http://hl7.no/fhir/StructureDefinition/no-basis-Patient"]
        assert patient["identifier"][0]["system"] == "urn:oid:2.16.578.1.12.4.1.4.1"
        assert patient["name"][0]["family"]
        assert patient["name"][0]["given"]
        municipality = patient["address"][0]["_district"]["extension"][0]
        assert municipality["valueCoding"]["system"] == "urn:oid:2.16.578.1.12.4.1.1.3402"
    middle = [p["name"][0] for p in population.of("Patient") if "extension" in p["name"][0]]
    assert middle
    assert all(n["extension"][0]["valueString"] in n["given"] for n in middle)


def test_staff_have_hpr_numbers_and_the_demo_users_theirs(population: Population) -> None:
    """NOB-02, NAV-11."""
    staff = {p["id"]: p for p in population.of("Practitioner")}
    assert len(staff) >= 14
    for key, number in (("siri-nordli", "9144900"), ("jonas-berg", "9144901"), ("helge-solberg", "9144902")):
        identifier = staff[key]["identifier"][0]
        assert (identifier["system"], identifier["value"]) == ("urn:oid:2.16.578.1.12.4.1.4.4", number)
    roles = {
        r["practitioner"]["reference"]: r["organization"]["reference"]
        for r in population.of("PractitionerRole")
    }
    assert roles["Practitioner/siri-nordli"] == "Organization/vestfloyen"
    assert roles["Practitioner/helge-solberg"] == "Organization/legesenter"


def test_encounters_hold_what_a_launch_needs(population: Population) -> None:
    """NAV-11: subject, individual, serviceProvider, type 8432, class."""
    for encounter in population.of("Encounter"):
        assert encounter["subject"]["reference"].startswith("Patient/")
        assert encounter["participant"][0]["individual"]["reference"].startswith("Practitioner/")
        assert encounter["serviceProvider"]["reference"].startswith("Organization/")
        assert encounter["class"]["code"] in ("IMP", "AMB", "VR")
        coding = encounter["type"][0]["coding"][0]
        assert coding["system"] == "urn:oid:2.16.578.1.12.4.1.1.8432"
        assert coding["code"] in ("1", "6", "7")


def test_code_systems_are_not_swapped(population: Population) -> None:
    """NOB-04: ICD-10 begins with a letter and two digits and may have a point, ICPC-2 has exactly two digits."""
    seen = set()
    for condition in population.of("Condition"):
        for coding in condition["code"]["coding"]:
            seen.add(coding["system"])
            if coding["system"].endswith(".7110"):
                assert re.fullmatch(r"[A-Z]\d\d(\.\d)?", coding["code"])
            else:
                assert coding["system"].endswith(".7170")
                assert re.fullmatch(r"[ABDFHKLNPRSTUWXYZ]\d\d", coding["code"])
            assert coding["display"]
    assert len(seen) == 2
    for request in population.of("MedicationRequest"):
        assert re.fullmatch(
            r"[A-Z]\d\d[A-Z]{2}\d\d", request["medicationCodeableConcept"]["coding"][0]["code"]
        )
