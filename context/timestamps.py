"""Timestamps of events, compared at the coarser precision of the two (S5, FC-17, FC-27)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_SECOND = 1_000_000_000
_PATTERN = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?", flags=re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment in nanoseconds since 1970 UTC, known to ``precision`` nanoseconds."""

    nanoseconds: int
    precision: int

    def is_earlier_than(self, other: Instant) -> bool:
        """True when this is earlier even at the coarser precision of the two; equal there is not earlier."""
        unit = max(self.precision, other.precision)
        return self.nanoseconds // unit < other.nanoseconds // unit

    def is_ahead_of(self, now: datetime, by: timedelta) -> bool:
        """True when this lies more than ``by`` after ``now``."""
        limit = instant_of(now).nanoseconds + int(by / timedelta(microseconds=1)) * 1000
        return self.nanoseconds > limit


def instant_of(moment: datetime) -> Instant:
    """The instant of an aware ``datetime``, at its precision of a microsecond."""
    return Instant(((moment - _EPOCH) // timedelta(microseconds=1)) * 1000, 1000)


def earlier_of(first: Instant, second: Instant) -> Instant:
    """The earlier of two instants."""
    return second if second.nanoseconds < first.nanoseconds else first


def parse_instant(text: object) -> Instant | None:
    """Read an ISO 8601 timestamp (FC-17); without a zone it is UTC, as the standard writes its examples.

    Returns ``None`` for anything else, also for a date without a time.
    """
    match = _PATTERN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    minute, second, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{minute}:{second or '00'}{zone or 'Z'}")
        whole = (moment - _EPOCH) // timedelta(seconds=1)
    except (ValueError, OverflowError):
        return None
    if second is None:
        return Instant(whole * _SECOND, 60 * _SECOND)
    if fraction is None:
        return Instant(whole * _SECOND, _SECOND)
    return Instant(whole * _SECOND + int(fraction.ljust(9, "0")), 10 ** (9 - len(fraction)))


def written(moment: datetime) -> str:
    """``moment`` as the hub writes it: UTC, milliseconds, ``Z`` (FC-17)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
