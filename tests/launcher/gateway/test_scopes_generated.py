"""Scopes, compartments and granular queries together, over generated grants: the policy against its rule said once more."""

from __future__ import annotations

import string
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from launcher.gateway.compartments import PATIENT_COMPARTMENT
from launcher.gateway.grant_facts import GrantFacts
from launcher.gateway.granular import TOKEN_PATHS
from launcher.gateway.interaction import Interaction, Kind
from launcher.gateway.policy import Allow, Deny, Narrow, decide, judge_resource
from launcher.gateway.scope_rules import CRUDS, V1_LETTERS, is_v1, parse_scope, parse_scopes
from tests.launcher.gateway.support import MARIT, TORBJORN

BASES = ("http://upstream.example/fhir",)
TYPES = [name for name in TOKEN_PATHS["category"] if name in PATIENT_COMPARTMENT]
LETTERS = st.sets(st.sampled_from(CRUDS), min_size=1)


class Right(NamedTuple):
    """A scope, part by part; ``category`` is empty in one that is not granular."""

    level: str
    type: str
    letters: frozenset[str]
    category: str

    def text(self) -> str:
        letters = "".join(letter for letter in CRUDS if letter in self.letters)
        return f"{self.level}/{self.type}.{letters}" + (f"?category={self.category}" if self.category else "")


LEVELS = st.sampled_from(["patient", "user", "system"])
RIGHTS = st.builds(
    Right, LEVELS, st.sampled_from(TYPES), LETTERS.map(frozenset), st.sampled_from(["", "a", "b"])
) | st.builds(Right, LEVELS, st.just("*"), LETTERS.map(frozenset), st.just(""))
OWNERS = st.lists(st.sampled_from([MARIT, TORBJORN]), max_size=2)


def owned(resource_type: str, owners: list[str], category: str) -> dict[str, Any]:
    """A resource whose decisive elements name these patients."""
    path = next(iter(PATIENT_COMPARTMENT[resource_type].paths.values()))
    references = [{"reference": f"Patient/{owner}"} for owner in owners]
    return {
        "resourceType": resource_type,
        "id": "x",
        path: references,
        "category": [{"coding": [{"code": category}]}],
    }


def allowed(
    right: Right, patient: str | None, fenced: bool, resource: dict[str, Any], letters: set[str]
) -> bool:
    """SAL-34 to SAL-37 and the fence (S3), for one right and one resource."""
    of_one_patient = right.level == "patient" or (right.level == "user" and fenced)
    path = next(iter(PATIENT_COMPARTMENT[resource["resourceType"]].paths.values()))
    named = {element["reference"] for element in resource[path]}
    return (
        right.type in ("*", resource["resourceType"])
        and bool(right.letters & letters)
        and (not of_one_patient or (patient is not None and named == {f"Patient/{patient}"}))
        and right.category in ("", resource["category"][0]["coding"][0]["code"])
    )


@given(
    st.lists(RIGHTS, max_size=3),
    st.sampled_from([MARIT, TORBJORN, None]),
    st.booleans(),
    st.sampled_from(TYPES),
    OWNERS,
    st.sampled_from("ab"),
    LETTERS,
)
def test_a_resource_is_covered_when_one_right_covers_all_of_it(
    rights: list[Right],
    patient: str | None,
    fenced: bool,
    resource_type: str,
    owners: list[str],
    category: str,
    letters: set[str],
) -> None:
    facts = GrantFacts(
        "g", parse_scopes(tuple(right.text() for right in rights)), patient, fenced, frozenset(), BASES
    )
    assert len(facts.scopes) == len(rights)
    resource = owned(resource_type, owners, category)
    wanted = any(allowed(right, patient, fenced, resource, letters) for right in rights)
    assert judge_resource(facts, resource, letters) is wanted


@given(
    st.lists(RIGHTS, max_size=3),
    st.sampled_from([MARIT, None]),
    st.booleans(),
    st.sampled_from(TYPES),
    OWNERS,
    st.sampled_from("ab"),
    st.sampled_from([Kind.CREATE, Kind.UPDATE]),
)
def test_nothing_is_written_that_no_right_covers(
    rights: list[Right],
    patient: str | None,
    fenced: bool,
    resource_type: str,
    owners: list[str],
    category: str,
    kind: Kind,
) -> None:
    facts = GrantFacts(
        "g", parse_scopes(tuple(right.text() for right in rights)), patient, fenced, frozenset(), BASES
    )
    body = owned(resource_type, owners, category)
    identifier = "x" if kind is Kind.UPDATE else None
    letters = {"u" if kind is Kind.UPDATE else "c"}
    decision = decide(facts, Interaction(kind, resource_type, identifier), body)
    if not any(allowed(right, patient, fenced, body, letters) for right in rights):
        assert isinstance(decision, Deny)


@given(st.lists(RIGHTS, min_size=1, max_size=3), st.booleans(), st.sampled_from(TYPES))
def test_a_search_that_may_see_one_patient_only_asks_for_that_patient(
    rights: list[Right], fenced: bool, resource_type: str
) -> None:
    facts = GrantFacts(
        "g", parse_scopes(tuple(right.text() for right in rights)), MARIT, fenced, frozenset(), BASES
    )
    decision = decide(facts, Interaction(Kind.SEARCH_TYPE, resource_type))
    searching = [right for right in rights if right.type in ("*", resource_type) and "s" in right.letters]
    wide = [right for right in searching if right.level == "system" or (right.level == "user" and not fenced)]
    narrow = PATIENT_COMPARTMENT[resource_type].narrow
    if not searching:
        assert isinstance(decision, Deny)
    elif any(not right.category for right in wide):
        assert decision == Allow()
    else:
        assert isinstance(decision, Narrow)
        assert ((narrow, f"Patient/{MARIT}") in decision.parameters) is (not wide)
        if decision.exact:
            categories = {right.category for right in searching}
            told = dict(decision.parameters).get("category")
            assert told is None if "" in categories else set(str(told).split(",")) == categories


@given(
    st.sampled_from(["patient", "user", "system"]), st.sampled_from(["*", *TYPES]), st.text(CRUDS, max_size=6)
)
def test_letters_count_in_their_order_and_once(level: str, resource_type: str, suffix: str) -> None:
    parsed = parse_scope(f"{level}/{resource_type}.{suffix}")
    if suffix and list(suffix) == [letter for letter in CRUDS if letter in suffix]:
        assert parsed is not None and parsed.cruds == frozenset(suffix)
    else:
        assert parsed is None


@given(st.text(string.printable, max_size=40))
def test_any_text_is_a_scope_of_known_letters_or_none(text: str) -> None:
    for scope in (text, f"patient/{text}", f"patient/Observation.{text}", f"user/Observation.rs?{text}"):
        parsed = parse_scope(scope)
        if parsed is not None:
            assert parsed.cruds and parsed.cruds <= set(CRUDS)
            assert is_v1(scope) is (scope.rpartition(".")[2] in V1_LETTERS)
