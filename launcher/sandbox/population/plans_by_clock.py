"""What the clock says about planned things: tasks done or due, appointments over, going on or to come."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from launcher.sandbox.population.oslo import aware

_FIRST = re.compile(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)[+-]')
_END = re.compile(r',"end":"[^"]*"')
AHEAD = timedelta(hours=16)
BEHIND = timedelta(hours=20)
VISIT = timedelta(minutes=20)


def settle(line: str, now: datetime, days: timedelta) -> str | None:
    """A stored line with the status that it has at ``now`` (aware), or None when it is not to be seen."""
    first = _FIRST.search(line)
    if first is None:
        return line
    moment = aware(datetime.fromisoformat(first.group(1)) + days)
    if line.startswith('{"resourceType":"Task"'):
        return _task(line, moment, now)
    if line.startswith('{"resourceType":"Appointment"'):
        return _appointment(line, moment, now)
    if line.startswith('{"resourceType":"Encounter"'):
        return _visit(line, moment, now)
    return line if moment <= now else None


def _task(line: str, moment: datetime, now: datetime) -> str | None:
    if moment > now:
        return line if moment <= now + AHEAD else None
    if moment < now - BEHIND:
        return None
    return line.replace('"status":"requested"', '"status":"completed"', 1)


def _appointment(line: str, moment: datetime, now: datetime) -> str:
    """Stored as ``booked``; one that nobody comes to is stored as ``noshow``.

    ``arrived`` is in the waiting room (since the period of the patient's participation begins),
    ``checked-in`` is with the doctor and has an Encounter in progress.
    """
    if '"status":"noshow"' in line:
        return line if now >= moment + timedelta(minutes=15) else line.replace("noshow", "booked", 1)
    arrival, late = _arrival(line, moment), delay(moment)
    if now >= moment + late + VISIT:
        return line.replace('"status":"booked"', '"status":"fulfilled"', 1)
    if now >= moment + late:
        return line.replace('"status":"booked"', '"status":"checked-in"', 1)
    if now >= arrival:
        return line.replace('"status":"booked"', '"status":"arrived"', 1)
    return re.sub(r',"period":\{"start":"[^"]*"\}', "", line, count=1)


def _arrival(line: str, moment: datetime) -> datetime:
    found = re.search(r'"period":\{"start":"\d{4}-\d\d-\d\dT(\d\d):(\d\d)', line)
    if found is None:
        return moment
    return moment.replace(hour=int(found.group(1)), minute=int(found.group(2)), second=0)


def delay(start: datetime) -> timedelta:
    """The doctor runs late from ten o'clock until lunch, as doctors do."""
    return timedelta(minutes=12 if 600 <= start.hour * 60 + start.minute < 680 else 0)


def _visit(line: str, moment: datetime, now: datetime) -> str | None:
    if now < moment:
        return None
    if now < moment + VISIT:
        return _END.sub("", line.replace('"status":"finished"', '"status":"in-progress"', 1), count=1)
    return line
