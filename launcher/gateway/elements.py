"""Walking through a FHIR resource as plain JSON values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def values_at(resource: Mapping[str, Any], path: str) -> list[Any]:
    """Every value at a dotted element path; lists on the way are walked through."""
    if "." not in path:
        value = resource.get(path)
        return value if isinstance(value, list) else [] if value is None else [value]
    found: list[Any] = [resource]
    for name in path.split("."):
        following: list[Any] = []
        for element in found:
            value = element.get(name) if isinstance(element, dict) else None
            if isinstance(value, list):
                following.extend(value)
            elif value is not None:
                following.append(value)
        found = following
    return found


def all_references(value: Any) -> Iterator[str]:
    """Every literal ``reference`` string anywhere below ``value`` (iterative, so depth cannot exhaust the stack)."""
    waiting: list[Any] = [value]
    while waiting:
        element = waiting.pop()
        if isinstance(element, dict):
            reference = element.get("reference")
            if isinstance(reference, str):
                yield reference
            waiting.extend(element.values())
        elif isinstance(element, list):
            waiting.extend(element)
