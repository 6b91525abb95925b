"""Rows of the start list: order, urgency, warnings, words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shell.gateway_client.start_list import StartListRecords
from shell.presenters.patient_facts import patient_facts, warnings_of
from shell.presenters.patient_models import Neighbours, allergy_record
from shell.presenters.start_list_models import shift_of, ward_list
from shell.presenters.start_list_rows import observation_words, practice_rows, ward_rows
from shell.presenters.view_models import AllergyRecord

NOW = datetime(2026, 11, 23, 2, 12, tzinfo=UTC)


def patient(key: str, family: str, given: str = "Marit") -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": key,
        "name": [{"family": family, "given": [given]}],
        "birthDate": "1939-02-14",
    }


def encounter(key: str, room: str) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "id": f"e-{key}",
        "subject": {"reference": f"Patient/{key}"},
        "location": [{"location": {"display": room}}],
        "reasonCode": [{"text": "Hjertesvikt"}],
    }


def task(key: str, minutes: int, text: str) -> dict[str, Any]:
    due = (NOW + timedelta(minutes=minutes)).isoformat()
    return {"for": {"reference": f"Patient/{key}"}, "code": {"text": text}, "executionPeriod": {"end": due}}


def found(**more: Any) -> StartListRecords:
    people = {"a": patient("a", "Haugen"), "b": patient("b", "Haugan"), "c": patient("c", "Lien", "Torbjørn")}
    encounters = [encounter("c", "209"), encounter("b", "211"), encounter("a", "204")]
    return StartListRecords(people, encounters, **more)


def test_rows_are_in_the_order_of_rooms() -> None:
    assert [row.room for row in ward_rows(found(), NOW)] == ["204", "209", "211"]


@pytest.mark.parametrize(("minutes", "urgency"), [(-12, "overdue"), (0, "now"), (30, "now"), (31, "later")])
def test_the_most_urgent_task_is_shown(minutes: int, urgency: str) -> None:
    rows = ward_rows(found(tasks=[task("a", 300, "Vekt"), task("a", minutes, "Mål NEWS2")]), NOW)
    assert rows[0].due is not None
    assert (rows[0].due.text, rows[0].due.urgency, rows[0].due.minutes) == ("Mål NEWS2", urgency, minutes)


def test_namesakes_are_marked_and_others_are_not() -> None:
    model = ward_list("Vestfløyen", ward_rows(found(), NOW), NOW)
    assert [(row.room, row.alike) for row in model.rows] == [("204", True), ("209", False), ("211", True)]
    assert model.rows[0].name.differs_family == {4}


@pytest.mark.parametrize(
    ("observation", "words"),
    [
        (
            {"code": {"coding": [{"code": "8310-5"}]}, "valueQuantity": {"value": 38.3, "unit": "°C"}},
            "Temp 38,3",
        ),
        (
            {"code": {"coding": [{"code": "59408-5"}]}, "valueQuantity": {"value": 90, "unit": "%"}},
            "SpO₂ 90 %",
        ),
        (
            {
                "code": {"coding": [{"code": "85354-9"}]},
                "component": [{"valueQuantity": {"value": 152}}, {"valueQuantity": {"value": 84}}],
            },
            "BT 152/84",
        ),
        ({"code": {"text": "Tilsyn"}, "valueString": "Sover"}, "Sover"),
        (
            {"code": {"coding": [{"code": "14743-9"}]}, "valueQuantity": {"value": 11.9, "unit": "mmol/l"}},
            "BS 11,9",
        ),
        ({"code": {"text": "NEWS2"}, "valueInteger": 5}, "NEWS2 5"),
        (
            {"code": {"coding": [{"code": "72514-3"}]}, "valueQuantity": {"value": 2, "unit": "av 10"}},
            "Smerte 2 av 10",
        ),
    ],
)
def test_an_observation_is_written_as_a_nurse_writes_it(observation: dict[str, Any], words: str) -> None:
    assert observation_words(observation) == words


def allergy(criticality: str, **more: Any) -> dict[str, Any]:
    return {"code": {"text": "Penicillin"}, "criticality": criticality, **more}


def test_never_asked_and_none_known_are_two_things() -> None:
    none_known = {"code": {"coding": [{"code": "716186003"}]}}
    assert allergy_record(warnings_of([], [])) is AllergyRecord.NOT_RECORDED
    assert allergy_record(warnings_of([none_known], [])) is AllergyRecord.NONE_KNOWN
    assert allergy_record(warnings_of([allergy("low")], [])) is AllergyRecord.KNOWN
    assert allergy_record(None) is AllergyRecord.UNREAD


def test_a_refuted_or_resolved_allergy_does_not_warn() -> None:
    refuted = allergy("high", verificationStatus={"coding": [{"code": "refuted"}]})
    resolved = allergy("high", clinicalStatus={"coding": [{"code": "resolved"}]})
    assert warnings_of([refuted, resolved], []).cave == ()
    assert warnings_of([allergy("high")], []).cave == ("Penicillin",)


@pytest.mark.parametrize(
    ("display", "name"), [("Helge Solberg, fastlege", "Helge Solberg"), ("Solberg, Helge", "Solberg, Helge")]
)
def test_the_general_practitioner_stands_where_others_have_a_room(display: str, name: str) -> None:
    resource = {**patient("a", "Haugen"), "generalPractitioner": [{"display": display}]}
    visits, listed = practice_rows(StartListRecords({"a": resource}))
    assert visits == []
    assert listed[0].place == name
    neighbours = Neighbours(listed, {})
    assert neighbours.place(listed[0].patient) == (name, "practitioner")
    assert Neighbours([], {}).place(listed[0].patient) == (name, "practitioner")
    assert Neighbours([], {}).place(patient_facts(patient("b", "Lien"))) == ("", "practitioner")


def test_a_resident_has_room_and_ward_and_not_the_practitioner() -> None:
    people = {"a": {**patient("a", "Haugen"), "generalPractitioner": [{"display": "Helge Solberg"}]}}
    stay = {**encounter("a", "204"), "serviceProvider": {"display": "Vestfløyen"}}
    rows = ward_rows(StartListRecords(people, [stay]), NOW)
    assert Neighbours(rows, {}).place(rows[0].patient) == ("204, Vestfløyen", "room")


def test_inactive_flags_do_not_warn() -> None:
    flags = [
        {"status": "active", "code": {"text": "Fallrisiko"}},
        {"status": "inactive", "code": {"text": "Gammel"}},
    ]
    assert warnings_of([], flags).flags == ("Fallrisiko",)


def test_age_counts_the_birthday() -> None:
    facts = patient_facts(patient("a", "Haugen"))
    assert facts.age(datetime(2026, 2, 13).date()) == 86
    assert facts.age(datetime(2026, 2, 14).date()) == 87


@pytest.mark.parametrize("broken", [{}, {"resourceType": "Patient"}, {"resourceType": "Group", "id": "a"}])
def test_what_is_not_a_patient_is_never_shown_as_one(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a Patient"):
        patient_facts(broken)


@pytest.mark.parametrize(
    ("hour", "shift", "since"), [(3, "night", 22), (8, "day", 7), (16, "evening", 15), (23, "night", 22)]
)
def test_the_shift_follows_the_clock(hour: int, shift: str, since: int) -> None:
    name, began = shift_of(datetime(2026, 11, 23, hour, 12))
    assert (name, began.hour) == (shift, since)
