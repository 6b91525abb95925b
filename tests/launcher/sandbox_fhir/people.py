"""A few synthetic people for the search tests; small enough to know by heart."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

Resource = dict[str, Any]
LOINC = "http://loinc.org"
HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
LOCAL = "urn:oid:2.999.1"


def patient(resource_id: str, family: str, given: str, born: str, **more: Any) -> Resource:
    return {
        "resourceType": "Patient",
        "id": resource_id,
        "name": [{"family": family, "given": given.split(" ")}],
        "birthDate": born,
        **more,
    }


def observation(resource_id: str, subject: str, code: str, when: str, value: str, **more: Any) -> Resource:
    return {
        "resourceType": "Observation",
        "id": resource_id,
        "status": "final",
        "category": [{"coding": [{"system": "urn:x-category", "code": "vital-signs"}]}],
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": subject},
        "effectiveDateTime": when,
        "valueQuantity": {"value": Decimal(value), "unit": "kg"},
        **more,
    }


def component(code: str, value: int) -> Resource:
    return {"code": {"coding": [{"system": LOINC, "code": code}]}, "valueQuantity": {"value": value}}


PEOPLE: list[Resource] = [
    {"resourceType": "Organization", "id": "home", "name": "Lindehaugen sykehjem", "active": True},
    {
        "resourceType": "Organization",
        "id": "ward",
        "name": "Vestfløyen",
        "partOf": {"reference": "Organization/home"},
    },
    {
        "resourceType": "Location",
        "id": "room-1",
        "name": "201",
        "managingOrganization": {"reference": "Organization/ward"},
    },
    {
        "resourceType": "Practitioner",
        "id": "nurse",
        "identifier": [{"system": HPR, "value": "9144900"}],
        "name": [{"family": "Nordli", "given": ["Siri"]}],
    },
    {
        "resourceType": "PractitionerRole",
        "id": "nurse-role",
        "practitioner": {"reference": "Practitioner/nurse"},
        "organization": {"reference": "Organization/ward"},
    },
    patient(
        "marit",
        "Haugen",
        "Marit",
        "1941-03-14",
        gender="female",
        active=True,
        identifier=[{"system": LOCAL, "value": "A-1"}],
        generalPractitioner=[{"reference": "Practitioner/nurse"}],
        telecom=[{"system": "phone", "value": "99000001"}, {"system": "email", "value": "m@example.no"}],
    ),
    patient(
        "asmund", "Bråten", "Åsmund Émile", "1950", gender="male", identifier=[{"value": "A-1"}], active=False
    ),
    patient(
        "turid",
        "Haugan",
        "Turid",
        "1941-11",
        gender="female",
        identifier=[{"system": "urn:x", "value": "B|2"}],
    ),
    patient("guest", "Gjest", "Tests write about her", "1930"),
    {
        "resourceType": "Encounter",
        "id": "stay-marit",
        "status": "in-progress",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
        "subject": {"reference": "Patient/marit"},
        "serviceProvider": {"reference": "Organization/ward"},
        "location": [{"location": {"reference": "Location/room-1", "display": "201"}}],
        "participant": [{"individual": {"reference": "Practitioner/nurse"}}],
        "period": {"start": "2026-09-01T10:00:00+02:00"},
    },
    {
        "resourceType": "Encounter",
        "id": "stay-turid",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": "Patient/turid"},
        "serviceProvider": {"reference": "Organization/home"},
        "period": {"start": "2026-08-01", "end": "2026-08-10"},
    },
    observation("weight-1", "Patient/marit", "29463-7", "2026-11-01T08:00:00+01:00", "72.50"),
    observation(
        "weight-2",
        "Patient/marit",
        "29463-7",
        "2026-11-08T08:00:00+01:00",
        "72.0",
        encounter={"reference": "Encounter/stay-marit"},
    ),
    observation("pulse", "Patient/turid", "8867-4", "2026-11-15", "72"),
    {
        "resourceType": "Observation",
        "id": "pressure",
        "status": "preliminary",
        "code": {"coding": [{"system": LOINC, "code": "85354-9"}]},
        "subject": {"reference": "Patient/turid"},
        "component": [component("8480-6", 132), component("8462-4", 74)],
    },
    {
        "resourceType": "DocumentReference",
        "id": "note",
        "status": "current",
        "subject": {"reference": "Patient/marit"},
        "content": [{"attachment": {"contentType": "text/plain", "data": "aGVp"}}],
        "context": {
            "encounter": [{"reference": "Encounter/stay-marit"}],
            "related": [{"reference": "Observation/weight-1"}],
        },
    },
    {
        "resourceType": "Condition",
        "id": "heart",
        "code": {"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.7170", "code": "K77"}]},
        "subject": {"reference": "Patient/marit"},
    },
    {
        "resourceType": "Flag",
        "id": "falls",
        "status": "active",
        "code": {"text": "Fallrisiko"},
        "subject": {"reference": "Patient/marit"},
    },
]
