"""How a read ends that shows nothing; each way is recorded."""

from __future__ import annotations

from launcher.gateway.grant_facts import GrantFacts
from launcher.gateway.outcomes import missing
from launcher.gateway.policy import Deny
from launcher.server.fhir.access import Access, AccessKeeper
from launcher.server.fhir.exchange import Answer, refusal
from launcher.server.fhir.upstream_call import BROKEN, failure_answer
from launcher.upstream.fhir import UpstreamAnswer


class ReadRefusals:
    """Refusals of reads and searches."""

    def __init__(self, keeper: AccessKeeper) -> None:
        self._keeper = keeper

    async def denied(self, access: Access, denied: Deny) -> Answer:
        """What the request alone shows to lie outside the grant."""
        answer = refusal(denied.status, denied.code, denied.reason)
        return await self._keeper.refused(access, answer, denied.reason)

    async def missing(self, access: Access) -> Answer:
        """404 for what is not there and for what is somebody else's, the same to the byte."""
        interaction = access.interaction
        answer = Answer(404, missing(interaction.type or "", interaction.id or ""))
        return await self._keeper.refused(access, answer, "no such resource for this grant")

    async def failed(self, access: Access, facts: GrantFacts, answer: UpstreamAnswer) -> Answer:
        """What the upstream refused; that it hides or has deleted an instance is told to open grants only."""
        interaction = access.interaction
        if interaction.id is not None:
            open_grant = facts.open_for(interaction.type or "", interaction.letter)
            if answer.status == 404 or (answer.status in (403, 410) and not open_grant):
                return await self.missing(access)
        failed = failure_answer(answer)
        return await self._keeper.refused(access, failed, f"the upstream answered {answer.status}")

    async def broken(self, access: Access) -> Answer:
        """502 for an answer that cannot be judged."""
        answer = refusal(*BROKEN)
        return await self._keeper.refused(access, answer, "the upstream's answer was not readable")
