"""The compartment table over generated resources: one foreign or unproven reference anywhere, and nobody may see it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.gateway.compartments import (
    PATIENT_COMPARTMENT,
    WITHOUT_COMPARTMENT,
    contained_types,
    element_names,
    in_compartment,
    patients_of,
)
from launcher.gateway.resource_types import RESOURCE_TYPES
from tests.launcher.gateway.support import MARIT, TORBJORN

BASES = ("http://upstream.example/fhir", "http://127.0.0.1:1/fhir")
PATHS = [
    (resource_type, path)
    for resource_type, row in PATIENT_COMPARTMENT.items()
    if resource_type != "Patient"
    for path in row.paths.values()
]
OURS = st.sampled_from(
    [
        f"Patient/{MARIT}",
        f"Patient/{MARIT}/_history/3",
        *(f"{base}/Patient/{MARIT}" for base in BASES),
    ]
)
NOBODY = st.sampled_from(["Practitioner/p", "Organization/o", "http://elsewhere.example/fhir/Practitioner/p"])
NOT_OURS = st.sampled_from(
    [
        f"Patient/{TORBJORN}",
        f"{BASES[0]}/Patient/{TORBJORN}",
        f"http://elsewhere.example/fhir/Patient/{MARIT}",
        f"{BASES[0]}.evil.example/Patient/{MARIT}",
        f"{BASES[0]}/x/Patient/{MARIT}",
        "#inner",
        "urn:uuid:0",
        f"Patient/{MARIT}/",
        f"Patient/{MARIT}?x=1",
        f" Patient/{MARIT}",
        f"patient/{MARIT}",
        "Patient?identifier=1",
        "",
    ]
)


def resource_with(resource_type: str, path: str, references: list[str]) -> dict[str, Any]:
    """A resource with these references at the path; lists where a path walks through an element."""
    *outer, last = path.split(".")
    value: Any = [{last: {"reference": reference}} for reference in references]
    for name in reversed(outer[1:]):
        value = [{name: value}]
    if not outer:
        value = [{"reference": reference} for reference in references]
        return {"resourceType": resource_type, "id": "x", last: value}
    return {"resourceType": resource_type, "id": "x", outer[0]: value}


@pytest.mark.parametrize(("resource_type", "path"), PATHS)
def test_each_element_of_the_table_decides(resource_type: str, path: str) -> None:
    def belongs(*references: str) -> bool:
        return in_compartment(resource_with(resource_type, path, list(references)), MARIT, BASES)

    assert belongs(f"Patient/{MARIT}")
    assert not belongs(f"Patient/{TORBJORN}")
    assert not belongs(f"Patient/{MARIT}", f"Patient/{TORBJORN}")
    assert not belongs("Practitioner/p")


@given(
    st.sampled_from(PATHS), st.lists(OURS, min_size=1, max_size=3), st.lists(NOBODY, max_size=2), st.randoms()
)
def test_ones_own_is_ones_own_however_it_is_written(
    place: tuple[str, str], ours: list[str], nobody: list[str], order: Any
) -> None:
    references = [*ours, *nobody]
    order.shuffle(references)
    assert patients_of(resource_with(*place, references), BASES) == {MARIT}


@given(st.sampled_from(PATHS), st.lists(st.one_of(OURS, NOBODY), max_size=3), NOT_OURS, st.randoms())
def test_one_reference_that_is_not_provably_ours_is_enough(
    place: tuple[str, str], others: list[str], foreign: str, order: Any
) -> None:
    references = [*others, foreign]
    order.shuffle(references)
    assert not in_compartment(resource_with(*place, references), MARIT, BASES)


@given(st.sampled_from(PATHS), st.sampled_from(PATHS), NOT_OURS)
def test_what_is_contained_counts_as_the_resource(
    outer: tuple[str, str], inner: tuple[str, str], foreign: str
) -> None:
    resource = resource_with(*outer, [f"Patient/{MARIT}"])
    own = {**resource_with(*inner, [f"Patient/{MARIT}"]), "id": "own"}
    assert in_compartment({**resource, "contained": [own]}, MARIT, BASES)
    theirs = {**resource_with(*inner, [foreign]), "id": "other"}
    assert not in_compartment({**resource, "contained": [own, theirs]}, MARIT, BASES)


@pytest.mark.parametrize(
    "contained",
    [
        [{"resourceType": "Patient", "id": MARIT}],
        [{"resourceType": "Organization", "id": "o", "contained": []}],
        ["text"],
        {"resourceType": "Organization"},
        None,
    ],
)
def test_contained_resources_that_prove_nothing(contained: Any) -> None:
    resource = {**resource_with("Observation", "subject", [f"Patient/{MARIT}"]), "contained": contained}
    assert not in_compartment(resource, MARIT, BASES)


@given(st.sampled_from(sorted(RESOURCE_TYPES - PATIENT_COMPARTMENT.keys())), OURS)
def test_a_type_without_a_row_is_in_nobodys_compartment(resource_type: str, reference: str) -> None:
    resource = {"resourceType": resource_type, "id": "x", "subject": {"reference": reference}}
    assert not in_compartment(resource, MARIT, BASES)
    assert not in_compartment(resource, None, BASES)


def test_who_else_a_resource_is_about_is_told_by_id_or_as_unproven() -> None:
    about = resource_with("Observation", "subject", [f"Patient/{MARIT}", f"Patient/{TORBJORN}"])
    assert patients_of(about, BASES) == {MARIT, TORBJORN}
    inside = {"resourceType": "Patient", "id": TORBJORN}
    mine = resource_with("Observation", "subject", [f"Patient/{MARIT}"])
    assert patients_of({**mine, "contained": [inside]}, BASES) == {MARIT, ""}
    assert patients_of({**mine, "contained": inside}, BASES) == {MARIT, ""}
    assert patients_of({"resourceType": "Patient", "id": MARIT}, BASES) == {MARIT}


@pytest.mark.parametrize(
    ("known", "about"),
    [
        ({"urn:uuid:1": "Practitioner"}, {MARIT}),
        ({"urn:uuid:1": "Patient"}, {MARIT, ""}),
        ({"urn:uuid:2": "Practitioner"}, {MARIT, ""}),
        (None, {MARIT, ""}),
    ],
)
@pytest.mark.parametrize("contained", [{}, {"contained": [{"resourceType": "Device", "id": "d"}]}])
def test_new_resources_of_a_transaction_have_the_type_they_come_with(
    known: dict[str, str] | None, about: set[str], contained: dict[str, Any]
) -> None:
    """``urn:uuid:`` names what the same transaction creates (R4 http.html, transaction)."""
    resource = resource_with("Observation", "performer", [f"Patient/{MARIT}", "urn:uuid:1"])
    assert patients_of(resource | contained, BASES, known) == about
    assert in_compartment(resource | contained, MARIT, BASES, known) is (about == {MARIT})


@pytest.mark.parametrize("known", [{"urn:uuid:1": "Practitioner"}, None])
def test_they_have_it_inside_a_resource_without_a_row_too(known: dict[str, str] | None) -> None:
    """Somebody's observation inside an organisation: whose it is, is known with the types alone."""
    inside = resource_with("Observation", "performer", [f"Patient/{MARIT}", "urn:uuid:1"])
    resource = {"resourceType": "Organization", "id": "o", "contained": [inside]}
    assert patients_of(resource, BASES, known) == ({MARIT} if known else {MARIT, ""})


def test_the_types_of_what_is_contained() -> None:
    inside = [{"resourceType": "Device", "id": "d"}, {"resourceType": "Patient", "id": "p"}, "text"]
    assert contained_types({"contained": inside}) == {"#d": "Device", "#p": "Patient"}
    assert contained_types({"contained": inside[0]}) == contained_types({}) == {}


@pytest.mark.parametrize(
    ("resource_type", "names"),
    [
        ("CarePlan", {"subject", "activity"}),
        ("List", {"subject", "source", "entry"}),
        ("SupplyRequest", {"deliverTo"}),
        ("Patient", {"id"}),
        ("Practitioner", set()),
    ],
)
def test_the_elements_by_which_a_type_is_judged(resource_type: str, names: set[str]) -> None:
    assert element_names(resource_type) == names


def test_the_two_tables_are_apart() -> None:
    assert not WITHOUT_COMPARTMENT & PATIENT_COMPARTMENT.keys()
    assert (WITHOUT_COMPARTMENT | PATIENT_COMPARTMENT.keys()) <= RESOURCE_TYPES
