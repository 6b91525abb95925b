"""A parsed search as SQL over the index tables.

One criterion is the most telling: its rows *drive* the query, the others are probed row by row (``EXISTS`` along the primary
key of an index table) or, where no key leads there, as a set. So a ward's or a patient's search never walks the whole database.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from launcher.sandbox.fhir import fhir_time
from launcher.sandbox.fhir.index_values import IMPLICIT_SYSTEM, fold, is_local, normal_reference
from launcher.sandbox.fhir.outcomes import RequestRefused
from launcher.sandbox.fhir.search_parameters import RESOURCE_TYPES, SearchParameter
from launcher.sandbox.fhir.search_query import Criterion, SearchQuery, SortKey, split, unescape

_NOT_TELLING = 90
_TELLING = {"_id": 0, "reference": 1, "identifier": 2, "token": 3, "uri": 3, "string": 4, "date": 5}
_DATE_PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
_TABLE_OF_KIND = {
    "token": "token_index",
    "uri": "token_index",
    "reference": "reference_index",
    "date": "date_index",
    "string": "string_index",
}
_SORT_COLUMN = {"token": "code", "uri": "code", "reference": "target", "date": "low", "string": "folded"}


@dataclass(frozen=True, slots=True)
class _Condition:
    """Rows of ``table`` (alias x) that obey ``where``; ``probe``: the table's key leads to a given resource."""

    table: str
    where: str
    values: tuple[Any, ...]
    rank: int
    negative: bool = False
    probe: bool = True

    def as_set(self) -> str:
        return f"SELECT x.key FROM {self.table} x WHERE {self.where}"

    def as_filter(self) -> str:
        word = "NOT " if self.negative else ""
        if self.probe:
            return f"{word}EXISTS (SELECT 1 FROM {self.table} x WHERE {self.where} AND x.key = k.key)"
        return f"k.key {word}IN ({self.as_set()})"


class SearchSql:
    """Makes the statement that finds the keys of all matches, in order. ``now`` in microseconds, for the prefix ap."""

    def __init__(self, *, base_url: str, zone: tzinfo, now: int) -> None:
        self._base_url = base_url
        self._zone = zone
        self._now = now

    def keys(self, query: SearchQuery, reach: tuple[str, tuple[str, ...]]) -> tuple[str, list[Any]]:
        """``SELECT key ...`` and its values. Raises RequestRefused for a value that cannot be read.

        ``reach`` is SQL that is true of what the caller may see (``k.key``), and its values.
        """
        conditions = [self._condition(query.resource_type, criterion) for criterion in query.criteria]
        driver = min((one for one in conditions if not one.negative), key=lambda one: one.rank, default=None)
        values: list[Any] = []
        if driver is None or driver.rank >= _NOT_TELLING:
            source = "SELECT key FROM resource WHERE type = ? AND body IS NOT NULL"
            values.append(query.resource_type)
            driver = None
        else:
            source = driver.as_set().replace("SELECT", "SELECT DISTINCT", 1)
            values.extend(driver.values)
        filters = []
        for condition in conditions:
            if condition is not driver:
                filters.append(condition.as_filter())
                values.extend(condition.values)
        filters.append(reach[0])
        values.extend(reach[1])
        order = [self._order(key, values) for key in query.sort]
        where = f" WHERE {' AND '.join(filters)}"
        return f"SELECT k.key FROM ({source}) k{where} ORDER BY {', '.join([*order, 'k.key'])}", values

    def _order(self, key: SortKey, values: list[Any]) -> str:
        direction = "DESC" if key.descending else "ASC"
        if key.parameter is None:
            column = "id" if key.name == "_id" else "updated"
            return f"(SELECT r.{column} FROM resource r WHERE r.key = k.key) {direction}"
        kind = key.parameter.kind
        column = "high" if kind == "date" and key.descending else _SORT_COLUMN[kind]
        pick = "max" if key.descending else "min"
        values.append(key.parameter.number)
        table = _TABLE_OF_KIND[kind]
        return (
            f"(SELECT {pick}(s.{column}) FROM {table} s WHERE s.parameter = ? AND s.key = k.key)"
            f" {direction} NULLS LAST"
        )

    def _condition(self, resource_type: str, criterion: Criterion) -> _Condition:
        parameter = criterion.parameter
        if parameter is None:
            return self._special(resource_type, criterion)
        if criterion.modifier == "missing":
            return self._missing(parameter, criterion.values[0] == "true")
        if criterion.chain is not None:
            return self._chain(parameter, criterion.chain)
        kinds: dict[str, Callable[[SearchParameter, Criterion], _Condition]] = {
            "token": self._token,
            "uri": self._uri,
            "reference": self._reference,
            "date": self._date,
            "string": self._string,
        }
        return kinds[parameter.kind](parameter, criterion)

    def _special(self, resource_type: str, criterion: Criterion) -> _Condition:
        if criterion.name == "_id":
            marks = ", ".join("?" for _ in criterion.values)
            where = f"x.type = ? AND x.id IN ({marks}) AND x.body IS NOT NULL"
            negative = criterion.modifier == "not"
            values = (resource_type, *map(unescape, criterion.values))
            return _Condition("resource", where, values, _TELLING["_id"], negative, probe=False)
        parts: list[str] = []
        values_list: list[Any] = []
        for value in criterion.values:
            sql, bound = self._date_sql(criterion.name, value, "x.updated", "(x.updated + 1000)")
            parts.append(sql)
            values_list.extend(bound)
        where = f"x.type = ? AND x.body IS NOT NULL AND ({' OR '.join(parts)})"
        return _Condition("resource", where, (resource_type, *values_list), _TELLING["date"])

    def _missing(self, parameter: SearchParameter, missing: bool) -> _Condition:
        table = _TABLE_OF_KIND[parameter.kind]
        return _Condition(
            table, "x.parameter = ?", (parameter.number,), _NOT_TELLING, negative=missing, probe=False
        )

    def _chain(self, parameter: SearchParameter, chain: tuple[str, Criterion]) -> _Condition:
        target_type, inner = chain
        condition = self._condition(target_type, inner)
        if condition.negative:
            raise RequestRefused(f"{parameter.name}.{inner.name} cannot be negated", code="not-supported")
        where = (
            "x.parameter = ? AND x.target IN (SELECT r.type || '/' || r.id FROM resource r"
            f" WHERE r.type = ? AND r.key IN ({condition.as_set()}))"
        )
        values = (parameter.number, target_type, *condition.values)
        return _Condition("reference_index", where, values, _TELLING["reference"], probe=False)

    def _token(self, parameter: SearchParameter, criterion: Criterion) -> _Condition:
        parts, values, codes = [], [], []
        for value in criterion.values:
            pieces = split(value, "|")
            if len(pieces) > 2:
                raise RequestRefused(f"{criterion.name} is [system]|code, with one bar")
            code = unescape(pieces[-1])
            if len(pieces) == 1:
                parts.append("x.code = ?")
                values.append(code)
            elif not code:
                parts.append("x.system = ?")
                values.append(unescape(pieces[0]))
            else:
                parts.append("(x.code = ? AND x.system IN (?, ?))")
                values.extend((code, unescape(pieces[0]), IMPLICIT_SYSTEM))
            if code:
                codes.append(code)
        every_code = len(codes) == len(parts)
        where = "x.parameter = ?"
        bound: list[Any] = [parameter.number]
        if every_code:
            where += f" AND x.code IN ({', '.join('?' for _ in codes)})"
            bound.extend(codes)
        where += f" AND ({' OR '.join(parts)})"
        rank = _TELLING["identifier" if parameter.name == "identifier" else "token"]
        negative = criterion.modifier == "not"
        return _Condition("token_index", where, (*bound, *values), rank, negative, probe=every_code)

    def _uri(self, parameter: SearchParameter, criterion: Criterion) -> _Condition:
        marks = ", ".join("?" for _ in criterion.values)
        values = (parameter.number, *map(unescape, criterion.values))
        return _Condition("token_index", f"x.parameter = ? AND x.code IN ({marks})", values, _TELLING["uri"])

    def _reference(self, parameter: SearchParameter, criterion: Criterion) -> _Condition:
        targets: list[str] = []
        for value in map(unescape, criterion.values):
            target = normal_reference(value, self._base_url) or value
            if "/" in target or ":" in target:
                if (
                    criterion.target_type
                    and is_local(target)
                    and not target.startswith(criterion.target_type + "/")
                ):
                    target = ""
                targets.append(target)
            else:
                types = (
                    (criterion.target_type,) if criterion.target_type else parameter.targets or RESOURCE_TYPES
                )
                targets.extend(f"{name}/{target}" for name in types)
        marks = ", ".join("?" for _ in targets)
        where = f"x.parameter = ? AND x.target IN ({marks})"
        return _Condition("reference_index", where, (parameter.number, *targets), _TELLING["reference"])

    def _date(self, parameter: SearchParameter, criterion: Criterion) -> _Condition:
        parts: list[str] = []
        values: list[Any] = []
        for value in criterion.values:
            sql, bound = self._date_sql(criterion.name, value, "x.low", "x.high")
            parts.append(sql)
            values.extend(bound)
        where = f"x.parameter = ? AND ({' OR '.join(parts)})"
        return _Condition("date_index", where, (parameter.number, *values), _TELLING["date"])

    def _date_sql(self, name: str, value: str, low: str, high: str) -> tuple[str, tuple[int, ...]]:
        """The condition on the interval of the resource (FHIR R4 search.html#prefix); intervals are half open."""
        prefix, text = (value[:2], value[2:]) if value[:2] in _DATE_PREFIXES else ("eq", value)
        try:
            start, end = fhir_time.interval(text.replace(" ", "+"), self._zone)
        except (ValueError, OverflowError):
            raise RequestRefused(f"{name} is not a date: {value[:40]!r}") from None
        if prefix == "ap":
            slack = max((self._now - start) // 10, 0) if start < self._now else (start - self._now) // 10
            return f"({low} < ? AND {high} > ?)", (end + slack, start - slack)
        conditions: dict[str, tuple[str, tuple[int, ...]]] = {
            "eq": (f"({low} >= ? AND {high} <= ?)", (start, end)),
            "ne": (f"({low} < ? OR {high} > ?)", (start, end)),
            "gt": (f"{high} > ?", (end,)),
            "lt": (f"{low} < ?", (start,)),
            "ge": (f"({high} > ? OR ({low} >= ? AND {high} <= ?))", (end, start, end)),
            "le": (f"({low} < ? OR ({low} >= ? AND {high} <= ?))", (start, start, end)),
            "sa": (f"{low} >= ?", (end,)),
            "eb": (f"{high} <= ?", (start,)),
        }
        return conditions[prefix]

    def _string(self, parameter: SearchParameter, criterion: Criterion) -> _Condition:
        parts: list[str] = []
        values: list[Any] = []
        for value in map(unescape, criterion.values):
            if criterion.modifier == "exact":
                parts.append("x.exact = ?")
                values.append(value)
            elif criterion.modifier == "contains":
                parts.append("instr(x.folded, ?) > 0")
                values.append(fold(value))
            else:
                parts.append("substr(x.folded, 1, ?) = ?")
                folded = fold(value)
                values.extend((len(folded), folded))
        where = f"x.parameter = ? AND ({' OR '.join(parts)})"
        return _Condition("string_index", where, (parameter.number, *values), _TELLING["string"])
