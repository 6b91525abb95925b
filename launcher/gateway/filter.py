"""Answers, judged and rebuilt around untouched resource bytes (S4; decimals keep their zeros).

Nothing of a Bundle is copied but the resources that were judged, the relation of links that we rewrite, ``total``
where it tells nothing foreign, and a few values of a closed form (search mode, status, ETag).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from launcher.gateway.compartments import patients_of
from launcher.gateway.grant_facts import GrantFacts
from launcher.gateway.heads import AnswerUnreadable
from launcher.gateway.interaction import Kind
from launcher.gateway.links import RELATIONS
from launcher.gateway.policy import READABLE
from launcher.gateway.resource_types import is_resource_id
from launcher.gateway.verdicts import Judges, ResourceJudge


class _Search(msgspec.Struct, gc=False):
    mode: str | None = None


class _Request(msgspec.Struct, gc=False):
    method: str | None = None


class _Response(msgspec.Struct, gc=False):
    status: str | None = None
    etag: str | None = None
    lastModified: str | None = None
    location: str | None = None


class _Link(msgspec.Struct, gc=False):
    relation: str = ""
    url: str = ""


class Entry(msgspec.Struct, gc=False):
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
_MATCHED, _INCLUDED = b',"search":{"mode":"match"}}', b',"search":{"mode":"include"}}'
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


def filter_bundle(
    facts: GrantFacts, body: bytes, context: BundleContext, judges: Judges | None = None
) -> Filtered:
    """Judge every entry and build the Bundle anew. ``judges`` have learned before. Raises ``AnswerUnreadable``."""
    answer = read_bundle(body)
    searched = context.type if context.kind is Kind.SEARCH_TYPE else None
    judge = (judges or Judges()).judge(facts, searched=searched).begin(body)
    entries = _JudgedEntries(facts, judge, context)
    entries.take(answer.entry)
    removed = len(answer.entry) - entries.kept
    parts = [b'{"resourceType":"Bundle","type":"%b"' % BUNDLE_TYPES[context.kind].encode("ascii")]
    if answer.total is not None and answer.total >= 0 and context.exact and not removed:
        parts.append(b',"total":%d' % answer.total)
    parts.append(b',"link":' + msgspec.json.encode(list(_links(answer, context))))
    if entries.kept:
        first, *others = entries.parts  # Each entry begins with the comma that separates it.
        parts += [b',"entry":[', first[1:], *others, b"]"]
    parts.append(b"}")
    return Filtered(b"".join(parts), entries.patients - {""}, entries.kept, removed)


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


class _JudgedEntries:
    """The entries of one answer that may be shown, in ``parts`` that make up the JSON."""

    def __init__(self, facts: GrantFacts, judge: ResourceJudge, context: BundleContext) -> None:
        self.parts: list[bytes] = []
        self.patients: set[str] = set()
        self.kept = 0
        self._facts = facts
        self._context = context
        self._judge = judge
        self._history = context.kind in (Kind.HISTORY_INSTANCE, Kind.HISTORY_TYPE)

    def take(self, entries: Iterable[Entry]) -> None:
        """Judge each entry and keep it, or not."""
        judge, parts, patients = self._judge.judge, self.parts, self.patients
        begin = b',{"fullUrl":"' + self._context.public_base.encode("ascii") + b"/"
        for entry in entries:
            raw = bytes(entry.resource)
            if not raw:
                self._take_deletion(entry)
                continue
            included = entry.search is not None and entry.search.mode == "include"
            try:
                judged = judge(raw, included)
            except AnswerUnreadable:
                continue
            covered, about = judged.verdict
            if not covered or not is_resource_id(judged.id):
                continue
            place = f"{judged.type}/{judged.id}".encode("ascii")
            end = _INCLUDED if included else _MATCHED
            if self._history:
                if judged.type != self._context.type or self._context.id not in (None, judged.id):
                    continue
                end = _history_members(place, entry)
            parts += (begin, place, b'","resource":', raw, end)
            self.kept += 1
            if not about <= patients:
                patients |= about

    def _take_deletion(self, entry: Entry) -> None:
        """A deletion in a history says whose it was only to somebody who may see every one of that type."""
        context = self._context
        if self._history and entry.request is not None and self._facts.open_for(context.type, READABLE):
            place = f"{context.type}/{context.id}" if context.id else context.type
            self.parts.append(b",{" + _history_members(place.encode("ascii"), entry)[1:])
            self.kept += 1


def _history_members(place: bytes, entry: Entry) -> bytes:
    """``request`` and ``response`` of a history entry, rebuilt from values of a closed form, and its end."""
    method = entry.request.method if entry.request else None
    if method not in ("POST", "PUT", "DELETE"):
        method = "PUT"
    response = msgspec.json.encode(_closed_response(entry.response))
    return b',"request":{"method":"%b","url":"%b"},"response":%b}' % (method.encode(), place, response)


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
