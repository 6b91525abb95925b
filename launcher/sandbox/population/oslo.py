"""Norwegian local time without a time zone database (Windows ships none to Python)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

WINTER = timezone(timedelta(hours=1), "CET")
SUMMER = timezone(timedelta(hours=2), "CEST")


@lru_cache(maxsize=64)
def _summer(year: int) -> tuple[datetime, datetime]:
    """First and last UTC instant of summer time: last Sundays of March and October, 01:00 UTC."""

    def last_sunday(month: int) -> datetime:
        last = date(year, month, 31)
        day = last - timedelta(days=(last.weekday() + 1) % 7)
        return datetime(day.year, day.month, day.day, 1, tzinfo=UTC)

    return last_sunday(3), last_sunday(10)


def to_oslo(moment: datetime) -> datetime:
    """An aware moment in Norwegian local time."""
    moment = moment.astimezone(UTC)
    begins, ends = _summer(moment.year)
    return moment.astimezone(SUMMER if begins <= moment < ends else WINTER)


def aware(local: datetime) -> datetime:
    """A local time without zone as a moment.

    The hour that summer time skips is taken an hour earlier; of the hour that comes twice, the first.
    """
    begins, ends = _summer(local.year)
    gap = begins.replace(tzinfo=None) + timedelta(hours=1)
    if gap <= local < gap + timedelta(hours=1):
        return (local - timedelta(hours=1)).replace(tzinfo=WINTER)
    summer = gap <= local < ends.replace(tzinfo=None) + timedelta(hours=2)
    return local.replace(tzinfo=SUMMER if summer else WINTER)


def iso(local: datetime) -> str:
    """FHIR dateTime of a local time without zone."""
    return aware(local).isoformat(timespec="seconds")


def offset(local: datetime) -> str:
    """The ``+01:00`` or ``+02:00`` that belongs to a local time without zone."""
    return iso(local)[-6:]
