"""What a literal reference points to (FHIR R4, references)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from launcher.gateway.resource_types import RESOURCE_TYPES, is_resource_id

_RELATIVE = re.compile(r"([A-Za-z]{1,64})/([A-Za-z0-9\-.]{1,64})\Z")


class Target(NamedTuple):
    """``type`` and ``id`` of a resource; ``local`` is false when it stands on a server that is not ours."""

    type: str
    id: str
    local: bool


def parse_reference(reference: str, bases: tuple[str, ...]) -> Target | None:
    """Split ``Type/id``, ``Type/id/_history/v`` or an absolute URL; ``None`` for ``#contained``, ``urn:`` and nonsense.

    ``bases`` are the absolute FHIR bases that mean "here": the upstream's and the gateway's own, without a
    trailing slash. An absolute URL elsewhere keeps its type and id, with ``local`` false.
    """
    plain = _RELATIVE.match(reference)
    if plain is not None:
        resource_type, identifier = plain.groups()
        known = resource_type in RESOURCE_TYPES and is_resource_id(identifier)
        return Target(resource_type, identifier, True) if known else None
    local = True
    path = reference
    for base in bases:
        if reference.startswith(base + "/"):
            path = reference[len(base) + 1 :]
            break
    else:
        if "://" in reference:
            local = False
    segments = path.split("/")
    if len(segments) >= 4 and segments[-2] == "_history":
        segments = segments[:-2]
    if len(segments) < 2 or (local and len(segments) != 2):
        return None
    resource_type, identifier = segments[-2], segments[-1]
    if resource_type not in RESOURCE_TYPES or not is_resource_id(identifier):
        return None
    return Target(resource_type, identifier, local)


def patient_of(
    element: Any, bases: tuple[str, ...], known_types: Mapping[str, str], *, decisive: bool
) -> str | None:
    """The patient a Reference element points to; ``None`` when it points to none, ``""`` when that is not provable.

    ``known_types`` gives the type behind ``#contained`` and ``urn:uuid:`` references of this very document.
    ``decisive`` marks the element that says whom the resource is about: there a logical reference (identifier
    only) is taken as somebody unknown, elsewhere it says nothing. Nothing unproven ever counts as "our" patient.
    """
    if not isinstance(element, dict):
        return ""
    reference = element.get("reference")
    if not isinstance(reference, str):
        suspicious = element.get("type") == "Patient" or (decisive and "identifier" in element)
        return "" if suspicious else None
    known_type = known_types.get(reference)
    if known_type is not None:
        return "" if known_type == "Patient" else None
    target = parse_reference(reference, bases)
    if target is None:
        return ""
    if target.type != "Patient":
        return None
    return target.id if target.local else ""
