"""Shared reads: five apps that open the same chart do not read the same Patient five times upstream.

Identical reads in flight become one, and an answer is reused for at most two seconds, then revalidated by its ETag.
What is shared is the upstream's answer, before anything is judged: each grant judges it anew and leaves its own
record. Nothing is shared between users, nor between grants that would be judged differently: or the time that a
refusal takes would tell what another app has just read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from launcher.gateway.grant_facts import GrantFacts
from launcher.server.dependencies import Clock, UpstreamTokens
from launcher.server.fhir.access import Access
from launcher.server.fhir.exchange import AnsweredEarly
from launcher.server.fhir.sharing_limits import SharingLimits
from launcher.server.fhir.upstream_call import UpstreamCall, etag_of
from launcher.upstream.fhir import FhirConnection, UpstreamAnswer

Key = tuple[object, ...]
KEPT_STATUS = frozenset({200, 403, 404, 410})
"""What is not there is remembered just as long as what is hidden: their answers take the same time."""


@dataclass(frozen=True, slots=True)
class _Kept:
    answer: UpstreamAnswer
    since: float
    reuse_seconds: float


class SharedReads(UpstreamCall):
    """The upstream as reads see it. ``facts`` gives what the policy knows of a grant now."""

    def __init__(
        self,
        connection: FhirConnection,
        tokens: UpstreamTokens,
        facts: Callable[[Access], GrantFacts],
        clock: Clock,
        limits: SharingLimits,
    ) -> None:
        super().__init__(connection, tokens)
        self._facts = facts
        self._clock = clock
        self._limits = limits
        self._flying: dict[Key, asyncio.Task[UpstreamAnswer]] = {}
        self._kept: dict[Key, _Kept] = {}
        self._alike: dict[Key, frozenset[Key]] = {}
        self._bytes = 0
        self._generation = 0
        self._purging: asyncio.TimerHandle | None = None

    async def ask(
        self,
        access: Access,
        method: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> UpstreamAnswer:
        """As ``UpstreamCall.ask``, shared where it may be."""
        wishes = directives(access.request.headers.get(b"cache-control", b"").decode("latin-1"))
        if self._limits.reuse_seconds <= 0 or access.grant.sid is None or "no-store" in wishes:
            return await super().ask(access, method, target, headers, body)
        key = (access.grant.sid, method, target, body, *self._judged_as(access))
        kept = self._kept.get(key)
        demanding = "no-cache" in wishes or wishes.get("max-age") == "0"
        if kept is not None and not demanding and self._age(kept) < kept.reuse_seconds:
            return kept.answer
        flying = self._flying.get(key)
        first = flying is None
        if flying is None:
            flying = asyncio.ensure_future(self._fetched(key, access, method, target, headers, body))
            self._flying[key] = flying
            flying.add_done_callback(partial(self._landed, key))
            loop = asyncio.get_running_loop()
            loop.call_later(self._limits.reuse_seconds, partial(self._leave_alone, key, flying))
        try:
            answer = await asyncio.shield(flying)
        except AnsweredEarly as early:
            raise AnsweredEarly(early.answer, early.reason) from early
        if not first and "no-store" in _told(answer):
            return await super().ask(access, method, target, headers, body)
        return answer

    def forget(self) -> None:
        """Something was written, or came back unreadable: nothing that was read or asked before counts any more."""
        self._generation += 1
        self._flying.clear()
        self._kept.clear()
        self._bytes = 0

    async def _fetched(
        self,
        key: Key,
        access: Access,
        method: str,
        target: str,
        headers: Mapping[str, str] | None,
        body: bytes | None,
    ) -> UpstreamAnswer:
        generation = self._generation
        kept = self._kept.get(key)
        etag = etag_of(kept.answer) if kept is not None and kept.answer.status == 200 else None
        if etag is not None and method == "GET":
            headers = {**(headers or {}), "If-None-Match": etag}
        answer = await super().ask(access, method, target, headers, body)
        told = _told(answer)
        if answer.status == 304 and kept is not None and etag is not None:
            answer = kept.answer
        if generation == self._generation:
            self._keep(key, answer, told)
        return answer

    def _keep(self, key: Key, answer: UpstreamAnswer, told: Mapping[str, str]) -> None:
        self._drop(key)
        size = len(answer.body)
        if answer.status not in KEPT_STATUS or "no-store" in told or size > self._limits.answer_bytes:
            return
        reuse = self._limits.reuse_seconds
        if "no-cache" in told:
            reuse = 0.0
        elif told.get("max-age", "").isdigit():
            reuse = min(reuse, float(told["max-age"]))
        while self._kept and (
            len(self._kept) >= self._limits.answers or self._bytes + size > self._limits.all_bytes
        ):
            self._drop(next(iter(self._kept)))
        self._kept[key] = _Kept(answer, self._clock.monotonic(), reuse)
        self._bytes += size
        if self._purging is None:
            loop = asyncio.get_running_loop()
            self._purging = loop.call_later(self._limits.keep_seconds, self._purge)

    def _purge(self) -> None:
        """Nothing of a patient stays in memory because nobody asks any more."""
        self._purging = None
        for key in [key for key, kept in self._kept.items() if self._age(kept) >= self._limits.keep_seconds]:
            self._drop(key)
        if self._kept:
            loop = asyncio.get_running_loop()
            self._purging = loop.call_later(self._limits.keep_seconds, self._purge)

    def _drop(self, key: Key) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= len(kept.answer.body)

    def _leave_alone(self, key: Key, task: asyncio.Task[UpstreamAnswer]) -> None:
        """Nobody joins this one any more: who asks again because of a long silence is not made to wait for its end."""
        if self._flying.get(key) is task:
            del self._flying[key]

    def _landed(self, key: Key, task: asyncio.Task[UpstreamAnswer]) -> None:
        self._leave_alone(key, task)
        if not task.cancelled():
            task.exception()  # looked at, also when everybody who waited has gone

    def _judged_as(self, access: Access) -> tuple[object, ...]:
        """What decides about this type for this grant; equal for grants that are judged alike."""
        facts, interaction = self._facts(access), access.interaction
        named = (access.grant.scopes, facts.fenced, interaction.type)
        scopes = self._alike.get(named)
        if scopes is None:
            covering = facts.covering(interaction.type or "", "rs")
            scopes = frozenset((facts.limited(one), one.query, one.cruds & {"r", "s"}) for one in covering)
            if len(self._alike) >= self._limits.answers:
                self._alike.clear()
            self._alike[named] = scopes
        implied = f"{interaction.type}/{interaction.id}" in facts.implied_reads
        return facts.patient, scopes, implied

    def _age(self, kept: _Kept) -> float:
        return self._clock.monotonic() - kept.since


class WatchedWrites(UpstreamCall):
    """The upstream as writes see it: always asked, and ``on_write`` is called before and after a change."""

    def __init__(
        self, connection: FhirConnection, tokens: UpstreamTokens, on_write: Callable[[], None]
    ) -> None:
        super().__init__(connection, tokens)
        self._on_write = on_write

    async def change(
        self,
        access: Access,
        method: str,
        target: str,
        headers: Mapping[str, str] | None,
        body: bytes | None,
        right_before: Callable[[], None],
    ) -> UpstreamAnswer:
        """As ``UpstreamCall.change``; one that failed may have happened all the same."""
        self._on_write()
        try:
            return await super().change(access, method, target, headers, body, right_before)
        finally:
            self._on_write()


def directives(cache_control: str) -> dict[str, str]:
    """The directives of a ``Cache-Control`` header, lower case (RFC 9111 5.2)."""
    found: dict[str, str] = {}
    for part in cache_control.lower().split(","):
        name, _, value = part.strip().partition("=")
        if name:
            found[name] = value.strip('"')
    return found


def _told(answer: UpstreamAnswer) -> dict[str, str]:
    return directives(", ".join(answer.headers.getall("Cache-Control", [])))
