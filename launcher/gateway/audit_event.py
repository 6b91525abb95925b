"""Accesses as IHE BALP AuditEvents (R4; BALP-01 to BALP-13).

``AccessFacts`` is what is known of one access and what the store keeps, encrypted. ``audit_events`` tells it as
AuditEvents: one, or one for each patient that was touched (BALP-08).
"""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from launcher.gateway.audit_patterns import (
    ACT_REASON,
    APPLICATION,
    BALP,
    DESTINATION,
    ISSUE_CODES,
    OPAQUE_USER,
    ORGANISATION,
    PATTERNS,
    PROFILES,
    RECIPIENT,
    REST,
    TERMINOLOGY,
    TOKEN_SERVICE,
    UNKNOWN,
    Code,
    EventPattern,
)

SUCCESS, REFUSED, FAILED = "0", "4", "8"
"""AuditEvent.outcome: done; refused or not there; could not be carried out (BALP-09)."""

TAIL_CHARACTERS = 32
"""How much of an opaque token may be told, counted from its end (BALP-10)."""

_SYSTEM_OBJECT = Code(f"{TERMINOLOGY}/audit-entity-type", "2", "System Object")
_PERSON = Code(f"{TERMINOLOGY}/audit-entity-type", "1", "Person")
_ROLES = f"{TERMINOLOGY}/object-role"
_REQUEST_ID = Code(f"{BALP}/BasicAuditEntityType", "XrequestId")
_SOURCE_TYPE = Code(f"{TERMINOLOGY}/security-source-type", "4", "Application Server")
_CONSENT = Code("http://hl7.org/fhir/resource-types", "Consent")


class AccessFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """One access; ``kind`` is a key of ``audit_patterns.PATTERNS``, ``recorded`` a FHIR instant.

    ``request`` is the request line as it came (method, path below ``server``, query) and, after one more space, its
    form without secrets. ``server`` is the absolute FHIR base that answered, ``token_issuer`` the ``iss`` of the
    access token, ``user_issuer`` the identity provider that knows ``user_sub``. ``status`` is the HTTP status of
    a failure, ``repeated`` how many more like it there were. ``token_tail`` holds the end of a token that is not one of
    ours; see ``tail_of``.
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
    status: int = 0
    server: str = ""
    token_issuer: str = ""
    token_tail: str = ""
    purposes: tuple[str, ...] = ()
    organization: str = ""
    consents: tuple[str, ...] = ()
    repeated: int = 0


def tail_of(token: str) -> str:
    """What may be kept of an opaque token: its last 32 characters, and of a short one never more than half."""
    return token[-min(TAIL_CHARACTERS, len(token) // 2) :] if len(token) > 1 else ""


def patients_told(facts: AccessFacts) -> tuple[str, ...]:
    """The logical ids of the patients that the access was about."""
    return facts.patients or ((facts.id,) if facts.type == "Patient" and facts.id else ())


def audit_events(facts: AccessFacts) -> list[dict[str, Any]]:
    """The AuditEvents of one access, as FHIR JSON objects without an id."""
    pattern = PATTERNS.get(facts.kind, UNKNOWN)
    return [_event(facts, pattern, patient) for patient in patients_told(facts)] or [
        _event(facts, pattern, None)
    ]


def _event(facts: AccessFacts, pattern: EventPattern, patient: str | None) -> dict[str, Any]:
    issued = pattern.profile == "IHE.IUA.71"
    event: dict[str, Any] = {"resourceType": "AuditEvent"}
    profiles = _profiles(facts, pattern, patient)
    if profiles:
        event["meta"] = {"profile": profiles}
    if facts.outcome != SUCCESS:
        event["contained"] = [_operation_outcome(facts)]
    event |= {
        "type": _coding(pattern.type),
        "subtype": [_coding(pattern.subtype)],
        "action": pattern.action,
        "recorded": facts.recorded,
        "outcome": facts.outcome,
    }
    if facts.outcome_text or facts.repeated:
        more = f" (and {facts.repeated} more like it)" if facts.repeated else ""
        event["outcomeDesc"] = (facts.outcome_text + more).strip()
    event["agent"] = _agents(facts, pattern)
    event["source"] = {
        "site": _server(facts),
        "observer": {"identifier": {"value": _server(facts)}},
        "type": [_coding(_SOURCE_TYPE)],
    }
    # A token issue has exactly one entity (BALP-12); a failure of one is not that profile.
    whole = not issued or facts.outcome != SUCCESS
    event["entity"] = [*_told(facts, pattern), *(_beside(facts, patient) if whole else ())]
    if not event["entity"]:
        del event["entity"]
    return event


def _profiles(facts: AccessFacts, pattern: EventPattern, patient: str | None) -> list[str]:
    """The profiles that a success fulfils; a failure fulfils none (BALP-09)."""
    if facts.outcome != SUCCESS or not pattern.profile:
        return []
    named = [pattern.profile.format(patient="Patient" if patient is not None else "")]
    if pattern.type is REST and facts.token_id:
        use = "Comprehensive" if facts.user_sub else "Minimal"
        named.append(f"IHE.BasicAudit.OAUTHaccessTokenUse.{use}")
    return [f"{PROFILES}/{name}" for name in named]


def _agents(facts: AccessFacts, pattern: EventPattern) -> list[dict[str, Any]]:
    """Client and server, the user when there is one; exactly one of them asked (BALP-02, BALP-04, BALP-11)."""
    has_user = bool(facts.user_sub or facts.token_tail)
    client = _agent(pattern.client, APPLICATION)
    client["who"] = {"identifier": {"value": facts.client_id or "unknown"}}
    client["requestor"] = not has_user
    client["network"] = (
        {"address": facts.client_address, "type": "2"} if facts.client_address else {"address": "unknown"}
    )
    also = DESTINATION if pattern.server is TOKEN_SERVICE else pattern.server
    server = _agent(pattern.server, also)
    server |= {
        "who": {"identifier": {"value": _server(facts)}},
        "requestor": False,
        "network": {"address": _server(facts), "type": "5"},
    }
    agents = [client, server]
    token = [f"urn:ietf:params:oauth:jti:{facts.token_id}"] if facts.token_id else []
    if facts.user_sub:
        agents.append(_user(facts, pattern, token))
    elif facts.token_tail:
        opaque = _agent(OPAQUE_USER, OPAQUE_USER)
        agents.append(
            opaque
            | {
                "who": {"display": "unknown"},
                "requestor": True,
                "policy": [facts.token_tail[-TAIL_CHARACTERS:]],
            }
        )
    elif token:
        client["policy"] = token
    if facts.organization:
        who = {"reference": facts.organization}
        agents.append(_agent(ORGANISATION, ORGANISATION) | {"who": who, "requestor": False})
    return agents


def _user(facts: AccessFacts, pattern: EventPattern, token: list[str]) -> dict[str, Any]:
    """The person behind the token, named as introspection names him; the identity provider is the assigner."""
    identifier: dict[str, Any] = {
        "system": facts.token_issuer or facts.user_issuer,
        "value": facts.user_sub,
    }
    if facts.token_issuer and facts.user_issuer:
        identifier["assigner"] = {"identifier": {"value": facts.user_issuer}}
    user = _agent(pattern.user, RECIPIENT)
    user["who"] = {"identifier": identifier} | (
        {"reference": facts.user_resource} if facts.user_resource else {}
    )
    user["requestor"] = True
    if facts.user_name:
        user["name"] = facts.user_name
    if facts.user_role:
        user["role"] = [{"text": facts.user_role}]
    if facts.purposes:
        user["purposeOfUse"] = [{"coding": [{"system": ACT_REASON, "code": code}]} for code in facts.purposes]
    if token:
        user["policy"] = token
    return user


def _told(facts: AccessFacts, pattern: EventPattern) -> list[dict[str, Any]]:
    """The request of a query or token (BALP-07, BALP-12), or the resource that was touched (BALP-05)."""
    if pattern.told_by_query:
        query = base64.b64encode(_raw_request(facts).encode("utf-8", "surrogateescape")).decode("ascii")
        return [{"type": _coding(_SYSTEM_OBJECT), "role": _role("24", "Query"), "query": query}]
    if pattern.type is not REST:
        return []
    role = _role("4", "Domain Resource")
    return [{"what": _touched(facts), "type": _coding(_SYSTEM_OBJECT), "role": role}]


def _touched(facts: AccessFacts) -> dict[str, str]:
    """A reference to the resource; by condition when the request named no id."""
    if facts.id:
        return {"reference": f"{facts.type}/{facts.id}"}
    _, _, query = facts.request.partition("?")
    if facts.kind.startswith("conditional-") and query:
        return {"reference": f"{facts.type}?{query}"}
    return {"type": facts.type or "Resource", "display": "not stored"}


def _beside(facts: AccessFacts, patient: str | None) -> list[dict[str, Any]]:
    """X-Request-Id (BALP-05), the patient (BALP-06), consents (BALP-13) and the outcome of a failure (BALP-09)."""
    entities: list[dict[str, Any]] = []
    if facts.request_id:
        identifier = {"identifier": {"value": facts.request_id}}
        entities.append({"what": identifier, "type": _coding(_REQUEST_ID)})
    if patient is not None:
        what = {"reference": f"Patient/{patient}"}
        entities.append({"what": what, "type": _coding(_PERSON), "role": _role("1", "Patient")})
    entities += [{"what": {"reference": consent}, "type": _coding(_CONSENT)} for consent in facts.consents]
    if facts.outcome != SUCCESS:
        entities.append({"what": {"reference": "#outcome"}, "role": _role("3", "Report")})
    return entities


def _raw_request(facts: AccessFacts) -> str:
    """The URL of a GET; method, URL and form of everything else."""
    method, _, target = facts.request.partition(" ")
    target, _, form = target.partition(" ")
    url = _server(facts) + target if target.startswith("/") else target
    if method == "GET":
        return url
    return f"{method} {url}\n\n{form}" if form else f"{method} {url}"


def _operation_outcome(facts: AccessFacts) -> dict[str, Any]:
    issue = {
        "severity": "error",
        "code": ISSUE_CODES.get(facts.status, "exception" if facts.outcome == FAILED else "forbidden"),
        "diagnostics": facts.outcome_text or "refused",
    }
    return {"resourceType": "OperationOutcome", "id": "outcome", "issue": [issue]}


def _server(facts: AccessFacts) -> str:
    return facts.server or "unknown"


def _agent(first: Code, second: Code) -> dict[str, Any]:
    """An agent that plays a role in two patterns at once: REST and token (BALP-12)."""
    codes = [first] if first == second else [first, second]
    return {"type": {"coding": [_coding(code) for code in codes]}}


def _role(code: str, display: str) -> dict[str, str]:
    return _coding(Code(_ROLES, code, display))


def _coding(code: Code) -> dict[str, str]:
    return {"system": code.system, "code": code.code} | ({"display": code.text} if code.text else {})
