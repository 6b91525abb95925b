"""What the picker asks the record and shows of a hit; namesakes by the desktop's own rule."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from launcher.server.picker_rows import MOST_HITS, Unsearchable, patients_of, query, rows

TODAY = date(2026, 11, 23)
NUMBER_SYSTEM = "urn:oid:2.16.578.1.12.4.1.4.1"


def patient(key: str, family: str, given: str, born: str = "1939-02-14", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": key,
        "name": [{"use": "official", "family": family, "given": given.split()}],
        "birthDate": born,
        **more,
    }


def stay(key: str, room: str) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "subject": {"reference": f"Patient/{key}"},
        "location": [{"location": {"display": room}}] if room else [],
        "serviceProvider": {"display": "Vestfløyen"},
    }


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("haug", {"name": "haug"}),
        ("Haugen, Marit", {"name": "Haugen"}),
        ("14.02.1939", {"birthdate": "1939-02-14"}),
        ("140226", {"birthdate": "1926-02-14,2026-02-14"}),
        ("14.2.39", {"birthdate": "1939-02-14"}),
        ("148239 21420", {"identifier": f"{NUMBER_SYSTEM}|14823921420,{NUMBER_SYSTEM[:-1]}2|14823921420"}),
    ],
)
def test_what_is_asked(text: str, parameters: dict[str, str]) -> None:
    """Mutant: two centuries of a short date are one."""
    asked = dict(query(text, TODAY).parameters)
    assert int(asked.pop("_count")) > MOST_HITS
    assert asked == parameters


@pytest.mark.parametrize(
    ("text", "key"),
    [("h", "too_short"), ("14", "too_short"), (", |", "too_short"), ("31.02.1939", "no_such_date"),
     ("14.02.2039", "no_such_date"), ("1234567890", "no_such_date"), ("14.2.", "too_short"), ("..", "too_short")],
)  # fmt: skip
def test_what_is_not_asked(text: str, key: str) -> None:
    with pytest.raises(Unsearchable) as refused:
        query(text, TODAY)
    assert refused.value.key == key


def test_every_word_counts() -> None:
    people = [patient("a", "Haugen", "Marit"), patient("b", "Haugen", "Ola"), stay("a", "204")]
    assert [found["id"] for found in patients_of(people, query("mar haugen", TODAY))] == ["a"]


def test_a_row_tells_people_apart() -> None:
    people = [
        patient("a", "Haugen", "Marit", identifier=[{"system": NUMBER_SYSTEM, "value": "14823921420"}]),
        patient(
            "b", "Haugan", "Marit", "1941-11-24", generalPractitioner=[{"display": "Fastlege Helge Sol"}]
        ),
        patient("c", "Vik", "Ola", "2026-11-23", deceasedDateTime="2026-11-23"),
    ]
    haugan, haugen, vik = rows(people, [stay("a", "204"), stay("c", "")], TODAY)
    people[1]["generalPractitioner"] = [{"display": "Helge Sol, fastlege"}]
    assert rows(people[1:2], [], TODAY)[0].practitioner == haugan.practitioner
    assert (haugen.identity_number, haugen.born, haugen.age) == ("148239 21420", "14.02.1939", 87)
    assert (haugen.room, haugen.ward, vik.room, vik.ward) == ("204", "Vestfløyen", "", "Vestfløyen")
    assert (haugan.age, haugan.practitioner, haugan.room) == (84, "Helge Sol", "")
    assert [row.alike for row in (haugan, haugen, vik)] == [True, True, False]
    assert [letter for letter, differs in haugan.family if differs] == ["a"]
    assert (vik.age, vik.deceased) == (0, True)
