"""``Binary`` under a limited grant: shown only when its owner is (attachments of a DocumentReference).

A Binary says nothing about its patient. It is read as FHIR JSON, its owner is found (``securityContext``, or the
DocumentReference of the effective patient that points to it) and judged; only then are its bytes given.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

import msgspec

from launcher.gateway.elements import values_at
from launcher.gateway.filter import read_bundle
from launcher.gateway.grant_facts import GrantFacts
from launcher.gateway.heads import AnswerUnreadable, read_head
from launcher.gateway.policy import READABLE, judge_resource
from launcher.gateway.query import write_query
from launcher.gateway.references import parse_reference
from launcher.server.fhir.access import Access
from launcher.server.fhir.exchange import Answer, refusal
from launcher.server.fhir.upstream_call import BROKEN, UpstreamCall

_MEDIA_TYPE = re.compile(r"[a-zA-Z0-9!#$&^_.+\-]+/[a-zA-Z0-9!#$&^_.+\-]+\Z")


class _BinaryBody(msgspec.Struct):
    contentType: str = ""
    data: str = ""


class BinaryReads:
    """Finds and judges the owner of a Binary, and gives its content in its own media type."""

    def __init__(self, upstream: UpstreamCall) -> None:
        self._upstream = upstream

    def wants_content(self, access: Access) -> bool:
        """True when a Binary is asked for in its own media type and not as FHIR JSON."""
        accept = access.request.headers.get(b"accept", b"*/*")
        return access.interaction.type == "Binary" and b"json" not in accept and b"*/*" not in accept

    def content(self, body: bytes) -> Answer:
        """The bytes of a judged Binary, as a download that no browser runs."""
        try:
            binary = msgspec.json.decode(body, type=_BinaryBody)
            data = base64.b64decode(binary.data, validate=True)
        except (msgspec.MsgspecError, binascii.Error, ValueError):
            return refusal(*BROKEN)
        media_type = (
            binary.contentType if _MEDIA_TYPE.match(binary.contentType) else "application/octet-stream"
        )
        disposition = ((b"content-disposition", b"attachment"), (b"content-security-policy", b"sandbox"))
        return Answer(200, data, disposition, media_type.encode("ascii"))

    async def owned(self, facts: GrantFacts, access: Access, head: dict[str, Any]) -> bool:
        """True when the grant covers ``Binary`` and the resource that owns this one."""
        if not facts.covering("Binary", "r"):
            return False
        context = head.get("securityContext")
        if isinstance(context, dict):
            target = parse_reference(str(context.get("reference")), facts.bases)
            if target is None or not target.local:
                return False
            return await self._readable(facts, access, f"{target.type}/{target.id}")
        return await self._attached(facts, access)

    async def _readable(self, facts: GrantFacts, access: Access, reference: str) -> bool:
        answer = await self._upstream.ask(access, "GET", f"/{reference}")
        if answer.status != 200:
            return False
        try:
            owner = read_head(answer.body)
        except AnswerUnreadable:
            return False
        return f"{owner['resourceType']}/{owner.get('id')}" == reference and judge_resource(
            facts, owner, READABLE
        )

    async def _attached(self, facts: GrantFacts, access: Access) -> bool:
        binary = f"Binary/{access.interaction.id}"
        query = write_query((("patient", f"Patient/{facts.patient}"), ("location", binary)))
        answer = await self._upstream.ask(access, "GET", f"/DocumentReference?{query}")
        if answer.status != 200:
            return False
        try:
            documents = [
                entry.resource for entry in read_bundle(answer.body).entry if entry.resource is not None
            ]
            return any(self._points_to(facts, document, binary) for document in documents)
        except AnswerUnreadable:
            return False

    def _points_to(self, facts: GrantFacts, raw: msgspec.Raw, binary: str) -> bool:
        head = read_head(raw)
        if head["resourceType"] != "DocumentReference" or not judge_resource(facts, head, READABLE):
            return False
        document = msgspec.json.decode(raw)
        urls = {str(url) for url in values_at(document, "content.attachment.url")}
        return not urls.isdisjoint({binary, *(f"{base}/{binary}" for base in facts.bases)})
