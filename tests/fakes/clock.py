"""A clock that runs with the machine and can be moved forward by hand."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class MovedClock:
    """``now`` and ``monotonic`` as everywhere in the product, plus what ``advance`` added."""

    def __init__(self) -> None:
        self.shift = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.shift)

    def monotonic(self) -> float:
        return time.monotonic() + self.shift

    def advance(self, seconds: float) -> None:
        """Let that much time pass at once."""
        self.shift += seconds
