"""Where a reference leads, and whom an element proves: the last word on whose record a resource is."""

from __future__ import annotations

from typing import Any

import pytest

from launcher.gateway.references import Target, parse_reference, patient_of

BASES = ("http://upstream.example/fhir", "http://127.0.0.1:1/fhir")


@pytest.mark.parametrize(
    ("reference", "target"),
    [
        ("Patient/p", Target("Patient", "p", True)),
        ("Patient/p/_history/2", Target("Patient", "p", True)),
        (f"{BASES[0]}/Patient/p", Target("Patient", "p", True)),
        (f"{BASES[1]}/Patient/p/_history/2", Target("Patient", "p", True)),
        ("http://elsewhere.example/fhir/Patient/p", Target("Patient", "p", False)),
        ("http://elsewhere.example/a/b/Patient/p/_history/1", Target("Patient", "p", False)),
        ("https://elsewhere.example/Patient/p", Target("Patient", "p", False)),
        (f"{BASES[0]}x/Patient/p", Target("Patient", "p", False)),
        (f"{BASES[0]}/x/Patient/p", None),
        ("x/Patient/p", None),
        ("/Patient/p", None),
        ("Patient/p/_history", None),
        ("Patient/p/x/2", None),
        ("Patient", None),
        ("Nonsense/p", None),
        ("Patient/..", None),
        (f"{BASES[0]}/Patient/p_1", None),
        (f"{BASES[0]}/Nonsense/p", None),
        (f"{BASES[0]}/Patient", None),
        ("http://elsewhere.example", None),
        ("#p", None),
        ("urn:uuid:1", None),
        ("", None),
    ],
)
def test_where_a_reference_leads(reference: str, target: Target | None) -> None:
    assert parse_reference(reference, BASES) == target


UNPROVEN = ""


@pytest.mark.parametrize(
    ("element", "decisive", "patient"),
    [
        ({"reference": "Patient/p"}, True, "p"),
        ({"reference": "Patient/p"}, False, "p"),
        ({"reference": "http://elsewhere.example/Patient/p"}, False, UNPROVEN),
        ({"reference": "Practitioner/p"}, True, None),
        ({"reference": "nonsense"}, False, UNPROVEN),
        ({"reference": "#patient"}, False, UNPROVEN),
        ({"reference": "#doctor"}, True, None),
        ({"reference": "#unknown"}, False, UNPROVEN),
        ({"identifier": {"value": "1"}}, True, UNPROVEN),
        ({"identifier": {"value": "1"}}, False, None),
        ({"type": "Patient"}, False, UNPROVEN),
        ({"type": "Practitioner", "display": "x"}, True, None),
        ({"reference": 1, "type": "Patient"}, False, UNPROVEN),
        ({}, True, None),
        ("Patient/p", False, UNPROVEN),
        (["Patient/p"], True, UNPROVEN),
    ],
)
def test_whom_an_element_proves(element: Any, decisive: bool, patient: str | None) -> None:
    known = {"#patient": "Patient", "#doctor": "Practitioner"}
    assert patient_of(element, BASES, known, decisive=decisive) == patient
