"""What a caller asks for in headers and ``_format``: formats, preferences, conditions (FHIR R4 http.html)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from launcher.sandbox.fhir.interactions import Conditions
from launcher.sandbox.fhir.outcomes import NotAcceptable, UnsupportedMediaType
from launcher.sandbox.fhir.search_query import Pairs

FHIR_JSON = "application/fhir+json"
FORM = "application/x-www-form-urlencoded"
FHIR_VERSION = "4.0"
_FORMATS = frozenset({"json", "application/json", "text/json", FHIR_JSON, "application/json+fhir"})
_ACCEPTED = _FORMATS | {"*/*", "application/*"}
_JSON_BODIES = frozenset({"application/json", FHIR_JSON, "application/json+fhir", "text/json"})

Return = Literal["minimal", "representation", "OperationOutcome"]
_RETURNS: dict[str, Return] = {
    "minimal": "minimal",
    "representation": "representation",
    "OperationOutcome": "OperationOutcome",
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """The ``Prefer`` header: what a write returns, and whether unknown search parameters are refused."""

    wanted: Return = "representation"
    strict: bool = False


def preferences(header: str | None) -> Preferences:
    """Reads ``Prefer``; what is not known there is passed over (RFC 7240)."""
    wanted: Return = "representation"
    strict = False
    for part in (header or "").replace(";", ",").split(","):
        name, _, value = part.strip().partition("=")
        value = value.strip().strip('"')
        if name.strip() == "return" and value in _RETURNS:
            wanted = _RETURNS[value]
        elif name.strip() == "handling":
            strict = value == "strict"
    return Preferences(wanted, strict)


def conditions(headers: Mapping[str, str]) -> Conditions:
    """The conditional headers of FHIR."""
    return Conditions(
        headers.get("if-match"),
        headers.get("if-none-match"),
        headers.get("if-modified-since"),
        headers.get("if-none-exist"),
    )


def check_accept(header: str | None, pairs: Pairs) -> None:
    """Raises NotAcceptable unless JSON of FHIR R4 may be answered; ``_format`` overrides ``Accept``."""
    wanted = [value for name, value in pairs if name == "_format" and value]
    if wanted:
        if wanted[-1].split(";")[0].strip().replace(" ", "+") not in _FORMATS:
            raise NotAcceptable("only JSON is answered here")
        return
    ranges = [part.strip() for part in (header or "*/*").split(",") if part.strip()]
    if not any(_is_acceptable(media_range) for media_range in ranges):
        raise NotAcceptable("only application/fhir+json of FHIR 4.0 is answered here")


def _is_acceptable(media_range: str) -> bool:
    media_type, *parameters = (part.strip().lower() for part in media_range.split(";"))
    if media_type not in _ACCEPTED:
        return False
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "q" and value.strip("0.") == "":
            return False
        if name == "fhirversion" and not value.strip('"').startswith(FHIR_VERSION):
            return False
    return True


def check_content_type(header: str | None, *, form: bool) -> None:
    """Raises UnsupportedMediaType unless the body is JSON in UTF-8 (or a form, where a form is due)."""
    media_type, *parameters = (part.strip().lower() for part in (header or "").split(";"))
    if media_type not in ({FORM} if form else _JSON_BODIES):
        raise UnsupportedMediaType(f"the body must be {FORM if form else FHIR_JSON}")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "charset" and value.strip('"') not in ("utf-8", "utf8"):
            raise UnsupportedMediaType("the body must be UTF-8")
        if name == "fhirversion" and not value.strip('"').startswith(FHIR_VERSION):
            raise UnsupportedMediaType("the body must be FHIR 4.0")
