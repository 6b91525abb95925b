"""Bodies of writes, read so that they can mean one thing only (S4).

A repeated key would let the upstream read another resource than the one that was judged.
"""

from __future__ import annotations

import json
from typing import Any


class BodyRefused(ValueError):
    """Caller: the body is not one FHIR resource in unambiguous JSON; the text says what is wrong."""


def read_body(body: bytes) -> dict[str, Any]:
    """The resource in a request body. Raises ``BodyRefused`` for repeated keys, NaN, depth, or no resource."""
    try:
        resource = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_without_repetition,
            parse_constant=_no_constant,
            parse_float=str,
            parse_int=str,
        )
    except UnicodeDecodeError:
        raise BodyRefused("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise BodyRefused(f"The body is not JSON: {error.msg} at line {error.lineno}.") from None
    except RecursionError:
        raise BodyRefused("The body is nested too deeply.") from None
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise BodyRefused("The body is not a FHIR resource.")
    return resource


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BodyRefused("The body repeats a key.")
    return found


def _no_constant(name: str) -> Any:
    raise BodyRefused(f"{name} is not JSON.")
