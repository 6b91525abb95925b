"""Reading a posted notification against the table of events (FC-17, FC-22, FC-23)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from context.event_kinds import ContextKey, EventKind, Resource, find_kind, is_event_name
from context.timestamps import Instant, parse_instant

EVENT_ID_LENGTH = 256
HOLDS = frozenset({"resource", "reference"})
"""What an entry of ``context`` says whom it is about by; an extension has none, for nobody would check it (S1)."""


@dataclass(frozen=True, slots=True)
class ContextEvent:
    """A posted event that has the shape its row demands. ``message`` is the notification as it will be broadcast.

    ``resources`` holds the first resource (or reference) of each key; ``version`` the version of the context that an
    update is about, as its sender knows it (FC-36).
    """

    kind: EventKind
    event_id: str
    topic: str
    timestamp: Instant
    message: Mapping[str, Any]
    resources: Mapping[str, Resource]
    version: str = ""

    @property
    def anchor_id(self) -> str:
        """Id of the resource that the event is about; empty for Home and for an infrastructure event."""
        if self.kind.anchor is None:
            return ""
        entry = self.resources[self.kind.anchor]
        return str(entry["id"]) if "id" in entry else str(entry["reference"]).rpartition("/")[2]

    @property
    def patient_id(self) -> str | None:
        """The patient whose resource the event carries; a mere reference to a patient opens nobody."""
        patient = self.resources.get("patient")
        return None if patient is None or "id" not in patient else str(patient["id"])

    @property
    def patient_reference(self) -> str | None:
        """``Patient/id`` where an update or a selection names its patient."""
        patient = self.resources.get("patient")
        return None if patient is None or "reference" not in patient else str(patient["reference"])


@dataclass(frozen=True, slots=True)
class MalformedEvent:
    """Why a post is not an event: plain text for the developer (FC-07), every mistake of one kind at once."""

    reason: str


def read_event(body: object) -> ContextEvent | MalformedEvent:
    """Check a posted notification against the table (FC-17, FC-22, FC-23).

    Unknown members outside ``context`` are kept; a posted ``context.versionId`` is not sent on, since the hub assigns it;
    it is read, under both names in use (FC-17, FC-36).
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
    version = event.get("context.versionId", event.get("versionId"))
    known = version if isinstance(version, str) else ""
    return ContextEvent(kind, event_id, topic, timestamp, message, resources, known)


def _mistakes(kind: EventKind, entries: list[Any], resources: dict[str, Resource]) -> Iterator[str]:
    """Every mistake in a ``context`` array; fills ``resources`` with the first resource of each key."""
    known = {key.key: key for key in kind.keys}
    held: dict[str, list[Resource]] = {name: [] for name in known}
    counts = dict.fromkeys(known, 0)
    for entry in entries:
        name = entry.get("key") if isinstance(entry, dict) else None
        if name == "extension":
            if not HOLDS.isdisjoint(entry):
                yield "an extension holds data, no resource and no reference"
            continue
        if not isinstance(name, str) or name not in known:
            yield f"context key {str(name)[:40]!r} does not belong to this event"
            continue
        counts[name] += 1
        found = _held_by(known[name], entry)
        if isinstance(found, str):
            yield f"{name} {found}"
        elif found is not None:
            held[name].append(found)
    resources.update({name: first[0] for name, first in held.items() if first})
    for name, count in counts.items():
        most = known[name].most
        if count < known[name].least or (most is not None and count > most):
            yield f"{name} must be there {known[name].least} to {'many' if most is None else most} times"
    for name, entries_held in held.items():
        for entry_held in entries_held:
            for rule in known[name].rules:
                mistake = rule(entry_held, resources)
                if mistake is not None:
                    yield f"{name} {mistake}"


def _held_by(key: ContextKey, entry: Mapping[str, Any]) -> Resource | str | None:
    """What one entry of ``context`` holds, or what is wrong with it; ``None`` for an empty selection (FC-38)."""
    if entry.keys() >= HOLDS:
        return "must hold a resource or a reference, not both"
    if not key.by_reference:
        resource = entry.get("resource")
        good = isinstance(resource, dict) and resource.get("resourceType") == key.resource_type
        return resource if good else f"must hold a resource of type {key.resource_type}"
    reference = entry.get("reference")
    if key.least == 0 and key.most is None and (reference is None or reference == []):
        return None
    if not isinstance(reference, dict) or not isinstance(reference.get("reference"), str):
        return "must hold a reference"
    if key.resource_type and not reference["reference"].startswith(f"{key.resource_type}/"):
        return f"must refer to a {key.resource_type}"
    return reference
