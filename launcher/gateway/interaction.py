"""What a request asks for, read from its raw bytes (FHIR R4, RESTful API).

``classify`` judges method, raw path, raw query and the few headers that change the meaning of a request, and
refuses whatever could be read in two ways. What goes upstream is written from the ``Interaction``, never copied
from the request, so that what was judged is what is sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from launcher.gateway.compartments import PATIENT_COMPARTMENT
from launcher.gateway.query import Parameters, QueryError, base_name, parse_query
from launcher.gateway.resource_types import RESOURCE_TYPES, is_resource_id, words


class Kind(StrEnum):
    """The interactions that the gateway knows; everything else is refused by ``classify``."""

    CAPABILITIES = "capabilities"
    READ = "read"
    VREAD = "vread"
    HISTORY_INSTANCE = "history-instance"
    HISTORY_TYPE = "history-type"
    SEARCH_TYPE = "search-type"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    CONDITIONAL_UPDATE = "conditional-update"
    CONDITIONAL_DELETE = "conditional-delete"
    BUNDLE = "bundle"
    EVERYTHING = "everything"
    PAGE = "page"


LETTER: dict[Kind, str] = {
    Kind.READ: "r",
    Kind.VREAD: "r",
    Kind.HISTORY_INSTANCE: "r",
    Kind.EVERYTHING: "r",
    Kind.HISTORY_TYPE: "s",
    Kind.SEARCH_TYPE: "s",
    Kind.CREATE: "c",
    Kind.UPDATE: "u",
    Kind.CONDITIONAL_UPDATE: "u",
    Kind.DELETE: "d",
    Kind.CONDITIONAL_DELETE: "d",
}
"""The letter of ``cruds`` that each interaction needs (SAL-34); bundles and pages are judged by their parts."""

WRITES = frozenset({Kind.CREATE, Kind.UPDATE, Kind.DELETE, Kind.CONDITIONAL_UPDATE, Kind.CONDITIONAL_DELETE})
BODIED = frozenset({Kind.CREATE, Kind.UPDATE, Kind.CONDITIONAL_UPDATE, Kind.BUNDLE})


@dataclass(frozen=True, slots=True)
class Interaction:
    """One request in FHIR's terms. ``parameters`` are decoded and without ``_format`` and ``_pretty``."""

    kind: Kind
    type: str | None = None
    id: str | None = None
    version: str | None = None
    parameters: Parameters = ()
    if_none_exist: Parameters | None = None
    page: str | None = None
    by_post: bool = False

    @property
    def letter(self) -> str:
        """The ``cruds`` letter; empty for capabilities, bundles and pages."""
        return LETTER.get(self.kind, "")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that no grant could make good: HTTP ``status``, FHIR issue ``code``, a plain sentence."""

    status: int
    code: str
    text: str


OVERRIDE_HEADERS = frozenset({b"x-http-method-override", b"x-http-method", b"x-method-override"})
JSON_FORMATS = frozenset({"json", "application/json", "application/fhir+json", "text/json"})
CASED_NAMES = frozenset({"_lastUpdated"})
CONTROL_NAMES = frozenset(
    words("""
    _id _lastUpdated _tag _profile _security _text _content _list _has _type _sort _count _include _revinclude
    _summary _elements _total _since _page
    """)
)

_PATH = re.compile(rb"(?:/[A-Za-z0-9_$.\-]{1,64})*\Z")
_FORM = re.compile(rb"application/x-www-form-urlencoded(?:\s*;\s*charset=\"?utf-8\"?)?\s*\Z", re.IGNORECASE)
NOT_OFFERED = Refusal(405, "not-supported", "This interaction is not offered here.")
UNREADABLE_PATH = Refusal(400, "invalid", "The path is not that of a FHIR request.")


def classify(
    method: str,
    raw_path: bytes,
    raw_query: bytes,
    headers: Mapping[bytes, bytes],
    *,
    form: bytes | None = None,
) -> Interaction | Refusal:
    """Classify one request. ``raw_path`` is what follows the FHIR base, ``form`` the body of a POST ``_search``.

    ``headers`` hold lower-case names; a repeated header must have been refused before. Percent-encoding, empty
    segments, dot segments and anything that is not plain ASCII in the path are refused: no FHIR path needs them.
    """
    if not OVERRIDE_HEADERS.isdisjoint(headers):
        return Refusal(400, "invalid", "A method override is not accepted.")
    if raw_path == b"/":
        raw_path = b""
    if not _PATH.match(raw_path):
        return UNREADABLE_PATH
    segments = raw_path.decode("ascii").split("/")[1:]
    if any(segment.strip(".") == "" for segment in segments):
        return UNREADABLE_PATH
    try:
        parameters = _without_format(parse_query(raw_query))
        if form is not None:
            if not _FORM.match(headers.get(b"content-type", b"")):
                return Refusal(
                    415, "not-supported", "A search form must be application/x-www-form-urlencoded."
                )
            parameters += _without_format(parse_query(form))
        if_none_exist = _if_none_exist(headers)
    except QueryError as error:
        return Refusal(error.status, "invalid" if error.status == 400 else "too-long", str(error))
    except _NotAcceptable:
        return Refusal(406, "not-supported", "Only JSON is spoken here.")
    return _route(method, segments, parameters, if_none_exist)


def is_form_search(method: str, raw_path: bytes) -> bool:
    """True when the request carries search parameters in its body."""
    return method == "POST" and raw_path.endswith(b"/_search")


def _route(
    method: str, segments: list[str], parameters: Parameters, if_none_exist: Parameters | None
) -> Interaction | Refusal:
    if segments == ["metadata"]:
        return Interaction(Kind.CAPABILITIES) if method == "GET" else NOT_OFFERED
    if not segments:
        return Interaction(Kind.BUNDLE) if method == "POST" and not parameters else NOT_OFFERED
    resource_type, *rest = segments
    if resource_type not in RESOURCE_TYPES:
        if resource_type[0] in "_$":
            return NOT_OFFERED
        return Refusal(404, "not-supported", "There is no such resource type.")
    match rest:
        case []:
            return _type_level(method, resource_type, parameters, if_none_exist)
        case ["_search"]:
            return _search(resource_type, parameters, by_post=True) if method == "POST" else NOT_OFFERED
        case ["_history"]:
            return _reading(method, Interaction(Kind.HISTORY_TYPE, resource_type, parameters=parameters))
        case [identifier, *below] if is_resource_id(identifier):
            return _instance_level(method, resource_type, identifier, below, parameters)
    return NOT_OFFERED if rest[0].startswith(("$", "_")) else UNREADABLE_PATH


def _type_level(
    method: str, resource_type: str, parameters: Parameters, if_none_exist: Parameters | None
) -> Interaction | Refusal:
    if method == "GET":
        if parameters and parameters[0][0] == "_page":
            if len(parameters) != 1:
                return Refusal(400, "invalid", "A page is asked for by its link alone.")
            return Interaction(Kind.PAGE, resource_type, page=parameters[0][1])
        return _search(resource_type, parameters)
    if method == "POST" and not parameters:
        return Interaction(Kind.CREATE, resource_type, if_none_exist=if_none_exist)
    if method in ("PUT", "DELETE") and parameters:
        checked = _search(resource_type, parameters)
        if isinstance(checked, Refusal):
            return checked
        kind = Kind.CONDITIONAL_UPDATE if method == "PUT" else Kind.CONDITIONAL_DELETE
        return Interaction(kind, resource_type, parameters=parameters)
    return NOT_OFFERED


def _instance_level(
    method: str, resource_type: str, identifier: str, below: list[str], parameters: Parameters
) -> Interaction | Refusal:
    match below:
        case []:
            kinds = {"GET": Kind.READ, "PUT": Kind.UPDATE, "DELETE": Kind.DELETE}
            if method not in kinds:
                return NOT_OFFERED
            return _reading(
                "GET", Interaction(kinds[method], resource_type, identifier, parameters=parameters)
            )
        case ["_history"]:
            return _reading(
                method, Interaction(Kind.HISTORY_INSTANCE, resource_type, identifier, parameters=parameters)
            )
        case ["_history", version] if is_resource_id(version):
            return _reading(method, Interaction(Kind.VREAD, resource_type, identifier, version, parameters))
        case ["$everything"] if resource_type == "Patient":
            return _reading(
                method, Interaction(Kind.EVERYTHING, "Patient", identifier, parameters=parameters)
            )
        case [other_type] if resource_type == "Patient" and other_type in RESOURCE_TYPES and method == "GET":
            return _search(other_type, (*parameters, *_compartment_parameters(other_type, identifier)))
    return NOT_OFFERED


READING_PARAMETERS: dict[Kind, frozenset[str]] = {
    Kind.READ: frozenset({"_elements", "_summary"}),
    Kind.VREAD: frozenset({"_elements", "_summary"}),
    Kind.HISTORY_INSTANCE: frozenset({"_count", "_since"}),
    Kind.HISTORY_TYPE: frozenset({"_count", "_since"}),
    Kind.EVERYTHING: frozenset({"_count", "_since", "_type", "start", "end"}),
}


def _reading(method: str, interaction: Interaction) -> Interaction | Refusal:
    if method != "GET":
        return NOT_OFFERED
    known = READING_PARAMETERS.get(interaction.kind, frozenset())
    for name, _ in interaction.parameters:
        if name not in known:
            return Refusal(400, "not-supported", "This request takes no such parameter.")
    return interaction


def _search(resource_type: str, parameters: Parameters, *, by_post: bool = False) -> Interaction | Refusal:
    for name, _ in parameters:
        base = base_name(name)
        if base != base.lower() and base not in CASED_NAMES:
            return Refusal(400, "invalid", "Search parameters are written in lower case.")
        if base.startswith("_") and (base not in CONTROL_NAMES or base == "_page"):
            return Refusal(400, "not-supported", "The search holds a parameter that is not offered here.")
    return Interaction(Kind.SEARCH_TYPE, resource_type, parameters=parameters, by_post=by_post)


def _compartment_parameters(resource_type: str, patient: str) -> Parameters:
    membership = PATIENT_COMPARTMENT.get(resource_type)
    name = membership.narrow if membership else "patient"
    return ((name, patient if name == "_id" else f"Patient/{patient}"),)


class _NotAcceptable(Exception):
    pass


def _without_format(parameters: Parameters) -> Parameters:
    kept: list[tuple[str, str]] = []
    for name, value in parameters:
        base = base_name(name)
        if base == "_format":
            # A plus sign that was not percent-encoded arrives as a space.
            if value.replace(" ", "+").lower().split(";")[0].strip() not in JSON_FORMATS:
                raise _NotAcceptable
        elif base != "_pretty":
            kept.append((name, value))
    return tuple(kept)


def _if_none_exist(headers: Mapping[bytes, bytes]) -> Parameters | None:
    raw = headers.get(b"if-none-exist")
    if raw is None:
        return None
    parameters = parse_query(raw.strip().removeprefix(b"?"))
    if not parameters or any(base_name(name).startswith("_") and name != "_id" for name, _ in parameters):
        raise QueryError("If-None-Exist must hold plain search parameters.")
    return parameters
