"""What the provider remembers while it runs: in memory, bounded, each entry with an end."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Generic, TypeVar

from launcher.sandbox.identity.model import (
    Clock,
    Code,
    Interaction,
    ProviderLimits,
    RefreshGrant,
    RotatedToken,
    Session,
)

Value = TypeVar("Value")


class Shelf(Generic[Value]):
    """Entries that end by themselves; the oldest gives way when the shelf is full.

    Everything happens in one step of the event loop, so ``take`` redeems atomically: one caller gets the entry.
    Keys are kept as SHA-256 only.
    """

    def __init__(self, clock: Clock, seconds: float, most: int) -> None:
        self._clock = clock
        self._seconds = seconds
        self._most = most
        self._entries: OrderedDict[bytes, tuple[float, Value]] = OrderedDict()

    def put(self, key: str, value: Value, *, seconds: float | None = None) -> None:
        """Keep ``value`` under ``key`` for ``seconds`` (the shelf's own life unless given)."""
        self._sweep()
        life = self._seconds if seconds is None else seconds
        self._entries[_digest(key)] = (self._clock.monotonic() + life, value)
        while len(self._entries) > self._most:
            self._entries.popitem(last=False)

    def get(self, key: str) -> Value | None:
        """The entry, left where it is; None when there is none or it has ended."""
        entry = self._entries.get(_digest(key))
        return entry[1] if entry and entry[0] > self._clock.monotonic() else None

    def take(self, key: str) -> Value | None:
        """The entry, removed: a second call gets None."""
        entry = self._entries.pop(_digest(key), None)
        return entry[1] if entry and entry[0] > self._clock.monotonic() else None

    def add(self, key: str, value: Value, *, seconds: float | None = None) -> bool:
        """Keep ``value`` unless ``key`` is already there; tells whether it was new."""
        if self.get(key) is not None:
            return False
        self.put(key, value, seconds=seconds)
        return True

    def _sweep(self) -> None:
        now = self._clock.monotonic()
        while self._entries:
            key, (ends, _) = next(iter(self._entries.items()))
            if ends > now:
                return
            del self._entries[key]


class ProviderStore:
    """All shelves of one provider."""

    def __init__(self, clock: Clock, limits: ProviderLimits) -> None:
        most = limits.remembered
        self.pushed: Shelf[dict[str, str]] = Shelf(clock, limits.pushed_request_seconds, most)
        self.interactions: Shelf[Interaction] = Shelf(clock, limits.interaction_seconds, most)
        self.sessions: Shelf[Session] = Shelf(clock, limits.session_seconds, most)
        self.ended_sessions: Shelf[bool] = Shelf(clock, limits.session_seconds, most)
        self.codes: Shelf[Code] = Shelf(clock, limits.code_seconds, most)
        self.spent_codes: Shelf[str] = Shelf(clock, limits.refresh_token_seconds, most)
        self.refresh: Shelf[RefreshGrant] = Shelf(clock, limits.refresh_token_seconds, most)
        self.rotated: Shelf[RotatedToken] = Shelf(clock, limits.refresh_token_seconds, most)
        self.ended_grants: Shelf[bool] = Shelf(clock, limits.refresh_token_seconds, most)
        self.assertions: Shelf[bool] = Shelf(clock, limits.assertion_seconds, 10 * most)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
