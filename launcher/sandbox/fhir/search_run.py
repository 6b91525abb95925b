"""Runs a search and puts its Bundle together from the stored bytes (FHIR R4 search.html, bundle.html#searchset)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from launcher.sandbox.fhir import fhir_time, json_numbers
from launcher.sandbox.fhir.outcomes import RequestRefused
from launcher.sandbox.fhir.paging import Cursor, CursorSeal
from launcher.sandbox.fhir.search_parameters import SEARCH_PARAMETERS
from launcher.sandbox.fhir.search_query import Include, Pairs, SearchQuery, parse, without
from launcher.sandbox.fhir.search_sql import SearchSql
from launcher.sandbox.fhir.store import StoreSession
from launcher.sandbox.fhir.validation import required_elements

MOST_INCLUDED = 5000
MOST_ROUNDS_OF_INCLUDE = 5
_KEYS_AT_ONCE = 500
_MARKS = 8
_SUBSETTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
    "display": "Resource encoded in summary mode",
}


class Found(NamedTuple):
    """A current resource."""

    key: int
    type: str
    id: str
    body: bytes


class Searcher:
    """Searches of one server."""

    def __init__(self, *, base_url: str, clock: fhir_time.Clock, zone: Any, seal: CursorSeal) -> None:
        self.base_url = base_url
        self._clock = clock
        self._zone = zone
        self._seal = seal

    def search(
        self, session: StoreSession, resource_type: str, pairs: Pairs, *, strict: bool, posted: bool = False
    ) -> bytes:
        """The searchset Bundle. ``posted``: the self link is sealed, for it would put a form into a URL (S7).

        Raises RequestRefused.
        """
        cursor = self._cursor(resource_type, pairs)
        given = [*cursor.pairs, *without(pairs, "_cursor")]
        query = parse(resource_type, given, strict=strict)
        keys = self.keys(session, query)
        itself = self._address(resource_type, query.used)
        if posted:
            itself = self._page(resource_type, query.used, cursor.offset, cursor.after)
        links: list[tuple[str, str]] = [("self", itself)]
        if query.only_count:
            return searchset(self.base_url, links, [], [], total=len(keys))
        offset, page = page_of(keys, cursor, query.count)
        links += self.paging_links(resource_type, query.used, keys, offset, query.count)
        matches = fetch(session, page)
        included = self._included(session, query, matches)
        if query.elements:
            matches = [_only(found, query.elements) for found in matches]
        total = None if query.total == "none" else len(keys)
        return searchset(self.base_url, links, matches, included, total=total)

    def keys(self, session: StoreSession, query: SearchQuery) -> list[int]:
        """The keys of all matches within the caller's reach, in order."""
        if not session.rights.reaches_type(query.resource_type):
            return []
        now = fhir_time.microseconds(self._clock.now())
        sql = SearchSql(base_url=self.base_url, zone=self._zone, now=now)
        statement, values = sql.keys(query, session.rights.condition("k.key"))
        return [key for (key,) in session.connection.execute(statement, values)]

    def paging_links(
        self, kind: str, used: Pairs, keys: Sequence[int], offset: int, count: int
    ) -> list[tuple[str, str]]:
        """``first``, ``previous`` and ``next``, as far as there are more pages than one."""
        links = []
        if offset > 0:
            links.append(("first", self._page(kind, used, 0, ())))
            before = max(offset - count, 0)
            links.append(("previous", self._page(kind, used, before, _marks_before(keys, before))))
        if offset + count < len(keys):
            after = _marks_before(keys, offset + count)
            links.append(("next", self._page(kind, used, offset + count, after)))
        return links

    def _page(self, kind: str, used: Pairs, offset: int, after: tuple[int, ...]) -> str:
        cursor = self._seal.seal(Cursor(kind, used, offset, after))
        return f"{self.base_url}/{kind}?_cursor={cursor}"

    def _cursor(self, kind: str, pairs: Pairs) -> Cursor:
        given = [value for name, value in pairs if name == "_cursor"]
        if len(given) > 1:
            raise RequestRefused("_cursor is given twice")
        return self._seal.open(given[0], kind) if given else Cursor(kind, [], 0, ())

    def open_cursor(self, kind: str, pairs: Pairs) -> Cursor:
        """The cursor among the parameters; the first page if there is none. Raises RequestRefused."""
        return self._cursor(kind, pairs)

    def _address(self, resource_type: str, used: Pairs) -> str:
        asked = urlencode(used, safe=":,|/$")
        return f"{self.base_url}/{resource_type}" + (f"?{asked}" if asked else "")

    def _included(self, session: StoreSession, query: SearchQuery, matches: list[Found]) -> list[Found]:
        known = {found.key for found in matches}
        included: list[Found] = []
        sources, rounds = list(matches), 0
        wanted = query.includes
        while wanted and sources and rounds < MOST_ROUNDS_OF_INCLUDE:
            new = [found for include in wanted for found in self._follow(session, include, sources)]
            sources = []
            for found in new:
                if found.key not in known and len(included) < MOST_INCLUDED:
                    known.add(found.key)
                    included.append(found)
                    sources.append(found)
            wanted = [include for include in query.includes if include.iterate]
            rounds += 1
        return included

    def _follow(self, session: StoreSession, include: Include, sources: Iterable[Found]) -> list[Found]:
        if include.reverse:
            names = [
                f"{found.type}/{found.id}" for found in sources if include.target_type in (None, found.type)
            ]
            keys = referring(session, [row.number for row in include.parameters], names)
            return fetch(session, keys)
        names = []
        for found in sources:
            own = [row for row in include.parameters if row.resource_type == found.type]
            if own:
                resource = json_numbers.decode(found.body)
                for parameter in own:
                    names.extend(session.indexer.targets(resource, parameter))
        if include.target_type:
            names = [name for name in names if name.startswith(include.target_type + "/")]
        return fetch_named(session, dict.fromkeys(names))


def page_of(keys: Sequence[int], cursor: Cursor, count: int) -> tuple[int, Sequence[int]]:
    """Where the page starts, and its keys."""
    offset = min(cursor.offset, len(keys))
    places = {key: place for place, key in enumerate(keys)} if cursor.after else {}
    for mark in reversed(cursor.after):
        if mark in places:
            offset = places[mark] + 1
            break
    return offset, keys[offset : offset + count]


def _marks_before(keys: Sequence[int], offset: int) -> tuple[int, ...]:
    return tuple(keys[max(offset - _MARKS, 0) : offset])


def referring(session: StoreSession, parameters: Sequence[int], targets: Sequence[str]) -> list[int]:
    """Keys of the resources that name one of the targets under one of the parameters (numbers)."""
    keys: list[int] = []
    for start in range(0, len(targets), _KEYS_AT_ONCE):
        part = targets[start : start + _KEYS_AT_ONCE]
        statement = (
            f"SELECT DISTINCT key FROM reference_index WHERE parameter IN ({_marks(parameters)})"
            f" AND target IN ({_marks(part)}) ORDER BY key"
        )
        keys.extend(key for (key,) in session.connection.execute(statement, (*parameters, *part)))
    return keys


def fetch(session: StoreSession, keys: Sequence[int]) -> list[Found]:
    """The current resources with these keys within the caller's reach, in the same order."""
    found: dict[int, Found] = {}
    condition, values = session.rights.condition("resource.key")
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        part = keys[start : start + _KEYS_AT_ONCE]
        statement = (
            f"SELECT key, type, id, body FROM resource WHERE key IN ({_marks(part)}) AND body IS NOT NULL"
            f" AND {condition}"
        )
        rows = session.connection.execute(statement, (*part, *values))
        found.update((row[0], Found(*row)) for row in rows if session.rights.reaches_type(row[1]))
    return [found[key] for key in keys if key in found]


def fetch_named(session: StoreSession, names: Iterable[str]) -> list[Found]:
    """The current resources of these names (``Type/id``), as far as they are here and within the caller's reach."""
    found = []
    condition, values = session.rights.condition("resource.key")
    for name in names:
        resource_type, _, resource_id = name.partition("/")
        if resource_type in SEARCH_PARAMETERS and session.rights.reaches_type(resource_type):
            row = session.connection.execute(
                "SELECT key, type, id, body FROM resource WHERE type = ? AND id = ? AND body IS NOT NULL"
                f" AND {condition}",
                (resource_type, resource_id, *values),
            ).fetchone()
            if row is not None:
                found.append(Found(*row))
    return found


def searchset(
    base_url: str,
    links: Iterable[tuple[str, str]],
    matches: Iterable[Found],
    included: Iterable[Found],
    *,
    total: int | None,
) -> bytes:
    """The Bundle; the resources' bytes are taken as they are stored."""
    entries = [_entry(base_url, found, b"match") for found in matches]
    entries += [_entry(base_url, found, b"include") for found in included]
    head: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    if total is not None:
        head["total"] = total
    head["link"] = [{"relation": relation, "url": url} for relation, url in links]
    start = json_numbers.dumps(head)
    if not entries:
        return start
    return start[:-1] + b',"entry":[' + b",".join(entries) + b"]}"


def only_elements(body: bytes, elements: Iterable[str]) -> bytes:
    """The resource with these elements, its required ones, and the tag SUBSETTED."""
    resource: dict[str, Any] = json_numbers.decode(body)
    names = {name.split(".")[-1] for name in elements}
    kept = {"resourceType", "id", "meta", *names, *required_elements(resource["resourceType"])}
    part = {name: value for name, value in resource.items() if name.removeprefix("_") in kept}
    meta = dict(part.get("meta", {}))
    meta["tag"] = [*meta.get("tag", []), _SUBSETTED]
    part["meta"] = meta
    return json_numbers.dumps(part)


def _only(found: Found, elements: Iterable[str]) -> Found:
    return found._replace(body=only_elements(found.body, elements))


def _entry(base_url: str, found: Found, mode: bytes) -> bytes:
    address = f"{base_url}/{found.type}/{found.id}".encode()
    return b'{"fullUrl":"' + address + b'","resource":' + found.body + b',"search":{"mode":"' + mode + b'"}}'


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
