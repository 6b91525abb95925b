"""Batch and transaction: no scope of their own, every entry is judged (SAL-40).

A batch is carried out entry by entry through the same code as single requests, each with its own audit record. A
transaction is judged whole before anything goes up, rebuilt from what was judged, and sent as one.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from launcher.gateway.bodies import BodyRefused, read_body
from launcher.gateway.filter import known_patients
from launcher.gateway.heads import AnswerUnreadable, read_head
from launcher.gateway.interaction import Interaction, Kind, Refusal, classify
from launcher.gateway.outcomes import operation_outcome
from launcher.gateway.policy import Deny, Narrow, decide, foreign_patient_in, judge_resource
from launcher.gateway.query import write_query
from launcher.oauth.model import Grant
from launcher.server.fhir.access import Access, AccessKeeper
from launcher.server.fhir.exchange import Answer, AnsweredEarly, Request, refusal, whole_answer
from launcher.server.fhir.settings import AccessLog, FhirPlaneSettings
from launcher.server.fhir.upstream_call import UpstreamCall, failure_answer, location_of
from launcher.server.fhir.writes import Writes, missing_answer
from launcher.upstream.fhir import FHIR_JSON

AnswerInteraction = Callable[[Request, Grant, bool], Awaitable[Answer]]

TRANSACTION_KINDS = frozenset(
    {Kind.CREATE, Kind.UPDATE, Kind.DELETE, Kind.CONDITIONAL_UPDATE, Kind.CONDITIONAL_DELETE}
)
_URN = re.compile(r"urn:(?:uuid|oid):[A-Za-z0-9\-.]{1,64}\Z")
_ETAG = re.compile(r'W/"[A-Za-z0-9\-.]{1,64}"\Z')
_REASONS = {200: "200 OK", 201: "201 Created", 204: "204 No Content", 304: "304 Not Modified"}


class _EntryRequest(msgspec.Struct):
    method: str = ""
    url: str = ""
    ifMatch: str | None = None
    ifNoneMatch: str | None = None
    ifNoneExist: str | None = None


class _Entry(msgspec.Struct):
    request: _EntryRequest | None = None
    fullUrl: str | None = None
    resource: msgspec.Raw = msgspec.Raw()


class _Bundle(msgspec.Struct):
    type: str = ""
    entry: list[_Entry] = msgspec.field(default_factory=list)


class _EntryResponse(msgspec.Struct):
    status: str = ""
    location: str = ""
    etag: str = ""


class _AnsweredEntry(msgspec.Struct):
    response: _EntryResponse | None = None
    resource: msgspec.Raw = msgspec.Raw()


class _AnsweredBundle(msgspec.Struct):
    resourceType: str
    type: str = ""
    entry: list[_AnsweredEntry] = msgspec.field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Judged:
    """One entry of a transaction: its access, its rebuilt bytes, the resource it carries."""

    access: Access
    rebuilt: bytes
    patients: frozenset[str]


class Bundles:
    """POST to the base."""

    def __init__(
        self,
        upstream: UpstreamCall,
        keeper: AccessKeeper,
        writes: Writes,
        audit: AccessLog,
        settings: FhirPlaneSettings,
        answer_interaction: AnswerInteraction,
    ) -> None:
        self._upstream = upstream
        self._keeper = keeper
        self._writes = writes
        self._audit = audit
        self._settings = settings
        self._answer_interaction = answer_interaction

    async def handle(self, access: Access) -> Answer:
        """A Bundle of type batch or transaction; anything else is 400."""
        if b"json" not in access.request.headers.get(b"content-type", b""):
            raise AnsweredEarly(
                refusal(415, "not-supported", "A Bundle is sent as application/fhir+json."), "no JSON"
            )
        try:
            body = read_body(access.request.body)
            bundle = msgspec.json.decode(access.request.body, type=_Bundle)
        except BodyRefused as refused:
            raise AnsweredEarly(
                refusal(400, "invalid", str(refused)), "the Bundle was not readable"
            ) from None
        except msgspec.MsgspecError:
            raise AnsweredEarly(
                refusal(400, "structure", "The Bundle is not well formed."), "not readable"
            ) from None
        if body["resourceType"] != "Bundle" or bundle.type not in ("batch", "transaction"):
            raise AnsweredEarly(
                refusal(400, "invalid", "Only a batch or a transaction is accepted here."), "no batch"
            )
        if len(bundle.entry) > self._settings.limits.bundle_entries:
            raise AnsweredEarly(
                refusal(413, "too-costly", "The Bundle holds too many entries."), "too many entries"
            )
        if bundle.type == "batch":
            return await self._batch(access, bundle.entry)
        return await self._transaction(access, bundle.entry)

    async def _batch(self, access: Access, entries: list[_Entry]) -> Answer:
        answered: list[bytes] = []
        size, maximum = 0, self._settings.limits.batch_answer_bytes
        for entry in entries:
            if size > maximum:
                answer = refusal(
                    413, "too-costly", "The answers before this one are large enough. Ask again."
                )
            else:
                answer = await self._answer_interaction(self._request(access, entry), access.grant, True)
                answer = await whole_answer(answer, maximum - size)
            answered.append(_answered_entry(answer))
            size += len(answered[-1])
        body = b'{"resourceType":"Bundle","type":"batch-response"'
        if answered:
            body += b',"entry":[' + b",".join(answered) + b"]"
        return Answer(200, body + b"}")

    def _request(self, access: Access, entry: _Entry) -> Request:
        """An entry as a request of its own; the raw url is judged like any other."""
        asked = entry.request or _EntryRequest()
        path, _, query = self._relative(asked.url).partition("?")
        headers: dict[bytes, bytes] = {b"content-type": FHIR_JSON.encode("ascii")}
        for name, value in (
            (b"if-match", asked.ifMatch),
            (b"if-none-match", asked.ifNoneMatch),
            (b"if-none-exist", asked.ifNoneExist),
        ):
            if value is not None:
                headers[name] = value.encode("utf-8", "replace")
        if b"prefer" in access.request.headers:
            headers[b"prefer"] = access.request.headers[b"prefer"]
        return Request(
            asked.method,
            f"/{path}".encode("utf-8", "replace"),
            query.encode("utf-8", "replace"),
            headers,
            access.request.request_id,
            access.request.client_address,
            access.request.token_id,
            bytes(entry.resource),
        )

    def _relative(self, url: str) -> str:
        return url.removeprefix(self._settings.fhir_base + "/")

    async def _transaction(self, access: Access, entries: list[_Entry]) -> Answer:
        types = _local_types(entries)
        facts = self._keeper.facts(access)
        judged = [await self._judged(access, entry, types) for entry in entries]
        await self._audit.check()
        body = b'{"resourceType":"Bundle","type":"transaction","entry":['
        body += b",".join(item.rebuilt for item in judged) + b"]}"
        headers = {"Content-Type": FHIR_JSON, "Prefer": "return=representation"}
        look = partial(self._writes.refuse_if_moved, access, facts)
        answer = await self._upstream.change(access, "POST", "", headers, body, look)
        if answer.status != 200:
            failed = failure_answer(answer)
            return await self._keeper.refused(access, failed, f"the upstream answered {answer.status}")
        return await self._completed(access, judged, answer.body)

    async def _judged(self, access: Access, entry: _Entry, types: Mapping[str, str]) -> _Judged:
        request = self._request(access, entry)
        interaction = classify(request.method, request.raw_path, request.raw_query, request.headers)
        if isinstance(interaction, Refusal):
            raise AnsweredEarly(
                refusal(interaction.status, interaction.code, interaction.text), interaction.text
            )
        if interaction.kind not in TRANSACTION_KINDS:
            text = "A transaction holds writes only. Reads belong in a batch."
            raise AnsweredEarly(refusal(400, "not-supported", text), text)
        own = Access(request, access.grant, interaction)
        body = _resource_of(entry, interaction)
        facts = self._keeper.facts(access)
        decision = decide(facts, interaction, body, types)
        if isinstance(decision, Deny):
            raise AnsweredEarly(refusal(decision.status, decision.code, decision.reason), decision.reason)
        if isinstance(decision, Narrow):
            text = "A conditional create does not belong in a transaction of this app."
            raise AnsweredEarly(refusal(403, "forbidden", text), text)
        if_match, new = entry.request.ifMatch if entry.request else None, False
        letter = interaction.letter
        open_grant = facts.open_for(interaction.type or "", letter)
        if interaction.id is not None and not open_grant:
            stored = await self._writes.stored(own, facts, letter)
            if_match, new = if_match or stored.etag, stored.head is None
            if new and interaction.kind is Kind.DELETE:
                raise AnsweredEarly(missing_answer(interaction), "no such resource for this grant")
        if body is not None and not open_grant and foreign_patient_in(facts, body):
            text = "The resource refers to another patient."
            raise AnsweredEarly(refusal(403, "forbidden", text), text)
        if body is not None:
            await self._writes.binaries.refuse_borrowed(facts, own, body)
        patients = frozenset(known_patients(facts, body)) if body is not None else frozenset[str]()
        return _Judged(own, _rebuilt(entry, interaction, if_match, new), patients)

    async def _completed(self, access: Access, judged: list[_Judged], body: bytes) -> Answer:
        try:
            answered = msgspec.json.decode(body, type=_AnsweredBundle).entry
        except (msgspec.MsgspecError, UnicodeDecodeError):
            answered = []
        readable = len(answered) == len(judged)
        if not readable:
            answered = [_AnsweredEntry() for _ in judged]
        entries: list[bytes] = []
        facts = self._keeper.facts(access)
        for item, entry in zip(judged, answered, strict=True):
            response = entry.response or _EntryResponse()
            place = location_of(response.location, self._upstream.base)
            closed: dict[str, str] = {
                "status": response.status[:3] if response.status[:3].isdigit() else "200"
            }
            if place is not None and place[0] == item.access.interaction.type:
                version = f"/_history/{place[2]}" if place[2] else ""
                closed["location"] = f"{self._settings.fhir_base}/{place[0]}/{place[1]}{version}"
            if _ETAG.match(response.etag):
                closed["etag"] = response.etag
            raw = b""
            if bytes(entry.resource):
                try:
                    head = read_head(entry.resource)
                    if judge_resource(facts, head, item.access.interaction.letter + "r"):
                        raw = b'"resource":' + bytes(entry.resource) + b","
                except AnswerUnreadable:
                    raw = b""
            entries.append(b"{" + raw + b'"response":' + msgspec.json.encode(closed) + b"}")
            identifier = place[1] if place else None
            await self._keeper.done(item.access, Answer(200), item.patients, identifier=identifier)
        if not readable:
            text = "The transaction was stored, but the record system's answer was not readable."
            return refusal(502, "exception", text)
        built = (
            b'{"resourceType":"Bundle","type":"transaction-response","entry":[' + b",".join(entries) + b"]}"
        )
        return Answer(200, built)


def _local_types(entries: list[_Entry]) -> dict[str, str]:
    """``urn:uuid:`` full URLs of the entries that create something, with the type behind each."""
    types: dict[str, str] = {}
    for entry in entries:
        if entry.fullUrl and bytes(entry.resource) and _URN.match(entry.fullUrl):
            try:
                types[entry.fullUrl] = read_head(entry.resource)["resourceType"]
            except AnswerUnreadable:
                continue
    return types


def _resource_of(entry: _Entry, interaction: Interaction) -> dict[str, Any] | None:
    if interaction.kind in (Kind.DELETE, Kind.CONDITIONAL_DELETE):
        return None
    if not bytes(entry.resource):
        raise AnsweredEarly(refusal(400, "required", "An entry that writes needs a resource."), "no resource")
    try:
        resource = read_body(bytes(entry.resource))
    except BodyRefused as refused:
        raise AnsweredEarly(refusal(400, "invalid", str(refused)), "the body was not readable") from None
    same_id = interaction.id is None or resource.get("id") == interaction.id
    if resource["resourceType"] != interaction.type or not same_id:
        text = "The resource of an entry is not the one in its address."
        raise AnsweredEarly(refusal(400, "invalid", text), text)
    return resource


def _rebuilt(entry: _Entry, interaction: Interaction, if_match: str | None, new: bool) -> bytes:
    """An entry written from what was judged, around the untouched bytes of its resource.

    ``new``: nothing stood there when it was judged, and nothing may stand there when it is stored.
    """
    url = f"{interaction.type}/{interaction.id}" if interaction.id else str(interaction.type)
    if interaction.parameters:
        url += f"?{write_query(interaction.parameters)}"
    method = {Kind.CREATE: "POST", Kind.UPDATE: "PUT", Kind.CONDITIONAL_UPDATE: "PUT"}.get(
        interaction.kind, "DELETE"
    )
    request: dict[str, str] = {"method": method, "url": url}
    if if_match is not None:
        request["ifMatch"] = if_match
    elif new:
        request["ifNoneMatch"] = "*"
    if interaction.if_none_exist is not None:
        request["ifNoneExist"] = write_query(interaction.if_none_exist)
    parts: list[bytes] = []
    if entry.fullUrl is not None and _URN.match(entry.fullUrl):
        parts.append(b'"fullUrl":' + msgspec.json.encode(entry.fullUrl))
    if bytes(entry.resource) and method != "DELETE":
        parts.append(b'"resource":' + bytes(entry.resource))
    parts.append(b'"request":' + msgspec.json.encode(request))
    return b"{" + b",".join(parts) + b"}"


def _answered_entry(answer: Answer) -> bytes:
    headers = dict(answer.headers)
    response: dict[str, Any] = {"status": _REASONS.get(answer.status, str(answer.status))}
    for name, header in (("location", b"location"), ("etag", b"etag")):
        if header in headers:
            response[name] = headers[header].decode("latin-1")
    encoded = msgspec.json.encode(response)
    if answer.status >= 400:
        body = answer.body or operation_outcome("exception", "The entry failed.")
        encoded = encoded[:-1] + b',"outcome":' + body + b"}"
        return b'{"response":' + encoded + b"}"
    resource = b'"resource":' + answer.body + b"," if answer.body else b""
    return b"{" + resource + b'"response":' + encoded + b"}"
