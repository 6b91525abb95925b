"""Things that are redeemed at most once: codes, launch ids, pushed requests, login transactions.

Everything happens between two awaits of one event loop: ``take`` finds and removes in one step, so two redeemers
can never both succeed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Generic, TypeVar

Value = TypeVar("Value")


class SingleUse(Generic[Value]):
    """Values under unguessable keys, each with an end; at most ``capacity`` at a time, the oldest goes first."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: dict[str, tuple[datetime, Value]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, key: str, value: Value, now: datetime, life: timedelta) -> None:
        """Keep ``value`` until ``now + life`` or until it is taken."""
        self.sweep(now)
        while len(self._entries) >= self._capacity:
            del self._entries[next(iter(self._entries))]
        self._entries[key] = (now + life, value)

    def take(self, key: str, now: datetime) -> Value | None:
        """Remove and return the value; ``None`` when it is unknown, taken or expired."""
        entry = self._entries.pop(key, None)
        if entry is None or entry[0] <= now:
            return None
        return entry[1]

    def sweep(self, now: datetime) -> None:
        """Forget what has expired; entries of one life leave in the order in which they came."""
        while self._entries:
            key = next(iter(self._entries))
            if self._entries[key][0] > now:
                return
            del self._entries[key]
