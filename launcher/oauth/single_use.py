"""Things that are redeemed at most once: codes, launch ids, pushed requests, login transactions.

Everything happens between two awaits of one event loop: ``take`` finds and removes in one step, so two redeemers
can never both succeed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Generic, TypeVar

Value = TypeVar("Value")


class SingleUse(Generic[Value]):
    """Values under unguessable keys, each with an end; at most ``capacity`` at a time.

    Who put a value may be told as ``owner``: of one owner at most ``per_owner`` are kept, and then his own oldest goes
    first. When everything is full, the oldest of the owner with the most goes: nobody pushes out somebody else's.
    """

    def __init__(self, capacity: int, per_owner: int | None = None) -> None:
        self._capacity = capacity
        self._per_owner = capacity if per_owner is None else per_owner
        self._entries: dict[str, tuple[datetime, str, Value]] = {}
        self._owned: dict[str, dict[str, None]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, key: str, value: Value, now: datetime, life: timedelta, owner: str = "") -> None:
        """Keep ``value`` until ``now + life`` or until it is taken."""
        self.sweep(now)
        if len(self._owned.get(owner, ())) >= self._per_owner:
            self._remove(next(iter(self._owned[owner])))
        while len(self._entries) >= self._capacity:
            most = max(self._owned, key=lambda name: len(self._owned[name]))
            self._remove(next(iter(self._owned[most])))
        self._entries[key] = (now + life, owner, value)
        self._owned.setdefault(owner, {})[key] = None

    def look(self, key: str, now: datetime) -> Value | None:
        """The value, which stays; ``None`` when it is unknown, taken or expired."""
        entry = self._entries.get(key)
        return None if entry is None or entry[0] <= now else entry[2]

    def take(self, key: str, now: datetime) -> Value | None:
        """Remove and return the value; ``None`` when it is unknown, taken or expired."""
        found = self.look(key, now)
        if key in self._entries:
            self._remove(key)
        return found

    def sweep(self, now: datetime) -> None:
        """Forget what has expired; entries of one life leave in the order in which they came."""
        while self._entries:
            key = next(iter(self._entries))
            if self._entries[key][0] > now:
                return
            self._remove(key)

    def _remove(self, key: str) -> None:
        _, owner, _ = self._entries.pop(key)
        owned = self._owned[owner]
        del owned[key]
        if not owned:
            del self._owned[owner]
