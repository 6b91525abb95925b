"""Granting: the common part of what is asked and what is approved, never more (SAL-34..SAL-38, FC-04)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.gateway.scope_rules import parse_scope
from launcher.oauth.model import RegisteredClient
from launcher.smart.scopes import granted_scopes, narrowed_scopes, needs_patient

CLIENT = RegisteredClient("app", "App", "Prøve AS", ("https://app.example/cb",), None, "")


def granted(approved: str, asked: str) -> str:
    return " ".join(granted_scopes(replace(CLIENT, scope=approved), asked.split()))


@pytest.mark.parametrize(
    ("approved", "asked", "expected"),
    [
        ("openid launch", "openid launch fhirUser", "openid launch"),
        ("patient/Observation.rs", "patient/Observation.rs", "patient/Observation.rs"),
        ("patient/*.rs", "patient/Observation.cruds", "patient/Observation.rs"),
        (
            "patient/Observation.rs patient/Patient.r",
            "patient/*.rs",
            "patient/Observation.rs patient/Patient.r",
        ),
        ("patient/Observation.rs", "user/Observation.rs", ""),
        ("user/*.cruds", "system/*.cruds", ""),
        ("system/*.cruds", "system/*.cruds", ""),
        ("patient/*.read", "patient/Patient.read", "patient/Patient.read"),
        ("patient/Patient.rs", "patient/Patient.read", "patient/Patient.read"),
        ("patient/Patient.rs", "patient/Patient.*", "patient/Patient.read"),
        ("patient/Patient.r", "patient/Patient.read", "patient/Patient.r"),
        ("patient/Observation.cruds", "patient/Observation.write", "patient/Observation.write"),
        ("patient/Observation.read", "patient/Observation.write", ""),
        ("patient/*.cruds", "patient/Observation.sr", ""),
        ("patient/*.cruds", "patient/Observation.", ""),
        ("patient/*.cruds", "patient/Nonsense.r", ""),
        (
            "patient/Observation.rs?category=laboratory",
            "patient/Observation.rs",
            "patient/Observation.rs?category=laboratory",
        ),
        (
            "patient/Observation.rs",
            "patient/Observation.rs?category=laboratory",
            "patient/Observation.rs?category=laboratory",
        ),
        ("patient/Observation.rs?category=laboratory", "patient/Observation.rs?category=vital-signs", ""),
        ("fhircast/*.*", "fhircast/Patient-open.read", "fhircast/Patient-open.read"),
        ("fhircast/Patient-open.read", "fhircast/*.*", "fhircast/Patient-open.read"),
        ("fhircast/Patient-open.read", "fhircast/Patient-open.write", ""),
        ("fhircast/Patient-open.*", "fhircast/Patient-open.write", "fhircast/Patient-open.write"),
        ("fhircast/Patient-open.read", "fhircast/Patient-close.read", ""),
        ("offline_access", "offline_access", "offline_access"),
        ("openid", "openid openid", "openid"),
    ],
)
def test_the_common_part(approved: str, asked: str, expected: str) -> None:
    assert granted(approved, asked) == expected


LETTERS = st.sets(st.sampled_from("cruds"), min_size=1).map(
    lambda chosen: "".join(letter for letter in "cruds" if letter in chosen)
)
SUFFIX = st.one_of(LETTERS, st.sampled_from(["read", "write", "*"]))
SCOPE = st.builds(
    "{}/{}.{}".format,
    st.sampled_from(["patient", "user"]),
    st.sampled_from(["*", "Patient", "Observation", "Condition"]),
    SUFFIX,
)


TYPES = ["Patient", "Observation", "Condition"]
GRANULAR = st.builds(
    "{}/Observation.{}?category={}".format,
    st.sampled_from(["patient", "user"]),
    LETTERS,
    st.sampled_from("ab"),
)
Right = tuple[str, str, str, str]
"""Level, type, letter, and the category of the one resource that is meant."""


def rights(scopes: Iterable[str]) -> set[Right]:
    """Everything that scopes allow, one by one."""
    found: set[Right] = set()
    for scope in map(parse_scope, scopes):
        if scope is not None:
            categories = [value for _, value in scope.query] or ["", "a", "b"]
            types = TYPES if scope.type == "*" else [scope.type]
            found |= set(product([scope.context], types, scope.cruds, categories))
    return found


@given(
    st.lists(SCOPE | GRANULAR, max_size=4),
    st.lists(SCOPE | GRANULAR | st.just("openid"), min_size=1, max_size=4),
)
def test_never_more_than_approved_and_never_more_than_asked(approved: list[str], asked: list[str]) -> None:
    given_scopes = granted_scopes(replace(CLIENT, scope=" ".join(approved)), asked)
    assert all(parse_scope(scope) is not None for scope in given_scopes)
    assert rights(given_scopes) <= rights(approved) & rights(asked)


@given(st.lists(SCOPE, max_size=4), st.lists(SCOPE, min_size=1, max_size=4))
def test_nor_less_where_no_scope_is_granular(approved: list[str], asked: list[str]) -> None:
    given_scopes = granted_scopes(replace(CLIENT, scope=" ".join(approved)), asked)
    assert rights(given_scopes) == rights(approved) & rights(asked)


@given(st.lists(SCOPE, min_size=1, max_size=4))
def test_what_is_approved_is_granted_word_for_word(scopes: list[str]) -> None:
    asked = tuple(dict.fromkeys(scopes))
    assert granted_scopes(replace(CLIENT, scope=" ".join(asked)), asked) == asked


def test_narrowing() -> None:
    scopes = ("openid", "patient/Patient.rs")
    assert narrowed_scopes(scopes, ["openid"]) == ("openid",)
    assert narrowed_scopes(scopes, scopes) == scopes
    assert narrowed_scopes(scopes, ["patient/*.rs"]) is None


def test_needs_patient() -> None:
    assert needs_patient(["openid", "patient/Patient.r"])
    assert not needs_patient(["openid", "user/Patient.r"])
