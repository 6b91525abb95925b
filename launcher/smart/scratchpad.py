"""The scratchpad of SMART Web Messaging: drafts that apps share about one patient, kept nowhere else (SWM-10)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from launcher.gateway.resource_types import RESOURCE_TYPES

CREATE, READ, UPDATE, DELETE = (
    "scratchpad.create",
    "scratchpad.read",
    "scratchpad.update",
    "scratchpad.delete",
)
PATIENT: Final = re.compile(r"(?:^|.*/)Patient/([A-Za-z0-9.-]{1,64})(?:/_history/.*)?")
DEEPEST = 40
LONGEST_TEXT = 80


@dataclass(frozen=True, slots=True)
class ScratchpadLimits:
    """How much one patient's scratchpad holds; ``bytes`` as JSON, all together."""

    resources: int = 50
    bytes: int = 512 * 1024


@dataclass(frozen=True, slots=True)
class Draft:
    """One resource as JSON, by whom it was last written, and what a person calls it."""

    client_id: str
    content: bytes
    text: str = ""


@dataclass(slots=True)
class Scratchpad:
    """The drafts about one patient in one patient tab, by their location ``Type/id``."""

    patient: str
    drafts: dict[str, Draft] = field(default_factory=dict)

    def handle(
        self,
        message_type: str,
        payload: dict[str, Any],
        client_id: str,
        new_id: Callable[[], str],
        limits: ScratchpadLimits,
    ) -> dict[str, Any]:
        """Carry out one ``scratchpad.*`` message; the payload of its one answer. What is refused changes nothing."""
        if message_type == READ:
            return self._read(payload)
        location = payload.get("location")
        if message_type == DELETE:
            if self.drafts.pop(location, None) is None if isinstance(location, str) else True:
                return refused(404, "not-found", "there is no such resource on the scratchpad")
            return {"status": "200 OK"}
        resource = payload.get("resource")
        mistake = _mistake(resource, self.patient)
        if mistake is not None or not isinstance(resource, dict):
            return refused(422, "invalid", mistake or "resource must be a resource")
        kind = resource["resourceType"]
        location = f"{kind}/{new_id() if message_type == CREATE else resource.get('id')}"
        if message_type == UPDATE and location not in self.drafts:
            return refused(404, "not-found", "there is no such resource on the scratchpad")
        content = msgspec.json.encode({**resource, "id": location.partition("/")[2]})
        others = [draft for place, draft in self.drafts.items() if place != location]
        if (
            len(others) >= limits.resources
            or sum(len(one.content) for one in others) + len(content) > limits.bytes
        ):
            return refused(413, "too-costly", "the scratchpad is full")
        self.drafts[location] = Draft(client_id, content, _text(resource))
        return (
            {"status": "201 Created", "location": location}
            if message_type == CREATE
            else {"status": "200 OK"}
        )

    def _read(self, payload: dict[str, Any]) -> dict[str, Any]:
        if "location" not in payload:
            return {"scratchpad": [msgspec.json.decode(draft.content) for draft in self.drafts.values()]}
        location = payload["location"]
        draft = self.drafts.get(location) if isinstance(location, str) else None
        if draft is None:
            return outcome("not-found", "there is no such resource on the scratchpad")
        return {"resource": msgspec.json.decode(draft.content)}


REASON = {
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    413: "Content Too Large",
    422: "Unprocessable Content",
}


def refused(status: int, code: str, text: str) -> dict[str, Any]:
    """``status`` begins with the HTTP code; ``code`` is a FHIR issue type."""
    return {"status": f"{status} {REASON[status]}", **outcome(code, text)}


def outcome(code: str, text: str) -> dict[str, Any]:
    """An OperationOutcome as a payload carries it (SWM-12)."""
    issue = {"severity": "error", "code": code, "diagnostics": text}
    return {"outcome": {"resourceType": "OperationOutcome", "issue": [issue]}}


def _mistake(resource: object, patient: str) -> str | None:
    if not isinstance(resource, dict):
        return "resource must be a resource"
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or kind not in RESOURCE_TYPES or kind in ("Patient", "Bundle"):
        return "resources of this type do not belong on a scratchpad"
    if "id" in resource and not isinstance(resource["id"], str):
        return "id must be a text"
    return _another_patient(resource, patient, 0)


def _another_patient(value: object, patient: str, depth: int) -> str | None:
    """A draft is about the patient whose scratchpad it lies on, whatever member names somebody (S4)."""
    if depth > DEEPEST:
        return "the resource is nested too deeply"
    parts: list[object] = []
    if isinstance(value, dict):
        reference = value.get("reference")
        named = PATIENT.fullmatch(reference) if isinstance(reference, str) else None
        if (named is not None and named[1] != patient) or value.get("resourceType") == "Patient":
            return "the resource names another patient"
        parts = list(value.values())
    elif isinstance(value, list):
        parts = value
    found = (_another_patient(part, patient, depth + 1) for part in parts if isinstance(part, dict | list))
    return next((mistake for mistake in found if mistake is not None), None)


def _text(resource: dict[str, Any]) -> str:
    """What a person calls the draft; empty when it does not say."""
    for name in ("medicationCodeableConcept", "code", "serviceType", "type", "description", "title"):
        value = resource.get(name)
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, dict):
            codings = value.get("coding")
            first = codings[0] if isinstance(codings, list) and codings else None
            value = value.get("text") or (first.get("display") if isinstance(first, dict) else None)
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())[:LONGEST_TEXT]
    return ""
