"""The head of a resource: only the elements that the policy looks at."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from launcher.gateway import compartments, granular
from launcher.gateway.compartments import PATIENT_COMPARTMENT

HEAD_ELEMENTS: tuple[str, ...] = tuple(
    sorted(
        {"resourceType", "id", "meta", "contained", "securityContext", "contentType"}
        | {
            name
            for resource_type in PATIENT_COMPARTMENT
            for name in compartments.element_names(resource_type)
        }
        | {path.split(".")[0] for table in granular.TOKEN_PATHS.values() for path in table.values()}
        | {path.split(".")[0] for path in granular.ANY_TYPE.values()}
    )
)


class AnswerUnreadable(ValueError):
    """The bytes are not the FHIR JSON that was expected."""


def read_head(raw: bytes | msgspec.Raw) -> dict[str, Any]:
    """The judged elements of one resource that can be read in one way only. Raises ``AnswerUnreadable``."""
    resource = unambiguous(bytes(raw))
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise AnswerUnreadable("no resourceType")
    return {name: resource[name] for name in HEAD_ELEMENTS if name in resource}


def unambiguous(raw: bytes) -> Any:
    """JSON in which no key is repeated, so that no other decoder finds other values. Raises ``AnswerUnreadable``."""
    try:
        return _UNAMBIGUOUS.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise AnswerUnreadable(type(error).__name__) from None


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise AnswerUnreadable("a key is repeated")
    return found


_UNAMBIGUOUS = json.JSONDecoder(object_pairs_hook=_without_repetition)
