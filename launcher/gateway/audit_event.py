"""Accesses as IHE BALP AuditEvents (R4; BALP-01 to BALP-11).

``AccessFacts`` is what the data plane knows of one access and what the store keeps, encrypted. ``audit_events``
tells it as AuditEvents: one, or one for each patient that a query touched (BALP-08).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import msgspec

SUCCESS, REFUSED, FAILED = "0", "4", "8"
"""AuditEvent.outcome: done; refused or not there; could not be carried out (BALP-09)."""

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_DCM = "http://dicom.nema.org/resources/ontology/DCM"
_RESTFUL = "http://hl7.org/fhir/restful-interaction"
_PARTICIPATION = f"{_TERMINOLOGY}/v3-ParticipationType"
_BALP = "https://profiles.ihe.net/ITI/BALP/CodeSystem"
_SOURCE, _DESTINATION = ("110153", "Source Role ID"), ("110152", "Destination Role ID")


class AccessFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """One access. ``kind`` is an interaction of ``interaction.Kind`` or, for tokens, ``login``, ``token``, ``logout``;
    ``refused`` is a request that could not even be read as an interaction.

    ``request`` is the request line as it came (method, path, query or form), ``recorded`` a FHIR instant.
    """

    kind: str
    recorded: str
    outcome: str = SUCCESS
    outcome_text: str = ""
    type: str = ""
    id: str = ""
    patients: tuple[str, ...] = ()
    request: str = ""
    request_id: str = ""
    grant_id: str = ""
    client_id: str = ""
    client_address: str = ""
    user_issuer: str = ""
    user_sub: str = ""
    user_name: str = ""
    user_role: str = ""
    user_resource: str = ""
    token_id: str = ""


@dataclass(frozen=True, slots=True)
class RestPattern:
    """One row of BALP-02 and BALP-03: who plays which role, which action and subtype."""

    action: str
    subtype: str
    client: tuple[str, str, str]
    server: tuple[str, str, str]
    user: str


def _pattern(
    action: str, subtype: str, client: tuple[str, str], server: tuple[str, str], user: str
) -> RestPattern:
    return RestPattern(action, subtype, (_DCM, *client), (_DCM, *server), user)


_DELETE = RestPattern(
    "D",
    "delete",
    (_DCM, "110150", "Application"),
    (f"{_TERMINOLOGY}/provenance-participant-type", "custodian", "Custodian"),
    "CST",
)
PATTERNS: dict[str, RestPattern] = {
    "read": _pattern("R", "read", _DESTINATION, _SOURCE, "IRCP"),
    "vread": _pattern("R", "vread", _DESTINATION, _SOURCE, "IRCP"),
    "create": _pattern("C", "create", _SOURCE, _DESTINATION, "AUT"),
    "update": _pattern("U", "update", _SOURCE, _DESTINATION, "AUT"),
    "conditional-update": _pattern("U", "update", _SOURCE, _DESTINATION, "AUT"),
    "delete": _DELETE,
    "conditional-delete": _DELETE,
    "search-type": _pattern("E", "search-type", _SOURCE, _DESTINATION, "IRCP"),
    "page": _pattern("E", "search-type", _SOURCE, _DESTINATION, "IRCP"),
    "history-instance": _pattern("E", "history-instance", _SOURCE, _DESTINATION, "IRCP"),
    "history-type": _pattern("E", "history-type", _SOURCE, _DESTINATION, "IRCP"),
    "everything": _pattern("E", "operation", _SOURCE, _DESTINATION, "IRCP"),
    "refused": _pattern("E", "operation", _SOURCE, _DESTINATION, "IRCP"),
    "bundle": _pattern("E", "transaction", _SOURCE, _DESTINATION, "IRCP"),
}
_TOKEN_PATTERN = RestPattern(
    "E",
    "urn:ihe:event-type-code#ITI-71",
    (_DCM, "110150", "Application"),
    (f"{_BALP}/UserAgentTypes", "AuthzOauthService", "OAuth authorization server"),
    "IRCP",
)


def audit_events(facts: AccessFacts, *, server: str) -> list[dict[str, Any]]:
    """The AuditEvents of one access; ``server`` is the absolute FHIR base that answered."""
    about = facts.patients or ((facts.id,) if facts.type == "Patient" and facts.id else ())
    return [_event(facts, patient, server) for patient in about] or [_event(facts, None, server)]


def _event(facts: AccessFacts, patient: str | None, server: str) -> dict[str, Any]:
    pattern = PATTERNS.get(facts.kind, _TOKEN_PATTERN)
    rest = facts.kind in PATTERNS
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "type": _coding(f"{_TERMINOLOGY}/audit-event-type", "rest")
        if rest
        else _coding(_DCM, "110114", "User Authentication"),
        "subtype": [
            _coding(_RESTFUL, pattern.subtype) if rest else _coding("urn:ihe:event-type-code", "ITI-71")
        ],
        "action": pattern.action,
        "recorded": facts.recorded,
        "outcome": facts.outcome,
        "agent": _agents(facts, pattern, server),
        "source": {"observer": {"identifier": {"value": server}}, "type": [_coding(_SOURCE_TYPE, "4")]},
        "entity": _entities(facts, patient, pattern),
    }
    if facts.outcome_text:
        event["outcomeDesc"] = facts.outcome_text
    if not event["entity"]:
        del event["entity"]
    return event


_SOURCE_TYPE = f"{_TERMINOLOGY}/security-source-type"


def _agents(facts: AccessFacts, pattern: RestPattern, server: str) -> list[dict[str, Any]]:
    client: dict[str, Any] = {
        "type": {"coding": [_coding(*pattern.client)]},
        "who": {"identifier": {"value": facts.client_id or "unknown"}},
        "requestor": not facts.user_sub,
    }
    if facts.client_address:
        client["network"] = {"address": facts.client_address, "type": "2"}
    agents = [
        client,
        {
            "type": {"coding": [_coding(*pattern.server)]},
            "who": {"identifier": {"value": server}},
            "requestor": False,
            "network": {"address": server, "type": "5"},
        },
    ]
    token = [f"urn:ietf:params:oauth:jti:{facts.token_id}"] if facts.token_id else []
    if facts.user_sub:
        user: dict[str, Any] = {
            "type": {"coding": [_coding(_PARTICIPATION, pattern.user)]},
            "who": {"identifier": {"system": facts.user_issuer, "value": facts.user_sub}},
            "requestor": True,
        }
        if facts.user_resource:
            user["who"]["reference"] = facts.user_resource
        if facts.user_name:
            user["name"] = facts.user_name
        if facts.user_role:
            user["role"] = [{"text": facts.user_role}]
        if token:
            user["policy"] = token
        agents.append(user)
    elif token:
        client["policy"] = token
    return agents


def _entities(facts: AccessFacts, patient: str | None, pattern: RestPattern) -> list[dict[str, Any]]:
    object_type = _coding(f"{_TERMINOLOGY}/audit-entity-type", "2", "System Object")
    entities: list[dict[str, Any]] = []
    if pattern.action == "E":
        query = base64.b64encode(facts.request.encode("utf-8")).decode("ascii")
        entities.append({"type": object_type, "role": _role("24", "Query"), "query": query})
    elif facts.type and facts.id:
        what = {"reference": f"{facts.type}/{facts.id}"}
        entities.append({"type": object_type, "role": _role("4", "Domain Resource"), "what": what})
    if facts.request_id:
        kind = _coding(f"{_BALP}/BasicAuditEntityType", "XrequestId")
        entities.append({"type": kind, "what": {"identifier": {"value": facts.request_id}}})
    if patient is not None:
        person = _coding(f"{_TERMINOLOGY}/audit-entity-type", "1", "Person")
        what = {"reference": f"Patient/{patient}"}
        entities.append({"type": person, "role": _role("1", "Patient"), "what": what})
    return entities


def _role(code: str, display: str) -> dict[str, str]:
    return _coding(f"{_TERMINOLOGY}/object-role", code, display)


def _coding(system: str, code: str, display: str = "") -> dict[str, str]:
    return {"system": system, "code": code} | ({"display": display} if display else {})
