"""Reads the stored population and moves it to the present.

Eight files, by how their times behave (``data/``):

``fixed``     never moves: people, places, staff, growth and vaccinations (they follow the birth date).
``shifted``   moves by whole days, so that day 0 becomes today.
``history``   the same; what would lie after the present is left out. It reaches to the end of day 0, so the
              day fills as it passes: doses, rounds, notes appear at their time.
``quiet``     the same, but ends 90 minutes before the present: what is due just now has not been measured just now.
``weeks``     as ``history``, but moves by whole weeks: a doctor's office measures nothing at weekends.
``before``    the same, but ends 26 hours before the present: residents whose last day stands in ``live``.
``live``      tokens relative to the present, to the minute.
``plan``      moves by whole days; status follows from the present: tasks done or due, appointments.

In each line of ``history``, ``quiet``, ``weeks``, ``before`` and ``plan`` the first date-time is the one that decides.
Every line gets the ``meta.lastUpdated`` that it would have if it had been written when it happened (``last_updated``).
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any

from launcher.sandbox.population.moments import DAY_ZERO
from launcher.sandbox.population.oslo import aware, iso, offset, to_oslo
from launcher.sandbox.population.plans_by_clock import settle

FILES = ("fixed", "shifted", "history", "quiet", "weeks", "before", "live", "plan")
_DATE = re.compile(r'"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)[+-]\d\d:\d\d)?"')
_TIME = re.compile(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)[+-]')
_TOKEN = re.compile(r"\{\{(now|due|t|dm|wd|dow)([+-]\d+)(?:\.(\d+))?\}\}")
_TEXT = re.compile(r'"data":"text:((?:[^"\\]|\\.)*)"')
_WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
_WEEKDAY_CODES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LIVE_HOURS = 26
QUIET_MINUTES = 90
_HAPPENED = re.compile(
    r'"(effectiveDateTime|occurrenceDateTime|date|sent|start|end|authoredOn|recordedDate|created)":'
    r'"(\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d))?)"'
)


def stored_lines(name: str) -> Iterator[str]:
    """The lines of one file as they are stored, without line ends."""
    raw = files(__package__).joinpath("data", f"{name}.ndjson.gz").read_bytes()
    yield from gzip.decompress(raw).decode("utf-8").splitlines()


class Mover:
    """Moves stored lines to one present."""

    def __init__(self, now: datetime) -> None:
        self.moment = now.replace(microsecond=0)
        self.now = to_oslo(self.moment).replace(tzinfo=None)
        self.today = self.now.date()
        self.days = self.today - DAY_ZERO
        self.weeks = timedelta(days=self.days.days // 7 * 7)
        self._dates: dict[tuple[str, timedelta], tuple[str, str, bool]] = {}

    def stored(self, moment: datetime, days: timedelta | None = None) -> str:
        """A local time as it would be written in the stored data (for comparing)."""
        return (moment - (self.days if days is None else days)).isoformat(timespec="seconds")

    def _date(self, text: str, days: timedelta) -> tuple[str, str, bool]:
        known = self._dates.get((text, days))
        if known is None:
            moved = date.fromisoformat(text) + days
            start = datetime(moved.year, moved.month, moved.day)
            first, last = offset(start), offset(start + timedelta(hours=23))
            known = self._dates[text, days] = (moved.isoformat(), first, first == last)
        return known

    def _moved(self, match: re.Match[str], days: timedelta) -> str:
        day, zone, plain = self._date(match.group(1), days)
        clock = match.group(2)
        if clock is None:
            return f'"{day}"'
        if not plain:
            return f'"{iso(datetime.fromisoformat(f"{day}T{clock}"))}"'
        return f'"{day}T{clock}{zone}"'

    def shift(self, line: str, days: timedelta | None = None) -> str:
        """All quoted dates and date-times of a line, by whole days."""
        moved = self.days if days is None else days
        return _DATE.sub(lambda match: self._moved(match, moved), line)

    def _token(self, match: re.Match[str]) -> str:
        kind, number = match.group(1), int(match.group(2))
        if kind == "now":
            moment = self.moment.replace(second=0) + timedelta(
                minutes=number, seconds=int(match.group(3) or 0)
            )
            return to_oslo(moment).isoformat()
        if kind == "t":
            return to_oslo(self.moment + timedelta(minutes=number)).strftime("%H:%M")
        if kind == "due":
            return to_oslo(self._round(number)).isoformat()
        day = self.today + timedelta(days=number)
        if kind == "dm":
            return f"{day.day}.{day.month}."
        return (_WEEKDAYS if kind == "wd" else _WEEKDAY_CODES)[day.weekday()]

    def _round(self, minutes: int) -> datetime:
        """A whole five minutes: further back for what is overdue, further on for what comes."""
        moment = self.moment.replace(second=0) + timedelta(minutes=minutes)
        late = moment.minute % 5
        return moment - timedelta(minutes=late) + timedelta(minutes=5 if late and minutes > 0 else 0)

    def fill(self, line: str) -> str:
        """Tokens and the plain text of notes (base64 as FHIR wants it)."""
        if "{{" in line:
            line = _TOKEN.sub(self._token, line)
        if '"data":"text:' in line:
            line = _TEXT.sub(_encode, line)
        return line

    def lines(self, name: str) -> Iterator[str]:
        """The lines of one file, moved."""
        if name == "plan":
            for line in stored_lines(name):
                settled = settle(line, self.moment, self.days)
                if settled is not None:
                    yield self.fill(self.shift(settled))
            return
        end = {
            "history": self.stored(self.now),
            "quiet": self.stored(self.now - timedelta(minutes=QUIET_MINUTES)),
            "weeks": self.stored(self.now, self.weeks),
            "before": self.stored(self.now - timedelta(hours=LIVE_HOURS)),
            "fixed": self.now.isoformat(timespec="seconds"),
        }.get(name)
        for line in stored_lines(name):
            if end is not None:
                first = _TIME.search(line)
                if first is not None and first.group(1) > end:
                    continue
            if name in ("fixed", "live"):
                yield self.fill(line)
            else:
                yield self.fill(self.shift(line, self.weeks if name == "weeks" else None))

    def last_updated(self, line: str) -> str | None:
        """The newest moment in a moved line that is past; a plan that is not carried out has only been made."""
        planned = '"status":"requested"' in line or '"status":"booked"' in line
        newest: datetime | None = None
        for key, text in _HAPPENED.findall(line):
            if planned and key in ("start", "end"):
                continue
            moment = (
                datetime.fromisoformat(text)
                if "T" in text
                else aware(datetime.fromisoformat(f"{text}T12:00:00"))
            )
            if moment <= self.moment and (newest is None or moment > newest):
                newest = moment
        return newest.isoformat() if newest else None

    def stamped(self, line: str) -> str:
        """The line with ``meta.lastUpdated``; without it where nothing in the line has happened yet."""
        when = self.last_updated(line)
        if when is None:
            return line
        if '"meta":{' in line:
            return line.replace('"meta":{', f'"meta":{{"lastUpdated":"{when}",', 1)
        return f'{line[:-1]},"meta":{{"lastUpdated":"{when}"}}}}'


def _encode(match: re.Match[str]) -> str:
    text = json.loads(f'"{match.group(1)}"')
    return f'"data":"{base64.b64encode(text.encode("utf-8")).decode("ascii")}"'


def resource_lines(now: datetime) -> Iterator[bytes]:
    """The whole population as JSON, one resource each, with the digits as written (``36.0`` stays).

    ``now`` is aware. References point only to resources of the same population; what a resource refers
    to may come after it.
    """
    mover = Mover(now)
    for name in FILES:
        for line in mover.lines(name):
            yield mover.stamped(line).encode("utf-8")


def resources(now: datetime) -> Iterator[dict[str, Any]]:
    """The same as dictionaries; numbers with a decimal point are ``Decimal`` with their zeros."""
    for line in resource_lines(now):
        yield json.loads(line, parse_float=Decimal)
