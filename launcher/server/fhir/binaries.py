"""``Binary`` under a limited grant: shown only when its owner is (attachments of a DocumentReference).

A Binary says nothing about its patient. It is read as FHIR JSON, its owner is found (``securityContext``, or the
DocumentReference of the effective patient that points to it) and judged; only then are its bytes given.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import msgspec

from launcher.gateway.compartments import PATIENT_COMPARTMENT
from launcher.gateway.elements import values_at
from launcher.gateway.filter import BundleAnswer, read_bundle
from launcher.gateway.grant_facts import GrantFacts
from launcher.gateway.heads import AnswerUnreadable, read_head
from launcher.gateway.policy import READABLE, judge_resource
from launcher.gateway.query import Parameters, write_query
from launcher.gateway.references import parse_reference
from launcher.server.fhir.access import Access
from launcher.server.fhir.exchange import AnsweredEarly, refusal
from launcher.server.fhir.incoming_binary import IncomingBinary
from launcher.server.fhir.settings import FhirLimits
from launcher.server.fhir.upstream_call import UpstreamCall


class BinaryReads:
    """Finds and judges the owner of a Binary."""

    def __init__(self, upstream: UpstreamCall, limits: FhirLimits) -> None:
        self._upstream = upstream
        self._limits = limits

    async def opened(self, access: Access, target: str) -> IncomingBinary:
        """The Binary at ``target`` as it comes; the caller closes it. Raises ``AnsweredEarly``."""
        return IncomingBinary(await self._upstream.open(access, target), self._limits)

    async def owned(self, facts: GrantFacts, access: Access, head: dict[str, Any]) -> bool:
        """True when the grant covers ``Binary`` and the resource that owns this one."""
        if not facts.covering("Binary", "r"):
            return False
        context = head.get("securityContext")
        if context is not None:
            named = context.get("reference") if isinstance(context, dict) else None
            target = parse_reference(str(named), facts.bases)
            if target is None or not target.local or target.type not in PATIENT_COMPARTMENT:
                return False
            return await self._readable(facts, access, f"{target.type}/{target.id}")
        return await self._attached(facts, access, str(access.interaction.id))

    async def refuse_borrowed(self, facts: GrantFacts, access: Access, body: dict[str, Any]) -> None:
        """A limited grant may write a document only with attachments that it could read before.

        Otherwise a document of its own would open the attachment of another patient. Raises ``AnsweredEarly`` 403,
        the same whether the attachment exists or not.
        """
        if body.get("resourceType") != "DocumentReference" or facts.open_for("DocumentReference", "cu"):
            return
        if facts.open_for("Binary", "rcu"):
            return
        for url in values_at(body, "content.attachment.url"):
            target = parse_reference(url, facts.bases) if isinstance(url, str) else None
            if target is not None and target.local and target.type == "Binary":
                await self._refuse_unless_own(facts, access, target.id)

    async def _refuse_unless_own(self, facts: GrantFacts, access: Access, identifier: str) -> None:
        own = False
        incoming = await self.opened(access, f"/Binary/{identifier}")
        try:
            if incoming.status == 200:
                with contextlib.suppress(AnswerUnreadable):
                    await incoming.read_all()
                    context = incoming.json.head().get("securityContext")
                    if context is not None:
                        named = context.get("reference") if isinstance(context, dict) else None
                        own = named == f"Patient/{facts.patient}"
                    else:
                        own = await self._attached(facts, access, identifier)
        finally:
            incoming.close()
        if not own:
            text = "The document points to an attachment that is not this patient's."
            raise AnsweredEarly(refusal(403, "forbidden", text), text)

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

    async def _attached(self, facts: GrantFacts, access: Access, identifier: str) -> bool:
        """True when documents of this patient point to the Binary, and no document of anybody else does."""
        binary = f"Binary/{identifier}"
        try:
            own = await self._documents(facts, access, binary, (("patient", f"Patient/{facts.patient}"),))
            if not any(judge_resource(facts, head, READABLE) for head in self._pointing(facts, own, binary)):
                return False
            everybodys = await self._documents(facts, access, binary, (("_count", "100"),))
        except AnswerUnreadable:
            return False
        if any(link.relation == "next" for link in everybodys.link):
            return False
        return all(
            judge_resource(facts, head, READABLE) for head in self._pointing(facts, everybodys, binary)
        )

    async def _documents(
        self, facts: GrantFacts, access: Access, binary: str, more: Parameters
    ) -> BundleAnswer:
        query = write_query((*more, ("location", ",".join(_spellings(facts, binary)))))
        answer = await self._upstream.ask(access, "GET", f"/DocumentReference?{query}")
        if answer.status != 200:
            raise AnswerUnreadable(f"the upstream answered {answer.status}")
        return read_bundle(answer.body)

    @staticmethod
    def _pointing(facts: GrantFacts, found: BundleAnswer, binary: str) -> Iterator[dict[str, Any]]:
        """The heads of the documents that point to the Binary, for an upstream that looks at no ``location``."""
        spellings = set(_spellings(facts, binary))
        for entry in found.entry:
            head = read_head(entry.resource) if bytes(entry.resource) else {}
            if head.get("resourceType") == "DocumentReference":
                urls = values_at(msgspec.json.decode(entry.resource), "content.attachment.url")
                if not spellings.isdisjoint(str(url) for url in urls):
                    yield head


def _spellings(facts: GrantFacts, binary: str) -> list[str]:
    """How a document can point to a Binary that stands here."""
    return [binary, *(f"{base}/{binary}" for base in facts.bases)]
