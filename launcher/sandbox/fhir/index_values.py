"""What a resource is found by: the rows of the index tables, from the paths of the search parameter table.

Shapes, in the order of the tables' columns: token and uri ``(parameter, code, key, system)``, reference
``(parameter, target, key)``, date ``(parameter, key, low, high)``, string ``(parameter, key, folded, exact)``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import cache
from typing import Any

from launcher.sandbox.fhir import fhir_time
from launcher.sandbox.fhir.search_parameters import SEARCH_PARAMETERS, SearchParameter

IMPLICIT_SYSTEM = "*"
"""The system of a value whose element type fixes it (``code``, ``boolean``): it matches whatever system is asked for."""

_LONGEST_INDEXED_STRING = 400
_STEP = re.compile(r"([A-Za-z]+)(?:\[([A-Za-z]+)=([^\]]+)\])?")
_RELATIVE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}")
_VERSION = re.compile(r"/_history/[^/]+$")

Step = tuple[str, str | None, str | None]


@dataclass(slots=True)
class IndexRows:
    """The rows of one or many resources, per table."""

    token: list[tuple[int, str, int, str]] = field(default_factory=list)
    reference: list[tuple[int, str, int]] = field(default_factory=list)
    date: list[tuple[int, int, int, int]] = field(default_factory=list)
    string: list[tuple[int, int, str, str]] = field(default_factory=list)


def fold(text: str) -> str:
    """Lower case without accents; å stays å, since it is a letter and not an accented a."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(part for part in parts if part == "\u030a" or not unicodedata.combining(part))
    return unicodedata.normalize("NFC", kept)


def normal_reference(reference: str, base_url: str) -> str | None:
    """``Type/id`` for a resource of this server, the absolute address of another's, None for a contained one."""
    if reference.startswith("#"):
        return None
    if reference.startswith(base_url + "/"):
        reference = reference[len(base_url) + 1 :]
    return _VERSION.sub("", reference)


def is_local(reference: str) -> bool:
    """True for ``Type/id``."""
    return _RELATIVE.fullmatch(reference) is not None


@cache
def compile_path(path: str) -> tuple[tuple[Step, ...], ...]:
    """The alternatives of a path of the table, each as steps ``(element, member, value)``."""
    compiled = []
    for alternative in path.split("|"):
        steps: list[Step] = []
        for step in alternative.strip().split("."):
            matched = _STEP.fullmatch(step)
            if matched is None:
                raise ValueError(f"not a path: {path}")
            steps.append((matched[1], matched[2], matched[3]))
        compiled.append(tuple(steps))
    return tuple(compiled)


def values_at(resource: dict[str, Any], alternatives: tuple[tuple[Step, ...], ...]) -> Iterator[Any]:
    """Every value that a compiled path finds; lists are flattened, members of a wrong shape are passed over."""
    for steps in alternatives:
        found: list[Any] = [resource]
        for name, member, wanted in steps:
            found = _step(found, name)
            if member is not None:
                found = [item for item in found if isinstance(item, dict) and item.get(member) == wanted]
            if not found:
                break
        yield from found


def _step(found: list[Any], name: str) -> list[Any]:
    following: list[Any] = []
    for item in found:
        value = item.get(name) if isinstance(item, dict) else None
        if value is None:
            continue
        if isinstance(value, list):
            following.extend(part for part in value if part is not None)
        else:
            following.append(value)
    return following


class Indexer:
    """Makes index rows. ``base_url`` makes absolute references to this server relative; ``zone`` is that of bare dates."""

    def __init__(self, *, base_url: str, zone: tzinfo) -> None:
        self._base_url = base_url
        self._zone = zone
        kinds: dict[str, Callable[[SearchParameter, list[Any], int, IndexRows], None]] = {
            "token": self._token,
            "uri": self._uri,
            "reference": self._reference,
            "date": self._date,
            "string": self._string,
        }
        self._plans = {
            resource_type: [(row, compile_path(row.path), kinds[row.kind]) for row in of_type.values()]
            for resource_type, of_type in SEARCH_PARAMETERS.items()
        }

    def add(self, resource: dict[str, Any], key: int, into: IndexRows) -> None:
        """Adds the rows of one resource."""
        for parameter, path, rows in self._plans[resource["resourceType"]]:
            if path[0][0][0] not in resource and len(path) == 1:
                continue
            values = list(values_at(resource, path))
            if values:
                rows(parameter, values, key, into)

    def local(self, reference: object) -> str | None:
        """``Type/id`` of a reference to this server, otherwise None."""
        target = normal_reference(reference, self._base_url) if isinstance(reference, str) else None
        return target if target is not None and is_local(target) else None

    def targets(self, resource: dict[str, Any], parameter: SearchParameter) -> list[str]:
        """What the resource names under one reference parameter."""
        rows = IndexRows()
        self._reference(parameter, list(values_at(resource, compile_path(parameter.path))), 0, rows)
        return [target for _, target, _ in rows.reference]

    def _token(self, parameter: SearchParameter, values: list[Any], key: int, into: IndexRows) -> None:
        found = {pair for value in values for pair in _codes(value)}
        into.token.extend((parameter.number, code, key, system) for system, code in found)

    def _uri(self, parameter: SearchParameter, values: list[Any], key: int, into: IndexRows) -> None:
        found = {value.split("|")[0] for value in values if isinstance(value, str)}
        into.token.extend((parameter.number, uri, key, IMPLICIT_SYSTEM) for uri in found)

    def _reference(self, parameter: SearchParameter, values: list[Any], key: int, into: IndexRows) -> None:
        found = set()
        for value in values:
            literal = value.get("reference") if isinstance(value, dict) else None
            target = normal_reference(literal, self._base_url) if isinstance(literal, str) else None
            if target is None:
                continue
            if parameter.targets and is_local(target) and target.split("/")[0] not in parameter.targets:
                continue
            found.add(target)
        into.reference.extend((parameter.number, target, key) for target in found)

    def _date(self, parameter: SearchParameter, values: list[Any], key: int, into: IndexRows) -> None:
        found = {span for value in values for span in self._spans(value)}
        into.date.extend((parameter.number, key, low, high) for low, high in found)

    def _string(self, parameter: SearchParameter, values: list[Any], key: int, into: IndexRows) -> None:
        found = {text[:_LONGEST_INDEXED_STRING] for value in values for text in _texts(value)}
        into.string.extend((parameter.number, key, fold(text), text) for text in found)

    def _spans(self, value: Any) -> Iterator[tuple[int, int]]:
        if isinstance(value, str):
            span = self._span(value)
            if span is not None:
                yield span
        elif isinstance(value, dict):
            if "event" in value or "repeat" in value:
                yield from self._timing(value)
            elif "start" in value or "end" in value:
                start, end = self._span(value.get("start")), self._span(value.get("end"))
                yield (
                    start[0] if start else fhir_time.EARLIEST,
                    end[1] if end else fhir_time.LATEST,
                )

    def _timing(self, timing: dict[str, Any]) -> Iterator[tuple[int, int]]:
        for event in timing.get("event", ()):
            yield from self._spans(event)
        repeat = timing.get("repeat")
        if isinstance(repeat, dict) and isinstance(repeat.get("boundsPeriod"), dict):
            yield from self._spans(repeat["boundsPeriod"])

    def _span(self, text: Any) -> tuple[int, int] | None:
        if not isinstance(text, str):
            return None
        try:
            return fhir_time.interval(text, self._zone)
        except (ValueError, OverflowError):
            return None


def _codes(value: Any) -> Iterator[tuple[str, str]]:
    """``(system, code)`` of a Coding, CodeableConcept, Identifier, code, string or boolean (FHIR R4 search.html#token)."""
    if isinstance(value, bool):
        yield IMPLICIT_SYSTEM, "true" if value else "false"
    elif isinstance(value, str):
        yield IMPLICIT_SYSTEM, value
    elif isinstance(value, dict):
        if "coding" in value:
            for coding in value["coding"]:
                yield from _codes(coding)
            return
        code = value.get("code", value.get("value"))
        if isinstance(code, str):
            yield value.get("system") or "", code


def _texts(value: Any) -> Iterator[str]:
    """The strings by which a string, HumanName or Address is found."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        lists = [*value.get("given", ()), *value.get("line", ())]
        for name in ("family", "text", "city", "district", "state", "postalCode", "country"):
            if isinstance(value.get(name), str):
                lists.append(value[name])
        yield from (text for text in lists if isinstance(text, str))
        family, given = value.get("family"), value.get("given")
        if isinstance(family, str) and isinstance(given, list):
            first = " ".join(part for part in given if isinstance(part, str))
            yield f"{first} {family}"
            yield f"{family} {first}"
            yield f"{family}, {first}"
