"""The frames that the hub sends (FC-08, FC-12, FC-17, FC-31)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from context.denials import Denial
from context.timestamps import written

Message = Mapping[str, Any]
_ENDINGS = {"UserLogout": "fhircast-logout-codesystem", "UserHibernate": "fhircast-hibernate-codesystem"}
_SYNC_ERROR_SYSTEM = "https://fhircast.hl7.org/events/syncerror/"


def confirmation(topic: str, events: Iterable[str], lease_seconds: int) -> Message:
    """The first frame of a channel (FC-08); ``lease_seconds`` counts from now."""
    return {
        "hub.mode": "subscribe",
        "hub.topic": topic,
        "hub.events": ",".join(events),
        "hub.lease_seconds": lease_seconds,
    }


def denial(topic: str, events: Iterable[str], reason: Denial) -> Message:
    """The last frame of a channel that the hub ends (FC-12)."""
    return {
        "hub.mode": "denied",
        "hub.topic": topic,
        "hub.events": ",".join(events),
        "hub.reason": reason.value,
    }


def with_version(message: Message, version: str, prior: str | None = None) -> Message:
    """``message`` with the version that the hub assigned to the context it opens or changes (FC-36)."""
    versions = {"context.versionId": version}
    if prior is not None:
        versions["context.priorVersionId"] = prior
    return {**message, "event": {**message["event"], **versions}}


def with_patient(message: Message, patient_id: str | None) -> Message:
    """``message`` with the reference to its patient, which its sender may have left out (FC-22)."""
    event = message["event"]
    if patient_id is None or any(entry.get("key") == "patient" for entry in event["context"]):
        return message
    entry = {"key": "patient", "reference": {"reference": f"Patient/{patient_id}"}}
    return {**message, "event": {**event, "context": [*event["context"], entry]}}


def derived_open(message: Message, name: str, event_id: str, keys: Iterable[str]) -> Message:
    """The open that another open implies, with its own id and only its own keys (FC-25)."""
    event = message["event"]
    first: dict[str, Any] = {}
    for entry in event["context"]:
        first.setdefault(str(entry.get("key")), entry)
    context = [first[key] for key in keys if key in first]
    return {
        "timestamp": message["timestamp"],
        "id": event_id,
        "event": {**event, "hub.event": name, "context": context},
    }


def ending(topic: str, name: str, own_id: str, now: datetime, code: str) -> Message:
    """``UserLogout`` or ``UserHibernate`` as the hub tells it (FC-26)."""
    coding = {"system": f"http://hl7.org/fhir/uv/fhircast/CodeSystem/{_ENDINGS[name]}", "code": code}
    parameters = {
        "resourceType": "Parameters",
        "parameter": [{"name": "code", "valueCoding": coding}],
    }
    return {
        "timestamp": written(now),
        "id": own_id,
        "event": {
            "hub.topic": topic,
            "hub.event": name,
            "context": [{"key": "parameters", "resource": parameters}],
        },
    }


def sync_error(
    *,
    topic: str,
    own_id: str,
    about_id: str,
    about_event: str,
    subscriber: str,
    now: datetime,
    diagnostics: str,
) -> Message:
    """A SyncError of the hub: severity ``warning`` always; the name under both systems in use (FC-31)."""
    coding = [
        {"system": _SYNC_ERROR_SYSTEM + name, "code": code}
        for name, code in (
            ("eventid", about_id),
            ("eventname", about_event),
            ("subscribername", subscriber),
            ("subscriber", subscriber),
        )
    ]
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "warning",
                "code": "processing",
                "diagnostics": diagnostics,
                "details": {"coding": coding},
            }
        ],
    }
    return {
        "timestamp": written(now),
        "id": own_id,
        "event": {
            "hub.topic": topic,
            "hub.event": "SyncError",
            "context": [{"key": "operationoutcome", "resource": outcome}],
        },
    }
