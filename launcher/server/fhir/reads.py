"""Reads, searches, histories and pages: asked as the policy says, judged when they come back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from launcher.gateway.filter import BundleContext, filter_bundle
from launcher.gateway.grant_facts import GrantFacts
from launcher.gateway.heads import AnswerUnreadable
from launcher.gateway.interaction import Interaction, Kind
from launcher.gateway.links import Page, PageRefused, PageSeal, upstream_target
from launcher.gateway.policy import Deny, Narrow, decide
from launcher.gateway.query import write_query
from launcher.gateway.verdicts import Judges, ResourceJudge
from launcher.server.fhir.access import Access, AccessKeeper
from launcher.server.fhir.binary_answers import BinaryAnswers
from launcher.server.fhir.exchange import Answer, refusal
from launcher.server.fhir.read_refusals import ReadRefusals
from launcher.server.fhir.shared_reads import SharedReads
from launcher.server.fhir.upstream_call import unchanged, version_headers, with_query
from launcher.upstream.fhir import FORM, UpstreamAnswer

PERSON_TYPES = frozenset({"Patient", "Person", "RelatedPerson"})
"""Searches for people go up as POST, so that no identity number stands in an upstream's URL or log (S7)."""
LONGEST_TARGET = 2000
LEARNED_SECONDS = 30.0


class Reads:
    """Everything that changes nothing upstream."""

    def __init__(
        self,
        upstream: SharedReads,
        keeper: AccessKeeper,
        binaries: BinaryAnswers,
        public_base: str,
        page_seal: PageSeal,
    ) -> None:
        self._upstream = upstream
        self._keeper = keeper
        self._refusals = ReadRefusals(keeper)
        self._binaries = binaries
        self._public_base = public_base
        self._page_seal = page_seal
        self._judges = Judges()
        self._forgetting: asyncio.TimerHandle | None = None

    async def instance(self, access: Access) -> Answer:
        """``read`` and ``vread``. What lies outside the grant is answered exactly like what is not there."""
        interaction = access.interaction
        if interaction.type == "Binary":
            return await self._binaries.instance(access)
        facts = self._keeper.facts(access)
        decision = decide(facts, interaction)
        if isinstance(decision, Deny):
            return await self._refusals.denied(access, decision)
        parameters = decision.parameters if isinstance(decision, Narrow) else interaction.parameters
        target = f"/{interaction.type}/{interaction.id}"
        if interaction.version is not None:
            target += f"/_history/{interaction.version}"
        answer = await self._upstream.ask(access, "GET", with_query(target, parameters))
        if answer.status != 200:
            return await self._refusals.failed(access, facts, answer)
        facts = self._keeper.facts_for_answer(access)
        try:
            judged = ResourceJudge(facts, "r").begin(answer.body).judge(answer.body)
        except AnswerUnreadable:
            return await self._broken(access)
        if (judged.type, judged.id) != (interaction.type, interaction.id):
            return await self._refusals.missing(access)
        implied = (
            interaction.kind is Kind.READ and f"{interaction.type}/{interaction.id}" in facts.implied_reads
        )
        if not judged.verdict.covered and not implied:
            return await self._refusals.missing(access)
        patients = judged.verdict.patients - {""}
        headers = version_headers(answer)
        if unchanged(access, answer):
            return await self._keeper.done(access, Answer(304, b"", headers), patients)
        return await self._keeper.done(access, Answer(200, answer.body, headers), patients)

    async def search(self, access: Access) -> Answer:
        """A type search, by GET or POST; narrowed on the way up and filtered on the way down."""
        interaction = access.interaction
        facts = self._keeper.facts(access)
        decision = decide(facts, interaction)
        if isinstance(decision, Deny):
            return await self._refusals.denied(access, decision)
        exact = decision.exact if isinstance(decision, Narrow) else True
        parameters = decision.parameters if isinstance(decision, Narrow) else interaction.parameters
        query = write_query(parameters)
        person = interaction.type in PERSON_TYPES and any(name != "_id" for name, _ in parameters)
        if interaction.by_post or person or len(query) > LONGEST_TARGET:
            answer = await self._upstream.ask(
                access,
                "POST",
                f"/{interaction.type}/_search",
                {"Content-Type": FORM},
                query.encode("ascii"),
            )
        else:
            target = f"/{interaction.type}?{query}" if query else f"/{interaction.type}"
            answer = await self._upstream.ask(access, "GET", target)
        return await self._bundle(access, answer, facts, exact, self._self_url(access))

    async def history(self, access: Access) -> Answer:
        """History of an instance or of a type; each version is judged by itself."""
        facts = self._keeper.facts(access)
        decision = decide(facts, access.interaction)
        if isinstance(decision, Deny):
            return await self._refusals.denied(access, decision)
        interaction = access.interaction
        place = f"/{interaction.type}/{interaction.id}" if interaction.id else f"/{interaction.type}"
        target = with_query(f"{place}/_history", interaction.parameters)
        answer = await self._upstream.ask(access, "GET", target)
        return await self._bundle(
            access, answer, facts, self._open(facts, interaction), self._self_url(access)
        )

    async def everything(self, access: Access) -> Answer:
        """``Patient/{id}/$everything``, entry by entry."""
        facts = self._keeper.facts(access)
        decision = decide(facts, access.interaction)
        if isinstance(decision, Deny):
            return await self._refusals.denied(access, decision)
        target = with_query(f"/Patient/{access.interaction.id}/$everything", access.interaction.parameters)
        answer = await self._upstream.ask(access, "GET", target)
        return await self._bundle(access, answer, facts, False, self._self_url(access))

    async def page(self, access: Access) -> Answer:
        """A page behind a link of ours: for the same grant and patient only."""
        facts = self._keeper.facts(access)
        try:
            page = self._page_seal.open(access.interaction.page or "", facts, access.interaction.type or "")
        except PageRefused as refused:
            return await self._keeper.refused(access, refusal(403, "forbidden", str(refused)), str(refused))
        paged = Access(access.request, access.grant, Interaction(page.kind, page.type, page.id))
        answer = await self._upstream.ask(paged, "GET", page.target)
        return await self._bundle(paged, answer, facts, page.exact, self._self_url(access))

    async def _bundle(
        self, access: Access, answer: UpstreamAnswer, asked: GrantFacts, exact: bool, self_url: str
    ) -> Answer:
        if answer.status != 200:
            return await self._refusals.failed(access, asked, answer)
        facts = self._keeper.facts_for_answer(access)
        if facts.patient != asked.patient:
            # The fence moved while the upstream was answering: this answer is about the former patient.
            text = "The patient changed while the answer was on its way. Ask again."
            return await self._keeper.refused(access, refusal(409, "conflict", text), text)
        interaction = access.interaction
        context = BundleContext(
            interaction.kind,
            interaction.type or "",
            interaction.id,
            exact,
            self._public_base,
            self_url,
            self._page_link(facts, interaction, exact),
        )
        try:
            filtered = filter_bundle(facts, answer.body, context, self._learned_judges())
        except AnswerUnreadable:
            return await self._broken(access)
        if interaction.kind is Kind.HISTORY_INSTANCE and not filtered.kept:
            return await self._refusals.missing(access)
        patients = filtered.patients
        if interaction.kind is Kind.SEARCH_TYPE and facts.patient and not self._open(facts, interaction):
            patients = patients | {facts.patient}
        return await self._keeper.done(access, Answer(200, filtered.body), patients)

    def _learned_judges(self) -> Judges:
        """What was learned stays for a while, so that not each page of a patient is learned anew."""
        if self._forgetting is None:
            loop = asyncio.get_running_loop()
            self._forgetting = loop.call_later(LEARNED_SECONDS, self._forget)
        return self._judges

    def _forget(self) -> None:
        self._forgetting = None
        self._judges.forget()

    def _page_link(
        self, facts: GrantFacts, interaction: Interaction, exact: bool
    ) -> Callable[[str], str | None]:
        def link(url: str) -> str | None:
            target = upstream_target(url, self._upstream.base)
            if target is None:
                return None
            page = Page(
                facts.grant_id,
                facts.patient,
                interaction.kind,
                interaction.type or "",
                interaction.id,
                exact,
                target,
            )
            return f"{self._public_base}/{interaction.type}?_page={self._page_seal.seal(page)}"

        return link

    def _self_url(self, access: Access) -> str:
        """What was asked, as asked, on our own base; without values when it came as a form (S7)."""
        interaction = access.interaction
        place = f"{self._public_base}/{interaction.type}"
        if interaction.page is not None:
            return f"{place}?_page={interaction.page}"
        if interaction.id is not None:
            place += f"/{interaction.id}"
        if interaction.kind in (Kind.HISTORY_INSTANCE, Kind.HISTORY_TYPE):
            place += "/_history"
        elif interaction.kind is Kind.EVERYTHING:
            place += "/$everything"
        hidden = interaction.by_post or interaction.type in PERSON_TYPES
        query = "" if hidden else write_query(interaction.parameters)
        return f"{place}?{query}" if query else place

    def _open(self, facts: GrantFacts, interaction: Interaction) -> bool:
        return facts.open_for(interaction.type or "", interaction.letter)

    async def _broken(self, access: Access) -> Answer:
        self._upstream.forget()
        return await self._refusals.broken(access)
