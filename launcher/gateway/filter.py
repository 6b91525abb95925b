"""Answers, judged and rebuilt around untouched resource bytes (S4; decimals keep their zeros).

Nothing of a Bundle is copied but the resources that were judged, the relation of links that we rewrite, ``total``
where it tells nothing foreign, and a few values of a closed form (search mode, status, ETag).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from launcher.gateway.compartments import patients_of
from launcher.gateway.grant_facts import GrantFacts
from launcher.gateway.heads import AnswerUnreadable, read_head
from launcher.gateway.interaction import Kind
from launcher.gateway.links import RELATIONS
from launcher.gateway.policy import READABLE, judge_resource
from launcher.gateway.resource_types import is_resource_id


class _Search(msgspec.Struct):
    mode: str | None = None


class _Request(msgspec.Struct):
    method: str | None = None


class _Response(msgspec.Struct):
    status: str | None = None
    etag: str | None = None
    lastModified: str | None = None
    location: str | None = None


class _Link(msgspec.Struct):
    relation: str = ""
    url: str = ""


class Entry(msgspec.Struct):
    """One entry of an upstream's Bundle; ``resource`` are its untouched bytes."""

    resource: msgspec.Raw = msgspec.Raw()
    search: _Search | None = None
    request: _Request | None = None
    response: _Response | None = None


class BundleAnswer(msgspec.Struct):
    """What we read of an upstream's Bundle."""

    resourceType: str
    type: str | None = None
    total: int | None = None
    link: list[_Link] = msgspec.field(default_factory=list)
    entry: list[Entry] = msgspec.field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BundleContext:
    """How a Bundle was asked for. ``page_link`` turns a relation and an upstream URL into ours, or drops it."""

    kind: Kind
    type: str
    id: str | None
    exact: bool
    public_base: str
    self_url: str
    page_link: Callable[[str], str | None]


@dataclass(slots=True)
class Filtered:
    """The answer as it may be sent, and what the audit record must know: the patients it is about."""

    body: bytes
    patients: set[str] = field(default_factory=set)
    kept: int = 0
    removed: int = 0


BUNDLE_TYPES: dict[Kind, str] = {
    Kind.SEARCH_TYPE: "searchset",
    Kind.EVERYTHING: "searchset",
    Kind.HISTORY_INSTANCE: "history",
    Kind.HISTORY_TYPE: "history",
}
_DECODER = msgspec.json.Decoder(BundleAnswer)
_ETAG = re.compile(r'W/"[A-Za-z0-9\-.]{1,64}"\Z')
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)\Z")


def read_bundle(body: bytes) -> BundleAnswer:
    """Read an upstream's Bundle. Raises ``AnswerUnreadable`` when it is none."""
    try:
        answer = _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise AnswerUnreadable(str(error)) from None
    if answer.resourceType != "Bundle":
        raise AnswerUnreadable("not a Bundle")
    return answer


def known_patients(facts: GrantFacts, head: dict[str, Any]) -> set[str]:
    """The patients a judged resource is about, for the audit record."""
    return patients_of(head, facts.bases) - {""}


def filter_bundle(facts: GrantFacts, body: bytes, context: BundleContext) -> Filtered:
    """Judge every entry and build the Bundle anew. Raises ``AnswerUnreadable``."""
    answer = read_bundle(body)
    outcome = Filtered(b"")
    entries: list[bytes] = []
    for entry in answer.entry:
        built = _judged_entry(facts, entry, context, outcome)
        if built is None:
            outcome.removed += 1
        else:
            outcome.kept += 1
            entries.append(built)
    outcome.patients.discard("")
    parts = [f'{{"resourceType":"Bundle","type":"{BUNDLE_TYPES[context.kind]}"'.encode()]
    if answer.total is not None and answer.total >= 0 and context.exact and not outcome.removed:
        parts.append(b'"total":%d' % answer.total)
    parts.append(b'"link":' + msgspec.json.encode(list(_links(answer, context))))
    if entries:
        parts.append(b'"entry":[' + b",".join(entries) + b"]")
    outcome.body = b",".join(parts) + b"}"
    return outcome


def _links(answer: BundleAnswer, context: BundleContext) -> Iterator[dict[str, str]]:
    yield {"relation": "self", "url": context.self_url}
    for link in answer.link:
        if link.relation in RELATIONS:
            url = context.page_link(link.url)
            if url is not None:
                yield {"relation": link.relation, "url": url}
            elif link.relation == "next":
                # Leaving it out would show a part as if it were the whole.
                raise AnswerUnreadable("the next page is not on the upstream")


def _judged_entry(facts: GrantFacts, entry: Entry, context: BundleContext, outcome: Filtered) -> bytes | None:
    raw = bytes(entry.resource)
    history = context.kind in (Kind.HISTORY_INSTANCE, Kind.HISTORY_TYPE)
    if not raw:
        # A deletion in a history says whose it was only to somebody who may see every one of that type.
        open_deletion = history and entry.request is not None and facts.open_for(context.type, READABLE)
        return _history_entry(b"", context, entry) if open_deletion else None
    try:
        head = read_head(raw)
    except AnswerUnreadable:
        return None
    resource_type, identifier = head["resourceType"], head.get("id")
    if not isinstance(identifier, str) or not is_resource_id(identifier):
        return None
    if history and (resource_type != context.type or context.id not in (None, identifier)):
        return None
    matched = context.kind is Kind.SEARCH_TYPE and resource_type == context.type
    letters = "s" if matched and (entry.search is None or entry.search.mode != "include") else READABLE
    about = patients_of(head, facts.bases)
    if not judge_resource(facts, head, letters, about=about):
        return None
    outcome.patients |= about
    url = f'"fullUrl":"{context.public_base}/{resource_type}/{identifier}"'.encode()
    middle = b"{" + url + b',"resource":' + raw
    if history:
        return middle + _history_entry(f"{resource_type}/{identifier}".encode(), context, entry)
    mode = "include" if entry.search is not None and entry.search.mode == "include" else "match"
    return middle + f',"search":{{"mode":"{mode}"}}}}'.encode()


def _history_entry(target: bytes, context: BundleContext, entry: Entry) -> bytes:
    """``request`` and ``response`` of a history entry, rebuilt from values of a closed form."""
    method = entry.request.method if entry.request else None
    if method not in ("POST", "PUT", "DELETE"):
        method = "PUT"
    if not target:
        target = f"{context.type}/{context.id}".encode() if context.id else context.type.encode()
    tail = b'"request":{"method":"%s","url":"%s"},"response":' % (method.encode(), target)
    tail += msgspec.json.encode(_closed_response(entry.response)) + b"}"
    return (b"," if bytes(entry.resource) else b"{") + tail


def _closed_response(response: _Response | None) -> dict[str, str]:
    closed = {"status": "200"}
    if response is None:
        return closed
    if response.status and re.match(r"[1-5]\d\d", response.status):
        closed["status"] = response.status[:3]
    if response.etag and _ETAG.match(response.etag):
        closed["etag"] = response.etag
    if response.lastModified and _INSTANT.match(response.lastModified):
        closed["lastModified"] = response.lastModified
    return closed
