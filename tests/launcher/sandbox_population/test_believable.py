"""Rules that a nurse or a doctor would hold against the records."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from launcher.sandbox.population.growth import median
from launcher.sandbox.population.laboratory import egfr
from launcher.sandbox.population.vitals import Signs, score

from .conftest import Json, Population, text_of, time_of

RANGES = {
    "Temp": (34.8, 40.0), "Puls": (48, 125), "Resp.": (11, 30), "SpO₂": (82, 100), "Oksygen": (0.5, 4), "Blodsukker": (4.0, 20),
    "Vekt": (2.4, 125), "Høyde": (60, 200), "Lengde": (45, 100), "Hodeomkrets": (31, 56), "Smerte": (0, 10), "Diurese": (50, 900),
    "Drukket": (50, 500),
}  # fmt: skip
PENICILLINS = ("J01C",)
NSAID = ("M01A",)
ANTICOAGULANT = ("B01AA", "B01AB", "B01AE", "B01AF")
ANTIPSYCHOTIC = ("N05AD", "N05AH", "N05AX")
FORBIDDEN = {
    "Penicillin": PENICILLINS,
    "ASA": ("B01AC06", "N02BA", "M01A"),
    "Trimetoprim-sulfa": ("J01E",),
    "Haloperidol": ("N05AD", "A03FA01"),
    "Kodein": ("N02AJ06", "R05DA04"),
    "Morfin": ("N02AA01",),
    "Erytromycin": ("J01FA01",),
}


def codes(population: Population, patient: str) -> list[str]:
    return [
        r["medicationCodeableConcept"]["coding"][0]["code"]
        for r in population.about("MedicationRequest", patient)
    ]


def taken(population: Population, patient: str, prefixes: tuple[str, ...]) -> list[str]:
    return [code for code in codes(population, patient) if code.startswith(prefixes)]


def latest(population: Population, patient: str, name: str) -> float | None:
    found = [o for o in population.about("Observation", patient) if o["code"]["text"] == name]
    return float(max(found, key=time_of)["valueQuantity"]["value"]) if found else None


def has(population: Population, patient: str, *texts: str) -> bool:
    return any(text in c["code"]["text"] for c in population.about("Condition", patient) for text in texts)


def test_nobody_gets_what_they_are_allergic_to(population: Population) -> None:
    for allergy in population.of("AllergyIntolerance"):
        patient = allergy["patient"]["reference"].removeprefix("Patient/")
        assert taken(population, patient, FORBIDDEN.get(allergy["code"]["text"], ("-",))) == [], patient


def test_interactions_and_kidneys(population: Population) -> None:
    for person in population.of("Patient"):
        patient, name = person["id"], person["name"][0]["text"]
        rate = latest(population, patient, "eGFR")
        if taken(population, patient, NSAID):
            assert not taken(population, patient, ANTICOAGULANT), name
            assert rate is None or rate > 60, name
            assert date.fromisoformat(person["birthDate"]).year > 1960, name
        assert len(taken(population, patient, ANTICOAGULANT)) <= 1, name
        if rate is not None and rate < 30:
            assert not taken(population, patient, ("A10BA02", "A10BK", "M05BA", "J01XE")), name
        if rate is not None and rate < 45:
            doses = [
                r
                for r in population.about("MedicationRequest", patient)
                if r["medicationCodeableConcept"]["text"].startswith("Metformin 1000")
            ]
            assert not doses, name
        if has(population, patient, "lewylegemer", "Parkinson"):
            assert not taken(population, patient, ("N05AD", "N05AX", "A03FA01")), name
        if taken(population, patient, ("C07AB", "C07AA")):
            assert not taken(population, patient, ("C08D",)), name
        if taken(population, patient, ("N06DA",)):
            assert has(population, patient, "Alzheimer", "lewylegemer", "Parkinson"), name
        if taken(population, patient, ("A10",)):
            assert has(population, patient, "Diabetes", "diabetes", "Hjertesvikt"), name
        if has(population, patient, "Diabetisk"):
            assert has(population, patient, "Diabetes type"), name
        if taken(population, patient, ("B01AF", "B01AA")):
            assert has(population, patient, "trieflimmer", "aortaventil"), name


def test_no_substance_twice_among_the_regular(population: Population) -> None:
    for person in population.of("Patient"):
        regular = [
            (r["medicationCodeableConcept"]["coding"][0]["code"], r["medicationCodeableConcept"]["text"])
            for r in population.about("MedicationRequest", person["id"])
            if r["category"][0]["text"] == "Fast" and r["status"] == "active"
        ]
        assert max(Counter(regular).values(), default=1) == 1, person["name"]
        twice = [code for code, count in Counter(code for code, _ in regular).items() if count > 1]
        assert set(twice) <= {"N04BA02", "C03CA01"}, (person["name"], twice)


def test_apixaban_dose_follows_age_weight_and_kidneys(population: Population) -> None:
    """2,5 mg when two of: 80 years, 60 kg or less, creatinine 133 or more."""
    seen = 0
    for request in population.of("MedicationRequest"):
        text = request["medicationCodeableConcept"]["text"]
        if not text.startswith("Apiksaban"):
            continue
        patient = request["subject"]["reference"].removeprefix("Patient/")
        born = next(p for p in population.of("Patient") if p["id"] == patient)["birthDate"]
        criteria = [
            date.fromisoformat(born) <= date(1946, 11, 23),
            (latest(population, patient, "Vekt") or 99) <= 60,
            (latest(population, patient, "Kreatinin") or 0) >= 133,
        ]
        assert ("2,5 mg" in text) == (sum(criteria) >= 2), (request["subject"]["display"], criteria)
        seen += 1
    assert seen > 8


def test_doses_are_given_within_a_quarter_of_an_hour_or_so(population: Population) -> None:
    planned: dict[str, list[int]] = {}
    for request in population.of("MedicationRequest"):
        for dosage in request["dosageInstruction"]:
            for clock in dosage.get("timing", {}).get("repeat", {}).get("timeOfDay", ()):
                planned.setdefault(request["id"], []).append(int(clock[:2]) * 60 + int(clock[3:5]))
    checked = 0
    for dose in population.of("MedicationAdministration"):
        clocks = planned.get(dose["request"]["reference"].removeprefix("MedicationRequest/"))
        if clocks is None:
            continue
        moment = time_of(dose)
        gap = min((moment.hour * 60 + moment.minute - clock for clock in clocks), key=abs)
        assert -6 <= gap <= 17, dose["id"]
        assert dose["status"] == "completed" or dose["statusReason"][0]["text"]
        checked += 1
    assert checked > 800


def test_measurements_stay_within_what_bodies_do(population: Population) -> None:
    for observation in population.of("Observation"):
        text, value = observation["code"]["text"], observation.get("valueQuantity", {}).get("value")
        if text in RANGES and "display" in observation["subject"]:
            low, high = RANGES[text]
            assert low <= float(value) <= high, (observation["subject"]["display"], text, value)
        if text == "BT":
            sys, dia = (c["valueQuantity"]["value"] for c in observation["component"])
            assert 84 <= sys <= 185
            assert 40 <= dia <= 108
            assert 25 <= sys - dia <= 100


def test_weights_change_slowly_unless_the_story_says_so(population: Population) -> None:
    for person in population.residents():
        found = sorted(
            (time_of(o), float(o["valueQuantity"]["value"]))
            for o in population.about("Observation", person["id"])
            if o["code"]["text"] == "Vekt"
        )
        room = person["address"][0]["line"][1]
        limit = 0.030 if room in ("Rom 213", "Rom 104") else 0.015
        for (early, before), (late, after) in pairwise(found):
            weeks = max(1.0, (late - early) / timedelta(days=7))
            assert abs(after - before) / before <= limit * weeks + 0.004, (
                person["name"][0]["text"],
                early,
                before,
                after,
            )


def test_news2_is_the_sum_of_its_set(population: Population) -> None:
    """Fever and three more signs of room 204 give 5, as on the mock-up."""
    sets: dict[tuple[str, str], dict[str, Json]] = {}
    for observation in population.of("Observation"):
        if observation["category"][0]["coding"][0]["code"] in ("vital-signs", "survey"):
            minute = observation["effectiveDateTime"][:16]
            sets.setdefault((observation["subject"]["display"], minute), {})[observation["code"]["text"]] = (
                observation
            )
    checked = 0
    for (name, _), found in sets.items():
        if "NEWS2" not in found:
            continue
        number = {key: float(o["valueQuantity"]["value"]) for key, o in found.items() if "valueQuantity" in o}
        sys, dia = (c["valueQuantity"]["value"] for c in found["BT"]["component"])
        awake = found["Bevissthet"]["valueCodeableConcept"]["coding"][1]["code"]
        signs = Signs(
            t=number["Temp"],
            p=int(number["Puls"]),
            r=int(number["Resp."]),
            s=int(number["SpO₂"]),
            sys=sys,
            dia=dia,
            o=number.get("Oksygen", 0.0),
            awake=awake,
        )
        assert found["NEWS2"]["valueInteger"] == score(signs, name == "Olav Bakke"), (name, signs)
        checked += 1
    assert checked > 800
    assert max(o["valueInteger"] for o in population.of("Observation") if o["code"]["text"] == "NEWS2") <= 9


@pytest.mark.parametrize(
    ("signs", "hypercapnic", "points"),
    [
        (Signs(38.3, 96, 21, 94, 132, 74), False, 5),
        (Signs(36.9, 68, 15, 98, 138, 76), False, 0),
        (Signs(36.7, 82, 19, 90, 134, 76, 1.0), True, 2),
        (Signs(36.7, 82, 19, 90, 134, 76, 1.0), False, 5),
        (Signs(36.7, 82, 19, 97, 134, 76, 1.0), True, 5),
        (Signs(36.7, 82, 19, 97, 134, 76), True, 0),
        (Signs(35.0, 40, 8, 91, 90, 50, 0.0, "C"), False, 18),
        (Signs(39.1, 131, 25, 95, 220, 90), False, 12),
        (Signs(36.0, 50, 11, 93, 100, 60), False, 7),
        (Signs(39.0, 130, 24, 95, 110, 60), False, 7),
    ],
)
def test_news2_by_the_book(signs: Signs, hypercapnic: bool, points: int) -> None:
    assert score(signs, hypercapnic) == points


def test_notes_speak_of_the_right_sex_and_are_not_the_same_all_the_time(population: Population) -> None:
    women, men = (
        re.compile(r"\b(hun|henne|hennes)\b", re.IGNORECASE),
        re.compile(r"\b(han|ham|hans)\b", re.IGNORECASE),
    )
    for person in population.residents():
        notes = population.about("DocumentReference", person["id"])
        texts = [text_of(note) for note in notes]
        own = women if person["gender"] == "female" else men
        other = men if own is women else women
        family = re.compile(r"kona|mannen|datter|sønn", re.IGNORECASE)
        wrong = [text for text in texts if other.search(text) and not family.search(text)]
        assert wrong == [], person["name"][0]["text"]
        assert max(Counter(texts).values(), default=0) <= 6, Counter(texts).most_common(1)
        by_time = sorted(notes, key=time_of)
        assert all(a["id"] != b["id"] and text_of(a) != text_of(b) for a, b in pairwise(by_time)), person[
            "name"
        ]


def test_nobody_works_night_and_the_day_beside_it(population: Population) -> None:
    shifts: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for note in population.of("DocumentReference"):
        moment, author = time_of(note), note["author"][0]["display"]
        if "sykepleier" in author or "helsefagarbeider" in author:
            minutes = moment.hour * 60 + moment.minute
            day = (moment.date() + timedelta(days=1 if minutes >= 1320 else 0)).isoformat()
            shift = "n" if minutes < 450 or minutes >= 1320 else "d" if minutes < 900 else "e"
            shifts.setdefault((author, day), set()).add((shift, note["subject"]["reference"]))
    for key, worked in shifts.items():
        if key[1] != "2026-11-23":
            assert len({shift for shift, _ in worked if shift in "nd"}) <= 1, key


def test_nobody_measures_round_the_clock(population: Population) -> None:
    """A set of signs of each shift, by somebody of that shift."""
    marit = population.in_room(204)["id"]
    by = {
        (time_of(o).date(), time_of(o).hour // 8): o["performer"][0]["display"]
        for o in population.about("Observation", marit)
        if o["code"]["text"] == "Temp" and time_of(o) > population.now - timedelta(hours=26)
    }
    assert len(set(by.values())) >= 3, by


def test_notes_that_quote_a_temperature_agree_with_the_chart(population: Population) -> None:
    checked = 0
    for note in population.of("DocumentReference"):
        for quoted in re.findall(r"[Tt]emp (\d\d,\d)", text_of(note)):
            patient = note["subject"]["reference"].removeprefix("Patient/")
            day = time_of(note).date()
            measured = [
                float(o["valueQuantity"]["value"])
                for o in population.about("Observation", patient)
                if o["code"]["text"] == "Temp" and abs((time_of(o).date() - day).days) <= 1
            ]
            if measured:
                assert any(abs(value - float(quoted.replace(",", "."))) <= 0.2 for value in measured), (
                    note["subject"],
                    quoted,
                )
                checked += 1
    assert checked > 10


def test_children_grow_along_their_curve(population: Population) -> None:
    children = 0
    for person in population.listed():
        found: dict[str, list[tuple[datetime, float]]] = {}
        for observation in population.about("Observation", person["id"]):
            if observation["code"]["text"] in ("Vekt", "Lengde", "Høyde", "Hodeomkrets"):
                name = {"Høyde": "Lengde"}.get(observation["code"]["text"], observation["code"]["text"])
                found.setdefault(name, []).append(
                    (time_of(observation), float(observation["valueQuantity"]["value"]))
                )
        born = date.fromisoformat(person["birthDate"])
        if born.year < 2011 or "Hodeomkrets" not in found:
            continue
        children += 1
        for name, place in (("Lengde", 0), ("Vekt", 1), ("Hodeomkrets", 2)):
            values = sorted(found[name])
            for moment, value in values:
                expected = median((moment.date() - born).days / 365.25, person["gender"] == "male")[place]
                assert 0.72 <= value / expected <= 1.35, (person["name"][0]["text"], name, value, expected)
            rising = [value for moment, value in values if moment.date() > born + timedelta(days=20)]
            assert rising == sorted(rising), (person["name"][0]["text"], name, rising)
        doses = Counter(v["vaccineCode"]["text"] for v in population.about("Immunization", person["id"]))
        assert doses["Pneumokokk"] <= 3
        assert doses["Rotavirus"] == 0 or born >= date(2014, 9, 1), person["name"][0]["text"]
        assert doses["DTP-polio-Hib-hepatitt B"] == 0 or born >= date(2016, 11, 1), person["name"][0]["text"]
    assert children >= 12


def test_laboratory_series_are_coded_and_hang_together(population: Population) -> None:
    lab = [o for o in population.of("Observation") if o["id"].startswith("lab-")]
    names = Counter(o["code"]["text"] for o in lab)
    assert {
        "HbA1c",
        "LDL-kolesterol",
        "HDL-kolesterol",
        "Triglyserider",
        "Kolesterol",
        "hs-CRP",
        "Kreatinin",
        "eGFR",
    } <= set(names)
    systems = {c["system"] for o in lab for c in o["code"]["coding"]}
    assert systems == {"http://loinc.org", "urn:oid:2.16.578.1.12.4.1.1.7280"}
    for person in population.listed():
        sugar = latest(population, person["id"], "HbA1c")
        if sugar is not None:
            assert (sugar >= 44) == has(population, person["id"], "Diabetes"), person["name"][0]["text"]
    hagen = latest(population, population.named("Øystein Hagen")["id"], "HbA1c")
    johnsen = latest(population, population.named("Bjarne Johnsen")["id"], "NT-proBNP")
    assert (hagen, johnsen) == (61, 1840)
    assert round(egfr(118, 77, False)) == 51
    assert round(egfr(70, 40, True)) == 94


def test_prose_of_every_resident_is_there_and_short_enough_to_read(population: Population) -> None:
    for person in population.residents():
        notes = [text_of(n) for n in population.about("DocumentReference", person["id"])]
        moved = next(e for e in population.about("Encounter", person["id"]))["period"]["start"]
        days = (population.now - datetime.fromisoformat(moved)).days
        assert len(notes) >= min(30, days), person["name"]
        assert all(
            10 <= len(text) <= 420 and text[0].isupper() and text.rstrip()[-1] in ".!?" for text in notes
        ), person["name"]
        assert population.about("CarePlan", person["id"])
        assert population.about("Goal", person["id"])
        assert population.about("Condition", person["id"])
        assert population.about("MedicationRequest", person["id"])
