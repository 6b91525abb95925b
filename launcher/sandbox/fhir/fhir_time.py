"""FHIR dates as intervals, and the time zone of a date that names none (FHIR R4 search.html#date).

Everything is microseconds since 1970-01-01T00:00Z; an interval is half open: ``low <= t < high``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = -(2**62)
LATEST = 2**62
_MICROSECOND = timedelta(microseconds=1)
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII
)


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The time now, aware, UTC."""


class NorwegianTime(tzinfo):
    """Central European time by the rule of the European Union (last Sundays of March and October, 01:00 UTC).

    Own arithmetic, because stock Windows has no time zone database.
    """

    def utcoffset(self, moment: datetime | None) -> timedelta:
        """+02:00 in summer, otherwise +01:00."""
        return timedelta(hours=1) + self.dst(moment)

    def dst(self, moment: datetime | None) -> timedelta:
        """One hour in summer."""
        if moment is None:
            return timedelta(0)
        local = moment.replace(tzinfo=None)
        start = _last_sunday(local.year, 3).replace(hour=2)
        end = _last_sunday(local.year, 10).replace(hour=2 if moment.fold else 3)
        return timedelta(hours=1) if start <= local < end else timedelta(0)

    def tzname(self, moment: datetime | None) -> str:
        """CEST or CET."""
        return "CEST" if self.dst(moment) else "CET"


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an aware datetime."""
    return (moment - EPOCH) // _MICROSECOND


def instant(at: int) -> str:
    """The FHIR instant of a time in microseconds, with milliseconds, in UTC."""
    moment = EPOCH + timedelta(microseconds=at)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def interval(text: str, zone: tzinfo) -> tuple[int, int]:
    """The interval that a FHIR date, dateTime or instant of any precision names. Raises ValueError."""
    matched = _DATE.fullmatch(text)
    if matched is None:
        raise ValueError("not a FHIR date")
    year, month, day, hour, minute, second, fraction, offset = matched.groups()
    where = zone if offset is None else _offset(offset)
    if hour is not None:
        leap = second == "60"
        start = datetime(
            int(year),
            int(month),
            int(day),
            int(hour),
            int(minute),
            59 if leap else int(second or 0),
            tzinfo=where,
        )
        low = microseconds(start)
        if second is None:
            return low, low + 60_000_000
        if fraction is None:
            return low, low + 1_000_000
        digits = fraction[:6]
        return low + int(digits.ljust(6, "0")), low + int(digits.ljust(6, "0")) + 10 ** (6 - len(digits))
    first = datetime(int(year), int(month or 1), int(day or 1), tzinfo=where)
    return microseconds(first), _after(first, month is not None, day is not None)


def _after(first: datetime, has_month: bool, has_day: bool) -> int:
    try:
        if has_day:
            following = datetime.combine(first.date() + timedelta(days=1), first.timetz())
        elif has_month:
            following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
        else:
            following = first.replace(year=first.year + 1)
    except (ValueError, OverflowError):
        return LATEST
    return microseconds(following)


def _offset(text: str) -> tzinfo:
    if text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 14 or minutes > 59:
        raise ValueError("not an offset")
    return timezone((1 if text[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
