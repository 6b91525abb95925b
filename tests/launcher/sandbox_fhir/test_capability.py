"""What the CapabilityStatement says is asked for, row by row."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from launcher.sandbox.fhir.search_parameters import RESOURCE_TYPES, SEARCH_PARAMETERS
from tests.fakes.sandbox_fhir import RunningServer

EXAMPLE = {
    "token": "urn:x|y",
    "reference": "Patient/none",
    "date": "ge2026-01-01",
    "string": "none",
    "uri": "urn:none",
}
STRICT = {"Prefer": "handling=strict"}


@pytest.fixture(scope="module")
def statement(server: RunningServer) -> dict[str, Any]:
    answer = httpx2.get(f"{server.base_url}/metadata")
    assert answer.status_code == 200
    return dict(answer.json())


def test_it_is_open_and_says_what_it_is(server: RunningServer, statement: dict[str, Any]) -> None:
    assert (statement["resourceType"], statement["fhirVersion"], statement["kind"]) == (
        "CapabilityStatement",
        "4.0.1",
        "instance",
    )
    assert statement["implementation"]["url"] == server.base_url
    assert {item["code"] for item in statement["rest"][0]["interaction"]} == {"batch", "transaction"}
    assert [item["type"] for item in statement["rest"][0]["resource"]] == list(RESOURCE_TYPES)


def test_it_obeys_the_model_of_a_capability_statement(statement: dict[str, Any]) -> None:
    from fhir.resources.R4B.capabilitystatement import CapabilityStatement

    CapabilityStatement.model_validate(statement)


@pytest.mark.parametrize("resource_type", RESOURCE_TYPES)
def test_every_advertised_parameter_and_include_is_understood(
    fhir: httpx2.Client, statement: dict[str, Any], resource_type: str
) -> None:
    (row,) = (item for item in statement["rest"][0]["resource"] if item["type"] == resource_type)
    pairs = [
        (one["name"], "none" if one["name"] == "_id" else EXAMPLE[one["type"]]) for one in row["searchParam"]
    ]
    pairs += [("_include", name) for name in row.get("searchInclude", [])]
    pairs += [("_revinclude", name) for name in row.get("searchRevInclude", [])]
    assert {name for name, _ in pairs} >= set(SEARCH_PARAMETERS[resource_type])
    answer = fhir.get(f"/{resource_type}", params=pairs, headers=STRICT)
    assert answer.status_code == 200, answer.text
    for one in row["searchParam"]:
        sorted_by = fhir.get(
            f"/{resource_type}", params={"_sort": f"-{one['name']}", "_count": 1}, headers=STRICT
        )
        assert sorted_by.status_code == 200, sorted_by.text


def test_every_interaction_of_a_type_is_done(fhir: httpx2.Client, statement: dict[str, Any]) -> None:
    (row,) = (item for item in statement["rest"][0]["resource"] if item["type"] == "Basic")
    body = {"resourceType": "Basic", "id": "cap", "code": {"text": "x"}}
    calls = {
        "create": ("POST", "/Basic", 201),
        "update": ("PUT", "/Basic/cap", 201),
        "read": ("GET", "/Basic/cap", 200),
        "vread": ("GET", "/Basic/cap/_history/1", 200),
        "history-instance": ("GET", "/Basic/cap/_history", 200),
        "history-type": ("GET", "/Basic/_history", 200),
        "search-type": ("GET", "/Basic", 200),
        "delete": ("DELETE", "/Basic/cap", 204),
    }
    assert {item["code"] for item in row["interaction"]} == set(calls)
    for method, path, status in calls.values():
        answer = fhir.request(method, path, json=body if method in ("POST", "PUT") else None)
        assert answer.status_code == status, (method, path, answer.text)


def test_paths_of_the_table_name_elements_of_the_type() -> None:
    from fhir.resources.R4B import get_fhir_model_class

    for resource_type, of_type in SEARCH_PARAMETERS.items():
        fields = get_fhir_model_class(resource_type).model_fields
        known = {field.alias or name for name, field in fields.items()}
        for row in of_type.values():
            for alternative in row.path.split("|"):
                first = alternative.strip().split(".")[0].split("[")[0]
                assert first in known, f"{resource_type}.{row.name}: {row.path}"
