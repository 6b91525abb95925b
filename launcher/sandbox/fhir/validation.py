"""Is it a FHIR R4 resource? Asked at every write, never at a read.

Three layers: JSON that FHIR forbids (null, empty), structure by the R4B models of fhir.resources (imported when first needed),
and a table of required value sets. Profiles are not checked. All issues are reported at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from launcher.sandbox.fhir.outcomes import InvalidResource, Issue, RequestRefused
from launcher.sandbox.fhir.search_parameters import SEARCH_PARAMETERS

MOST_ISSUES = 20
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_LOCAL_REFERENCE = re.compile(
    r"(?:.*/)?([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?"
)
_ACTIVE_CONTENT = re.compile(
    r"<\s*(?:script|iframe|object|embed|form|link|meta|base|style|svg|math)\b|\son\w+\s*=|javascript\s*:|<!(?!--)",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

_EVENT = "preparation|in-progress|not-done|on-hold|stopped|completed|entered-in-error|unknown"
_REQUEST = "draft|active|on-hold|revoked|completed|entered-in-error|unknown"
_INTENT = "proposal|plan|directive|order|original-order|reflex-order|filler-order|instance-order|option"
_PRIORITY = "routine|urgent|asap|stat"
REQUIRED_VALUE_SETS: dict[str, str] = {
    "AllergyIntolerance.type": "allergy|intolerance",
    "AllergyIntolerance.category": "food|medication|environment|biologic",
    "AllergyIntolerance.criticality": "low|high|unable-to-assess",
    "Appointment.status": "proposed|pending|booked|arrived|fulfilled|cancelled|noshow|entered-in-error|checked-in|waitlist",
    "CarePlan.status": _REQUEST,
    "CarePlan.intent": "proposal|plan|order|option",
    "CareTeam.status": "proposed|active|suspended|inactive|entered-in-error",
    "Communication.status": _EVENT,
    "Communication.priority": _PRIORITY,
    "Composition.status": "preliminary|final|amended|entered-in-error",
    "Consent.status": "draft|proposed|active|rejected|inactive|entered-in-error",
    "DiagnosticReport.status": "registered|partial|preliminary|final|amended|corrected|appended|cancelled"
    "|entered-in-error|unknown",
    "DocumentReference.status": "current|superseded|entered-in-error",
    "DocumentReference.docStatus": "preliminary|final|amended|entered-in-error",
    "Encounter.status": "planned|arrived|triaged|in-progress|onleave|finished|cancelled|entered-in-error|unknown",
    "EpisodeOfCare.status": "planned|waitlist|active|onhold|finished|cancelled|entered-in-error",
    "Flag.status": "active|inactive|entered-in-error",
    "Goal.lifecycleStatus": "proposed|planned|accepted|active|on-hold|completed|cancelled|entered-in-error|rejected",
    "Group.type": "person|animal|practitioner|device|medication|substance",
    "Immunization.status": "completed|entered-in-error|not-done",
    "List.status": "current|retired|entered-in-error",
    "List.mode": "working|snapshot|changes",
    "Location.status": "active|suspended|inactive",
    "MedicationAdministration.status": "in-progress|not-done|on-hold|completed|entered-in-error|stopped|unknown",
    "MedicationRequest.status": "active|on-hold|cancelled|completed|entered-in-error|stopped|draft|unknown",
    "MedicationRequest.intent": "proposal|plan|order|original-order|reflex-order|filler-order|instance-order|option",
    "MedicationRequest.priority": _PRIORITY,
    "MedicationStatement.status": "active|completed|entered-in-error|intended|stopped|on-hold|unknown|not-taken",
    "Observation.status": "registered|preliminary|final|amended|corrected|cancelled|entered-in-error|unknown",
    "Patient.gender": "male|female|other|unknown",
    "Practitioner.gender": "male|female|other|unknown",
    "Procedure.status": _EVENT,
    "QuestionnaireResponse.status": "in-progress|completed|amended|entered-in-error|stopped",
    "RelatedPerson.gender": "male|female|other|unknown",
    "ServiceRequest.status": _REQUEST,
    "ServiceRequest.intent": _INTENT,
    "ServiceRequest.priority": _PRIORITY,
    "Task.status": "draft|requested|received|accepted|rejected|ready|cancelled|in-progress|on-hold|failed"
    "|completed|entered-in-error",
    "Task.intent": f"unknown|{_INTENT}",
    "Task.priority": _PRIORITY,
}
"""Elements with a required binding, and its codes (FHIR R4 terminologies.html#required)."""


def validate(resource: Any, resource_type: str | None = None) -> dict[str, Any]:
    """The resource, if it is one (of that type). Raises RequestRefused (400) or InvalidResource (422)."""
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise RequestRefused("the body is not a FHIR resource: it has no resourceType", code="structure")
    named = resource["resourceType"]
    if resource_type is not None and named != resource_type:
        raise RequestRefused(f"the body is a {named[:64]}, the address says {resource_type}")
    if named not in SEARCH_PARAMETERS:
        raise RequestRefused(f"resources of type {named[:64]} are not kept here", code="not-supported")
    issues = list(_forbidden_json(resource, named))
    if not issues:
        issues = [*_structure(resource, named), *_bindings(resource, named), *_narratives(resource, named)]
    if issues:
        raise InvalidResource(issues[0].diagnostics, issues=issues[:MOST_ISSUES])
    return resource


def is_id(text: str) -> bool:
    """FHIR R4 datatypes.html#id."""
    return _ID.fullmatch(text) is not None


@cache
def required_elements(resource_type: str) -> tuple[str, ...]:
    """The top-level elements of a type that must be there."""
    fields = _model(resource_type).model_fields
    return tuple(
        field.alias or name
        for name, field in fields.items()
        if field.is_required() or _extra(field).get("element_required")
    )


def warm_up() -> None:
    """Imports the models of the types that clinicians' apps write most, so that no first write has to wait."""
    for resource_type in ("Observation", "DocumentReference", "MedicationAdministration", "Task"):
        _model(resource_type)


@cache
def _model(resource_type: str) -> Any:
    from fhir.resources.R4B import get_fhir_model_class

    return get_fhir_model_class(resource_type)


def _extra(field: Any) -> dict[str, Any]:
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}


def _forbidden_json(value: Any, path: str, in_list: bool = False) -> Iterator[Issue]:
    if value is None:
        if not in_list:
            yield Issue("structure", "null is allowed only beside extensions in a list", path)
    elif isinstance(value, str):
        if not value.strip():
            yield Issue("value", "a string may not be empty", path)
        elif _CONTROL.search(value):
            yield Issue("value", "a string holds a control character", path)
    elif isinstance(value, dict):
        if not value:
            yield Issue("structure", "an object may not be empty", path)
        for name, member in value.items():
            yield from _forbidden_json(member, f"{path}.{name}")
    elif isinstance(value, list):
        if not value:
            yield Issue("structure", "a list may not be empty", path)
        for number, member in enumerate(value):
            yield from _forbidden_json(member, f"{path}[{number}]", in_list=True)


def _structure(resource: dict[str, Any], resource_type: str) -> Iterator[Issue]:
    from pydantic import ValidationError

    try:
        model = _model(resource_type).model_validate(resource)
    except ValidationError as error:
        for found in error.errors(include_url=False, include_input=False, include_context=False):
            path = _expression(resource_type, found["loc"])
            yield Issue(_issue_code(found["type"], found["msg"]), found["msg"], path)
        return
    yield from _json_types(model, resource, resource_type)
    yield from _references(model, resource_type)


def _expression(resource_type: str, location: tuple[int | str, ...]) -> str:
    path = resource_type
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    return path


def _issue_code(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "structure"
    if "missing" in kind or "required" in message.lower():
        return "required"
    return "value"


def _json_types(model: Any, raw: Any, path: str) -> Iterator[Issue]:
    """Members of another JSON type than their element: the models would read "72" as 72 (FHIR R4 json.html#primitive)."""
    if isinstance(model, list) and isinstance(raw, list):
        for number, (member, written) in enumerate(zip(model, raw, strict=False)):
            yield from _json_types(member, written, f"{path}[{number}]")
    elif hasattr(type(model), "model_fields") and isinstance(raw, dict):
        for name, field in type(model).model_fields.items():
            element = field.alias or name
            if element in raw:
                yield from _json_types(getattr(model, name), raw[element], f"{path}.{element}")
    elif raw is not None and not isinstance(raw, dict | list) and not _is_written_as(model, raw):
        yield Issue("value", f"a {_json_word(model)} is wanted here, not a {_json_word(raw)}", path)


def _is_written_as(value: Any, raw: Any) -> bool:
    if isinstance(value, int) and not isinstance(value, bool) and isinstance(raw, Decimal):
        return raw.as_tuple().exponent == 0
    return _json_word(value) == _json_word(raw)


def _json_word(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float | Decimal) else "string"


def _references(model: Any, path: str) -> Iterator[Issue]:
    """References whose target is of a type that the element does not allow."""
    fields = type(model).model_fields
    for name, value in model.__dict__.items():
        if value is None or name not in fields:
            continue
        allowed = _extra(fields[name]).get("enum_reference_types")
        element = fields[name].alias or name
        members = value if isinstance(value, list) else [value]
        for number, member in enumerate(members):
            if not hasattr(type(member), "model_fields"):
                continue
            here = f"{path}.{element}" + (f"[{number}]" if isinstance(value, list) else "")
            if allowed and "Resource" not in allowed:
                yield from _target_type(getattr(member, "reference", None), allowed, here)
            yield from _references(member, here)


def _target_type(literal: Any, allowed: list[str], path: str) -> Iterator[Issue]:
    matched = _LOCAL_REFERENCE.fullmatch(literal) if isinstance(literal, str) else None
    if matched is not None and not literal.startswith("#") and matched[1] not in allowed:
        yield Issue(
            "value", f"a {matched[1]} cannot stand here, only {', '.join(allowed)}", f"{path}.reference"
        )


def _narratives(value: Any, path: str) -> Iterator[Issue]:
    """Narratives that are no XHTML, or could run something in an app that shows them (invariant txt-1)."""
    if isinstance(value, dict):
        div = value.get("div")
        if isinstance(div, str) and "status" in value and not _is_plain(div):
            told = "a narrative is a div of plain XHTML, without active content"
            yield Issue("invariant", told, f"{path}.div")
        for name, member in value.items():
            yield from _narratives(member, f"{path}.{name}")
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from _narratives(member, f"{path}[{number}]")


def _is_plain(div: str) -> bool:
    return div.lstrip().startswith("<div") and _ACTIVE_CONTENT.search(div) is None


def _bindings(resource: dict[str, Any], resource_type: str) -> Iterator[Issue]:
    for name, value in resource.items():
        codes = REQUIRED_VALUE_SETS.get(f"{resource_type}.{name}")
        if codes is None:
            continue
        for number, code in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(code, str) and code not in codes.split("|"):
                where = f"{resource_type}.{name}" + (f"[{number}]" if isinstance(value, list) else "")
                yield Issue("code-invalid", f"{code[:40]!r} is none of {codes.replace('|', ', ')}", where)
