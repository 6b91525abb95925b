"""Two synthetic residents with what the bundled apps show, placed around a moment."""

from __future__ import annotations

import base64
import math
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

LOINC = "http://loinc.org"
ATC = "http://www.whocc.no/atc"
SINGLE = {
    "temp": ("8310-5", "Cel"),
    "pulse": ("8867-4", "/min"),
    "resp": ("9279-1", "/min"),
    "spo2": ("59408-5", "%"),
}
Json = dict[str, Any]


def observation(patient: str, key: str, value: float, at: datetime, number: str) -> Json:
    code, unit = SINGLE.get(key, ("29463-7", "kg"))
    return {
        "resourceType": "Observation",
        "id": f"{patient}-{key}-{number}",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": at.isoformat(timespec="seconds"),
        "valueQuantity": {"value": value, "unit": unit.replace("Cel", "°C"), "code": unit},
        "performer": [{"reference": "Practitioner/jonas-berg", "display": "Jonas Berg, sykepleier"}],
    }


def pressure(patient: str, over: float, under: float, at: datetime, number: str) -> Json:
    made = observation(patient, "temp", 0, at, number)
    del made["valueQuantity"]
    parts = [("8480-6", over), ("8462-4", under)]
    component = [
        {"code": {"coding": [{"system": LOINC, "code": code}]}, "valueQuantity": {"value": value}}
        for code, value in parts
    ]
    code = {"coding": [{"system": LOINC, "code": "85354-9"}]}
    return {**made, "id": f"{patient}-bp-{number}", "code": code, "component": component}


def awake(patient: str, letter: str, at: datetime, number: str) -> Json:
    made = observation(patient, "temp", 0, at, number)
    del made["valueQuantity"]
    words = {"A": ("248234008", "Våken"), "C": ("130987000", "Nyoppstått forvirring")}
    code, text = words[letter]
    value = {"coding": [{"system": "http://snomed.info/sct", "code": code}], "text": text}
    return {
        **made,
        "id": f"{patient}-acvpu-{number}",
        "code": {"coding": [{"system": LOINC, "code": "80288-4"}]},
        "valueCodeableConcept": value,
    }


def one_set(
    patient: str, at: datetime, number: str, values: tuple[float, float, float, float, float]
) -> list[Json]:
    temp, pulse, resp, spo2, over = values
    named = {"temp": temp, "pulse": pulse, "resp": resp, "spo2": spo2}
    made = [observation(patient, key, value, at, number) for key, value in named.items()]
    return [*made, pressure(patient, over, 74, at, number), awake(patient, "A", at, number)]


def patient(name: str, family: str, given: str, born: str) -> Json:
    return {
        "resourceType": "Patient",
        "id": name,
        "name": [{"family": family, "given": [given]}],
        "birthDate": born,
    }


def ill_resident(now: datetime, name: str = "p-1") -> list[Json]:
    """Seven days of measurements that end in NEWS2 5, as in the mock-up, and ninety days of weights."""
    last = now - timedelta(minutes=32)
    made = [patient(name, "Haugen", "Marit", "1939-02-14")]
    for step in range(1, 22):
        at = last - timedelta(hours=8 * step)
        wave = math.sin(step * 2.3)
        values = (
            round(36.8 + 0.2 * wave, 1),
            round(78 + 4 * wave),
            round(16 + wave),
            round(97 + wave),
            round(134 + 6 * wave),
        )
        made += one_set(name, at, f"{step:02}", values)
    made += one_set(name, last - timedelta(hours=4), "b", (37.6, 88, 19, 95, 133))
    made += one_set(name, last, "a", (38.3, 96, 21, 94, 132))
    for week in range(13):
        made.append(
            observation(
                name,
                "weight",
                round(57.9 - 0.3 * (12 - week), 1),
                now - timedelta(days=7 * week + 1),
                f"{week:02}",
            )
        )
    return made


def glucose(name: str, at: datetime, value: float, number: str) -> Json:
    made = observation(name, "weight", value, at, number)
    code = {"coding": [{"system": LOINC, "code": "14743-9"}], "text": "Blodsukker"}
    return {
        **made,
        "id": f"{name}-glucose-{number}",
        "code": code,
        "category": [{"coding": [{"code": "laboratory"}]}],
        "valueQuantity": {"value": value, "unit": "mmol/l", "code": "mmol/L"},
    }


def pain(name: str, at: datetime, value: int, number: str) -> Json:
    made = observation(name, "weight", 0, at, number)
    del made["valueQuantity"]
    code = {"coding": [{"system": LOINC, "code": "38208-5"}], "text": "ESAS smerte"}
    return {**made, "id": f"{name}-pain-{number}", "code": code, "valueInteger": value}


def answer(name: str, code: str, text: str, value: float, at: datetime, limits: tuple[float, float]) -> Json:
    """One laboratory answer with its reference range."""
    made = observation(name, "weight", value, at, f"{code}-{at:%Y%m%d}")
    low, high = limits
    return {
        **made,
        "id": f"{name}-{code}-{at:%Y%m%d}",
        "code": {"coding": [{"system": LOINC, "code": code}], "text": text},
        "category": [{"coding": [{"code": "laboratory"}]}],
        "valueQuantity": {"value": value, "unit": "mmol/l", "code": "mmol/L"},
        "referenceRange": [{"low": {"value": low}, "high": {"value": high}}],
    }


def before_meals(now: datetime, times: int) -> list[datetime]:
    """The last `times` moments before `now` at 07:15, 15:30 and 21:45 in Norway, the latest first, whatever hour it is."""
    today = now.astimezone(ZoneInfo("Europe/Oslo"))
    clock = ((21, 45), (15, 30), (7, 15))
    days = (today - timedelta(days=back) for back in range(times))
    all_of_them = (day.replace(hour=hour, minute=minute) for day in days for hour, minute in clock)
    return [at.astimezone(UTC) for at in all_of_them if at < today][:times]


def inhabitant(now: datetime, name: str) -> list[Json]:
    """A grown-up of a practice: three years of answers, blood glucose of the last days, pain, an aim for SpO2."""
    made = [patient(name, "Hagen", "Øystein", "1968-02-02")]
    for year in range(4):
        at = now - timedelta(days=365 * year + 3)
        made.append(answer(name, "59261-8", "HbA1c", 61 - 3 * year, at, (28, 40)))
        made.append(answer(name, "22748-8", "LDL-kolesterol", 2.3 + 0.2 * year, at, (1.5, 4.7)))
    for step, at in enumerate(before_meals(now, 9)):
        made.append(glucose(name, at, round(6.1 + 0.7 * step, 1), str(step)))
        made.append(pain(name, at, step % 5, str(step)))
    return made


def child(now: datetime, name: str) -> list[Json]:
    """A boy of four with the sizes of his controls."""
    born = now - timedelta(days=4 * 365 + 200)
    made = [patient(name, "Eide", "Markus", f"{born:%Y-%m-%d}")]
    sizes = ((0, 50.5, 3.60, 35.4), (180, 68.0, 8.10, 44.0), (365, 76.5, 10.10, 47.0), (1460, 105.0, 17.2, 0))
    for days, height, weight, head in sizes:
        for key, code, value, unit in (
            ("height", "8302-2", height, "cm"), ("weight", "29463-7", weight, "kg"), ("head", "9843-4", head, "cm"),
        ):  # fmt: skip
            if value:
                one = observation(name, "weight", value, born + timedelta(days=days), f"{key}{days}")
                coded = {"coding": [{"system": LOINC, "code": code}]}
                made.append(
                    {**one, "code": coded, "valueQuantity": {"value": value, "unit": unit, "code": unit}}
                )
    return made


def flag(name: str, text: str) -> Json:
    return {
        "resourceType": "Flag",
        "id": f"{name}-flag",
        "status": "active",
        "code": {"text": text},
        "subject": {"reference": f"Patient/{name}"},
    }


def medicine(name: str, key: str, text: str, atc: str, atc_name: str, dosage: Json, why: str) -> Json:
    return {
        "resourceType": "MedicationRequest",
        "id": f"{name}-{key}",
        "status": "active",
        "intent": "order",
        "subject": {"reference": f"Patient/{name}"},
        "medicationCodeableConcept": {
            "text": text,
            "coding": [{"system": ATC, "code": atc, "display": atc_name}],
        },
        "dosageInstruction": [dosage],
        "reasonCode": [{"text": why}],
    }


def daily(text: str, *clocks: str, value: float = 1, unit: str = "tablett") -> Json:
    repeat = {
        "frequency": len(clocks),
        "period": 1,
        "periodUnit": "d",
        "timeOfDay": [f"{clock}:00" for clock in clocks],
    }
    return {
        "text": text,
        "timing": {"repeat": repeat},
        "doseAndRate": [{"doseQuantity": {"value": value, "unit": unit}}],
    }


def given(name: str, key: str, request: str, at: datetime, status: str = "completed") -> Json:
    return {
        "resourceType": "MedicationAdministration",
        "id": f"{name}-given-{key}",
        "status": status,
        "subject": {"reference": f"Patient/{name}"},
        "effectiveDateTime": at.isoformat(timespec="seconds"),
        "request": {"reference": f"MedicationRequest/{name}-{request}"},
        "medicationCodeableConcept": {
            "text": "Paracetamol 1 g tablett",
            "coding": [{"system": ATC, "code": "N02BE01", "display": "Paracetamol"}],
        },
    }


def medicines(now: datetime, name: str = "p-1") -> list[Json]:
    """A plan around 03:12 at night: one given, one as needed given, three to come, penicillin allergy."""
    evening = now.replace(hour=21, minute=10) - timedelta(days=1)
    needed = {
        "text": "1 tablett ved smerter, høyst 4 ganger i døgnet",
        "asNeededCodeableConcept": {"text": "ved smerter"},
        "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablett"}}],
        "maxDosePerPeriod": {
            "numerator": {"value": 4, "unit": "tablett"},
            "denominator": {"value": 1, "unit": "døgn", "code": "d"},
        },
    }
    allergy = {
        "resourceType": "AllergyIntolerance",
        "id": f"{name}-pen",
        "patient": {"reference": f"Patient/{name}"},
        "criticality": "high",
        "code": {"text": "Penicillin"},
        "reaction": [{"manifestation": [{"text": "anafylaksi"}]}],
    }
    return [
        allergy,
        medicine(
            name,
            "zop",
            "Zopiklon 3,75 mg tablett",
            "N05CF01",
            "Zopiklon",
            daily("1 tablett kl. 21", "21:00"),
            "Søvnvansker",
        ),
        medicine(
            name,
            "fur",
            "Furosemid 40 mg tablett",
            "C03CA01",
            "Furosemid",
            daily("1 tablett kl. 06", "06:00"),
            "Hjertesvikt",
        ),
        medicine(
            name,
            "met",
            "Metoprolol 50 mg depottablett",
            "C07AB02",
            "Metoprolol",
            daily("2 tabletter kl. 08", "08:00", value=2),
            "Atrieflimmer",
        ),
        medicine(
            name,
            "api",
            "Apiksaban 2,5 mg tablett",
            "B01AF02",
            "Apiksaban",
            daily("1 tablett kl. 08 og 20", "08:00", "20:00"),
            "Atrieflimmer",
        ),
        medicine(name, "par", "Paracetamol 1 g tablett", "N02BE01", "Paracetamol", needed, "Smerter"),
        given(name, "1", "zop", evening),
        given(name, "2", "par", now - timedelta(minutes=32)),
    ]


def note(name: str, key: str, text: str, at: datetime, author: str) -> Json:
    return {
        "resourceType": "DocumentReference",
        "id": f"{name}-note-{key}",
        "status": "current",
        "subject": {"reference": f"Patient/{name}"},
        "date": at.isoformat(timespec="seconds"),
        "author": [{"reference": "Practitioner/jonas-berg", "display": author}],
        "content": [
            {
                "attachment": {
                    "contentType": "text/plain; charset=utf-8",
                    "data": base64.b64encode(text.encode()).decode(),
                }
            }
        ],
    }


def notes(now: datetime, name: str = "p-1") -> list[Json]:
    return [
        note(
            name,
            "1",
            "Kveldsvakt: Slapp, lite matlyst. Drukket 600 ml. Lett hoste.",
            now - timedelta(hours=5),
            "Jonas Berg, sykepleier",
        ),
        note(
            name,
            "2",
            "Lege på visitt: fortsett doksysyklin. Veies fredag.",
            now - timedelta(hours=13),
            "Anne Moe, sykepleier",
        ),
        note(
            name,
            "3",
            "Sov godt, oppe én gang. Stelt i seng.",
            now - timedelta(hours=20),
            "Eva Lie, helsefagarbeider",
        ),
    ]


def staff() -> Json:
    return {
        "resourceType": "Practitioner",
        "id": "siri-nordli",
        "name": [{"family": "Nordli", "given": ["Siri"]}],
    }
