"""From rows of the start list to what the list draws. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, cast

from shell.presenters.patient_facts import text_of
from shell.presenters.similar_names import Alike, mark_alike
from shell.presenters.start_list_rows import StartRow
from shell.presenters.view_models import (
    DueModel,
    InboxModel,
    Mode,
    PersonName,
    PracticeListModel,
    Shift,
    Visit,
    VisitRowModel,
    WardListModel,
    WardRowModel,
)

SHIFTS: tuple[tuple[Shift, time, time], ...] = (
    ("day", time(7, 30), time(15, 0)),
    ("evening", time(15, 0), time(22, 0)),
)
VISITS: Mapping[str, Visit] = {
    "proposed": "booked",
    "pending": "booked",
    "booked": "booked",
    "waitlist": "booked",
    "arrived": "arrived",
    "checked-in": "started",
    "fulfilled": "fulfilled",
    "noshow": "noshow",
    "cancelled": "cancelled",
}
MODES = ("office", "phone", "video", "home")


def shift_of(now: datetime) -> tuple[Shift, datetime]:
    """The shift of a local time and when it began."""
    for shift, begins, ends in SHIFTS:
        if begins <= now.time() < ends:
            return shift, now.replace(hour=begins.hour, minute=begins.minute, second=0, microsecond=0)
    began = now.replace(hour=22, minute=0, second=0, microsecond=0)
    return "night", began if now.hour >= 22 else began - timedelta(days=1)


def names_of(rows: Iterable[StartRow]) -> dict[str, Alike]:
    """Who on this list is called nearly the same as somebody else on it."""
    plain = {row.patient.patient_id: PersonName(row.patient.family, row.patient.given) for row in rows}
    return mark_alike(plain)


def person_name(row: StartRow, alike: Mapping[str, Alike]) -> PersonName:
    """The row's name, its differing letters marked."""
    found = alike.get(row.patient.patient_id)
    return found.name if found else PersonName(row.patient.family, row.patient.given)


def ward_list(ward: str, rows: Sequence[StartRow], now: datetime) -> WardListModel:
    """A ward's list; ``now`` is local and aware."""
    alike = names_of(rows)
    shift, began = shift_of(now)
    models = tuple(
        WardRowModel(
            key=row.patient.patient_id,
            room=row.room,
            name=person_name(row, alike),
            age=row.patient.age(now.date()),
            born=row.patient.birth_date,
            alike=row.patient.patient_id in alike,
            cave=bool(row.warnings.cave),
            why=row.why,
            due=DueModel(row.due.text, row.due.when, row.due.urgency, row.due.minutes) if row.due else None,
            observed_at=row.observed_at,
            observation=row.observation,
            news=row.news,
        )
        for row in rows
    )
    ends_tomorrow = shift == "night" and now.hour >= 22
    day = now.date() + timedelta(days=1) if ends_tomorrow else now.date()
    return WardListModel(ward, models, shift, day, f"{began:%H:%M}", now)


def practice_list(
    visits: Sequence[StartRow], listed: Sequence[StartRow], now: datetime, inbox: Sequence[InboxModel] = ()
) -> PracticeListModel:
    """A GP's day, the next one and the whole list; ``now`` is local and aware."""
    alike = names_of(listed)

    def visit(row: StartRow) -> VisitRowModel:
        status = VISITS.get(row.appointment_status)
        waited = None
        since = row.arrived_at or row.start
        if status == "arrived" and since is not None:
            waited = max(0, round((now - since).total_seconds() / 60))
        return VisitRowModel(
            key=row.patient.patient_id,
            start=row.start,
            name=person_name(row, alike),
            age=row.patient.age(now.date()),
            born=row.patient.birth_date,
            alike=row.patient.patient_id in alike,
            cave=bool(row.warnings.cave),
            why=row.why,
            mode=cast(Mode, row.mode) if row.mode in MODES else None,
            status=status,
            waited_minutes=waited,
            news=row.news,
        )

    today = now.date()
    by_day = [(row.start.date() if row.start else today, visit(row)) for row in visits]
    return PracticeListModel(
        today,
        tuple(model for day, model in by_day if day == today),
        tuple(model for day, model in by_day if day > today),
        tuple(map(visit, listed)),
        tuple(inbox),
    )


INBOX_ICONS = {"prøvesvar": "lab", "e-konsultasjon": "mail", "reseptfornyelse": "pill", "epikriser": "note"}


def inbox(tasks: Iterable[Mapping[str, Any]]) -> tuple[InboxModel, ...]:
    """A GP's inbox: open tasks by what they are about, urgent ones counted as deviations."""
    counts: dict[str, list[int]] = {}
    for task in tasks:
        name = text_of(task.get("code"))
        line = counts.setdefault(name, [0, 0])
        line[0] += 1
        line[1] += task.get("priority") in ("urgent", "asap", "stat")
    return tuple(
        InboxModel(name, name, INBOX_ICONS.get(name.lower(), "mail"), count, deviations)
        for name, (count, deviations) in counts.items()
        if name
    )
