"""Scopes: v1, v2, granular, and what is no scope (SAL-34 to SAL-37, SAL-43)."""

from __future__ import annotations

from itertools import permutations

import pytest

from launcher.gateway import granular
from launcher.gateway.scope_rules import ResourceScope, is_v1, parse_scope, parse_scopes

GOOD = [
    ("patient/Observation.rs", ("patient", "Observation", "rs", ())),
    ("user/*.cruds", ("user", "*", "cruds", ())),
    ("system/Patient.d", ("system", "Patient", "d", ())),
    ("patient/Patient.read", ("patient", "Patient", "rs", ())),
    ("patient/DocumentReference.write", ("patient", "DocumentReference", "cud", ())),
    ("patient/*.*", ("patient", "*", "cruds", ())),
    ("patient/Observation.rs?category=a|b", ("patient", "Observation", "rs", (("category", "a|b"),))),
    (
        "user/Observation.rs?category=http%3A%2F%2Fx%7Claboratory&status=final",
        ("user", "Observation", "rs", (("category", "http://x|laboratory"), ("status", "final"))),
    ),
]
BAD = [
    "openid",
    "launch/patient",
    "patient/Observation.",
    "patient/Observation.dus",
    "patient/Observation.sr",
    "patient/Observation.rr",
    "patient/Observation.x",
    "patient/Observation.rsx",
    "patient/observation.rs",
    "patient/Nonsense.rs",
    "practitioner/Observation.rs",
    "http://smarthealthit.org/fhir/scopes/patient/Condition.r",
    "patient/Observation.read?category=a",
    "patient/Observation.rs?",
    "patient/Observation.rs?category",
    "patient/Observation.rs?category=",
    "patient/Observation.rs?category:not=a",
    "patient/Observation.rs?subject.name=a",
    "patient/Observation.rs?_filter=a",
    "patient/*.rs?category=a",
    " patient/Observation.rs",
    "patient/Observation.rs\n",
]


@pytest.mark.parametrize(("text", "wanted"), GOOD)
def test_good(text: str, wanted: tuple[str, str, str, tuple[tuple[str, str], ...]]) -> None:
    parsed = parse_scope(text)
    assert parsed is not None
    context, resource_type, letters, query = wanted
    assert (parsed.context, parsed.type, parsed.query) == (context, resource_type, query)
    assert parsed.cruds == frozenset(letters)


@pytest.mark.parametrize("text", BAD)
def test_bad(text: str) -> None:
    assert parse_scope(text) is None


def test_only_the_order_of_cruds_is_a_suffix() -> None:
    for size in range(1, 6):
        for letters in permutations("cruds", size):
            ordered = list(letters) == sorted(letters, key="cruds".index)
            assert (parse_scope(f"user/Patient.{''.join(letters)}") is not None) is ordered


def test_write_is_not_read_and_read_is_not_delete() -> None:
    (write,) = parse_scopes(("patient/Observation.write", "openid"))
    assert not write.covers("Observation", "rs")
    (read,) = parse_scopes(("patient/Observation.read",))
    assert not read.covers("Observation", "cud")
    assert is_v1("patient/Observation.read")
    assert not is_v1("patient/Observation.r")


def coded(system: str | None, code: str) -> dict[str, object]:
    coding = {"code": code} | ({"system": system} if system else {})
    return {"resourceType": "Observation", "status": "final", "category": [{"coding": [coding]}]}


@pytest.mark.parametrize(
    ("resource", "value", "answers"),
    [
        (coded("s", "lab"), "lab", True),
        (coded("s", "lab"), "s|lab", True),
        (coded("s", "lab"), "t|lab", False),
        (coded("s", "lab"), "s|", True),
        (coded("t", "lab"), "s|", False),
        (coded(None, "lab"), "|lab", True),
        (coded("s", "lab"), "|lab", False),
        (coded("s", "lab"), "vital,lab", True),
        (coded("s", "lab"), "vital", False),
        ({"resourceType": "Observation"}, "lab", False),
        ({"resourceType": "Observation", "category": "lab"}, "s|vital", False),
    ],
)
def test_granular_token_matching(resource: dict[str, object], value: str, answers: bool) -> None:
    assert granular.matches(resource, (("category", value),)) is answers


def test_every_part_of_a_query_must_hold() -> None:
    query = (("category", "lab"), ("status", "final"))
    assert granular.matches(coded("s", "lab"), query)
    assert not granular.matches({**coded("s", "lab"), "status": "preliminary"}, query)
    assert not granular.matches(coded("s", "lab"), (("unknown", "lab"),))


def test_covers_is_true_for_any_of_the_letters() -> None:
    scope = ResourceScope("user", "*", frozenset("r"))
    assert scope.covers("Patient", "rs")
    assert not scope.covers("Patient", "s")
