"""The events that the hub knows: one table for validation, discovery and tests (FC-21..23).

A row is an event, a row of its row a context key. To add an event, add a row; nothing else names events.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from context.timestamps import Instant, parse_instant

Action = Literal["open", "close", "infrastructure"]
Resource = Mapping[str, Any]
Rule = Callable[[Resource, Mapping[str, Resource]], str | None]

_FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", flags=re.ASCII)
_EVENT_NAME = re.compile(r"[A-Za-z]+-(open|close|update|select)", flags=re.ASCII | re.IGNORECASE)
_STATIC_NAMES = frozenset({"syncerror", "userlogout", "userhibernate", "home-open"})
_PRIVATE_NAME = re.compile(r"[a-z0-9]+(\.[a-z0-9_]+){2,}", flags=re.ASCII | re.IGNORECASE)
EVENT_ID_LENGTH = 256


@dataclass(frozen=True, slots=True)
class ContextKey:
    """One entry of an event's ``context``: its key, resource type, how often, and what its profile demands."""

    key: str
    resource_type: str
    rules: tuple[Rule, ...]
    least: int = 1
    most: int | None = 1


@dataclass(frozen=True, slots=True)
class EventKind:
    """One event. ``anchor`` is the key whose resource it opens or closes; ``implies`` the open derived from it (FC-25)."""

    name: str
    action: Action
    keys: tuple[ContextKey, ...]
    section: str
    anchor: str | None = None
    implies: str | None = None

    @property
    def anchor_type(self) -> str:
        """Resource type of the anchor; empty for an infrastructure event."""
        return next((key.resource_type for key in self.keys if key.key == self.anchor), "")


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


_PATIENT_OPENED = ContextKey("patient", "Patient", (_has_id, _has_identifier))
_PATIENT_CLOSED = ContextKey("patient", "Patient", (_has_id, _identifiers_well_formed))

EVENT_KINDS: tuple[EventKind, ...] = (
    EventKind("Patient-open", "open", (_PATIENT_OPENED,), "FHIRcast 3.3.1", anchor="patient"),
    EventKind("Patient-close", "close", (_PATIENT_CLOSED,), "FHIRcast 3.3.2", anchor="patient"),
    EventKind(
        "Encounter-open",
        "open",
        (
            ContextKey(
                "encounter", "Encounter", (_has_id, _has_identifier, _has_subject, _subject_is_patient)
            ),
            _PATIENT_OPENED,
        ),
        "FHIRcast 3.4.1",
        anchor="encounter",
        implies="Patient-open",
    ),
    EventKind(
        "Encounter-close",
        "close",
        (
            ContextKey("encounter", "Encounter", (_has_id, _identifiers_well_formed, _subject_is_patient)),
            _PATIENT_CLOSED,
        ),
        "FHIRcast 3.4.2",
        anchor="encounter",
    ),
    EventKind(
        "SyncError",
        "infrastructure",
        (ContextKey("operationoutcome", "OperationOutcome", (_has_issue,)),),
        "FHIRcast 3.2.1",
    ),
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


@dataclass(frozen=True, slots=True)
class ContextEvent:
    """A posted event that has the shape its row demands. ``message`` is the notification as it will be broadcast."""

    kind: EventKind
    event_id: str
    topic: str
    timestamp: Instant
    message: Mapping[str, Any]
    resources: Mapping[str, Resource]

    @property
    def anchor_id(self) -> str:
        """Id of the resource that the event opens or closes; empty for an infrastructure event."""
        return str(self.resources[self.kind.anchor]["id"]) if self.kind.anchor else ""

    @property
    def patient_id(self) -> str | None:
        patient = self.resources.get("patient")
        return None if patient is None else str(patient["id"])


@dataclass(frozen=True, slots=True)
class MalformedEvent:
    """Why a post is not an event: plain text for the developer (FC-07), every mistake of one kind at once."""

    reason: str


def read_event(body: object) -> ContextEvent | MalformedEvent:
    """Check a posted notification against the table (FC-17, FC-22, FC-23).

    Unknown members outside ``context`` are kept; a posted ``context.versionId`` is dropped, since the hub assigns it (FC-36).
    """
    if not isinstance(body, dict) or not isinstance(body.get("event"), dict):
        return MalformedEvent("the body must be a JSON object with timestamp, id and event")
    event, event_id, timestamp = body["event"], body.get("id"), parse_instant(body.get("timestamp"))
    topic, name, entries = event.get("hub.topic"), event.get("hub.event"), event.get("context")
    if not isinstance(event_id, str) or not 0 < len(event_id) <= EVENT_ID_LENGTH:
        return MalformedEvent(f"id must be a string of 1 to {EVENT_ID_LENGTH} characters")
    if timestamp is None:
        return MalformedEvent("timestamp must be an ISO 8601 date and time in UTC")
    if not isinstance(topic, str) or not topic:
        return MalformedEvent("event must name its hub.topic")
    if not isinstance(name, str) or not is_event_name(name):
        return MalformedEvent("hub.event is not an event name")
    kind = find_kind(name)
    if kind is None:
        return MalformedEvent(f"this hub does not support the event {name}")
    if not isinstance(entries, list):
        return MalformedEvent("event.context must be an array")
    resources: dict[str, Resource] = {}
    mistakes = list(_mistakes(kind, entries, resources))
    if mistakes:
        return MalformedEvent(f"{kind.name}: " + "; ".join(mistakes))
    assigned_by_hub = ("context.versionId", "context.priorVersionId", "versionId", "priorVersionId")
    kept = {key: value for key, value in event.items() if key not in assigned_by_hub}
    message = {**body, "event": {**kept, "hub.event": kind.name}}
    return ContextEvent(kind, event_id, topic, timestamp, message, resources)


def _mistakes(kind: EventKind, entries: list[Any], resources: dict[str, Resource]) -> Iterator[str]:
    """Every mistake in a ``context`` array; fills ``resources`` with the first resource of each key."""
    known = {key.key: key for key in kind.keys}
    counts = dict.fromkeys(known, 0)
    for entry in entries:
        key = entry.get("key") if isinstance(entry, dict) else None
        if key == "extension":
            continue
        if not isinstance(key, str) or key not in known:
            yield f"context key {str(key)[:40]!r} does not belong to this event"
            continue
        resource = entry.get("resource")
        if not isinstance(resource, dict) or resource.get("resourceType") != known[key].resource_type:
            yield f"{key} must hold a resource of type {known[key].resource_type}"
        else:
            resources.setdefault(key, resource)
        counts[key] += 1
    for key, count in counts.items():
        most = known[key].most
        if count < known[key].least or (most is not None and count > most):
            yield f"{key} must be there {known[key].least} to {'many' if most is None else most} times"
    for key, resource in resources.items():
        for rule in known[key].rules:
            mistake = rule(resource, resources)
            if mistake is not None:
                yield f"{key} {mistake}"
