"""The interactions of FHIR R4 http.html, each inside one transaction of the store. No HTTP, no threads.

An ``Answer`` is what HTTP and bundle entries turn into their own shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from launcher.sandbox.fhir import fhir_time
from launcher.sandbox.fhir.addresses import parse_parameters
from launcher.sandbox.fhir.index_values import is_local, normal_reference
from launcher.sandbox.fhir.outcomes import (
    Gone,
    InvalidResource,
    Issue,
    NotFound,
    PreconditionFailed,
    RequestRefused,
)
from launcher.sandbox.fhir.search_parameters import SEARCH_PARAMETERS
from launcher.sandbox.fhir.search_query import Pairs, parse, without
from launcher.sandbox.fhir.search_run import Searcher, fetch, only_elements
from launcher.sandbox.fhir.store import Stored, StoreSession

_ETAG = re.compile(r'(?:W/)?"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditional headers, or the same members of an entry's request."""

    if_match: str | None = None
    if_none_match: str | None = None
    if_modified_since: str | None = None
    if_none_exist: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, bytes and headers; ``updated`` in microseconds.

    ``outcome_only``: the body, if there is one, is an OperationOutcome and never the resource.
    """

    status: int
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    outcome_only: bool = False
    updated: int | None = None


def etag(version: int) -> str:
    """FHIR R4 http.html#versioning: weak."""
    return f'W/"{version}"'


class Interactions:
    """Read and write interactions of one server. ``new_id`` gives the id of a created resource."""

    def __init__(self, *, base_url: str, searcher: Searcher, new_id: Callable[[], str]) -> None:
        self._base_url = base_url
        self._searcher = searcher
        self._new_id = new_id

    def read(
        self,
        session: StoreSession,
        resource_type: str,
        resource_id: str,
        pairs: Pairs,
        conditions: Conditions,
    ) -> Answer:
        """Raises NotFound, Gone, Forbidden."""
        stored = session.find(resource_type, resource_id)
        if stored is None:
            raise NotFound(f"there is no {resource_type}/{resource_id}")
        session.rights.demand(session, resource_type, resource_id)
        return self._content(stored, pairs, conditions)

    def vread(
        self,
        session: StoreSession,
        resource_type: str,
        resource_id: str,
        version: int,
        pairs: Pairs,
        conditions: Conditions,
    ) -> Answer:
        """Raises NotFound; Gone if this version is the deletion."""
        stored = session.find_version(resource_type, resource_id, version)
        if stored is None:
            raise NotFound(f"there is no such version of {resource_type}/{resource_id}")
        session.rights.demand(session, resource_type, resource_id)
        return self._content(stored, pairs, conditions)

    def search(
        self, session: StoreSession, resource_type: str, pairs: Pairs, *, strict: bool, posted: bool
    ) -> Answer:
        """Raises RequestRefused."""
        return Answer(200, self._searcher.search(session, resource_type, pairs, strict=strict, posted=posted))

    def create(self, session: StoreSession, resource: dict[str, Any], conditions: Conditions) -> Answer:
        """A given id is ignored. Raises PreconditionFailed if ``If-None-Exist`` matches more than one."""
        existing = self.match(session, resource["resourceType"], conditions.if_none_exist)
        if existing is not None:
            return self._written(existing, 200)
        return self.create_as(session, resource, self._new_id())

    def create_as(self, session: StoreSession, resource: dict[str, Any], resource_id: str) -> Answer:
        """Creates under an id that was given out before, as a transaction does. Raises Forbidden."""
        return self._written(self._put(session, resource, resource_id, "POST", is_new=True), 201)

    def _put(
        self, session: StoreSession, resource: dict[str, Any], resource_id: str, method: str, *, is_new: bool
    ) -> Stored:
        resource_type = resource["resourceType"]
        session.rights.demand_writing(session, resource_type, resource_id)
        stored = session.put(resource, resource_id, method)
        if is_new and resource_type == "Patient":
            session.rights.register(session, resource_id)
        return stored

    def new_id(self) -> str:
        """An id that is not used."""
        return self._new_id()

    def match(self, session: StoreSession, resource_type: str, condition: str | None) -> Stored | None:
        """The one resource that a condition (a search) finds; None if none, or no condition. Raises PreconditionFailed."""
        if condition is None:
            return None
        pairs = without(parse_parameters(condition.partition("?")[2] or condition), "_format")
        query = parse(resource_type, pairs, strict=True)
        if not query.criteria:
            raise PreconditionFailed("the condition names no search parameter", code="invalid")
        keys = self._searcher.keys(session, query)
        if len(keys) > 1:
            raise PreconditionFailed(f"{len(keys)} resources match the condition", code="multiple-matches")
        found = fetch(session, keys)
        return session.find(resource_type, found[0].id) if found else None

    def found(self, existing: Stored) -> Answer:
        """The answer of a conditional create whose condition found this one."""
        return self._written(existing, 200)

    def update(
        self, session: StoreSession, resource: dict[str, Any], resource_id: str, conditions: Conditions
    ) -> Answer:
        """Creates where nothing is (201). Raises PreconditionFailed, RequestRefused, Forbidden."""
        if resource.get("id") != resource_id:
            raise RequestRefused(
                "the id in the body is not the id in the address", expression=f"{resource['resourceType']}.id"
            )
        former = session.find(resource["resourceType"], resource_id)
        session.rights.demand_writing(session, resource["resourceType"], resource_id)
        _check_match(former, conditions.if_match)
        if conditions.if_none_match == "*" and former is not None and former.body is not None:
            raise PreconditionFailed("the resource is already there")
        created = former is None or former.body is None
        stored = self._put(session, resource, resource_id, "PUT", is_new=former is None)
        return self._written(stored, 201 if created else 200)

    def delete(
        self, session: StoreSession, resource_type: str, resource_id: str, conditions: Conditions
    ) -> Answer:
        """204, also if there was nothing to delete. Raises PreconditionFailed, Forbidden."""
        session.rights.demand_writing(session, resource_type, resource_id)
        _check_match(session.find(resource_type, resource_id), conditions.if_match)
        removed = session.remove(resource_type, resource_id)
        headers = {} if removed is None else {"ETag": etag(removed.version)}
        return Answer(204, None, headers, outcome_only=True)

    def check_patients(self, session: StoreSession, resource: dict[str, Any]) -> None:
        """Nothing may be written about a patient who is not here, or not the caller's. Raises InvalidResource, Forbidden."""
        resource_type = resource["resourceType"]
        named = set()
        for parameter in SEARCH_PARAMETERS[resource_type].values():
            if parameter.kind != "reference":
                continue
            for target in session.indexer.targets(resource, parameter):
                if not target.startswith("Patient/") or not is_local(target):
                    continue
                named.add(target.partition("/")[2])
                found = session.find("Patient", target.partition("/")[2])
                if "Patient" in parameter.targets and (found is None or found.body is None):
                    path = f"{resource_type}.{parameter.path.split('|')[0].strip()}"
                    raise InvalidResource(
                        f"there is no {target}",
                        issues=[Issue("not-found", f"there is no {target}", path)],
                    )
        if resource_type != "Patient":
            session.rights.demand_patients(named)

    def _content(self, stored: Stored, pairs: Pairs, conditions: Conditions) -> Answer:
        headers = _version_headers(stored)
        if stored.body is None:
            raise Gone(f"{stored.type}/{stored.id} was deleted", headers=headers)
        if _is_unchanged(stored, conditions):
            return Answer(304, None, headers, updated=stored.updated)
        elements = [part for name, value in pairs if name == "_elements" for part in value.split(",") if part]
        body = only_elements(stored.body, elements) if elements else stored.body
        return Answer(200, body, headers, updated=stored.updated)

    def _written(self, stored: Stored, status: int) -> Answer:
        location = f"{self._base_url}/{stored.type}/{stored.id}/_history/{stored.version}"
        headers = _version_headers(stored) | {"Location": location}
        return Answer(status, stored.body, headers, updated=stored.updated)

    def local(self, reference: str) -> str | None:
        """``Type/id`` of a reference to this server, otherwise None."""
        target = normal_reference(reference, self._base_url)
        return target if target is not None and is_local(target) else None


def _version_headers(stored: Stored) -> dict[str, str]:
    moment = fhir_time.EPOCH + timedelta(microseconds=stored.updated)
    return {"ETag": etag(stored.version), "Last-Modified": format_datetime(moment, usegmt=True)}


def _check_match(former: Stored | None, if_match: str | None) -> None:
    if if_match is None:
        return
    current = 0 if former is None or former.body is None else former.version
    if if_match.strip() == "*":
        if not current:
            raise PreconditionFailed("there is no current version")
    elif str(current) not in _ETAG.findall(if_match) or not current:
        raise PreconditionFailed("the resource has another version by now")


def _is_unchanged(stored: Stored, conditions: Conditions) -> bool:
    if conditions.if_none_match is not None:
        asked = conditions.if_none_match
        return asked.strip() == "*" or str(stored.version) in _ETAG.findall(asked)
    if conditions.if_modified_since is not None:
        try:
            since = parsedate_to_datetime(conditions.if_modified_since)
            return stored.updated // 1_000_000 <= fhir_time.microseconds(since) // 1_000_000
        except (ValueError, TypeError):
            return False
    return False
