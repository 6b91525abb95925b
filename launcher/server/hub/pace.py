"""How fast one app may call the hub: whoever is faster gets 429, and the access log one row instead of a flood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from launcher.server.hub.access import HubRefusal
from launcher.server.strangers import TokenBuckets

TOLD_EVERY_SECONDS = 60.0


class TooManyCalls(HubRefusal):
    """Caller: more calls than its pace. ``told``: this one is recorded, with ``repeated`` before it that were not."""

    def __init__(self, *, told: bool, repeated: int) -> None:
        super().__init__(429, "too many calls of this app; wait as Retry-After says")
        self.told = told
        self.repeated = repeated


@dataclass(slots=True)
class _Excess:
    """Refusals of one app: when one was last recorded, and how many were not since then."""

    told_at: float
    untold: int = 0


class CallPace:
    """One bucket for each app in each session; at most ``remembered`` of them."""

    def __init__(
        self, burst: int, per_minute: int, monotonic: Callable[[], float], remembered: int = 10_000
    ) -> None:
        self._buckets = TokenBuckets(burst, per_minute / 60, remembered, monotonic)
        self._monotonic = monotonic
        self._remembered = remembered
        self._excess: dict[str, _Excess] = {}

    def take(self, name: str) -> None:
        """Count one call. Raises :class:`TooManyCalls`."""
        if self._buckets.take(name):
            return
        now, known = self._monotonic(), self._excess.get(name)
        if known is not None and now - known.told_at < TOLD_EVERY_SECONDS:
            known.untold += 1
            raise TooManyCalls(told=False, repeated=0)
        if known is None and len(self._excess) >= self._remembered:
            del self._excess[next(iter(self._excess))]
        self._excess[name] = _Excess(now)
        raise TooManyCalls(told=True, repeated=known.untold if known is not None else 0)
