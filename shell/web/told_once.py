"""A page that repeats itself is told of once: nothing that it does over and over keeps the user or the window busy."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

QUIET_SECONDS = 3.0
"""Without the like of it for so long, it is news again."""
HUSH_SECONDS = 1.0
"""Before other words of the same kind are told; twice as long after each, until there was quiet."""


@dataclass(slots=True)
class _Told:
    words: str
    at: float
    tried: float
    hush: float = HUSH_SECONDS


class ToldOnce:
    """Of one page; ``kind`` is anything that can be compared, ``words`` what the page says about it."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._told: dict[str, _Told] = {}

    def is_news(self, kind: str, words: str = "") -> bool:
        """Whether to tell the user now."""
        now = self._now()
        told = self._told.get(kind)
        if told is None or now - told.tried >= QUIET_SECONDS:
            self._told[kind] = _Told(words, now, now)
            return True
        told.tried = now
        if words == told.words or now - told.at < told.hush:
            return False
        told.words, told.at, told.hush = words, now, told.hush * 2
        return True
