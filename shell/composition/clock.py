"""The real clock and the real source of ids, handed to everything that must not look for them itself."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime


class SystemClock:
    """``now`` is aware and UTC, ``monotonic`` is seconds."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


def new_id() -> str:
    """An unguessable, URL-safe identifier of 192 bits."""
    return secrets.token_urlsafe(24)
