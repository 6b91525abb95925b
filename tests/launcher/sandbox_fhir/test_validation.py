from __future__ import annotations

from typing import Any

import httpx2
import pytest

from launcher.sandbox.fhir.search_parameters import RESOURCE_TYPES
from launcher.sandbox.fhir.validation import REQUIRED_VALUE_SETS, required_elements
from tests.launcher.sandbox_fhir.answers import refused

GOOD: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    "subject": {"reference": "Patient/guest"},
    "effectiveDateTime": "2026-11-23T02:00:00+01:00",
    "valueQuantity": {"value": 72, "unit": "kg"},
}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != name}


def test_the_good_one_is_good(fhir: httpx2.Client) -> None:
    assert fhir.post("/Observation", json=GOOD).status_code == 201


@pytest.mark.parametrize(
    ("body", "code", "expression"),
    [
        (without("status"), "required", "Observation.status"),
        (without("code"), "required", "Observation.code"),
        (GOOD | {"status": "finished"}, "code-invalid", "Observation.status"),
        (GOOD | {"colour": "red"}, "structure", "Observation.colour"),
        (GOOD | {"effectiveDateTime": "yesterday"}, "value", "Observation.effectiveDateTime"),
        (GOOD | {"valueString": "also"}, "value", "Observation"),
        (GOOD | {"valueQuantity": {"value": "many"}}, "value", "Observation.valueQuantity.value"),
        (GOOD | {"valueQuantity": {"value": "72"}}, "value", "Observation.valueQuantity.value"),
        (without("valueQuantity") | {"valueBoolean": "true"}, "value", "Observation.valueBoolean"),
        (without("valueQuantity") | {"valueInteger": 1.0}, "value", "Observation.valueInteger"),
        (GOOD | {"effectiveDateTime": 2026}, "value", "Observation.effectiveDateTime"),
        (
            GOOD | {"code": {"coding": [{"userSelected": "yes"}]}},
            "value",
            "Observation.code.coding[0].userSelected",
        ),
        (GOOD | {"code": {"coding": [{"kode": "x"}]}}, "structure", "Observation.code.coding[0].kode"),
        (GOOD | {"code": "29463-7"}, "value", "Observation.code"),
        (GOOD | {"performer": {"reference": "Practitioner/nurse"}}, "value", "Observation.performer"),
        (GOOD | {"encounter": {"reference": "Patient/marit"}}, "value", "Observation.encounter.reference"),
        (GOOD | {"performer": [{"reference": "Flag/x"}]}, "value", "Observation.performer[0].reference"),
        (GOOD | {"note": []}, "structure", "Observation.note"),
        (GOOD | {"code": {}}, "structure", "Observation.code"),
        (GOOD | {"issued": None}, "structure", "Observation.issued"),
        (GOOD | {"valueQuantity": {"value": 1, "unit": " "}}, "value", "Observation.valueQuantity.unit"),
        (GOOD | {"code": {"text": "a\u0000b"}}, "value", "Observation.code.text"),
        (GOOD | {"text": {"status": "generated", "div": "<p>x</p>"}}, "invariant", "Observation.text.div"),
        *(
            (
                GOOD | {"text": {"status": "generated", "div": f"<div>{active}</div>"}},
                "invariant",
                "Observation.text.div",
            )
            for active in (
                "<script>x()</script>",
                '<img src="x" onerror="x()"/>',
                "<a href='JavaScript:x()'>x</a>",
                "<svg/>",
            )
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    fhir: httpx2.Client, body: dict[str, Any], code: str, expression: str
) -> None:
    issue = refused(fhir.post("/Observation", json=body), 422)
    assert (issue["code"], issue["expression"]) == (code, [expression])


def test_a_plain_narrative_is_kept_as_it_is(fhir: httpx2.Client) -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><!-- c --><p style="color:red">Vekt <b>72,5</b> &amp; script</p></div>'
    answer = fhir.post("/Observation", json=GOOD | {"text": {"status": "generated", "div": div}})
    assert answer.json()["text"]["div"] == div


def test_all_faults_are_told_at_once(fhir: httpx2.Client) -> None:
    answer = fhir.post(
        "/Observation", json=without("code") | {"colour": "red", "effectiveDateTime": "x", "status": "y"}
    )
    assert {issue["expression"][0].split(".")[1] for issue in answer.json()["issue"]} >= {
        "colour",
        "effectiveDateTime",
        "status",
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"Patient"',
        b"{}",
        b'{"resourceType":7}',
        b'{"resourceType":"Starship"}',
        b'{"resourceType":"Patient","active":true,"active":false}',
        b'{"resourceType":"Patient","multipleBirthInteger":NaN}',
        b'{"resourceType":"Patient","name":[{"text":"\xff"}]}',
        b'{"resourceType":"Patient","name":[{"text":"\\ud800"}]}',
        b'{"resourceType":"Patient","a":' + b"[" * 100_000,
    ],
)
def test_what_is_no_resource_is_400(fhir: httpx2.Client, body: bytes) -> None:
    answer = fhir.post("/Patient", content=body, headers={"Content-Type": "application/fhir+json"})
    assert answer.status_code in (400, 422)
    refused(answer, answer.status_code)


def test_a_body_over_the_limit_is_413(fhir: httpx2.Client) -> None:
    answer = fhir.post(
        "/Patient", content=b" " * (10 * 1024 * 1024 + 1), headers={"Content-Type": "application/fhir+json"}
    )
    refused(answer, 413, "too-long")


@pytest.mark.parametrize("element", REQUIRED_VALUE_SETS)
def test_the_table_of_value_sets_names_elements_that_exist(element: str) -> None:
    from fhir.resources.R4B import get_fhir_model_class

    resource_type, _, name = element.partition(".")
    assert name in get_fhir_model_class(resource_type).model_fields
    assert "" not in REQUIRED_VALUE_SETS[element].split("|")


def test_required_elements_are_those_of_fhir() -> None:
    assert set(required_elements("Observation")) == {"status", "code"}
    assert set(required_elements("Encounter")) == {"status", "class"}
    assert all(isinstance(required_elements(name), tuple) for name in RESOURCE_TYPES)
