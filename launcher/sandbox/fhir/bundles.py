"""Batch and transaction (FHIR R4 http.html#transaction).

Both run in one transaction of the store. In a batch each entry stands alone (a failed one is rolled back to its savepoint); a
transaction is all or nothing, its entries run in the order DELETE, POST, PUT, GET, and ``urn:uuid`` references between
them are resolved, also to resources that a condition found instead of creating.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from launcher.sandbox.fhir import fhir_time, json_numbers
from launcher.sandbox.fhir.addresses import Address, parse_url
from launcher.sandbox.fhir.interactions import Answer, Conditions, Interactions
from launcher.sandbox.fhir.outcomes import (
    FhirServerError,
    PreconditionFailed,
    RequestRefused,
    StoreUnavailable,
)
from launcher.sandbox.fhir.search_parameters import SEARCH_PARAMETERS
from launcher.sandbox.fhir.search_query import Pairs
from launcher.sandbox.fhir.store import StoreSession
from launcher.sandbox.fhir.validation import validate

MOST_ENTRIES = 1000
_ORDER = {"DELETE": 0, "POST": 1, "PUT": 2, "GET": 3, "HEAD": 3}
_REFERENCE_ELEMENTS = frozenset({"reference", "url", "valueUri", "valueUrl", "valueCanonical"})

Perform = Callable[[StoreSession, str, Address, Pairs, Any, Conditions], Answer]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, read; ``error`` if it cannot be performed."""

    number: int
    method: str
    address: Address
    pairs: Pairs
    resource: dict[str, Any] | None
    conditions: Conditions
    full_url: str | None
    error: FhirServerError | None = None

    @property
    def is_write(self) -> bool:
        """True if it creates, updates or deletes."""
        return (
            self.error is None and self.method in ("POST", "PUT", "DELETE") and self.address.place != "search"
        )


@dataclass(frozen=True, slots=True)
class BundleRequest:
    """A batch or transaction, validated."""

    is_transaction: bool
    entries: tuple[Entry, ...]

    @property
    def only_reads(self) -> bool:
        """True if nothing can be changed by it."""
        return not any(entry.is_write for entry in self.entries)


def read_bundle(body: Any, base_url: str) -> BundleRequest:
    """Raises RequestRefused, InvalidResource; in a batch the faults of an entry are kept for its own answer."""
    if not isinstance(body, dict) or body.get("resourceType") != "Bundle":
        raise RequestRefused("what is posted to the base is a Bundle", code="structure")
    kind = body.get("type")
    if kind not in ("batch", "transaction"):
        raise RequestRefused("the Bundle is neither a batch nor a transaction", expression="Bundle.type")
    given = body.get("entry", [])
    if not isinstance(given, list):
        raise RequestRefused("Bundle.entry is a list", code="structure", expression="Bundle.entry")
    if len(given) > MOST_ENTRIES:
        raise RequestRefused(f"a Bundle has at most {MOST_ENTRIES} entries", code="too-costly")
    entries = []
    for number, item in enumerate(given):
        try:
            entries.append(_read_entry(number, item, base_url))
        except FhirServerError as error:
            if kind == "transaction":
                raise error.within(f"Bundle.entry[{number}]") from None
            entries.append(Entry(number, "", Address("system"), [], None, Conditions(), None, error))
    return BundleRequest(kind == "transaction", tuple(entries))


def _read_entry(number: int, item: Any, base_url: str) -> Entry:
    request = item.get("request") if isinstance(item, dict) else None
    if not isinstance(request, dict):
        raise RequestRefused("an entry needs a request", code="required")
    method, url = request.get("method"), request.get("url")
    if not isinstance(method, str) or not isinstance(url, str):
        raise RequestRefused("a request needs a method and a url", code="required")
    address, pairs = parse_url(url, base_url)
    interaction = address.interaction(method)
    if interaction == "bundle":
        raise RequestRefused("a Bundle cannot hold another batch")
    writes = interaction in ("create", "update")
    resource = validate(item.get("resource"), address.type) if writes else None
    conditions = Conditions(
        *(_text(request, name) for name in ("ifMatch", "ifNoneMatch", "ifModifiedSince", "ifNoneExist"))
    )
    return Entry(number, method, address, pairs, resource, conditions, _text(item, "fullUrl"))


def _text(members: dict[str, Any], name: str) -> str | None:
    value = members.get(name)
    if value is not None and not isinstance(value, str):
        raise RequestRefused(f"{name} is a string", code="structure")
    return value


class BundleRunner:
    """Performs batches and transactions. ``perform`` does one interaction, the same as over HTTP."""

    def __init__(self, interactions: Interactions, perform: Perform) -> None:
        self._interactions = interactions
        self._perform = perform

    def run(self, session: StoreSession, request: BundleRequest, *, minimal: bool = False) -> Answer:
        """The response Bundle; ``minimal``: without the resources that were written.

        Raises, for a transaction, the refusal of its first bad entry.
        """
        perform = self._transaction if request.is_transaction else self._batch
        answers = perform(session, request)
        if minimal:
            answers = [
                replace(answer, body=None) if entry.is_write and answer.status < 300 else answer
                for entry, answer in zip(request.entries, answers, strict=True)
            ]
        kind = "transaction-response" if request.is_transaction else "batch-response"
        head = json_numbers.dumps({"resourceType": "Bundle", "type": kind})
        if answers:
            head = head[:-1] + b',"entry":[' + b",".join(map(response_entry, answers)) + b"]}"
        return Answer(200, head)

    def _batch(self, session: StoreSession, request: BundleRequest) -> list[Answer]:
        answers = []
        for entry in request.entries:
            session.connection.execute("SAVEPOINT entry")
            try:
                answers.append(self._one(session, entry))
            except StoreUnavailable:
                raise
            except FhirServerError as error:
                session.connection.execute("ROLLBACK TO entry")
                answers.append(Answer(error.status, error.body(), error.headers, outcome_only=True))
            session.connection.execute("RELEASE entry")
        return answers

    def _one(self, session: StoreSession, entry: Entry) -> Answer:
        if entry.error is not None:
            raise entry.error
        answer = self._perform(
            session, entry.method, entry.address, entry.pairs, entry.resource, entry.conditions
        )
        if entry.resource is not None and entry.method in ("POST", "PUT"):
            self._interactions.check_patients(session, entry.resource)
        return answer

    def _transaction(self, session: StoreSession, request: BundleRequest) -> list[Answer]:
        _refuse_twice(request)
        names, found, ids = self._names(session, request)
        answers: dict[int, Answer] = {}
        rewritten = []
        for entry in sorted(request.entries, key=lambda one: _ORDER[one.method]):
            try:
                resource = entry.resource
                if resource is not None and entry.address.place in ("type", "instance"):
                    resource = self._rewritten(session, resource, names)
                    if entry.number not in found:
                        rewritten.append((entry.number, resource))
                if entry.number in found:
                    answers[entry.number] = found[entry.number]
                elif entry.number in ids and resource is not None:
                    answers[entry.number] = self._interactions.create_as(session, resource, ids[entry.number])
                else:
                    answers[entry.number] = self._perform(
                        session, entry.method, entry.address, entry.pairs, resource, entry.conditions
                    )
            except FhirServerError as error:
                raise error.within(f"Bundle.entry[{entry.number}]") from None
        for number, resource in rewritten:
            try:
                self._interactions.check_patients(session, resource)
            except FhirServerError as error:
                raise error.within(f"Bundle.entry[{number}]") from None
        return [answers[entry.number] for entry in request.entries]

    def _names(
        self, session: StoreSession, request: BundleRequest
    ) -> tuple[dict[str, str], dict[int, Answer], dict[int, str]]:
        """``fullUrl`` to ``Type/id``; the entries that a condition found; the new ids of the others."""
        names: dict[str, str] = {}
        found: dict[int, Answer] = {}
        ids: dict[int, str] = {}
        for entry in request.entries:
            if entry.method == "POST" and entry.address.place == "type" and entry.resource is not None:
                try:
                    existing = self._interactions.match(
                        session, entry.address.type, entry.conditions.if_none_exist
                    )
                except FhirServerError as error:
                    raise error.within(f"Bundle.entry[{entry.number}]") from None
                if existing is None:
                    resource_id = ids[entry.number] = self._interactions.new_id()
                else:
                    resource_id = existing.id
                    found[entry.number] = self._interactions.found(existing)
            elif entry.address.place == "instance":
                resource_id = entry.address.id
            else:
                continue
            if entry.full_url is not None:
                names[entry.full_url] = f"{entry.address.type}/{resource_id}"
        return names, found, ids

    def _rewritten(
        self, session: StoreSession, resource: dict[str, Any], names: dict[str, str]
    ) -> dict[str, Any]:
        """A copy in which references to entries of the bundle, and conditional references, name what they mean."""

        def rewrite(value: Any, element: str) -> Any:
            if isinstance(value, dict):
                return {name: rewrite(member, name) for name, member in value.items()}
            if isinstance(value, list):
                return [rewrite(member, element) for member in value]
            if not isinstance(value, str) or element not in _REFERENCE_ELEMENTS:
                return value
            if value in names:
                return names[value]
            if element == "reference" and value.startswith(("urn:uuid:", "urn:oid:")):
                raise RequestRefused(f"no entry of the bundle is {value[:60]}", code="not-found")
            if element == "reference" and "?" in value:
                return self._conditional(session, value)
            return value

        return {name: rewrite(member, name) for name, member in resource.items()}

    def _conditional(self, session: StoreSession, reference: str) -> str:
        resource_type = reference.partition("?")[0]
        if resource_type not in SEARCH_PARAMETERS:
            return reference
        target = self._interactions.match(session, resource_type, reference)
        if target is None:
            raise PreconditionFailed("a conditional reference finds nothing", code="not-found")
        return f"{target.type}/{target.id}"


def _refuse_twice(request: BundleRequest) -> None:
    seen: set[tuple[str, str]] = set()
    for entry in request.entries:
        if entry.address.place == "instance" and entry.method in ("PUT", "DELETE"):
            name = (entry.address.type, entry.address.id)
            if name in seen:
                raise RequestRefused(
                    f"{name[0]}/{name[1]} is changed twice", expression=f"Bundle.entry[{entry.number}]"
                )
            seen.add(name)


def response_entry(answer: Answer) -> bytes:
    """One entry of a response Bundle."""
    response: dict[str, Any] = {"status": f"{answer.status} {HTTPStatus(answer.status).phrase}"}
    for header, member in (("Location", "location"), ("ETag", "etag")):
        if header in answer.headers:
            response[member] = answer.headers[header]
    if answer.updated is not None:
        response["lastModified"] = fhir_time.instant(answer.updated)
    resource = b""
    if answer.body is not None and answer.outcome_only:
        head = json_numbers.dumps({"response": response})
        return head[:-2] + b',"outcome":' + answer.body + b"}}"
    if answer.body is not None:
        resource = b'"resource":' + answer.body + b","
    return b"{" + resource + json_numbers.dumps({"response": response})[1:]
