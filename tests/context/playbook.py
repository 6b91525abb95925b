"""A playbook runs a hub like a sequence diagram: ``>>`` is what happens, ``<<`` what the hub wants done.

Every effect must be named, in order, before the next input; facts and records only where a test asks for them.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from context.effects import ContextChanged, Effect, NoteAck, NoteEvent, NoteSocket, Send
from context.event_kinds import EVENT_KINDS
from context.events import ContextEvent, read_event
from context.hub import Hub
from context.inputs import Acknowledged, Input, Post, SocketOpened, Subscribe, TimerFired
from context.scopes import FhircastScopes, fhircast_scopes

TOPIC = "topic-1"
START = datetime(2026, 11, 23, 3, 15, tzinfo=UTC)
QUIET = (NoteEvent, NoteAck, NoteSocket, ContextChanged)
PATIENT_EVENTS = ("Patient-open", "Patient-close")
EVERY_EVENT = tuple(kind.name for kind in EVENT_KINDS)
ALL_EVENTS = (*PATIENT_EVENTS, "Encounter-open", "Encounter-close", "SyncError")
EVERYTHING = fhircast_scopes(["fhircast/*.*"])


@dataclass(frozen=True)
class Told:
    """Matches a frame that carries this event to this subscriber."""

    endpoint: str
    event: str
    event_id: str | None = None

    def matches(self, effect: Effect) -> bool:
        if not isinstance(effect, Send) or effect.endpoint != self.endpoint or "event" not in effect.message:
            return False
        named = effect.message["event"]["hub.event"] == self.event
        return named and self.event_id in (None, effect.message["id"])


@dataclass(frozen=True)
class Mode:
    """Matches a confirmation (``subscribe``) or denial (``denied``) frame."""

    endpoint: str
    mode: str

    def matches(self, effect: Effect) -> bool:
        return (
            isinstance(effect, Send)
            and effect.endpoint == self.endpoint
            and effect.message.get("hub.mode") == self.mode
        )


class Playbook:
    def __init__(self, hub: Hub | None = None, ignore: tuple[type, ...] = QUIET) -> None:
        self.hub = hub or Hub(TOPIC)
        self.now = START
        self.left: list[Effect] = []
        self.seen: list[Effect] = []
        self._ignore = ignore
        self._ids = (f"new-{number}" for number in itertools.count(1))

    def __rshift__(self, given: Input) -> Playbook:
        self.end()
        effects = self.hub.handle(given, self.now, lambda: next(self._ids))
        self.seen += effects
        self.left = [effect for effect in effects if not isinstance(effect, self._ignore)]
        return self

    def __lshift__(self, expected: Any) -> Playbook:
        assert self.left, f"the hub wanted nothing more, expected {expected}"
        effect = self.left.pop(0)
        matches = getattr(expected, "matches", expected.__eq__)
        assert matches(effect), f"expected {expected}\n     got {effect}"
        return self

    def end(self) -> Playbook:
        """Nothing may be left over."""
        assert not self.left, f"the hub also wanted {self.left}"
        return self

    def skip(self) -> Playbook:
        """Whatever the hub wanted here is not what this test is about."""
        self.left = []
        return self

    def later(self, seconds: float) -> Playbook:
        """Time passes; the timer fires."""
        self.end()
        self.now += timedelta(seconds=seconds)
        return self >> TimerFired()

    def joins(self, *subscribes: Subscribe) -> Playbook:
        """Subscribe and connect, without looking at what is answered."""
        for subscribe in subscribes:
            (self >> subscribe).skip()
            (self >> SocketOpened(subscribe.endpoint)).skip()
        return self

    def happens(self, *inputs: Input) -> Playbook:
        """Inputs whose effects other tests look at."""
        for given in inputs:
            (self >> given).skip()
        return self

    def frames(self, endpoint: str) -> list[Any]:
        """Everything that was sent to one subscriber so far."""
        return [e.message for e in self.seen if isinstance(e, Send) and e.endpoint == endpoint]

    def fences(self) -> list[tuple[str, str | None]]:
        return [(e.grant_id, e.patient_id) for e in self.seen if type(e).__name__ == "MoveFence"]  # type: ignore[union-attr]


def subscribe(
    endpoint: str,
    *,
    events: tuple[str, ...] = ALL_EVENTS,
    scopes: FhircastScopes = EVERYTHING,
    grant: str | None = None,
    lease: int | None = None,
    token_seconds: float = 100_000,
    at: datetime = START,
    **more: Any,
) -> Subscribe:
    return Subscribe(
        endpoint=endpoint,
        renewal=more.pop("renewal", False),
        grant_id=grant or f"grant-{endpoint}",
        name=f"App {endpoint}",
        events=events,
        scopes=scopes,
        token_expires_at=at + timedelta(seconds=token_seconds),
        lease_seconds=lease,
        **more,
    )


def shell(endpoint: str = "shell", **more: Any) -> Subscribe:
    return subscribe(endpoint, is_shell=True, **more)


def follower(endpoint: str = "app", *, patient: str | None = "p-0", **more: Any) -> Subscribe:
    return subscribe(endpoint, fenced=True, effective_patient=patient, **more)


def patient_resource(patient: str) -> dict[str, Any]:
    identifier = {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": f"number-of-{patient}"}
    return {"resourceType": "Patient", "id": patient, "identifier": [identifier]}


def encounter_resource(encounter: str, patient: str) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "id": encounter,
        "identifier": [{"value": f"number-of-{encounter}"}],
        "subject": {"reference": f"Patient/{patient}"},
    }


def body(
    name: str, event_id: str, context: list[dict[str, Any]], at: datetime | str = START
) -> dict[str, Any]:
    stamp = at if isinstance(at, str) else at.isoformat().replace("+00:00", "Z")
    return {
        "timestamp": stamp,
        "id": event_id,
        "event": {"hub.topic": TOPIC, "hub.event": name, "context": context},
    }


def patient_body(name: str, patient: str, event_id: str, at: datetime | str = START) -> dict[str, Any]:
    return body(name, event_id, [{"key": "patient", "resource": patient_resource(patient)}], at)


def encounter_body(
    name: str, encounter: str, patient: str, event_id: str, at: datetime | str = START
) -> dict[str, Any]:
    context = [
        {"key": "encounter", "resource": encounter_resource(encounter, patient)},
        {"key": "patient", "resource": patient_resource(patient)},
    ]
    return body(name, event_id, context, at)


def study_resource(study: str, patient: str) -> dict[str, Any]:
    return {**encounter_resource(study, patient), "resourceType": "ImagingStudy", "status": "available"}


def report_resource(report: str, patient: str) -> dict[str, Any]:
    return {**encounter_resource(report, patient), "resourceType": "DiagnosticReport", "status": "unknown"}


def study_body(
    name: str, study: str, patient: str, event_id: str, at: datetime | str = START
) -> dict[str, Any]:
    context = [
        {"key": "study", "resource": study_resource(study, patient)},
        {"key": "patient", "resource": patient_resource(patient)},
    ]
    return body(name, event_id, context, at)


def report_body(
    name: str,
    report: str,
    patient: str,
    event_id: str,
    studies: tuple[str, ...] = (),
    at: datetime | str = START,
) -> dict[str, Any]:
    context = [
        {"key": "report", "resource": report_resource(report, patient)},
        {"key": "patient", "resource": patient_resource(patient)},
        *({"key": "study", "resource": study_resource(study, patient)} for study in studies),
    ]
    return body(name, event_id, context, at)


def meant(report: str, patient: str | None = None) -> list[dict[str, Any]]:
    """The references with which an update or a selection says what it is about."""
    entries = [{"key": "report", "reference": {"reference": f"DiagnosticReport/{report}"}}]
    if patient is not None:
        entries.append({"key": "patient", "reference": {"reference": f"Patient/{patient}"}})
    return entries


def update_body(
    report: str, event_id: str, version: str, *entries: dict[str, Any], patient: str | None = None
) -> dict[str, Any]:
    bundle = {"resourceType": "Bundle", "id": "b-1", "type": "transaction", "entry": list(entries)}
    posted = body(
        "DiagnosticReport-update",
        event_id,
        [*meant(report, patient), {"key": "updates", "resource": bundle}],
    )
    posted["event"]["context.versionId"] = version
    return posted


def select_body(report: str, event_id: str, *selected: str, patient: str | None = None) -> dict[str, Any]:
    chosen = [{"key": "select", "reference": {"reference": target}} for target in selected]
    return body("DiagnosticReport-select", event_id, [*meant(report, patient), *chosen])


def put(resource_type: str, resource_id: str, patient: str | None = None, **more: Any) -> dict[str, Any]:
    resource = {"resourceType": resource_type, "id": resource_id, **more}
    if patient is not None:
        resource["subject"] = {"reference": f"Patient/{patient}"}
    return {"request": {"method": "PUT"}, "resource": resource}


def deletion(target: str) -> dict[str, Any]:
    return {"request": {"method": "DELETE"}, "fullUrl": target}


def ending_body(name: str, event_id: str, code: str = "user-initiated") -> dict[str, Any]:
    coding = {"system": "http://fhircast.hl7.org/CodeSystem/fhircast-codesystem", "code": code}
    parameters = {"resourceType": "Parameters", "parameter": [{"name": "code", "valueCoding": coding}]}
    return body(name, event_id, [{"key": "parameters", "resource": parameters}])


def event(posted: dict[str, Any]) -> ContextEvent:
    read = read_event(posted)
    assert isinstance(read, ContextEvent), read
    return read


def opens(patient: str, event_id: str, at: datetime | str = START) -> Post:
    return Post(event(patient_body("Patient-open", patient, event_id, at)))


def closes(patient: str, event_id: str, at: datetime | str = START) -> Post:
    return Post(event(patient_body("Patient-close", patient, event_id, at)))


def opens_encounter(encounter: str, patient: str, event_id: str, at: datetime | str = START) -> Post:
    return Post(event(encounter_body("Encounter-open", encounter, patient, event_id, at)))


def closes_encounter(encounter: str, patient: str, event_id: str, at: datetime | str = START) -> Post:
    return Post(event(encounter_body("Encounter-close", encounter, patient, event_id, at)))


def answers(endpoint: str, event_id: str, status: int = 200) -> Acknowledged:
    return Acknowledged(endpoint, event_id, status)
