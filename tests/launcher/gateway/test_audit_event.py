"""Accesses told as BALP AuditEvents (BALP-01 to BALP-11)."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest

from launcher.gateway.audit_event import AccessFacts, audit_events

SERVER = "http://127.0.0.1:1/fhir"
BASE = AccessFacts(
    kind="read",
    recorded="2026-11-23T08:00:00.000Z",
    type="Observation",
    id="o-1",
    patients=("p-1",),
    request="GET /Observation?patient=p-1",
    request_id="req-1",
    client_id="app.example",
    client_address="127.0.0.1",
    user_issuer="http://localhost:1",
    user_sub="siri",
    user_name="Siri Nordli",
    token_id="jti-1",
)


def event(**changes: Any) -> dict[str, Any]:
    (made,) = audit_events(msgspec.structs.replace(BASE, **changes), server=SERVER)
    return made


def codes(made: dict[str, Any]) -> list[str]:
    return [agent["type"]["coding"][0]["code"] for agent in made["agent"]]


@pytest.mark.parametrize(
    ("kind", "action", "subtype", "client", "server", "user"),
    [
        ("read", "R", "read", "110152", "110153", "IRCP"),
        ("vread", "R", "vread", "110152", "110153", "IRCP"),
        ("create", "C", "create", "110153", "110152", "AUT"),
        ("update", "U", "update", "110153", "110152", "AUT"),
        ("delete", "D", "delete", "110150", "custodian", "CST"),
        ("search-type", "E", "search-type", "110153", "110152", "IRCP"),
    ],
)
def test_patterns(kind: str, action: str, subtype: str, client: str, server: str, user: str) -> None:
    made = event(kind=kind)
    assert (made["action"], made["subtype"][0]["code"]) == (action, subtype)
    assert codes(made) == [client, server, user]
    assert made["outcome"] == "0"


def test_who_asked_and_with_which_token() -> None:
    made = event()
    client, server, user = made["agent"]
    assert [agent["requestor"] for agent in made["agent"]] == [False, False, True]
    assert client["who"]["identifier"]["value"] == "app.example"
    assert client["network"] == {"address": "127.0.0.1", "type": "2"}
    assert server["network"]["address"] == SERVER
    assert user["who"]["identifier"] == {"system": "http://localhost:1", "value": "siri"}
    assert user["policy"] == ["urn:ietf:params:oauth:jti:jti-1"]
    assert "network" not in user


def test_without_a_user_the_client_is_the_requestor() -> None:
    made = event(user_sub="")
    assert len(made["agent"]) == 2
    assert made["agent"][0]["requestor"] is True
    assert made["agent"][0]["policy"] == ["urn:ietf:params:oauth:jti:jti-1"]


def test_what_was_read_and_whose_it_is() -> None:
    data, request, person = event()["entity"]
    assert data["what"]["reference"] == "Observation/o-1"
    assert data["role"]["code"] == "4"
    assert request["what"]["identifier"]["value"] == "req-1"
    assert (person["type"]["code"], person["what"]["reference"]) == ("1", "Patient/p-1")


def test_a_query_is_told_as_it_came_once_for_each_patient() -> None:
    made = audit_events(
        msgspec.structs.replace(BASE, kind="search-type", id="", patients=("p-1", "p-2", "p-3")),
        server=SERVER,
    )
    assert [one["entity"][-1]["what"]["reference"] for one in made] == [
        "Patient/p-1",
        "Patient/p-2",
        "Patient/p-3",
    ]
    for one in made:
        assert base64.b64decode(one["entity"][0]["query"]).decode() == BASE.request
        assert one["entity"][0]["role"]["code"] == "24"
        assert "what" not in one["entity"][0]


def test_a_refusal_is_not_a_success() -> None:
    made = event(outcome="4", outcome_text="no such resource for this grant", patients=())
    assert (made["outcome"], made["outcomeDesc"]) == ("4", "no such resource for this grant")


def test_a_login_is_told_as_user_authentication() -> None:
    made = event(kind="login", type="", id="", patients=())
    assert made["type"]["code"] == "110114"
    assert made["subtype"][0]["code"] == "ITI-71"
