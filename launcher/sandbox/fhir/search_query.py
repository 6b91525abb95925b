"""A search as asked: parameters of the URL or the form, parsed against the table (FHIR R4 search.html).

Unknown parameters are collected in ``ignored``; under ``Prefer: handling=strict`` they are refused. A modifier that does not
exist, or a value that cannot be read, is always refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from launcher.sandbox.fhir.outcomes import RequestRefused
from launcher.sandbox.fhir.search_parameters import SEARCH_PARAMETERS, SearchParameter

DEFAULT_COUNT = 100
MOST_COUNT = 1000
MOST_SORT_KEYS = 4
MOST_ALTERNATIVES = 500

MODIFIERS: dict[str, tuple[str, ...]] = {
    "token": ("not", "missing"),
    "reference": ("missing",),
    "date": ("missing",),
    "string": ("exact", "contains", "missing"),
    "uri": ("missing",),
}
IGNORED_SILENTLY = frozenset({"_format", "_pretty", "fhirVersion"})
RESULT_PARAMETERS = (
    "_sort",
    "_count",
    "_include",
    "_revinclude",
    "_summary",
    "_elements",
    "_total",
    "_cursor",
)
SPECIAL_PARAMETERS = ("_id", "_lastUpdated")

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One parameter of the query; ``values`` are alternatives. ``chain`` is the criterion that a reference's target obeys."""

    name: str
    modifier: str | None
    values: tuple[str, ...]
    parameter: SearchParameter | None = None
    target_type: str | None = None
    chain: tuple[str, Criterion] | None = None


@dataclass(frozen=True, slots=True)
class Include:
    """``_include`` or ``_revinclude``: ``source:parameter[:target]``."""

    reverse: bool
    iterate: bool
    parameters: tuple[SearchParameter, ...]
    target_type: str | None


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key of ``_sort``; ``parameter`` is None for ``_id`` and ``_lastUpdated``."""

    name: str
    descending: bool
    parameter: SearchParameter | None


@dataclass(slots=True)
class SearchQuery:
    """Everything a search asks. ``used`` are the pairs that were understood: the self link."""

    resource_type: str
    criteria: list[Criterion] = field(default_factory=list)
    sort: list[SortKey] = field(default_factory=list)
    count: int = DEFAULT_COUNT
    includes: list[Include] = field(default_factory=list)
    only_count: bool = False
    elements: tuple[str, ...] = ()
    total: Literal["none", "estimate", "accurate"] = "accurate"
    used: Pairs = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def split(text: str, separator: str) -> list[str]:
    """Parts of a value; a backslash keeps the separator (FHIR R4 search.html#escaping). The escapes stay in place."""
    parts, part, escaped = [], "", False
    for character in text:
        if escaped or character != separator:
            part += character
            escaped = character == "\\" and not escaped
        else:
            parts.append(part)
            part = ""
    return [*parts, part]


def unescape(text: str) -> str:
    """The value that is meant: ``\\,`` ``\\|`` ``\\$`` and ``\\\\`` without their backslash."""
    if "\\" not in text:
        return text
    plain, escaped = "", False
    for character in text:
        if character == "\\" and not escaped:
            escaped = True
        else:
            plain += character
            escaped = False
    return plain


def parse(resource_type: str, pairs: Pairs, *, strict: bool) -> SearchQuery:
    """Reads a search. Raises RequestRefused; with ``strict`` also for a parameter that is not known."""
    query = SearchQuery(resource_type)
    for name, value in pairs:
        if name in IGNORED_SILENTLY or name == "_cursor":
            continue
        if value == "":
            query.ignored.append(name)
            continue
        understood = _result_parameter(query, name, value) or _add_criterion(query, name, value)
        if understood:
            query.used.append((name, value))
        else:
            query.ignored.append(name)
    if strict and query.ignored:
        listed = ", ".join(sorted(set(query.ignored)))
        raise RequestRefused(
            f"search on {resource_type} does not know: {listed}", code="not-supported", expression=None
        )
    return query


def _result_parameter(query: SearchQuery, name: str, value: str) -> bool:
    base = name.split(":")[0]
    if base not in RESULT_PARAMETERS:
        return False
    if base in ("_include", "_revinclude"):
        return _add_include(query, name, value)
    if name == "_count":
        query.count = min(_natural(name, value), MOST_COUNT)
        query.only_count = query.only_count or query.count == 0
    elif name == "_sort":
        return _add_sort(query, value)
    elif name == "_summary":
        if value not in ("count", "false"):
            return False
        query.only_count = query.only_count or value == "count"
    elif name == "_elements":
        query.elements = tuple(part.strip() for part in value.split(",") if part.strip())
    elif name == "_total":
        if value not in ("none", "estimate", "accurate"):
            raise RequestRefused("_total is none, estimate or accurate")
        query.total = value  # type: ignore[assignment]
    else:
        return False
    return True


def _natural(name: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise RequestRefused(f"{name} is a number of entries, not {value[:20]!r}")
    return int(value)


def _add_sort(query: SearchQuery, value: str) -> bool:
    keys = []
    for part in value.split(","):
        name = part.removeprefix("-")
        parameter = SEARCH_PARAMETERS[query.resource_type].get(name)
        if parameter is None and name not in SPECIAL_PARAMETERS:
            return False
        keys.append(SortKey(name, part.startswith("-"), parameter))
    if len(keys) > MOST_SORT_KEYS:
        raise RequestRefused(f"_sort takes at most {MOST_SORT_KEYS} keys")
    query.sort = keys
    return True


def _add_include(query: SearchQuery, name: str, value: str) -> bool:
    base, _, modifier = name.partition(":")
    if modifier not in ("", "iterate"):
        raise RequestRefused(f"{base} has no modifier {modifier[:20]!r}")
    source, _, rest = value.partition(":")
    wanted, _, target = rest.partition(":")
    if value == "*":
        query.includes.append(_include_all(query.resource_type, base == "_revinclude", modifier == "iterate"))
        return True
    of_type = SEARCH_PARAMETERS.get(source)
    if of_type is None or not wanted:
        return False
    if wanted == "*":
        parameters = tuple(row for row in of_type.values() if row.kind == "reference")
    elif wanted in of_type and of_type[wanted].kind == "reference":
        parameters = (of_type[wanted],)
    else:
        return False
    query.includes.append(Include(base == "_revinclude", modifier == "iterate", parameters, target or None))
    return True


def _include_all(resource_type: str, reverse: bool, iterate: bool) -> Include:
    """``_include=*``: whatever the matches name; ``_revinclude=*``: whatever names them (FHIR R4 search.html#include)."""
    sources = SEARCH_PARAMETERS.values() if reverse or iterate else [SEARCH_PARAMETERS[resource_type]]
    rows = tuple(row for of_type in sources for row in of_type.values() if row.kind == "reference")
    return Include(reverse, iterate, rows, None)


def _add_criterion(query: SearchQuery, name: str, value: str) -> bool:
    criterion = _criterion(query.resource_type, name, value)
    if criterion is None:
        return False
    query.criteria.append(criterion)
    return True


def _criterion(resource_type: str, name: str, value: str, depth: int = 0) -> Criterion | None:
    head, dot, rest = name.partition(".")
    base, _, modifier = head.partition(":")
    parameter = SEARCH_PARAMETERS[resource_type].get(base)
    if parameter is None and base not in SPECIAL_PARAMETERS:
        return None
    if dot:
        return _chained(parameter, modifier, rest, value, depth)
    alternatives = tuple(split(value, ","))
    if len(alternatives) > MOST_ALTERNATIVES:
        raise RequestRefused(f"{base} takes at most {MOST_ALTERNATIVES} alternatives", code="too-costly")
    criterion = Criterion(base, modifier or None, alternatives, parameter)
    kind = "token" if base == "_id" else "date" if parameter is None else parameter.kind
    if not modifier:
        return criterion
    if kind == "reference" and modifier in SEARCH_PARAMETERS:
        return replace(criterion, modifier=None, target_type=modifier)
    if modifier not in MODIFIERS[kind] or (parameter is None and modifier == "missing"):
        raise RequestRefused(
            f"{base} on {resource_type} has no modifier {modifier[:20]!r}", code="not-supported"
        )
    if modifier == "missing" and value not in ("true", "false"):
        raise RequestRefused(f"{base}:missing is true or false")
    return criterion


def _chained(
    parameter: SearchParameter | None, modifier: str, rest: str, value: str, depth: int
) -> Criterion | None:
    """``subject:Patient.name=...``: one step, to a type that is named or the only one possible."""
    if parameter is None or parameter.kind != "reference" or depth > 0:
        return None
    if modifier:
        target = modifier
    elif len(parameter.targets) == 1:
        target = parameter.targets[0]
    else:
        fitting = [
            name for name in parameter.targets if rest.split(":")[0] in SEARCH_PARAMETERS.get(name, {})
        ]
        target = fitting[0] if len(fitting) == 1 else ""
    if target not in SEARCH_PARAMETERS:
        return None
    inner = _criterion(target, rest, value, depth + 1)
    return None if inner is None else Criterion(parameter.name, None, (), parameter, None, (target, inner))


def without(pairs: Iterable[tuple[str, str]], *names: str) -> Pairs:
    """The pairs whose name is none of these."""
    return [(name, value) for name, value in pairs if name not in names]
