"""What the gateway says of itself: the upstream's statement, cut down to what is let through (SAL-62, R4 CapabilityStatement)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from launcher.gateway.capability import OAuthUris, rewrite_capabilities
from launcher.gateway.heads import AnswerUnreadable

PUBLIC = "http://127.0.0.1:1/fhir"
ADDRESSES = {
    name: f"http://127.0.0.1:1/oauth/{name}" for name in ("authorize", "token", "introspect", "revoke")
}
EXTENSION = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"


def told(statement: object, uris: OAuthUris | None = None) -> dict[str, Any]:
    body = rewrite_capabilities(
        json.dumps(statement).encode(),
        public_base=PUBLIC,
        uris=uris or OAuthUris(**ADDRESSES),
        version="1.2.3",
    )
    found: dict[str, Any] = json.loads(body)
    return found


def server(**more: Any) -> dict[str, Any]:
    return {"resourceType": "CapabilityStatement", "rest": [{"mode": "server", **more}]}


def resource(**more: Any) -> dict[str, Any]:
    (found,) = told(server(resource=[{"type": "Observation", **more}]))["rest"][0]["resource"]
    return dict(found)


def test_the_whole_statement() -> None:
    upstream = {
        **server(resource=[{"type": "Observation", "interaction": [{"code": "read"}]}]),
        "fhirVersion": "4.0.1",
        "date": "2026-11-23",
        "publisher": "Upstream AS",
        "software": {"name": "Upstream", "version": "9"},
        "implementation": {"url": "http://inside.example/fhir"},
        "text": {"div": "<div>inside</div>"},
    }
    assert told(upstream) == {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "kind": "instance",
        "fhirVersion": "4.0.1",
        "date": "2026-11-23",
        "software": {"name": "Vaktrom", "version": "1.2.3"},
        "implementation": {"description": "Vaktrom's FHIR gateway", "url": PUBLIC},
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "extension": [
                        {
                            "url": EXTENSION,
                            "extension": [{"url": name, "valueUri": uri} for name, uri in ADDRESSES.items()],
                        }
                    ],
                    "cors": True,
                    "service": [
                        {
                            "coding": [
                                {
                                    "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                                    "code": "SMART-on-FHIR",
                                }
                            ],
                            "text": "SMART-on-FHIR",
                        }
                    ],
                },
                "resource": [{"type": "Observation", "interaction": [{"code": "read"}]}],
            }
        ],
    }


def test_an_address_that_there_is_not_is_not_told() -> None:
    (rest,) = told(server(), OAuthUris("https://a.example", "https://t.example"))["rest"]
    (extension,) = rest["security"]["extension"]
    assert extension["extension"] == [
        {"url": "authorize", "valueUri": "https://a.example"},
        {"url": "token", "valueUri": "https://t.example"},
    ]


@pytest.mark.parametrize(
    ("offered", "left"),
    [
        ({"interaction": [{"code": "read"}, {"code": "patch"}, {"code": "vread"}]}, ["read", "vread"]),
        ({"interaction": [{"code": "search-type", "documentation": "inside"}, "read", {}]}, ["search-type"]),
        ({"interaction": {"code": "read"}}, []),
        ({}, []),
    ],
)
def test_interactions_that_the_gateway_has(offered: dict[str, Any], left: list[str]) -> None:
    assert resource(**offered) == {"type": "Observation", "interaction": [{"code": code} for code in left]}


def test_flags_are_told_and_words_of_the_upstream_are_not() -> None:
    flags: dict[str, Any] = {
        "profile": "http://hl7.no/fhir/StructureDefinition/o",
        "supportedProfile": ["http://hl7.no/fhir/StructureDefinition/p"],
        "versioning": "versioned",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": True,
        "searchInclude": ["Observation:subject"],
        "searchRevInclude": ["Provenance:target"],
        "searchParam": [{"name": "code", "type": "token"}],
    }
    unknown = {"documentation": "inside", "conditionalPatch": True, "referencePolicy": ["literal"]}
    assert resource(**flags, **unknown) == {"type": "Observation", **flags, "interaction": []}


@pytest.mark.parametrize(
    ("resource_type", "operation", "left"),
    [
        ("Patient", {"name": "everything", "definition": "http://x/everything"}, "http://x/everything"),
        ("Patient", {"name": "$everything"}, ""),
        ("Patient", {"name": "match", "definition": "http://x/match"}, None),
        ("Patient", {"definition": "http://x/nameless"}, None),
        ("Encounter", {"name": "everything", "definition": "http://x/everything"}, None),
        ("Patient", "everything", None),
    ],
)
def test_everything_of_a_patient_is_the_one_operation(
    resource_type: str, operation: object, left: str | None
) -> None:
    (found,) = told(server(resource=[{"type": resource_type, "operation": [operation]}]))["rest"][0][
        "resource"
    ]
    if left is None:
        assert "operation" not in found
    else:
        assert found["operation"] == [{"name": operation["name"], "definition": left}]  # type: ignore[index]


def test_types_that_no_app_can_reach_are_not_told() -> None:
    types = ["Patient", "Practitioner", "Binary", "Bundle", "Subscription", "Nonsense", None]
    listed = [*({"type": name} for name in types), {}, "Observation"]
    (rest,) = told(server(resource=listed))["rest"]
    assert [one["type"] for one in rest["resource"]] == ["Patient", "Practitioner"]


@pytest.mark.parametrize(
    ("offered", "left"),
    [
        (
            [
                {"code": "batch"},
                {"code": "history-system"},
                {"code": "transaction", "documentation": "inside"},
            ],
            [{"code": "batch"}, {"code": "transaction"}],
        ),
        ([{"code": "search-system"}], None),
        (None, None),
    ],
)
def test_of_the_whole_system_only_bundles(offered: object, left: object) -> None:
    (rest,) = told(server(interaction=offered))["rest"]
    assert rest.get("interaction") == left


def test_the_first_server_is_told_and_no_client() -> None:
    client, first, second = (
        {"mode": mode, "resource": [{"type": name}]}
        for mode, name in (("client", "Task"), ("server", "Flag"), ("server", "Goal"))
    )
    (rest,) = told({"resourceType": "CapabilityStatement", "rest": [client, first, second]})["rest"]
    assert [one["type"] for one in rest["resource"]] == ["Flag"]
    assert told({"resourceType": "CapabilityStatement"})["rest"] == []


@pytest.mark.parametrize("statement", [{"resourceType": "Patient"}, {}, [], "CapabilityStatement", None])
def test_what_is_no_statement(statement: object) -> None:
    with pytest.raises(AnswerUnreadable):
        told(statement)


def test_what_is_no_json() -> None:
    with pytest.raises(AnswerUnreadable):
        rewrite_capabilities(b"<html>", public_base=PUBLIC, uris=OAuthUris("a", "t"), version="1")
