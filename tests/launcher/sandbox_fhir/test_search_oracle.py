"""Random searches against a naive reading of the same resources: filters, order, pages."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.sandbox_fhir import RunningServer, running_fhir_server
from tests.launcher.sandbox_fhir.answers import ids, link
from tests.launcher.sandbox_fhir.people import patient

PATIENTS, CODES, SYSTEMS, STATUSES = (
    ("a", "b", "c"),
    ("k1", "k2", "k3"),
    ("urn:s", "urn:t", ""),
    ("final", "amended"),
)
DAYS = tuple(f"2026-11-{day:02d}" for day in range(1, 12))


def make(number: int, choose: random.Random) -> dict[str, Any]:
    codings = [
        {"code": choose.choice(CODES)} | ({"system": system} if (system := choose.choice(SYSTEMS)) else {})
        for _ in range(choose.randint(1, 2))
    ]
    made: dict[str, Any] = {
        "resourceType": "Observation",
        "id": f"n{number:02d}",
        "status": choose.choice(STATUSES),
        "code": {"coding": codings},
        "subject": {"reference": f"Patient/{choose.choice(PATIENTS)}"},
    }
    if choose.random() < 0.8:
        made["effectiveDateTime"] = choose.choice(DAYS)
    return made


RESOURCES = [make(number, random.Random(number)) for number in range(70)]


@pytest.fixture(scope="module")
def dice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    people = [patient(name, name.upper(), "X", "1950") for name in PATIENTS]
    with running_fhir_server(
        tmp_path_factory.mktemp("dice") / "d.sqlite", resources=[*people, *RESOURCES]
    ) as server:
        yield server


def has_code(one: dict[str, Any], asked: str) -> bool:
    pairs = {(coding.get("system", ""), coding["code"]) for coding in one["code"]["coding"]}
    if "|" not in asked:
        return any(code == asked for _, code in pairs)
    system, code = asked.split("|")
    return any(system == own and code in ("", other) for own, other in pairs)


def has_date(one: dict[str, Any], asked: str) -> bool:
    day = one.get("effectiveDateTime")
    if day is None:
        return False
    prefix, wanted = asked[:2], asked[2:]
    return {
        "eq": day == wanted,
        "ne": day != wanted,
        "gt": day > wanted,
        "sa": day > wanted,
        "lt": day < wanted,
        "eb": day < wanted,
        "ge": day >= wanted,
        "le": day <= wanted,
    }[prefix]


CODE = st.one_of(
    st.sampled_from(CODES),
    st.builds("{}|{}".format, st.sampled_from(SYSTEMS), st.sampled_from(CODES)),
    st.sampled_from(("urn:s|", "urn:t|")),
)
ALTERNATIVES = st.lists(CODE, min_size=1, max_size=3).map(",".join)
CRITERION = st.one_of(
    st.tuples(st.sampled_from(("code", "code:not")), ALTERNATIVES),
    st.tuples(st.just("status"), st.sampled_from(STATUSES)),
    st.tuples(st.just("patient"), st.lists(st.sampled_from(PATIENTS), min_size=1, max_size=2).map(",".join)),
    st.tuples(
        st.just("date"),
        st.builds(
            "{}{}".format,
            st.sampled_from(("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb")),
            st.sampled_from(DAYS),
        ),
    ),
    st.tuples(st.just("date:missing"), st.sampled_from(("true", "false"))),
)


def matches(one: dict[str, Any], name: str, value: str) -> bool:
    match name:
        case "code":
            return any(has_code(one, part) for part in value.split(","))
        case "code:not":
            return not any(has_code(one, part) for part in value.split(","))
        case "status":
            return bool(one["status"] == value)
        case "patient":
            return one["subject"]["reference"].removeprefix("Patient/") in value.split(",")
        case "date:missing":
            return ("effectiveDateTime" not in one) is (value == "true")
    return has_date(one, value)


def in_order(found: list[dict[str, Any]], sort: str) -> list[str]:
    found = sorted(found, key=lambda one: str(one["id"]))
    if sort:
        with_date = [one for one in found if "effectiveDateTime" in one]
        without = [one for one in found if "effectiveDateTime" not in one]
        with_date.sort(key=lambda one: str(one["effectiveDateTime"]), reverse=sort.startswith("-"))
        found = with_date + without
    return [str(one["id"]) for one in found]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    criteria=st.lists(CRITERION, max_size=4),
    sort=st.sampled_from(("", "date,_id", "-date,_id")),
    count=st.sampled_from((7, 100)),
)
def test_a_search_finds_what_a_naive_reading_finds(
    dice: RunningServer, criteria: list[tuple[str, str]], sort: str, count: int
) -> None:
    asked = [*criteria, ("_count", str(count)), *([("_sort", sort)] if sort else [])]
    page = dice.client.get("/Observation", params=asked)
    expected = in_order(
        [one for one in RESOURCES if all(matches(one, *criterion) for criterion in criteria)], sort
    )
    assert page.json()["total"] == len(expected)
    found = ids(page)
    while (following := link(page, "next")) is not None:
        page = dice.client.get(following)
        assert len(ids(page)) <= count
        found += ids(page)
    assert found == expected
