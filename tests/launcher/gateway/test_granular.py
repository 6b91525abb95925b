"""Granular scopes judged on a resource: FHIR R4 token search, on Coding, CodeableConcept and code (SAL-37)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.gateway.granular import ANY_TYPE, TOKEN_PATHS, element_names, is_evaluable, matches, path_of
from launcher.gateway.scope_rules import parse_scope


def concept(*codings: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "category": [{"coding": list(codings)}]}


LAB, VITAL = {"system": "s", "code": "lab"}, {"system": "t", "code": "vital"}
TAGGED = {"resourceType": "Encounter", "meta": {"tag": [LAB, VITAL]}, "class": LAB, "status": "planned"}


@pytest.mark.parametrize(
    ("resource", "parameter", "value", "answers"),
    [
        (concept(LAB, VITAL), "category", "t|vital", True),
        (concept(LAB, VITAL), "category", "s|vital", False),
        (concept(LAB, VITAL), "category", "x|lab,t|vital", True),
        (concept({"code": "x"}, {"code": "lab"}), "category", "|lab", True),
        (concept({"system": "s"}), "category", "s|", False),
        (concept({"system": "s", "code": 1}), "category", "s|", False),
        (concept({"system": 1, "code": "lab"}), "category", "|lab", True),
        (concept("lab"), "category", "lab", False),
        (concept(None), "category", "lab", False),
        ({"resourceType": "Observation", "category": {"coding": LAB}}, "category", "lab", False),
        ({"resourceType": "Observation", "category": [1, None]}, "category", "1", False),
        (
            {"resourceType": "Observation", "category": ["x", {"coding": [{"code": "lab"}]}]},
            "category",
            "|lab",
            True,
        ),
        (TAGGED, "_tag", "t|vital", True),
        (TAGGED, "_tag", "s|vital", False),
        (TAGGED, "class", "s|lab", True),
        (TAGGED, "class", "vital", False),
        (TAGGED, "status", "planned", True),
        (TAGGED, "status", "http://hl7.org/fhir/encounter-status|planned", True),
        (TAGGED, "status", "http://hl7.org/fhir/encounter-status|finished", False),
        (TAGGED, "status", "|planned", False),
        (TAGGED, "status", "x|", True),
        (TAGGED, "unknown", "planned", False),
    ],
)
def test_a_token(resource: dict[str, Any], parameter: str, value: str, answers: bool) -> None:
    assert matches(resource, ((parameter, value),)) is answers


@pytest.mark.parametrize(
    ("resource_type", "query", "names"),
    [
        ("Observation", (("category", "a"), ("status", "b")), {"category", "status"}),
        ("Observation", (("_tag", "a"), ("_security", "b")), {"meta"}),
        ("MedicationRequest", (("code", "a"),), {"medicationCodeableConcept"}),
        ("Practitioner", (("category", "a"),), set()),
        ("Practitioner", (), set()),
    ],
)
def test_the_elements_that_must_come_along(
    resource_type: str, query: tuple[tuple[str, str], ...], names: set[str]
) -> None:
    assert element_names(resource_type, query) == names


@pytest.mark.parametrize(
    ("resource_type", "parameter", "value", "evaluable"),
    [
        ("Observation", "category", "a|b", True),
        ("Observation", "category", "", False),
        ("Observation", "category", r"a\,b", False),
        ("Observation", "category", r"a\|b", False),
        ("Observation", "class", "a", False),
        ("*", "_tag", "a", True),
        ("*", "category", "a", False),
    ],
)
def test_what_the_gateway_can_judge(resource_type: str, parameter: str, value: str, evaluable: bool) -> None:
    assert is_evaluable(resource_type, parameter, value) is evaluable


ROWS = [(resource_type, name) for name, table in TOKEN_PATHS.items() for resource_type in table]
SYSTEMS, CODES = st.sampled_from(["http://a", "http://b", "urn:c"]), st.sampled_from(["x", "y", "z"])
CODINGS = st.fixed_dictionaries({"code": CODES}, optional={"system": SYSTEMS})


def fulfils(token: str, coding: dict[str, str]) -> bool:
    """R4 search, token: ``code``, ``system|code``, ``|code`` and ``system|``, said once more in another way."""
    system, has_system, code = token.rpartition("|")
    return (not has_system or coding.get("system", "") == system) and code in ("", coding["code"])


@given(
    st.sampled_from([*ROWS, *(("Observation", name) for name in ANY_TYPE if name != "_id")]),
    st.lists(CODINGS, max_size=4),
    st.lists(
        st.one_of(
            CODES, st.builds("{}|{}".format, SYSTEMS | st.just(""), CODES), st.builds("{}|".format, SYSTEMS)
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_codings_answer_a_scope_as_r4_says(
    row: tuple[str, str], codings: list[dict[str, str]], tokens: list[str]
) -> None:
    resource_type, parameter = row
    scope = parse_scope(f"patient/{resource_type}.rs?{parameter}={','.join(tokens)}")
    assert scope is not None
    *outer, last = (path_of(resource_type, parameter) or "").split(".")
    value: Any = {last: codings}
    for name in outer:
        value = {name: value}
    resource = {"resourceType": resource_type, **value}
    wanted = any(fulfils(token, coding) for token in tokens for coding in codings)
    assert matches(resource, scope.query) is wanted
