"""What stands in one place of the record agrees with what stands in another, at any time of day and on any weekday."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from launcher.sandbox.population.oslo import to_oslo

from .conftest import MOMENTS, NIGHT, Json, Population, person, text_of, time_of

MORNING = datetime(2026, 11, 23, 6, 33, tzinfo=UTC)
AFTERNOON = datetime(2026, 11, 23, 15, 35, tzinfo=UTC)
EVENING = datetime(2026, 11, 24, 20, 20, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 29, 10, 40, tzinfo=UTC)
TIMES = (NIGHT, MORNING, AFTERNOON, EVENING, SUNDAY)
SEEN_BY = {
    "Blodsukker": {"Blodsukker"},
    "Smertevurdering": {"ESAS smerte", "Smerte"},
    "SpO₂": {"SpO₂"},
    "Tøm pose": {"Diurese"},
}
JUST = timedelta(minutes=15)


def due_at(task: Json) -> datetime:
    return datetime.fromisoformat(task["executionPeriod"]["end"])


def open_tasks(everything: Population) -> list[Json]:
    return [
        task for task in everything.of("Task") if task["status"] == "requested" and "executionPeriod" in task
    ]


@pytest.mark.parametrize("now", TIMES)
def test_what_is_overdue_has_not_been_done(at: Callable[[datetime], Population], now: datetime) -> None:
    """Mutant: what is due is counted back from the present while measurements follow the clock."""
    everything = at(now)
    looked = 0
    for task in open_tasks(everything):
        names = SEEN_BY.get(task["code"]["text"], set())
        if due_at(task) > now or not names:
            continue
        looked += 1
        done = [
            observation
            for observation in everything.about("Observation", person(task).partition("/")[2])
            if observation["code"]["text"] in names and time_of(observation) >= due_at(task) - JUST
        ]
        assert done == [], (task["code"], due_at(task))
    assert looked >= 3


@pytest.mark.parametrize("now", TIMES)
@pytest.mark.parametrize(("room", "minutes"), [(204, 28), (311, -18)])
def test_the_next_news2_is_due_an_hour_after_the_last_of_five(
    at: Callable[[datetime], Population], now: datetime, room: int, minutes: int
) -> None:
    """As the chart reckons it: list and chart name the same minute."""
    everything = at(now)
    patient = everything.in_room(room)["id"]
    scores = [one for one in everything.about("Observation", patient) if one["code"]["text"] == "NEWS2"]
    last = max(scores, key=time_of)
    (task,) = [
        one
        for one in open_tasks(everything)
        if person(one) == f"Patient/{patient}" and one["code"]["text"] == "Mål NEWS2"
    ]
    assert 5 <= last["valueInteger"] < 7
    assert due_at(task) == time_of(last).replace(second=0) + timedelta(hours=1)
    assert round((due_at(task) - now).total_seconds() / 60) == pytest.approx(minutes, abs=1)


@pytest.mark.parametrize("now", [NIGHT, SUNDAY, datetime(2026, 12, 3, 12, tzinfo=UTC)])
def test_the_practice_is_closed_at_weekends(at: Callable[[datetime], Population], now: datetime) -> None:
    """Mutant: the practice's history moves by single days."""
    everything = at(now)
    weekend = [
        resource["id"]
        for patient in everything.listed()
        for kind in ("Observation", "Immunization")
        for resource in everything.about(kind, patient["id"])
        if time_of(resource).date() < to_oslo(now).date()
        and to_oslo(time_of(resource)).weekday() > 4
        and to_oslo(time_of(resource)).date() - datetime.fromisoformat(patient["birthDate"]).date()
        > timedelta(20)
    ]
    assert weekend == []


@pytest.mark.parametrize("now", MOMENTS)
def test_the_record_was_changed_when_things_happened(
    at: Callable[[datetime], Population], now: datetime
) -> None:
    """Mutant: ninety days of history were written the moment they were loaded."""
    everything = at(now)
    for kind in ("Observation", "DocumentReference", "MedicationAdministration", "Communication"):
        for resource in everything.of(kind):
            assert datetime.fromisoformat(resource["meta"]["lastUpdated"]) == time_of(resource), resource[
                "id"
            ]
    stamps = [
        datetime.fromisoformat(resource["meta"]["lastUpdated"])
        for resource in everything.all
        if "lastUpdated" in resource.get("meta", {})
    ]
    assert max(stamps) <= now
    assert len(stamps) > 0.95 * len(everything.all)
    assert all("lastUpdated" in task["meta"] for task in everything.of("Task"))


def test_todays_contacts_leave_something_behind(at: Callable[[datetime], Population]) -> None:
    everything = at(AFTERNOON)
    over = [one for one in everything.of("Appointment") if one["status"] == "fulfilled"]
    assert len(over) >= 17
    for appointment in over:
        patient = next(
            part["actor"]["reference"]
            for part in appointment["participant"]
            if "Patient/" in part["actor"]["reference"]
        )
        notes = everything.about("DocumentReference", patient.partition("/")[2])
        assert [note for note in notes if time_of(note) > datetime.fromisoformat(appointment["start"])], (
            appointment
        )
    emil = everything.named("Emil Næss")["id"]
    given = [one for one in everything.about("Immunization", emil) if time_of(one).date() == AFTERNOON.date()]
    assert {one["vaccineCode"]["text"] for one in given} == {"DTP-polio-Hib-hepatitt B", "Pneumokokk"}
    assert {one["protocolApplied"][0]["doseNumberPositiveInt"] for one in given} == {3}


def test_who_takes_a_stimulant_is_weighed_and_measured(at: Callable[[datetime], Population]) -> None:
    everything = at(AFTERNOON)
    jakob = everything.named("Jakob Sunde")["id"]
    lately = AFTERNOON - timedelta(days=400)
    found = [one for one in everything.about("Observation", jakob) if time_of(one) > lately]
    names = [one["code"]["text"] for one in found]
    assert {name: names.count(name) for name in ("Vekt", "Høyde", "BT", "Puls")} == dict.fromkeys(
        ("Vekt", "Høyde", "BT", "Puls"), 3
    )
    (note,) = [one for one in everything.about("DocumentReference", jakob) if "BT 104/62" in text_of(one)]
    pressures = [
        one for one in found if one["code"]["text"] == "BT" and time_of(one).date() == time_of(note).date()
    ]
    assert [part["valueQuantity"]["value"] for part in pressures[0]["component"]] == [104, 62]


def test_a_medicine_is_ordered_when_the_note_says_so(population: Population) -> None:
    """Mutant: the wasp stings in August, and the adrenaline was ordered in June."""
    herman = population.named("Herman Mathisen")["id"]
    (pen,) = population.about("MedicationRequest", herman)
    (note,) = [one for one in population.about("DocumentReference", herman) if "Vepsestikk" in text_of(one)]
    assert pen["authoredOn"] == time_of(note).date().isoformat()


def test_prose_of_room_204_holds_on_every_weekday(at: Callable[[datetime], Population]) -> None:
    everything = at(SUNDAY)
    patient = everything.in_room(204)["id"]
    lately = [
        text_of(note)
        for note in everything.about("DocumentReference", patient)
        if time_of(note) > SUNDAY - timedelta(days=2)
    ]
    assert lately
    assert not [text for text in lately if "visitt" in text or "temperatur" in text or "fredag" in text]
    tasks = {task["code"]["text"] for task in everything.about("Task", patient)}
    assert "Vekt" in tasks
    assert "Lege på visitt" not in tasks
