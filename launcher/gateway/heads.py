"""The head of a resource: only the elements that the policy looks at, read without the rest."""

from __future__ import annotations

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


_Head = msgspec.defstruct(
    "_Head",
    [(f"element_{name}", Any, msgspec.field(default=msgspec.UNSET, name=name)) for name in HEAD_ELEMENTS],
)
_DECODER = msgspec.json.Decoder(_Head)


def read_head(raw: bytes | msgspec.Raw) -> dict[str, Any]:
    """The judged elements of one resource. Raises ``AnswerUnreadable``."""
    try:
        head = _DECODER.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise AnswerUnreadable(str(error)) from None
    found: dict[str, Any] = msgspec.to_builtins(head)
    if not isinstance(found.get("resourceType"), str):
        raise AnswerUnreadable("no resourceType")
    return found
