"""Times move to the present: history by whole days, the last hours by minutes, plans by the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from launcher.sandbox.population.oslo import iso, to_oslo
from launcher.sandbox.population.plans_by_clock import settle

from .conftest import MOMENTS, NIGHT, Json, Population, person, time_of

READ = ["Observation", "DocumentReference", "MedicationAdministration", "Communication", "Immunization"]


def written_time(resource: Json) -> str:
    """Near enough for sorting: the offsets of one night differ by an hour at most."""
    return next(
        str(resource[key])
        for key in ("effectiveDateTime", "date", "sent", "occurrenceDateTime")
        if key in resource
    )


@pytest.mark.parametrize("now", MOMENTS)
def test_nothing_has_happened_after_the_present(at: Callable[[datetime], Population], now: datetime) -> None:
    for kind in READ:
        newest = sorted(at(now).of(kind), key=written_time)[-400:]
        assert [r["id"] for r in newest if time_of(r) > now] == []


@pytest.mark.parametrize("now", MOMENTS)
def test_times_are_norwegian_local_times(at: Callable[[datetime], Population], now: datetime) -> None:
    for kind in READ[:4]:
        for resource in at(now).of(kind)[::5]:
            moment = time_of(resource)
            assert moment.utcoffset() == to_oslo(moment).utcoffset(), (resource["id"], moment)


@pytest.mark.parametrize("now", MOMENTS)
def test_due_tasks_at_any_time_of_day(at: Callable[[datetime], Population], now: datetime) -> None:
    """A few overdue by 12 to 76 minutes, a few within half an hour, others later; done ones behind."""
    tasks = [t for t in at(now).of("Task") if t["owner"]["reference"] == "Organization/vestfloyen"]
    due = [
        datetime.fromisoformat(t["executionPeriod"]["end"]) - now for t in tasks if t["status"] == "requested"
    ]
    late = [gap for gap in due if gap <= timedelta(0)]
    assert sorted(int(-gap.total_seconds() // 300) * 5 for gap in late) == pytest.approx([10, 40, 70], abs=5)
    assert len([gap for gap in due if timedelta(0) < gap <= timedelta(minutes=30)]) >= 3
    assert len([gap for gap in due if gap > timedelta(minutes=30)]) > 10
    assert max(due) <= timedelta(hours=16)
    done = [t for t in tasks if t["status"] == "completed"]
    assert len(done) > 10
    assert all(datetime.fromisoformat(t["executionPeriod"]["end"]) <= now for t in done)


@pytest.mark.parametrize("now", MOMENTS)
def test_fever_of_room_204_is_always_half_an_hour_old(
    at: Callable[[datetime], Population], now: datetime
) -> None:
    everything = at(now)
    patient = everything.in_room(204)["id"]
    temps = sorted(
        (time_of(o), o["valueQuantity"]["value"])
        for o in everything.about("Observation", patient)
        if o["code"]["text"] == "Temp"
    )
    moment, value = temps[-1]
    assert float(value) == 38.3
    assert timedelta(minutes=31) <= now - moment <= timedelta(minutes=33)
    assert [float(v) for _, v in temps[-6:]] == [36.8, 36.9, 37.0, 37.3, 37.8, 38.3]
    assert all(
        later - earlier > timedelta(hours=1)
        for (earlier, _), (later, _) in zip(temps[-9:], temps[-8:], strict=False)
    )
    news = next(c for c in everything.of("Communication") if person(c) == f"Patient/{patient}")
    assert news["payload"][0]["contentString"] == f"Feber {to_oslo(moment):%H:%M}"


def test_birth_dates_never_move(at: Callable[[datetime], Population]) -> None:
    early, late = at(MOMENTS[0]), at(MOMENTS[4])
    assert [p["birthDate"] for p in early.of("Patient")] == [p["birthDate"] for p in late.of("Patient")]


def test_the_day_fills_as_it_passes(at: Callable[[datetime], Population]) -> None:
    """The morning's doses are there in the morning, not in the night before."""
    night, morning = at(NIGHT), at(MOMENTS[1])
    today = "2026-11-23T08"
    assert not [m for m in night.of("MedicationAdministration") if m["effectiveDateTime"].startswith(today)]
    assert (
        len([m for m in morning.of("MedicationAdministration") if m["effectiveDateTime"].startswith(today)])
        > 60
    )


def test_weekdays_in_texts_follow_the_date(at: Callable[[datetime], Population]) -> None:
    for now, name, code in ((NIGHT, "mandag", "mon"), (MOMENTS[3], "søndag", "sun")):
        everything = at(now)
        requests = everything.about("MedicationRequest", everything.in_room(211)["id"])
        weekly = next(r for r in requests if "Alendronat" in r["medicationCodeableConcept"]["text"])
        dosage = weekly["dosageInstruction"][0]
        assert f"hver {name}" in dosage["text"]
        assert dosage["timing"]["repeat"]["dayOfWeek"] == [code]


def test_summer_time() -> None:
    assert iso(datetime(2027, 3, 28, 1, 59)) == "2027-03-28T01:59:00+01:00"
    assert iso(datetime(2027, 3, 28, 2, 30)) == "2027-03-28T01:30:00+01:00"
    assert iso(datetime(2027, 3, 28, 3, 0)) == "2027-03-28T03:00:00+02:00"
    assert iso(datetime(2027, 10, 31, 1, 0)) == "2027-10-31T01:00:00+02:00"
    assert iso(datetime(2027, 10, 31, 4, 0)) == "2027-10-31T04:00:00+01:00"
    assert to_oslo(datetime(2027, 7, 1, 12, tzinfo=UTC)).hour == 14
    assert to_oslo(datetime(2027, 10, 31, 1, 0, tzinfo=UTC)).isoformat() == "2027-10-31T02:00:00+01:00"


@pytest.mark.parametrize(
    ("clock", "status"),
    [("09:40", "booked"), ("10:05", "arrived"), ("10:15", "checked-in"), ("10:33", "fulfilled")],
)
def test_an_appointment_follows_the_clock(clock: str, status: str) -> None:
    line = (
        '{"resourceType":"Appointment","status":"booked","start":"2026-11-23T10:00:00+01:00",'
        '"participant":[{"actor":{},"period":{"start":"2026-11-23T09:55:00+01:00"}}]}'
    )
    settled = settle(line, datetime.fromisoformat(f"2026-11-23T{clock}:00+01:00"), timedelta(0))
    assert settled is not None
    assert f'"status":"{status}"' in settled
    assert ('"period"' in settled) == (status != "booked")
