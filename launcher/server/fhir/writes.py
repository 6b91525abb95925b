"""Creates, updates and deletes: the body is judged before it goes up, and so is what it would change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from launcher.gateway.bodies import BodyRefused, read_body
from launcher.gateway.filter import known_patients
from launcher.gateway.grant_facts import GrantFacts
from launcher.gateway.heads import AnswerUnreadable, read_head
from launcher.gateway.interaction import Interaction, Kind
from launcher.gateway.outcomes import missing
from launcher.gateway.policy import Deny, Narrow, decide, judge_resource
from launcher.gateway.query import write_query
from launcher.server.fhir.access import Access, AccessKeeper
from launcher.server.fhir.binaries import BinaryReads
from launcher.server.fhir.exchange import Answer, AnsweredEarly, refusal
from launcher.server.fhir.settings import AccessLog
from launcher.server.fhir.upstream_call import (
    UpstreamCall,
    etag_of,
    failure_answer,
    location_of,
    version_headers,
)
from launcher.upstream.fhir import FHIR_JSON, UpstreamAnswer

_JSON = re.compile(
    rb"application/(?:fhir\+)?json\s*(?:;\s*charset=\"?utf-8\"?\s*)?(?:;\s*fhirversion=4\.0\s*)?\Z", re.I
)
_IF_MATCH = re.compile(rb'(?:W/)?"[A-Za-z0-9\-.]{1,64}"\Z')
_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Stored:
    """What stands upstream before a write: ``head`` is ``None`` when nothing does."""

    head: dict[str, Any] | None
    etag: str | None


class Writes:
    """Everything that changes the record. The log is proven writable first: a write that cannot be recorded is none."""

    def __init__(
        self,
        upstream: UpstreamCall,
        keeper: AccessKeeper,
        binaries: BinaryReads,
        audit: AccessLog,
        public_base: str,
    ) -> None:
        self.binaries = binaries
        self._upstream = upstream
        self._keeper = keeper
        self._audit = audit
        self._public_base = public_base

    async def create(self, access: Access) -> Answer:
        """POST of a resource; a conditional create looks for its match inside the grant only."""
        body = readable_body(access)
        facts = self._keeper.facts(access)
        decision = decide(facts, access.interaction, body)
        if isinstance(decision, Deny):
            return await self.denied(access, decision)
        headers = self._headers(access)
        condition = access.interaction.if_none_exist
        if condition is not None:
            parameters = decision.parameters if isinstance(decision, Narrow) else condition
            headers["If-None-Exist"] = write_query(parameters)
        await self.binaries.refuse_borrowed(facts, access, body)
        await self._audit.check()
        answer = await self._goes_up(
            access, facts, "POST", f"/{access.interaction.type}", headers, access.request.body
        )
        return await self._written(access, facts, answer, known_patients(facts, body))

    async def update(self, access: Access) -> Answer:
        """PUT to an id, also of one that does not exist yet (NAV-12); conditional for open grants only."""
        body = readable_body(access)
        interaction = access.interaction
        if interaction.kind is Kind.UPDATE and body.get("id") != interaction.id:
            differing = refusal(400, "invalid", "The id in the body is not the id in the address.")
            return await self._keeper.refused(access, differing, "the ids differ")
        facts = self._keeper.facts(access)
        decision = decide(facts, interaction, body)
        if isinstance(decision, Deny):
            return await self.denied(access, decision)
        await self.binaries.refuse_borrowed(facts, access, body)
        await self._audit.check()
        if interaction.kind is Kind.CONDITIONAL_UPDATE:
            target = f"/{interaction.type}?{write_query(interaction.parameters)}"
            answer = await self._goes_up(
                access, facts, "PUT", target, self._headers(access), access.request.body
            )
        else:
            answer = await self._put_or_delete(access, facts, "PUT")
        return await self._written(access, facts, answer, known_patients(facts, body))

    async def delete(self, access: Access) -> Answer:
        """DELETE of one resource; by condition for open grants only."""
        interaction = access.interaction
        facts = self._keeper.facts(access)
        decision = decide(facts, interaction)
        if isinstance(decision, Deny):
            return await self.denied(access, decision)
        await self._audit.check()
        if interaction.kind is Kind.CONDITIONAL_DELETE:
            target = f"/{interaction.type}?{write_query(interaction.parameters)}"
            answer = await self._goes_up(access, facts, "DELETE", target)
        else:
            answer = await self._put_or_delete(access, facts, "DELETE")
        if answer.status not in (200, 202, 204):
            return await self._failed(access, answer)
        open_grant = facts.open_for(interaction.type or "", "d")
        patients = {facts.patient} if facts.patient and not open_grant else set()
        return await self._keeper.done(access, Answer(204), patients)

    async def stored(self, access: Access, facts: GrantFacts, letter: str) -> Stored:
        """The current version, judged. Raises ``AnsweredEarly`` with "not there" when it lies outside the grant."""
        interaction = access.interaction
        answer = await self._upstream.ask(access, "GET", f"/{interaction.type}/{interaction.id}")
        if answer.status in (404, 410):
            return Stored(None, None)
        gone = AnsweredEarly(
            missing_answer(interaction),
            "no such resource for this grant",
        )
        if answer.status == 403:
            raise gone
        if answer.status != 200:
            raise AnsweredEarly(failure_answer(answer), f"the upstream answered {answer.status}")
        try:
            head = read_head(answer.body)
        except AnswerUnreadable:
            raise gone from None
        if head.get("id") != interaction.id or not judge_resource(facts, head, letter):
            raise gone
        version = (head.get("meta") or {}).get("versionId")
        return Stored(head, etag_of(answer) or (f'W/"{version}"' if isinstance(version, str) else None))

    def refuse_if_moved(self, access: Access, judged: GrantFacts) -> None:
        """For ``right_before`` a write goes up: since it was judged the fence may have moved, the workspace been locked.

        Raises ``AnsweredEarly`` (409) or ``SessionLocked``.
        """
        if self._keeper.facts_for_answer(access).patient != judged.patient:
            text = "The patient changed before the resource was stored. Nothing was stored."
            raise AnsweredEarly(refusal(409, "conflict", text), text)

    async def _goes_up(
        self,
        access: Access,
        facts: GrantFacts,
        method: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> UpstreamAnswer:
        look = partial(self.refuse_if_moved, access, facts)
        return await self._upstream.change(access, method, target, headers, body, look)

    async def _put_or_delete(self, access: Access, facts: GrantFacts, method: str) -> UpstreamAnswer:
        """Under a limited grant: judge what stands there, and change exactly that version of it."""
        interaction = access.interaction
        target = f"/{interaction.type}/{interaction.id}"
        headers = self._headers(access) if method == "PUT" else self._preconditions(access)
        body = access.request.body if method == "PUT" else None
        if facts.open_for(interaction.type or "", interaction.letter):
            return await self._goes_up(access, facts, method, target, headers, body)
        for attempt in range(_ATTEMPTS):
            stored = await self.stored(access, facts, interaction.letter)
            guarded = dict(headers)
            if stored.head is None:
                if method == "DELETE":
                    raise AnsweredEarly(
                        missing_answer(interaction),
                        "no such resource for this grant",
                    )
                guarded.setdefault("If-None-Match", "*")
            elif stored.etag is not None:
                guarded.setdefault("If-Match", stored.etag)
            answer = await self._goes_up(access, facts, method, target, guarded, body)
            last = attempt == _ATTEMPTS - 1
            if answer.status != 412 or "If-Match" in headers or "If-None-Match" in headers or last:
                break
        return answer

    async def _written(
        self, access: Access, facts: GrantFacts, answer: UpstreamAnswer, patients: set[str]
    ) -> Answer:
        if answer.status not in (200, 201):
            return await self._failed(access, answer)
        interaction = access.interaction
        place = location_of(answer.headers.get("Location", ""), self._upstream.base)
        if place is not None and place[0] != interaction.type:
            place = None
        if place is None and interaction.id is not None:
            place = (interaction.type or "", interaction.id, None)
        body, head = answer.body, _head(answer.body)
        if (head is None or head["resourceType"] != interaction.type) and not _minimal(access) and place:
            read = await self._upstream.ask(access, "GET", f"/{place[0]}/{place[1]}")
            body, head = (read.body, _head(read.body)) if read.status == 200 else (b"", None)
        if head is not None and head["resourceType"] == interaction.type:
            if not judge_resource(facts, head, interaction.letter + "r") or interaction.id not in (
                None,
                head.get("id"),
            ):
                answer_text = "The resource was stored, but the record system answered with another one."
                return await self._keeper.refused(access, refusal(502, "exception", answer_text), answer_text)
            if place is None and isinstance(head.get("id"), str):
                place = (interaction.type or "", str(head["id"]), None)
        else:
            body = b""
        if place is None and answer.body and head is None:
            answer_text = "The record system has taken the resource, but did not say readably where it is."
            return await self._keeper.refused(access, refusal(502, "exception", answer_text), answer_text)
        headers = list(version_headers(answer))
        if place is not None:
            url = f"{self._public_base}/{place[0]}/{place[1]}" + (f"/_history/{place[2]}" if place[2] else "")
            headers.append((b"location", url.encode("ascii")))
        identifier = place[1] if place else None
        result = Answer(answer.status, b"" if _minimal(access) else body, tuple(headers))
        return await self._keeper.done(access, result, patients, identifier=identifier)

    async def _failed(self, access: Access, answer: UpstreamAnswer) -> Answer:
        interaction = access.interaction
        if answer.status in (404, 410) and interaction.id is not None:
            failed = missing_answer(interaction)
        else:
            failed = failure_answer(answer)
        return await self._keeper.refused(access, failed, f"the upstream answered {answer.status}")

    async def denied(self, access: Access, denied: Deny) -> Answer:
        """The refusal of the policy, recorded."""
        return await self._keeper.refused(
            access, refusal(denied.status, denied.code, denied.reason), denied.reason
        )

    def _headers(self, access: Access) -> dict[str, str]:
        prefer = "return=minimal" if _minimal(access) else "return=representation"
        return {"Content-Type": FHIR_JSON, "Prefer": prefer, **self._preconditions(access)}

    @staticmethod
    def _preconditions(access: Access) -> dict[str, str]:
        headers: dict[str, str] = {}
        match = access.request.headers.get(b"if-match")
        if match is not None:
            if not _IF_MATCH.match(match.strip()):
                raise AnsweredEarly(
                    refusal(400, "invalid", "If-Match is not one ETag."), "If-Match is not one ETag"
                )
            headers["If-Match"] = match.strip().decode("ascii")
        if access.request.headers.get(b"if-none-match", b"").strip() == b"*":
            headers["If-None-Match"] = "*"
        return headers


def missing_answer(interaction: Interaction) -> Answer:
    """404 for what is not there and for what is somebody else's, the same to the byte."""
    return Answer(404, missing(interaction.type or "", interaction.id or ""))


def readable_body(access: Access) -> dict[str, Any]:
    """The resource of a write, of the type in the address. Raises ``AnsweredEarly`` (400, 415)."""
    content_type = access.request.headers.get(b"content-type", b"")
    if not _JSON.match(content_type):
        raise AnsweredEarly(
            refusal(415, "not-supported", "A resource is sent as application/fhir+json."), "not JSON"
        )
    try:
        body = read_body(access.request.body)
    except BodyRefused as refused:
        raise AnsweredEarly(refusal(400, "invalid", str(refused)), "the body was not readable") from None
    if body["resourceType"] != access.interaction.type:
        text = "The type of the resource is not the type in the address."
        raise AnsweredEarly(refusal(400, "invalid", text), text)
    return body


def _minimal(access: Access) -> bool:
    return b"return=minimal" in access.request.headers.get(b"prefer", b"").replace(b" ", b"").lower()


def _head(body: bytes) -> dict[str, Any] | None:
    if not body:
        return None
    try:
        return read_head(body)
    except AnswerUnreadable:
        return None
