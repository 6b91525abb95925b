"""What people type into the palette: names, birth dates, identity numbers."""

from __future__ import annotations

from datetime import date
from typing import Literal

import pytest

from shell.presenters.palette import (
    MOST_ALONE,
    birth_dates,
    found_people,
    local_people,
    matches,
    merged,
    person_query,
)
from shell.presenters.patient_facts import PatientFacts, Warnings
from shell.presenters.patient_models import Neighbours
from shell.presenters.start_list_rows import StartRow
from shell.presenters.view_models import PaletteResult

MARIT = PatientFacts("p-1", "Haugen", "Marit", date(1939, 2, 14), "female", "14823921420")
OTHER = PatientFacts("p-2", "Haugan", "Marit", date(1941, 1, 9), "female", "09814131860")


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("hau mar", [("name", "hau"), ("name", "mar")]),
        ("Haugen, Marit", [("name", "Haugen"), ("name", "Marit")]),
        ("14.02.1939", [("birthdate", "1939-02-14")]),
        ("140239", [("birthdate", "1939-02-14,2039-02-14")]),
        ("h", None),
        ("", None),
        ("31.02.1939", None),
        ("1482", None),
    ],
)
def test_a_person_is_asked_for_by_name_or_birth_date(typed: str, asked: list[tuple[str, str]] | None) -> None:
    assert person_query(typed) == asked


def test_an_identity_number_is_asked_for_by_its_systems_with_and_without_space() -> None:
    (asked,) = person_query("148239 21420") or []
    assert asked[0] == "identifier"
    assert asked[1].split(",")[0] == "urn:oid:2.16.578.1.12.4.1.4.1|14823921420"


@pytest.mark.parametrize("typed", ["haugen", "marit hau", "14.02.1939", "140239", "1482"])
def test_the_own_list_answers_at_once(typed: str) -> None:
    assert MARIT in local_people(typed, [MARIT, OTHER])


def test_a_birth_date_does_not_find_the_namesake() -> None:
    assert local_people("14.02.1939", [MARIT, OTHER]) == [MARIT]


def test_letters_match_only_at_the_beginning_of_words() -> None:
    assert matches("hau", "Haugen, Marit") == ((0, 3),)
    assert matches("ugen", "Haugen, Marit") == ()
    assert matches("marit hau", "Haugen, Marit") == ((0, 3), (8, 5))


def test_impossible_dates_are_not_dates() -> None:
    assert birth_dates("99.99.1939") == ()


def test_the_same_hit_is_shown_once() -> None:
    hit = PaletteResult("patient:p-1", "patient", "user")
    assert merged([hit], [hit]) == (hit,)


def test_a_long_list_costs_no_more_than_what_is_shown() -> None:
    """Mutant: a result is made for each of 1500 people at every key."""
    people = [
        PatientFacts(f"p-{number}", f"Haugen{number:04d}", "Marit", date(1939, 2, 14), "female", "")
        for number in range(1500)
    ]

    class Counted(Neighbours):
        asked = 0

        def place(self, facts: PatientFacts) -> tuple[str, Literal["room", "practitioner"]]:
            Counted.asked += 1
            return super().place(facts)

    found = found_people("hau", reversed(people), Counted([], {}), date(2026, 11, 23))
    assert [result.key for result in found] == [f"patient:p-{number}" for number in range(MOST_ALONE)]
    assert Counted.asked == MOST_ALONE


def test_hits_that_may_be_taken_for_each_other_are_marked_wherever_they_live() -> None:
    """Mutant: only people of the own list are compared, and a search from another ward shows no mark."""
    third = PatientFacts("p-3", "Lien", "Torbjørn", date(1950, 1, 2), "male", "")
    found = found_people(
        "m", [MARIT, OTHER, third], Neighbours([], {}), date(2026, 11, 23), {"p-1": "204, Vestfløyen"}
    )
    assert [(hit.key, hit.alike) for hit in found] == [
        ("patient:p-2", True), ("patient:p-1", True), ("patient:p-3", False),
    ]  # fmt: skip
    assert found[1].name is not None
    assert found[1].name.differs_family == {4}
    assert found[1].detail == "204, Vestfløyen · 14.02.1939"


def test_a_hit_from_elsewhere_is_compared_with_the_own_list() -> None:
    rows = [StartRow(OTHER, Warnings((), (), False, ()), "211", "Vestfløyen", "")]
    neighbours = Neighbours(rows, {})
    (hit,) = found_people("hau", [MARIT], neighbours, date(2026, 11, 23))
    assert hit.alike
    assert hit.name is not None
    assert hit.name.differs_family == {4}
    assert [other.key for other in neighbours.namesakes(MARIT)] == ["p-2"]
    (own,) = found_people("hau", [OTHER], neighbours, date(2026, 11, 23))
    assert own.detail == "211, Vestfløyen · 09.01.1941"
