"""The rows of IHE BALP: which event each kind of access is told as (BALP-01 to BALP-03, BALP-12, BALP-13).

A kind is an interaction of ``interaction.Kind``, ``refused`` for a request that could not be read as one, or
something that happened to a login, a token, a launch or the shared context.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
DCM = "http://dicom.nema.org/resources/ontology/DCM"
RESTFUL = "http://hl7.org/fhir/restful-interaction"
PARTICIPATION = f"{TERMINOLOGY}/v3-ParticipationType"
ACT_REASON = f"{TERMINOLOGY}/v3-ActReason"
BALP = "https://profiles.ihe.net/ITI/BALP/CodeSystem"
PROFILES = "https://profiles.ihe.net/ITI/BALP/StructureDefinition"
OWN_EVENTS = "urn:vaktrom:audit-event"
"""Subtypes for which no public code system has a word."""


@dataclass(frozen=True, slots=True)
class Code:
    """One Coding; ``text`` is its display."""

    system: str
    code: str
    text: str = ""


SOURCE = Code(DCM, "110153", "Source Role ID")
DESTINATION = Code(DCM, "110152", "Destination Role ID")
APPLICATION = Code(DCM, "110150", "Application")
CUSTODIAN = Code(f"{TERMINOLOGY}/provenance-participant-type", "custodian", "Custodian")
RECIPIENT = Code(PARTICIPATION, "IRCP", "information recipient")
AUTHOR = Code(PARTICIPATION, "AUT", "author (originator)")
KEEPER = Code(PARTICIPATION, "CST", "custodian")
TOKEN_SERVICE = Code(f"{BALP}/UserAgentTypes", "AuthzOauthService", "OAuth authorization service")
OPAQUE_USER = Code(f"{BALP}/UserAgentTypes", "UserOauthAgent", "User OAuth agent participant")
AUTHORIZER = Code(f"{TERMINOLOGY}/extra-security-role-type", "authserver", "authorization server")
ORGANISATION = Code(f"{TERMINOLOGY}/v3-RoleClass", "PROV", "healthcare provider")
REST = Code(f"{TERMINOLOGY}/audit-event-type", "rest", "RESTful Operation")
AUTHENTICATION = Code(DCM, "110114", "User Authentication")
ACTIVITY = Code(DCM, "110100", "Application Activity")
ALERT = Code(DCM, "110113", "Security Alert")
PATIENT_RECORD = Code(DCM, "110110", "Patient Record")


@dataclass(frozen=True, slots=True)
class EventPattern:
    """One row: type, subtype, action, and who plays which role.

    ``profile`` is the last part of the profile's name where a success fulfils one; ``{patient}`` in it stands for
    the variant about a patient. ``told_by_query``: the request stands in the event instead of what was touched.
    """

    type: Code
    subtype: Code
    action: str
    client: Code
    server: Code
    user: Code
    profile: str = ""
    told_by_query: bool = False


def _read(subtype: str) -> EventPattern:
    profile = "IHE.BasicAudit.{patient}Read"
    return EventPattern(REST, Code(RESTFUL, subtype), "R", DESTINATION, SOURCE, RECIPIENT, profile)


def _write(action: str, subtype: str, profile: str) -> EventPattern:
    return EventPattern(REST, Code(RESTFUL, subtype), action, SOURCE, DESTINATION, AUTHOR, profile)


def _query(subtype: str, profile: str = "") -> EventPattern:
    return EventPattern(REST, Code(RESTFUL, subtype), "E", SOURCE, DESTINATION, RECIPIENT, profile, True)


def _token(subtype: Code, profile: str = "") -> EventPattern:
    return EventPattern(
        AUTHENTICATION, subtype, "E", APPLICATION, TOKEN_SERVICE, RECIPIENT, profile, told_by_query=True
    )


def _own(subtype: str) -> EventPattern:
    return EventPattern(AUTHENTICATION, Code(OWN_EVENTS, subtype), "E", APPLICATION, TOKEN_SERVICE, RECIPIENT)


def _context(subtype: str, action: str) -> EventPattern:
    """What the FHIRcast hub tells or is told about a patient; no profile of BALP speaks of it."""
    client, server = (DESTINATION, SOURCE) if action == "R" else (SOURCE, DESTINATION)
    return EventPattern(PATIENT_RECORD, Code(OWN_EVENTS, subtype), action, client, server, RECIPIENT)


_CREATE = _write("C", "create", "IHE.BasicAudit.{patient}Create")
_UPDATE = _write("U", "update", "IHE.BasicAudit.{patient}Update")
_DELETE = EventPattern(
    REST,
    Code(RESTFUL, "delete"),
    "D",
    APPLICATION,
    CUSTODIAN,
    KEEPER,
    "IHE.BasicAudit.{patient}Delete",
)
_SEARCH = _query("search-type", "IHE.BasicAudit.{patient}Query")
_ISSUED = _token(Code("urn:ihe:event-type-code", "ITI-71", "Get Access Token"), "IHE.IUA.71")

PATTERNS: MappingProxyType[str, EventPattern] = MappingProxyType(
    {
        "read": _read("read"),
        "vread": _read("vread"),
        "create": _CREATE,
        "update": _UPDATE,
        "conditional-update": _UPDATE,
        "delete": _DELETE,
        "conditional-delete": _DELETE,
        "search-type": _SEARCH,
        "page": _SEARCH,
        "history-instance": _query("history-instance"),
        "history-type": _query("history-type"),
        "everything": _query("operation"),
        "bundle": _query("transaction"),
        "capabilities": _query("capabilities"),
        "refused": _query("operation"),
        "login": EventPattern(
            AUTHENTICATION, Code(DCM, "110122", "Login"), "E", APPLICATION, TOKEN_SERVICE, RECIPIENT
        ),
        "logout": EventPattern(
            AUTHENTICATION, Code(DCM, "110123", "Logout"), "E", APPLICATION, TOKEN_SERVICE, RECIPIENT
        ),
        "lock": _own("lock"),
        "unlock": _own("unlock"),
        "code": _ISSUED,
        "token": _ISSUED,
        "refresh": _ISSUED,
        "revoke": _token(Code(OWN_EVENTS, "revoke")),
        "introspect": _token(Code("urn:ihe:event-type-code", "ITI-102", "Introspect Token")),
        "launch": EventPattern(
            ACTIVITY, Code(DCM, "110120", "Application Start"), "E", APPLICATION, TOKEN_SERVICE, RECIPIENT
        ),
        "web-message": EventPattern(
            ALERT, Code(OWN_EVENTS, "web-message"), "E", APPLICATION, AUTHORIZER, RECIPIENT
        ),
        "page-refused": EventPattern(
            ALERT, Code(OWN_EVENTS, "page-refused"), "E", APPLICATION, AUTHORIZER, RECIPIENT
        ),
        "context-open": _context("context-open", "E"),
        "context-read": _context("context-read", "R"),
        "context-told": _context("context-told", "R"),
        "context-post": _context("context-post", "E"),
        "context-subscribe": _context("context-subscribe", "E"),
        "withdraw": EventPattern(
            ALERT, Code(OWN_EVENTS, "withdraw"), "E", APPLICATION, AUTHORIZER, RECIPIENT
        ),
        "consent": EventPattern(
            ALERT, Code(f"{BALP}/AuthZsubType", "AuthZ-Consent"), "E", APPLICATION, AUTHORIZER, RECIPIENT
        ),
    }
)
UNKNOWN = _query("operation")
"""How a kind is told that this table does not know: nothing that was recorded goes untold."""

ISSUE_CODES: MappingProxyType[int, str] = MappingProxyType(
    {
        400: "invalid",
        401: "login",
        403: "forbidden",
        404: "not-found",
        405: "not-supported",
        406: "not-supported",
        409: "conflict",
        410: "deleted",
        412: "conflict",
        413: "too-long",
        415: "not-supported",
        422: "processing",
        503: "transient",
        504: "timeout",
    }
)
"""HTTP status of a failure, and the FHIR issue type that its OperationOutcome carries (BALP-09)."""
