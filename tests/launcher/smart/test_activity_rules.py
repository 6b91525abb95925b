"""What an app may ask another to do, and for what (SWM-08, SWM-09)."""

from __future__ import annotations

from typing import Any

import pytest

from launcher.smart.web_messaging import MOST_LOCATIONS, activity_of

MANY = [f"Appointment/{number}" for number in range(MOST_LOCATIONS + 1)]


def told_of(parameters: object, name: object = "problem-review") -> list[str] | None:
    activity = activity_of({"activityType": name, "activityParameters": parameters})
    if activity is None:
        return None
    assert activity.name == name
    assert all(place.keys() == {"reference"} for place in activity.fhir_context)
    return [place["reference"] for place in activity.fhir_context]


@pytest.mark.parametrize(
    ("parameters", "places"),
    [
        ({}, []),
        ({"problemLocation": "Condition/c"}, ["Condition/c"]),
        ({"appointmentLocations": ["Appointment/a", "Appointment/b"]}, ["Appointment/a", "Appointment/b"]),
        ({"appointmentLocations": "Appointment/a"}, ["Appointment/a"]),
        ({"problemLocation": "Condition/c", "appointmentLocations": MANY[:-2]}, ["Condition/c", *MANY[:-2]]),
        ({"appointmentLocations": MANY[:-1]}, MANY[:-1]),
        ({"appointmentLocations": MANY}, None),
        ({"problemLocation": "Patient/p"}, None),
        ({"problemLocation": 7}, None),
        ({"appointmentLocations": ["Appointment/a", None]}, None),
        ([], None),
    ],
)
def test_what_the_other_app_is_told_of(parameters: Any, places: list[str] | None) -> None:
    assert told_of(parameters) == places


@pytest.mark.parametrize("name", ["Problem Review", "", None, 7, "-x"])
def test_an_activity_without_a_name_that_can_be_one(name: object) -> None:
    assert told_of({}, name) is None
    assert told_of({}, "https://maker.example/activity") == []
