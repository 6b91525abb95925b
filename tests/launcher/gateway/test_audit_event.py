"""Accesses told as BALP AuditEvents: one test per requirement, BALP-01 to BALP-13."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest

from launcher.gateway.audit_event import AccessFacts, audit_events, tail_of
from launcher.gateway.audit_patterns import PATTERNS
from launcher.gateway.interaction import Kind

SERVER = "http://127.0.0.1:1/fhir"
DCM = "http://dicom.nema.org/resources/ontology/DCM"
TOKEN = "header.payload." + "s" * 80
BASE = AccessFacts(
    kind="read",
    recorded="2026-11-23T08:00:00.000Z",
    type="Observation",
    id="o-1",
    patients=("p-1",),
    request="GET /Observation?patient=p-1",
    request_id="req-1",
    grant_id="g-1",
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
    purposes=("TREAT",),
)
REST = ["read", "vread", "create", "update", "delete", "search-type"]
ISSUES = ["code", "token", "refresh"]


def event(**changes: Any) -> dict[str, Any]:
    (made,) = audit_events(msgspec.structs.replace(BASE, **changes))
    return made


def codes(agent: dict[str, Any]) -> list[str]:
    return [coding["code"] for coding in agent["type"]["coding"]]


def agent(made: dict[str, Any], code: str) -> dict[str, Any]:
    (found,) = (one for one in made["agent"] if code in codes(one))
    return dict(found)


def entities(made: dict[str, Any], code: str) -> list[dict[str, Any]]:
    return [one for one in made["entity"] if one.get("type", {}).get("code") == code]


@pytest.mark.parametrize("kind", REST)
def test_balp_01_what_every_event_has(kind: str) -> None:
    made = event(kind=kind)
    assert made["type"]["code"] == "rest"
    assert made["type"]["system"] == "http://terminology.hl7.org/CodeSystem/audit-event-type"
    assert [(one["system"], one["code"]) for one in made["subtype"]] == [
        ("http://hl7.org/fhir/restful-interaction", kind)
    ]
    assert (made["recorded"], made["outcome"]) == (BASE.recorded, "0")
    client, server = made["agent"][:2]
    assert client["network"] == {"address": "127.0.0.1", "type": "2"}
    assert server["network"] == {"address": SERVER, "type": "5"}
    assert all(one["who"] and one["type"]["coding"] and "media" not in one for one in made["agent"])
    assert made["source"]["observer"] and made["entity"]


@pytest.mark.parametrize(
    ("kind", "client", "server"),
    [
        ("read", (DCM, "110152"), (DCM, "110153")),
        ("vread", (DCM, "110152"), (DCM, "110153")),
        ("create", (DCM, "110153"), (DCM, "110152")),
        ("update", (DCM, "110153"), (DCM, "110152")),
        ("search-type", (DCM, "110153"), (DCM, "110152")),
        (
            "delete",
            (DCM, "110150"),
            ("http://terminology.hl7.org/CodeSystem/provenance-participant-type", "custodian"),
        ),
    ],
)
def test_balp_02_roles_flip(kind: str, client: tuple[str, str], server: tuple[str, str]) -> None:
    first = [one["type"]["coding"][0] for one in event(kind=kind)["agent"][:2]]
    assert [(one["system"], one["code"]) for one in first] == [client, server]


@pytest.mark.parametrize(
    ("kind", "action", "subtype"),
    [
        ("create", "C", "create"),
        ("read", "R", "read"),
        ("vread", "R", "vread"),
        ("update", "U", "update"),
        ("conditional-update", "U", "update"),
        ("delete", "D", "delete"),
        ("conditional-delete", "D", "delete"),
        ("search-type", "E", "search-type"),
        ("page", "E", "search-type"),
    ],
)
def test_balp_03_action_and_subtype(kind: str, action: str, subtype: str) -> None:
    made = event(kind=kind)
    assert (made["action"], made["subtype"][0]["code"]) == (action, subtype)


@pytest.mark.parametrize(
    ("kind", "user"),
    [("read", "IRCP"), ("search-type", "IRCP"), ("create", "AUT"), ("update", "AUT"), ("delete", "CST")],
)
def test_balp_04_the_user(kind: str, user: str) -> None:
    made = event(kind=kind)
    person = made["agent"][2]
    assert codes(person)[0] == user
    assert [one["requestor"] for one in made["agent"]] == [False, False, True]
    assert "network" not in person
    assert (person["name"], person["role"]) == ("Siri Nordli", [{"text": "helsefagarbeider"}])
    assert person["purposeOfUse"][0]["coding"][0]["code"] == "TREAT"
    system = event(kind=kind, user_sub="")
    assert [one["requestor"] for one in system["agent"]] == [True, False]


@pytest.mark.parametrize("kind", ["read", "create", "update", "delete"])
def test_balp_05_what_was_touched_and_the_request_id(kind: str) -> None:
    made = event(kind=kind)
    (data,) = entities(made, "2")
    assert (data["what"], data["role"]["code"]) == ({"reference": "Observation/o-1"}, "4")
    (request,) = entities(made, "XrequestId")
    assert request["what"] == {"identifier": {"value": "req-1"}}
    assert "query" not in data


@pytest.mark.parametrize("kind", REST)
def test_balp_06_the_patient(kind: str) -> None:
    made = event(kind=kind)
    (person,) = entities(made, "1")
    assert (person["what"], person["role"]["code"]) == ({"reference": "Patient/p-1"}, "1")
    assert len(made["entity"]) >= 2
    (own,) = entities(event(kind="read", type="Patient", id="p-9", patients=()), "1")
    assert own["what"] == {"reference": "Patient/p-9"}


@pytest.mark.parametrize(
    ("request_line", "told"),
    [
        ("GET /Observation?patient=p-1&code=%27;--", f"{SERVER}/Observation?patient=p-1&code=%27;--"),
        (
            "POST /Patient/_search?_count=2 name=Haugen",
            f"POST {SERVER}/Patient/_search?_count=2\n\nname=Haugen",
        ),
    ],
)
def test_balp_07_the_query_as_it_came(request_line: str, told: str) -> None:
    made = event(kind="search-type", id="", request=request_line)
    (query,) = entities(made, "2")
    assert base64.b64decode(query["query"]).decode() == told
    assert query["role"]["code"] == "24"
    assert not {"what", "detail", "lifecycle"} & query.keys()


def test_balp_08_one_event_for_each_patient() -> None:
    made = audit_events(
        msgspec.structs.replace(BASE, kind="search-type", id="", patients=("p-1", "p-2", "p-3"))
    )
    patients = [entities(one, "1")[0]["what"]["reference"] for one in made]
    assert patients == ["Patient/p-1", "Patient/p-2", "Patient/p-3"]
    assert len({entities(one, "2")[0]["query"] for one in made}) == 1


@pytest.mark.parametrize(
    ("status", "outcome", "code"), [(403, "4", "forbidden"), (404, "4", "not-found"), (502, "8", "exception")]
)
@pytest.mark.parametrize("kind", [*REST, *ISSUES, "refused"])
def test_balp_09_a_failure(kind: str, status: int, outcome: str, code: str) -> None:
    made = event(kind=kind, outcome=outcome, outcome_text="not for this grant", status=status)
    assert (made["outcome"], made["outcomeDesc"]) == (outcome, "not for this grant")
    assert made["contained"][0]["resourceType"] == "OperationOutcome"
    assert made["contained"][0]["issue"][0]["code"] == code
    assert {"reference": "#outcome"} in [one.get("what") for one in made["entity"]]
    assert "profile" not in made.get("meta", {})


def test_balp_09_a_refused_create_names_its_type() -> None:
    made = event(kind="create", id="", patients=(), outcome="4", status=403)
    assert entities(made, "2")[0]["what"]["type"] == "Observation"


def test_balp_10_an_opaque_token_is_told_by_its_end() -> None:
    made = event(kind="refused", user_sub="", token_id="", token_tail=TOKEN)
    opaque = agent(made, "UserOauthAgent")
    assert (opaque["requestor"], opaque["policy"]) == (True, [TOKEN[-32:]])
    assert [one["requestor"] for one in made["agent"]].count(True) == 1


@pytest.mark.parametrize(("token", "most"), [(TOKEN, 32), ("short-secret", 6), ("x", 0), ("", 0)])
def test_balp_10_no_tail_is_a_usable_token(token: str, most: int) -> None:
    assert len(tail_of(token)) == most
    assert token.endswith(tail_of(token))


def test_balp_11_client_user_and_token() -> None:
    made = event()
    client = agent(made, "110150")
    assert client["who"]["identifier"]["value"] == "app.example"
    user = agent(made, "IRCP")
    identifier = user["who"]["identifier"]
    assert (identifier["system"], identifier["value"]) == ("http://127.0.0.1:1", "siri")
    assert identifier["assigner"]["identifier"]["value"] == "http://localhost:1"
    assert user["who"]["reference"] == "Practitioner/siri-nordli"
    assert user["policy"] == ["urn:ietf:params:oauth:jti:jti-1"]
    system = event(user_sub="")
    assert agent(system, "110150")["policy"] == ["urn:ietf:params:oauth:jti:jti-1"]


@pytest.mark.parametrize("kind", ISSUES)
def test_balp_12_a_token_issue(kind: str) -> None:
    made = event(
        kind=kind, request="POST http://127.0.0.1:1/oauth/token grant_type=authorization_code&code=***"
    )
    assert (made["type"]["system"], made["type"]["code"]) == (DCM, "110114")
    assert made["subtype"] == [
        {"system": "urn:ihe:event-type-code", "code": "ITI-71", "display": "Get Access Token"}
    ]
    assert made["action"] == "E"
    assert [codes(one)[0] for one in made["agent"]] == ["110150", "AuthzOauthService", "IRCP"]
    (request,) = made["entity"]
    assert request["role"]["code"] == "24"
    assert base64.b64decode(request["query"]).decode() == (
        "POST http://127.0.0.1:1/oauth/token\n\ngrant_type=authorization_code&code=***"
    )


def test_balp_12_rest_and_token_in_one_event() -> None:
    base = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/"
    assert event()["meta"]["profile"] == [
        f"{base}IHE.BasicAudit.PatientRead",
        f"{base}IHE.BasicAudit.OAUTHaccessTokenUse.Comprehensive",
    ]
    assert event(kind="create", patients=(), user_sub="")["meta"]["profile"] == [
        f"{base}IHE.BasicAudit.Create",
        f"{base}IHE.BasicAudit.OAUTHaccessTokenUse.Minimal",
    ]
    assert event(kind="token")["meta"]["profile"] == [f"{base}IHE.IUA.71"]


def test_balp_13_a_decision_by_consent() -> None:
    made = event(
        kind="consent",
        outcome="4",
        outcome_text="the patient has closed this",
        consents=("Consent/c-1",),
        organization="Organization/org-1",
    )
    assert (made["type"]["code"], made["subtype"][0]["code"]) == ("110113", "AuthZ-Consent")
    assert {codes(one)[0] for one in made["agent"]} == {"110150", "authserver", "IRCP", "PROV"}
    assert entities(made, "Consent")[0]["what"] == {"reference": "Consent/c-1"}
    assert made["outcomeDesc"] == "the patient has closed this"


@pytest.mark.parametrize(
    ("kind", "type_code", "subtype"),
    [
        ("login", "110114", "110122"),
        ("logout", "110114", "110123"),
        ("lock", "110114", "lock"),
        ("unlock", "110114", "unlock"),
        ("revoke", "110114", "revoke"),
        ("launch", "110100", "110120"),
    ],
)
def test_what_happens_to_a_login(kind: str, type_code: str, subtype: str) -> None:
    made = event(kind=kind, type="", id="")
    assert (made["type"]["code"], made["subtype"][0]["code"]) == (type_code, subtype)
    assert [one["requestor"] for one in made["agent"]] == [False, False, True]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_interaction_has_its_row(kind: Kind) -> None:
    assert kind.value in PATTERNS


def test_a_deletion_by_condition_says_which() -> None:
    made = event(kind="conditional-delete", id="", request="DELETE /Observation?status=entered-in-error")
    assert entities(made, "2")[0]["what"] == {"reference": "Observation?status=entered-in-error"}
