"""Whole AuditEvents, as another system receives them: every member of R4 AuditEvent that is told, and none that is empty."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from launcher.gateway.audit_event import AccessFacts, audit_events, tail_of
from launcher.gateway.audit_patterns import ISSUE_CODES, PATTERNS

HL7 = "http://terminology.hl7.org/CodeSystem"
DCM = "http://dicom.nema.org/resources/ontology/DCM"
BALP = "https://profiles.ihe.net/ITI/BALP"
SERVER, AT = "http://127.0.0.1:1/fhir", "2026-11-23T08:00:00.000Z"
SOURCE_ROLE = {"system": DCM, "code": "110153", "display": "Source Role ID"}
DESTINATION = {"system": DCM, "code": "110152", "display": "Destination Role ID"}
APPLICATION = {"system": DCM, "code": "110150", "display": "Application"}
RECIPIENT = {"system": f"{HL7}/v3-ParticipationType", "code": "IRCP", "display": "information recipient"}
TOKEN_SERVICE = {
    "system": f"{BALP}/CodeSystem/UserAgentTypes",
    "code": "AuthzOauthService",
    "display": "OAuth authorization service",
}
OPAQUE = {
    "system": f"{BALP}/CodeSystem/UserAgentTypes",
    "code": "UserOauthAgent",
    "display": "User OAuth agent participant",
}
SYSTEM_OBJECT = {"system": f"{HL7}/audit-entity-type", "code": "2", "display": "System Object"}


def one(**known: Any) -> dict[str, Any]:
    (made,) = audit_events(AccessFacts(recorded=AT, **known))
    return made


def role(code: str, display: str) -> dict[str, str]:
    return {"system": f"{HL7}/object-role", "code": code, "display": display}


def source(server: str) -> dict[str, Any]:
    return {
        "site": server,
        "observer": {"identifier": {"value": server}},
        "type": [
            {"system": f"{HL7}/security-source-type", "code": "4", "display": "Application Server"},
        ],
    }


def server_agent(server: str, *codings: dict[str, str]) -> dict[str, Any]:
    return {
        "type": {"coding": list(codings)},
        "who": {"identifier": {"value": server}},
        "requestor": False,
        "network": {"address": server, "type": "5"},
    }


def rest(subtype: str) -> dict[str, Any]:
    return {
        "resourceType": "AuditEvent",
        "type": {"system": f"{HL7}/audit-event-type", "code": "rest", "display": "RESTful Operation"},
        "subtype": [{"system": "http://hl7.org/fhir/restful-interaction", "code": subtype}],
    }


def encoded(text: bytes) -> str:
    return base64.b64encode(text).decode()


def test_a_read_of_which_everything_is_known() -> None:
    assert one(
        kind="read",
        type="Task",
        id="t-1",
        patients=("p-1",),
        request="GET /Task/t-1",
        request_id="req-1",
        client_id="app.example",
        client_address="127.0.0.1",
        user_issuer="http://localhost:1",
        user_sub="siri",
        user_name="Siri Nordli",
        user_role="helsefagarbeider",
        user_resource="Practitioner/siri-nordli",
        token_id="jti-1",
        server=SERVER,
        token_issuer="http://127.0.0.1:1",
        purposes=("TREAT", "ETREAT"),
        organization="Organization/o-1",
        consents=("Consent/c-1",),
    ) == rest("read") | {
        "meta": {
            "profile": [
                f"{BALP}/StructureDefinition/IHE.BasicAudit.PatientRead",
                f"{BALP}/StructureDefinition/IHE.BasicAudit.OAUTHaccessTokenUse.Comprehensive",
            ]
        },
        "action": "R",
        "recorded": AT,
        "outcome": "0",
        "agent": [
            {
                "type": {"coding": [DESTINATION, APPLICATION]},
                "who": {"identifier": {"value": "app.example"}},
                "requestor": False,
                "network": {"address": "127.0.0.1", "type": "2"},
            },
            server_agent(SERVER, SOURCE_ROLE),
            {
                "type": {"coding": [RECIPIENT]},
                "who": {
                    "identifier": {
                        "system": "http://127.0.0.1:1",
                        "value": "siri",
                        "assigner": {"identifier": {"value": "http://localhost:1"}},
                    },
                    "reference": "Practitioner/siri-nordli",
                },
                "requestor": True,
                "name": "Siri Nordli",
                "role": [{"text": "helsefagarbeider"}],
                "purposeOfUse": [
                    {"coding": [{"system": f"{HL7}/v3-ActReason", "code": code}]}
                    for code in ("TREAT", "ETREAT")
                ],
                "policy": ["urn:ietf:params:oauth:jti:jti-1"],
            },
            {
                "type": {
                    "coding": [
                        {"system": f"{HL7}/v3-RoleClass", "code": "PROV", "display": "healthcare provider"}
                    ]
                },
                "who": {"reference": "Organization/o-1"},
                "requestor": False,
            },
        ],
        "source": source(SERVER),
        "entity": [
            {
                "what": {"reference": "Task/t-1"},
                "type": SYSTEM_OBJECT,
                "role": role("4", "Domain Resource"),
            },
            {
                "what": {"identifier": {"value": "req-1"}},
                "type": {"system": f"{BALP}/CodeSystem/BasicAuditEntityType", "code": "XrequestId"},
            },
            {
                "what": {"reference": "Patient/p-1"},
                "type": {"system": f"{HL7}/audit-entity-type", "code": "1", "display": "Person"},
                "role": role("1", "Patient"),
            },
            {
                "what": {"reference": "Consent/c-1"},
                "type": {"system": "http://hl7.org/fhir/resource-types", "code": "Consent"},
            },
        ],
    }


def unknown_client(requestor: bool, *codings: dict[str, str]) -> dict[str, Any]:
    return {
        "type": {"coding": list(codings)},
        "who": {"identifier": {"value": "unknown"}},
        "requestor": requestor,
        "network": {"address": "unknown"},
    }


def test_a_read_of_which_nothing_is_known() -> None:
    assert one(kind="read") == rest("read") | {
        "meta": {"profile": [f"{BALP}/StructureDefinition/IHE.BasicAudit.Read"]},
        "action": "R",
        "recorded": AT,
        "outcome": "0",
        "agent": [
            unknown_client(True, DESTINATION, APPLICATION),
            server_agent("unknown", SOURCE_ROLE),
        ],
        "source": source("unknown"),
        "entity": [
            {
                "what": {"type": "Resource", "display": "not stored"},
                "type": SYSTEM_OBJECT,
                "role": role("4", "Domain Resource"),
            }
        ],
    }


def test_a_refusal_of_an_unknown_token() -> None:
    tail = "t" * 32
    request = "POST /Task/_search name=\udcff"
    made = one(kind="refused", outcome="4", request=request, token_tail=f"secret{tail}", server=SERVER)
    assert made == rest("operation") | {
        "contained": [
            {
                "resourceType": "OperationOutcome",
                "id": "outcome",
                "issue": [{"severity": "error", "code": "forbidden", "diagnostics": "refused"}],
            }
        ],
        "action": "E",
        "recorded": AT,
        "outcome": "4",
        "agent": [
            unknown_client(False, SOURCE_ROLE, APPLICATION),
            server_agent(SERVER, DESTINATION),
            {
                "type": {"coding": [OPAQUE]},
                "who": {"display": "unknown"},
                "requestor": True,
                "policy": [tail],
            },
        ],
        "source": source(SERVER),
        "entity": [
            {
                "type": SYSTEM_OBJECT,
                "role": role("24", "Query"),
                "query": encoded(b"POST http://127.0.0.1:1/fhir/Task/_search\n\nname=\xff"),
            },
            {"what": {"reference": "#outcome"}, "role": role("3", "Report")},
        ],
    }


def test_a_lock_touches_nothing() -> None:
    assert one(kind="lock", user_issuer="http://localhost:1", user_sub="siri", client_id="shell") == {
        "resourceType": "AuditEvent",
        "type": {"system": DCM, "code": "110114", "display": "User Authentication"},
        "subtype": [{"system": "urn:vaktrom:audit-event", "code": "lock"}],
        "action": "E",
        "recorded": AT,
        "outcome": "0",
        "agent": [
            {
                "type": {"coding": [APPLICATION]},
                "who": {"identifier": {"value": "shell"}},
                "requestor": False,
                "network": {"address": "unknown"},
            },
            server_agent("unknown", TOKEN_SERVICE, DESTINATION),
            {
                "type": {"coding": [RECIPIENT]},
                "who": {"identifier": {"system": "http://localhost:1", "value": "siri"}},
                "requestor": True,
            },
        ],
        "source": source("unknown"),
    }


@pytest.mark.parametrize(
    ("kind", "request_line", "told"),
    [
        ("revoke", "POST https://g.example/oauth/revoke", b"POST https://g.example/oauth/revoke"),
        ("introspect", "POST /x token=***", b"POST http://127.0.0.1:1/fhir/x\n\ntoken=***"),
        ("bundle", "POST /", b"POST http://127.0.0.1:1/fhir/"),
        ("history-type", "GET /Task/_history", b"http://127.0.0.1:1/fhir/Task/_history"),
        ("unheard-of", "GET /Task", b"http://127.0.0.1:1/fhir/Task"),
    ],
)
def test_what_has_no_one_resource_is_told_by_its_request(kind: str, request_line: str, told: bytes) -> None:
    made = one(kind=kind, request=request_line, server=SERVER)
    assert [entity["query"] for entity in made["entity"]] == [encoded(told)]
    assert made["action"] == "E"
    assert "meta" not in made, "no profile speaks of it"


@pytest.mark.parametrize(
    ("kind", "action", "client", "server"),
    [
        ("context-open", "E", SOURCE_ROLE, DESTINATION),
        ("context-post", "E", SOURCE_ROLE, DESTINATION),
        ("context-subscribe", "E", SOURCE_ROLE, DESTINATION),
        ("context-read", "R", DESTINATION, SOURCE_ROLE),
        ("context-told", "R", DESTINATION, SOURCE_ROLE),
    ],
)
def test_what_the_hub_tells_flows_to_the_app_and_what_it_is_told_from_it(
    kind: str, action: str, client: dict[str, str], server: dict[str, str]
) -> None:
    made = one(kind=kind, patients=("p-1",), user_sub="siri")
    assert (made["type"]["code"], made["subtype"], made["action"]) == (
        "110110",
        [{"system": "urn:vaktrom:audit-event", "code": kind}],
        action,
    )
    first = [agent["type"]["coding"] for agent in made["agent"]]
    assert first == [[client, APPLICATION], [server], [RECIPIENT]]
    assert [entity["what"] for entity in made["entity"]] == [{"reference": "Patient/p-1"}]


@pytest.mark.parametrize(
    ("repeated", "text", "told"),
    [(0, "no", "no"), (0, "", None), (3, "no", "no (and 3 more like it)"), (1, "", "(and 1 more like it)")],
)
def test_how_often_it_happened(repeated: int, text: str, told: str | None) -> None:
    assert one(kind="read", outcome="4", outcome_text=text, repeated=repeated).get("outcomeDesc") == told


@pytest.mark.parametrize(
    ("known", "identifier"),
    [
        (
            {"token_issuer": "http://t", "user_issuer": "http://u"},
            {"system": "http://t", "assigner": {"identifier": {"value": "http://u"}}},
        ),
        ({"token_issuer": "http://t"}, {"system": "http://t"}),
        ({"user_issuer": "http://u"}, {"system": "http://u"}),
    ],
)
def test_who_knows_the_user(known: dict[str, str], identifier: dict[str, Any]) -> None:
    who = one(kind="read", user_sub="siri", **known)["agent"][2]["who"]
    assert who == {"identifier": {"value": "siri", **identifier}}


@pytest.mark.parametrize(
    ("status", "outcome", "code"),
    [
        (0, "4", "forbidden"),
        (0, "8", "exception"),
        (418, "4", "forbidden"),
        *((s, "8", c) for s, c in ISSUE_CODES.items()),
    ],
)
def test_the_issue_of_a_failure(status: int, outcome: str, code: str) -> None:
    (outcome_resource,) = one(kind="read", status=status, outcome=outcome, outcome_text="why")["contained"]
    assert outcome_resource["issue"] == [{"severity": "error", "code": code, "diagnostics": "why"}]


@pytest.mark.parametrize(
    ("kind", "request_line", "what"),
    [
        ("conditional-update", "PUT /Task?code=a", {"reference": "Task?code=a"}),
        ("conditional-delete", "DELETE /Task", {"type": "Task", "display": "not stored"}),
        ("create", "POST /Task?code=a", {"type": "Task", "display": "not stored"}),
    ],
)
def test_a_resource_without_id(kind: str, request_line: str, what: dict[str, str]) -> None:
    made = one(kind=kind, type="Task", request=request_line)
    assert made["entity"][0]["what"] == what


@pytest.mark.parametrize("kind", ["create", "update", "delete", "search-type", "history-type"])
def test_a_system_alone_uses_its_token(kind: str) -> None:
    made = one(kind=kind, token_id="jti-1")
    assert made["agent"][0]["policy"] == ["urn:ietf:params:oauth:jti:jti-1"]
    profiles = made.get("meta", {"profile": []})["profile"]
    assert [name.rpartition(".")[2] for name in profiles[1:]] == (
        ["Minimal"] if PATTERNS[kind].profile else []
    )


@pytest.mark.parametrize(("token", "tail"), [("ab", "b"), ("abc", "c"), ("abcd", "cd"), ("a", ""), ("", "")])
def test_of_a_short_token_half_is_told_at_most(token: str, tail: str) -> None:
    assert tail_of(token) == tail
