"""Content that apps share while a report is open: kept by the hub, gone when the report is closed (FC-35..37)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from context.event_kinds import Resource, updated

DEEPEST = 64
Content = Mapping[str, Resource]
"""``Type/id`` to the resource as it is now."""


@dataclass(frozen=True, slots=True)
class ContentRefused:
    """Why an update as a whole is not taken; the content stays as it was (FC-36)."""

    status: int
    reason: str


def changed_content(
    content: Content, bundle: Resource, patient_id: str, kept: Iterable[str], most_characters: int | None
) -> Content | ContentRefused:
    """The content after an update Bundle that has been read already.

    ``kept`` are the resources of the open, which cannot be removed (FC-37). Nothing about another patient is taken (S4).
    """
    unremovable = set(kept)
    result = dict(content)
    for entry in bundle.get("entry", []):
        target, resource = updated(entry), entry.get("resource")
        if target is None:
            return ContentRefused(400, "the update holds an entry that is neither PUT nor DELETE")
        if resource is None:
            if target in unremovable:
                return ContentRefused(409, f"{target} belongs to the open and cannot be removed")
            if result.pop(target, None) is None:
                return ContentRefused(409, f"{target} is not part of the content")
            continue
        named = _patients_named(resource)
        if named is None:
            return ContentRefused(400, f"{target} is nested more than {DEEPEST} levels deep")
        if named - {f"Patient/{patient_id}"}:
            return ContentRefused(409, f"{target} is about another patient than the report")
        result[target] = resource
    if most_characters is not None and _characters(result) > most_characters:
        return ContentRefused(413, f"the content would be larger than {most_characters} characters")
    return result


def _characters(content: Content) -> int:
    return sum(len(json.dumps(resource, separators=(",", ":"))) for resource in content.values())


def collection(content: Content, bundle_id: str) -> Mapping[str, Any]:
    """The content as get-current-context tells it: a Bundle of type collection (FC-35)."""
    bundle: dict[str, Any] = {"resourceType": "Bundle", "id": bundle_id, "type": "collection"}
    if content:
        bundle["entry"] = [{"resource": resource} for resource in content.values()]
    return bundle


def _patients_named(resource: Resource) -> set[str] | None:
    """Every patient whom a resource is or refers to, wherever in it; ``None`` when it is nested too deep to look."""
    named: set[str] = set()
    waiting: list[tuple[Any, int]] = [(resource, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            return None
        if isinstance(value, dict):
            named.update(_named_by(value))
            waiting += ((inner, depth + 1) for inner in value.values())
        elif isinstance(value, list):
            waiting += ((inner, depth + 1) for inner in value)
    return named


def _named_by(value: Mapping[str, Any]) -> Iterator[str]:
    """What a resource or a Reference says of a patient; a way to say it that is not ``Patient/id`` names nobody's."""
    if value.get("resourceType") == "Patient":
        yield f"Patient/{value.get('id')}"
    reference = value.get("reference")
    if isinstance(reference, str):
        parts = reference.split("/")
        if len(parts) > 3 and parts[-2] == "_history":
            parts = parts[:-2]
        if any(part.partition("?")[0] == "Patient" for part in parts):
            yield "/".join(parts[-2:])
    elif value.get("type") == "Patient" and isinstance(value.get("identifier"), dict):
        yield "Patient/"
