"""How the generator writes times.

Day 0 is Monday 23 November 2026. Times on the clock move by whole days when the data is read; times
that hang on the present are written as tokens and filled in then (see ``reading``).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from launcher.sandbox.population.oslo import iso

ANCHOR = datetime(2026, 11, 23, 3, 12)
DAY_ZERO = date(2026, 11, 23)


def on(day: int) -> str:
    """A date, ``day`` days after day 0 (negative: before)."""
    return (DAY_ZERO + timedelta(days=day)).isoformat()


def at(day: int, clock: str | int, second: int = 0) -> str:
    """A time on the clock of a day; ``clock`` is ``"HH:MM"`` or minutes after midnight."""
    return iso(local(day, clock) + timedelta(seconds=second))


def local(day: int, clock: str | int) -> datetime:
    """The same as a datetime without zone."""
    minutes = clock if isinstance(clock, int) else minutes_of(clock)
    return datetime.combine(DAY_ZERO, datetime.min.time()) + timedelta(days=day, minutes=minutes)


def minutes_of(clock: str) -> int:
    """Minutes after midnight of ``"6"``, ``"06"`` or ``"06:30"``."""
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute or 0)


def clock_of(minutes: int) -> str:
    """``"HH:MM"`` of minutes after midnight."""
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def ago(minutes: int, second: int = 0) -> str:
    """Token: so many minutes before the present."""
    return f"{{{{now-{minutes}.{second}}}}}"


def due(minutes: int) -> str:
    """Token: a round time about so many minutes after (negative: before) the present."""
    return f"{{{{due{minutes:+d}}}}}"


def ahead(minutes: int) -> str:
    """Token: so many minutes after (negative: before) the present, to the minute."""
    return f"{{{{now{minutes:+d}.0}}}}"


def clock_ago(minutes: int) -> str:
    """Token in a text: the clock so many minutes before the present."""
    return f"{{{{t-{minutes}}}}}"


def workday(day: int) -> int:
    """The day, or the Friday before when it falls on a weekend; day 0 is a Monday."""
    return day - max(0, day % 7 - 4)


def day_month(day: int) -> str:
    """Token in a text: ``22.11.``"""
    return f"{{{{dm{day:+d}}}}}"


def weekday(day: int) -> str:
    """Token in a text: name of the weekday."""
    return f"{{{{wd{day:+d}}}}}"


def weekday_code(day: int) -> str:
    """Token: FHIR code of the weekday (``mon``)."""
    return f"{{{{dow{day:+d}}}}}"
