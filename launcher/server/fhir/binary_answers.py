"""Reads of a Binary: the only resource that is passed on as it comes, and only once its owner has been judged.

A small one is judged whole. A larger one under a limited grant is read to its end first, without being kept, so that
nothing that stands behind the attachment can name another owner; then it is asked for again, in the same version.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

from launcher.gateway.binary_json import Base64Text
from launcher.gateway.grant_facts import GrantFacts
from launcher.gateway.heads import AnswerUnreadable
from launcher.gateway.interaction import Kind
from launcher.gateway.policy import Deny, Narrow, decide
from launcher.server.errors import InvalidToken, SessionLocked
from launcher.server.fhir.access import Access, AccessKeeper
from launcher.server.fhir.binaries import BinaryReads
from launcher.server.fhir.exchange import FHIR_JSON, Answer, AnsweredEarly, BrokenOff, refusal
from launcher.server.fhir.incoming_binary import IncomingBinary
from launcher.server.fhir.read_refusals import ReadRefusals
from launcher.server.fhir.settings import FhirLimits
from launcher.server.fhir.upstream_call import (
    RETRY_AFTER,
    unchanged,
    version_headers,
    with_query,
)

_MEDIA_TYPE = re.compile(r"[a-zA-Z0-9!#$&^_.+\-]+/[a-zA-Z0-9!#$&^_.+\-]+\Z")
DOWNLOAD = ((b"content-disposition", b"attachment"), (b"content-security-policy", b"sandbox"))
"""No browser runs what somebody has attached."""


class BinaryStream:
    """The body of a large Binary, as FHIR JSON or as its attachment. ``members``: what it was judged by, if it was.

    ``check`` is called before each part is shown and raises ``BrokenOff`` when it may not be shown any more.
    """

    def __init__(
        self,
        incoming: IncomingBinary,
        *,
        decoded: bool,
        members: dict[str, Any] | None,
        check: Callable[[], None],
        on_broken: Callable[[str], None],
        on_close: Callable[[], None],
    ) -> None:
        self._incoming = incoming
        self._text = Base64Text() if decoded else None
        self._members = members
        self._check = check
        self._on_broken = on_broken
        self._on_close: Callable[[], None] | None = on_close

    @property
    def length(self) -> int | None:
        """Bytes of the body, where the upstream has told them."""
        return self._incoming.length if self._text is None else None

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body in parts; the last one only when everything was there. Raises ``BrokenOff``."""
        held = b""
        try:
            async for part in self._parts():
                self._check()
                if held:
                    yield held
                held = part
            if self._text is not None:
                self._text.finish()
            if self._incoming.json.head() != (self._members or self._incoming.json.head()):
                raise BrokenOff("another version came than was judged")
        except (AnsweredEarly, AnswerUnreadable, BrokenOff) as error:
            self._on_broken(str(error))
            raise BrokenOff(str(error)) from None
        yield held

    async def _parts(self) -> AsyncIterator[bytes]:
        kept, self._incoming.kept = self._incoming.kept, []
        for number, (chunk, data) in enumerate(kept):
            kept[number] = (b"", b"")
            yield self._shown(chunk, data)
        while (following := await self._incoming.next()) is not None:
            yield self._shown(*following)

    def _shown(self, chunk: bytes, data: bytes) -> bytes:
        return chunk if self._text is None else self._text.feed(data)

    async def close(self) -> None:
        """Break off what is still on its way."""
        done, self._on_close = self._on_close, None
        if done is not None:
            self._incoming.close()
            done()


class BinaryAnswers:
    """Answers ``read`` and ``vread`` of a Binary, as FHIR JSON or in its own media type."""

    def __init__(self, keeper: AccessKeeper, binaries: BinaryReads, limits: FhirLimits) -> None:
        self._keeper = keeper
        self._binaries = binaries
        self._most_streams = limits.binary_streams
        self._most_of_one = limits.binary_streams_of_one
        self._streams: Counter[str] = Counter()
        self._refusals = ReadRefusals(keeper)

    async def instance(self, access: Access) -> Answer:
        """What lies outside the grant is answered exactly like what is not there."""
        interaction = access.interaction
        facts = self._keeper.facts(access)
        decision = decide(facts, interaction)
        if isinstance(decision, Deny):
            return await self._refusals.denied(access, decision)
        parameters = decision.parameters if isinstance(decision, Narrow) else interaction.parameters
        version = f"/_history/{interaction.version}" if interaction.version is not None else ""
        target = with_query(f"/Binary/{interaction.id}{version}", parameters)
        incoming = await self._binaries.opened(access, target)
        answer: Answer | None = None
        try:
            answer = await self._judged(access, facts, target, incoming)
        except AnswerUnreadable:
            return await self._refusals.broken(access)
        finally:
            if answer is None or answer.stream is None:
                incoming.close()
        return answer

    async def _judged(
        self, access: Access, facts: GrantFacts, target: str, incoming: IncomingBinary
    ) -> Answer:
        interaction = access.interaction
        await incoming.read_beginning()
        if incoming.status != 200:
            return await self._refusals.failed(access, facts, incoming.answer())
        implied = interaction.kind is Kind.READ and f"Binary/{interaction.id}" in facts.implied_reads
        limited = not (implied or facts.open_for("Binary", interaction.letter))
        large = not incoming.complete
        if limited:
            await incoming.read_all()
        members = incoming.members()
        if members.get("id") != interaction.id:
            return await self._refusals.missing(access)
        facts = self._keeper.facts_for_answer(access)
        if limited and not await self._binaries.owned(facts, access, members):
            return await self._refusals.missing(access)
        patients = {facts.patient} if limited and facts.patient else set[str]()
        told, decoded = incoming.answer(), _wants_content(access)
        if not decoded and unchanged(access, told):
            return await self._keeper.done(access, Answer(304, b"", version_headers(told)), patients)
        answer = _with_form(members) if decoded else Answer(200, told.body, version_headers(told))
        if not large:
            body = _attachment(incoming) if decoded else told.body
            return await self._keeper.done(access, replace(answer, body=body), patients)
        return await self._streamed(access, facts, incoming, target if limited else None, answer, patients)

    async def _streamed(
        self,
        access: Access,
        facts: GrantFacts,
        incoming: IncomingBinary,
        again: str | None,
        answer: Answer,
        patients: set[str],
    ) -> Answer:
        """The answer with the body as a stream; ``again``: where to ask for it once more, in the judged version."""
        reader = access.grant.sid or f"client {access.grant.client_id}"
        if self._streams.total() >= self._most_streams or self._streams[reader] >= self._most_of_one:
            busy = refusal(503, "throttled", "Too many large documents are being read.", (RETRY_AFTER,))
            return await self._keeper.refused(access, busy, "too many streams")
        members = incoming.members() if again is not None else None
        self._streams[reader] += 1
        try:
            if again is not None:
                judged, incoming = incoming, await self._same_version(access, incoming, again)
                judged.close()
        except BaseException:
            self._ended(reader)
            raise
        stream = BinaryStream(
            incoming,
            decoded=answer.content_type is not FHIR_JSON,
            members=members,
            check=lambda: self._refuse_if_moved(access, facts),
            on_broken=lambda reason: self._keeper.broken_off(access, reason, patients),
            on_close=lambda: self._ended(reader),
        )
        try:
            return await self._keeper.done(access, replace(answer, body=b"", stream=stream), patients)
        except BaseException:
            await stream.close()
            raise

    async def _same_version(self, access: Access, judged: IncomingBinary, target: str) -> IncomingBinary:
        """The beginning of a second answer that is the judged one's. Raises ``AnswerUnreadable`` for any other."""
        members = judged.members()
        again = await self._binaries.opened(access, target)
        try:
            await again.read_beginning()
            version = judged.version(members)
            if version is None or again.status != 200 or again.complete:
                raise AnswerUnreadable("the upstream does not say which version it gives")
            beginning = again.members()
            if again.version(beginning) != version or any(
                members.get(name) != value for name, value in beginning.items()
            ):
                raise AnswerUnreadable("another version came than was judged")
        except BaseException:
            again.close()
            raise
        return again

    def _refuse_if_moved(self, access: Access, judged: GrantFacts) -> None:
        try:
            moved = self._keeper.facts_for_answer(access).patient != judged.patient
        except (InvalidToken, SessionLocked):
            moved = True
        if moved:
            raise BrokenOff("the grant ended, was locked or moved to another patient")

    def _ended(self, reader: str) -> None:
        self._streams[reader] -= 1
        self._streams += Counter()  # Forgets whoever has none.


def _wants_content(access: Access) -> bool:
    """True when a Binary is asked for in its own media type and not as FHIR JSON."""
    accept = access.request.headers.get(b"accept", b"*/*")
    return b"json" not in accept and b"*/*" not in accept


def _with_form(members: dict[str, Any]) -> Answer:
    """The answer without its body, as a download in the media type of the attachment."""
    given = members.get("contentType")
    media_type = given if isinstance(given, str) and _MEDIA_TYPE.match(given) else "application/octet-stream"
    return Answer(200, b"", DOWNLOAD, media_type.encode("ascii"))


def _attachment(incoming: IncomingBinary) -> bytes:
    text = Base64Text()
    data = b"".join(text.feed(part) for _, part in incoming.kept)
    text.finish()
    return data
