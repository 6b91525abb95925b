"""Refusals of strangers in the access log: the first ones in full, the others of the same minute as one row with a count."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import msgspec

from launcher.gateway.audit_event import SUCCESS, AccessFacts
from launcher.server.dependencies import Clock
from launcher.server.fhir.settings import AccessLog
from launcher.server.strangers import address_key

OTHERS = ""
"""The key of addresses beyond those that are remembered."""


@dataclass(slots=True)
class _Window:
    until: float
    told: int = 0
    counted: int = 0
    last: AccessFacts | None = None


class StrangerRows:
    """An ``AccessLog`` over another: nobody without a credential decides how long the log grows.

    Per address and kind ``told`` rows in ``seconds`` are written as they are; what comes on top is counted, and told
    as one row (``AccessFacts.repeated``) when the time is over or the gateway ends. A killed gateway loses such a
    count, never a row.
    """

    def __init__(self, log: AccessLog, clock: Clock, *, told: int, seconds: int, remembered: int) -> None:
        self._log = log
        self._clock = clock
        self._most_told = told
        self._seconds = seconds
        self._remembered = remembered
        self._windows: dict[tuple[str, str], _Window] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def record(self, facts: AccessFacts, *, at_once: bool = False) -> None:
        """As the log beneath; a refusal that is only counted returns at once. Raises ``AuditUnavailable``."""
        if not self._is_only_counted(facts):
            await self._log.record(facts, at_once=at_once)

    async def check(self) -> None:
        """As the log beneath."""
        await self._log.check()

    def record_soon(self, facts: AccessFacts) -> None:
        """As the log beneath."""
        if not self._is_only_counted(facts):
            self._log.record_soon(facts)

    def flush(self) -> None:
        """Write every count; the gateway ends."""
        for window in self._windows.values():
            self._tell(window)
        self._windows.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _is_only_counted(self, facts: AccessFacts) -> bool:
        if facts.outcome == SUCCESS or facts.grant_id or facts.user_sub:
            return False
        now = self._clock.monotonic()
        self._end_windows(now)
        key = (address_key(facts.client_address), facts.kind)
        if key not in self._windows and len(self._windows) >= self._remembered:
            key = (OTHERS, facts.kind)
        window = self._windows.setdefault(key, _Window(now + self._seconds))
        if window.told < self._most_told:
            window.told += 1
            return False
        window.counted += 1
        window.last = facts
        self._wake_later()
        return True

    def _end_windows(self, now: float) -> None:
        """Windows begin in the order in which they stand, and all last equally long."""
        while self._windows:
            key = next(iter(self._windows))
            if self._windows[key].until > now:
                return
            self._tell(self._windows.pop(key))

    def _tell(self, window: _Window) -> None:
        if window.last is not None:
            self._log.record_soon(msgspec.structs.replace(window.last, repeated=window.counted - 1))
            window.last, window.counted = None, 0

    def _wake_later(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._woken)

    def _woken(self) -> None:
        self._timer = None
        self._end_windows(self._clock.monotonic())
        if any(window.last is not None for window in self._windows.values()):
            self._wake_later()
