"""OperationOutcome bodies in one place (FHIR R4, OperationOutcome), always ours, never an upstream's."""

from __future__ import annotations

import msgspec

MISSING_TEXT = "There is no such resource here."


def operation_outcome(
    code: str, text: str, *, severity: str = "error", expression: tuple[str, ...] = ()
) -> bytes:
    """One issue as JSON bytes; ``code`` is from http://hl7.org/fhir/issue-type."""
    issue: dict[str, object] = {"severity": severity, "code": code, "diagnostics": text}
    if expression:
        issue["expression"] = list(expression)
    return msgspec.json.encode({"resourceType": "OperationOutcome", "issue": [issue]})


def missing(resource_type: str, identifier: str) -> bytes:
    """The one body for "not there" and for "not yours": equal apart from the id that was asked for."""
    return operation_outcome("not-found", f"{resource_type}/{identifier}: {MISSING_TEXT}")
