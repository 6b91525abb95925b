"""The events that the hub knows: one table for validation, discovery and tests (FC-21..23).

A row is an event, a row of its row a context key. To add an event, add a row; nothing else names events.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Action = Literal["open", "close", "update", "select", "infrastructure"]
Resource = Mapping[str, Any]
Rule = Callable[[Resource, Mapping[str, Resource]], str | None]

_FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", flags=re.ASCII)
_REFERENCE = re.compile(r"[A-Z][A-Za-z]{1,63}/[A-Za-z0-9\-.]{1,64}", flags=re.ASCII)
_EVENT_NAME = re.compile(r"[A-Za-z]+-(open|close|update|select)", flags=re.ASCII | re.IGNORECASE)
_STATIC_NAMES = frozenset({"syncerror", "userlogout", "userhibernate", "home-open"})
_PRIVATE_NAME = re.compile(r"[a-z0-9]+(\.[a-z0-9_]+){2,}", flags=re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ContextKey:
    """One entry of an event's ``context``: its key, resource type, how often, and what its profile demands.

    ``by_reference``: the entry holds a ``reference`` instead of a ``resource``; type ``""`` is any type.
    """

    key: str
    resource_type: str
    rules: tuple[Rule, ...]
    least: int = 1
    most: int | None = 1
    by_reference: bool = False


@dataclass(frozen=True, slots=True)
class EventKind:
    """One event. ``anchor`` is the key whose resource it opens or closes; ``implies`` the opens derived from it, by key,
    the most specific first (FC-25)."""

    name: str
    action: Action
    keys: tuple[ContextKey, ...]
    section: str
    anchor: str | None = None
    implies: tuple[tuple[str, str], ...] = ()

    @property
    def anchor_type(self) -> str:
        """What is open after it: the resource type of the anchor, or ``Home``; empty for an infrastructure event."""
        return self.name.partition("-")[0] if self.action != "infrastructure" else ""

    @property
    def opens_about(self) -> tuple[str, ...]:
        """Names of the opens that tell of this one: itself and what it implies."""
        return (self.name, *(name for _, name in self.implies))


def _has_id(resource: Resource, _: Mapping[str, Resource]) -> str | None:
    identifier = resource.get("id")
    good = isinstance(identifier, str) and _FHIR_ID.fullmatch(identifier) is not None
    return None if good else "needs an id"


def _has_identifier(resource: Resource, _: Mapping[str, Resource]) -> str | None:
    entries = resource.get("identifier")
    good = isinstance(entries, list) and bool(entries) and all(_is_identifier(entry) for entry in entries)
    return None if good else "needs at least one identifier with a value"


def _identifiers_well_formed(resource: Resource, others: Mapping[str, Resource]) -> str | None:
    return None if "identifier" not in resource else _has_identifier(resource, others)


def _is_identifier(entry: object) -> bool:
    if not isinstance(entry, dict):
        return False
    value, system = entry.get("value"), entry.get("system")
    return isinstance(value, str) and bool(value) and (system is None or isinstance(system, str))


def _has_status(resource: Resource, _: Mapping[str, Resource]) -> str | None:
    status = resource.get("status")
    return None if isinstance(status, str) and status else "needs a status"


def _has_subject(resource: Resource, _: Mapping[str, Resource]) -> str | None:
    subject = resource.get("subject")
    good = isinstance(subject, dict) and isinstance(subject.get("reference"), str)
    return None if good else "needs a subject with a reference"


def _subject_is_patient(resource: Resource, others: Mapping[str, Resource]) -> str | None:
    subject, patient = resource.get("subject"), others.get("patient")
    if not isinstance(subject, dict) or patient is None or "reference" not in subject:
        return None
    good = subject["reference"] == f"Patient/{patient.get('id')}"
    return None if good else "has another subject than the patient of the same event"


def _has_issue(resource: Resource, _: Mapping[str, Resource]) -> str | None:
    issues = resource.get("issue")
    good = isinstance(issues, list) and bool(issues) and all(isinstance(issue, dict) for issue in issues)
    return None if good else "needs at least one issue"


def _has_code(resource: Resource, _: Mapping[str, Resource]) -> str | None:
    """FC-26. The value set may be extended and three systems are in use: any code of any system will do."""
    entries = resource.get("parameter")
    named = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    codings = [entry.get("valueCoding") for entry in named if entry.get("name") == "code"]
    code = codings[0].get("code") if len(codings) == 1 and isinstance(codings[0], dict) else None
    return None if isinstance(code, str) and code else "needs one parameter code with a valueCoding"


def _is_reference(reference: Resource, _: Mapping[str, Resource]) -> str | None:
    target = reference.get("reference")
    good = isinstance(target, str) and _REFERENCE.fullmatch(target) is not None
    return None if good else "needs a reference of the form Type/id"


def _is_update_bundle(bundle: Resource, _: Mapping[str, Resource]) -> str | None:
    """FC-37: a transaction of PUT and DELETE, each resource once."""
    entries = bundle.get("entry", [])
    if bundle.get("type") != "transaction" or not isinstance(entries, list):
        return "must be a Bundle of type transaction"
    named: set[str] = set()
    for entry in entries:
        target = updated(entry)
        if target is None:
            return "takes PUT with a resource that has an id, and DELETE with a fullUrl and no resource"
        if target in named:
            return "names the same resource twice"
        named.add(target)
    return None


def updated(entry: object) -> str | None:
    """``Type/id`` of what one entry of an update Bundle puts or deletes; ``None`` for anything else (FC-37)."""
    request = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(request, dict):
        return None
    method, resource = request.get("method"), entry.get("resource")
    if method == "PUT" and isinstance(resource, dict):
        target = f"{resource.get('resourceType')}/{resource.get('id', '')}"
    elif method == "DELETE" and "resource" not in entry and isinstance(entry.get("fullUrl"), str):
        target = "/".join(entry["fullUrl"].split("/")[-2:])
    else:
        return None
    return target if _REFERENCE.fullmatch(target) else None


_PATIENT_OPENED = ContextKey("patient", "Patient", (_has_id, _has_identifier))
_PATIENT_CLOSED = ContextKey("patient", "Patient", (_has_id, _identifiers_well_formed))
_ENCOUNTER_OPENED = (_has_id, _has_identifier, _has_subject, _subject_is_patient)
_ENCOUNTER_CLOSED = (_has_id, _identifiers_well_formed, _subject_is_patient)
_STUDY_OPENED = (_has_id, _has_identifier, _has_status, _has_subject, _subject_is_patient)
_STUDY_CLOSED = (_has_id, _identifiers_well_formed, _subject_is_patient)
_REPORT_OPENED = (_has_id, _has_status, _has_subject, _subject_is_patient, _identifiers_well_formed)
_REPORT_CLOSED = (_has_id, _identifiers_well_formed, _subject_is_patient)
_BESIDE_OPENED = ContextKey("encounter", "Encounter", _ENCOUNTER_OPENED, least=0)
_BESIDE_CLOSED = ContextKey("encounter", "Encounter", _ENCOUNTER_CLOSED, least=0)
_REPORT_MEANT = ContextKey("report", "DiagnosticReport", (_is_reference,), by_reference=True)
_PATIENT_MEANT = ContextKey("patient", "Patient", (_is_reference,), least=0, by_reference=True)
_WHY = (ContextKey("parameters", "Parameters", (_has_code,)),)
_OF_PATIENT = ("patient", "Patient-open")
_OF_ENCOUNTER = ("encounter", "Encounter-open")
_OF_STUDY = ("study", "ImagingStudy-open")

EVENT_KINDS: tuple[EventKind, ...] = (
    EventKind("Patient-open", "open", (_PATIENT_OPENED,), "FHIRcast 3.3.1", anchor="patient"),
    EventKind("Patient-close", "close", (_PATIENT_CLOSED,), "FHIRcast 3.3.2", anchor="patient"),
    EventKind(
        "Encounter-open",
        "open",
        (ContextKey("encounter", "Encounter", _ENCOUNTER_OPENED), _PATIENT_OPENED),
        "FHIRcast 3.4.1",
        anchor="encounter",
        implies=(_OF_PATIENT,),
    ),
    EventKind(
        "Encounter-close",
        "close",
        (ContextKey("encounter", "Encounter", _ENCOUNTER_CLOSED), _PATIENT_CLOSED),
        "FHIRcast 3.4.2",
        anchor="encounter",
    ),
    EventKind(
        "ImagingStudy-open",
        "open",
        (ContextKey("study", "ImagingStudy", _STUDY_OPENED), _BESIDE_OPENED, _PATIENT_OPENED),
        "FHIRcast 3.5.1",
        anchor="study",
        implies=(_OF_ENCOUNTER, _OF_PATIENT),
    ),
    EventKind(
        "ImagingStudy-close",
        "close",
        (
            ContextKey("study", "ImagingStudy", _STUDY_CLOSED),
            _BESIDE_CLOSED,
            ContextKey("patient", "Patient", (_has_id, _identifiers_well_formed), least=0),
        ),
        "FHIRcast 3.5.2",
        anchor="study",
    ),
    EventKind(
        "DiagnosticReport-open",
        "open",
        (
            ContextKey("report", "DiagnosticReport", _REPORT_OPENED),
            ContextKey("study", "ImagingStudy", _STUDY_OPENED, least=0, most=None),
            _BESIDE_OPENED,
            _PATIENT_OPENED,
        ),
        "FHIRcast 3.6.1",
        anchor="report",
        implies=(_OF_STUDY, _OF_ENCOUNTER, _OF_PATIENT),
    ),
    EventKind(
        "DiagnosticReport-close",
        "close",
        (
            ContextKey("report", "DiagnosticReport", _REPORT_CLOSED),
            ContextKey("study", "ImagingStudy", _STUDY_CLOSED, least=0, most=None),
            _BESIDE_CLOSED,
            _PATIENT_CLOSED,
        ),
        "FHIRcast 3.6.2",
        anchor="report",
    ),
    EventKind(
        "DiagnosticReport-update",
        "update",
        (_REPORT_MEANT, _PATIENT_MEANT, ContextKey("updates", "Bundle", (_is_update_bundle,))),
        "FHIRcast 3.6.3",
        anchor="report",
    ),
    EventKind(
        "DiagnosticReport-select",
        "select",
        (
            _REPORT_MEANT,
            _PATIENT_MEANT,
            ContextKey("select", "", (_is_reference,), least=0, most=None, by_reference=True),
        ),
        "FHIRcast 3.6.4",
        anchor="report",
    ),
    EventKind("Home-open", "open", (), "FHIRcast 3.2.5"),
    EventKind(
        "SyncError",
        "infrastructure",
        (ContextKey("operationoutcome", "OperationOutcome", (_has_issue,)),),
        "FHIRcast 3.2.1",
    ),
    EventKind("UserLogout", "infrastructure", _WHY, "FHIRcast 3.2.2"),
    EventKind("UserHibernate", "infrastructure", _WHY, "FHIRcast 3.2.3"),
)
_BY_NAME = {kind.name.lower(): kind for kind in EVENT_KINDS}


def find_kind(name: str) -> EventKind | None:
    """The row of an event name, compared without case (FC-14)."""
    return _BY_NAME.get(name.lower())


def is_event_name(name: str) -> bool:
    """Whether ``name`` has a form that FHIRcast allows at all (FC-21): no wildcard, private names without ``-``."""
    if name.lower() in _STATIC_NAMES:
        return True
    return bool(_EVENT_NAME.fullmatch(name) or _PRIVATE_NAME.fullmatch(name))
