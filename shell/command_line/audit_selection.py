"""Which records a command is about: a span of time, a patient."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from launcher.gateway.audit_event import patients_told
from launcher.stores.audit_reader import StoredAccess
from plugins.findings import Language
from shell.command_line.audit_texts import text
from shell.command_line.failures import WrongUse

LOGICAL_ID = re.compile(r"(?!\d{11}\Z)[A-Za-z0-9\-.]{1,64}\Z")


@dataclass(frozen=True, slots=True)
class Selection:
    """``since`` is included, ``until`` is not; ``patient`` is a logical id."""

    since: datetime | None = None
    until: datetime | None = None
    patient: str | None = None

    def of(self, rows: Iterable[StoredAccess]) -> Iterator[StoredAccess]:
        """The rows that were asked for."""
        return (row for row in rows if self._holds(row))

    def _holds(self, row: StoredAccess) -> bool:
        if self.patient is not None and self.patient not in patients_told(row.facts):
            return False
        if self.since is None and self.until is None:
            return True
        recorded = datetime.fromisoformat(row.facts.recorded)
        return (self.since is None or self.since <= recorded) and (
            self.until is None or recorded < self.until
        )


def selection(since: str | None, until: str | None, patient: str | None, language: Language) -> Selection:
    """What the user named. Times are local unless they say otherwise; a day as ``--until`` is meant whole.

    Raises WrongUse.
    """
    first = _moment("--since", since, language)
    last = _moment("--until", until, language)
    if last is not None and until is not None and len(until) == len("2026-11-23"):
        last = (last.astimezone().replace(tzinfo=None) + timedelta(days=1)).astimezone(UTC)
    if first is not None and last is not None and first > last:
        raise WrongUse(text("backwards", language))
    if patient is not None:
        patient = patient.removeprefix("Patient/")
        if not LOGICAL_ID.match(patient):
            raise WrongUse(text("bad_patient", language, given="..."))
    return Selection(first, last, patient)


def _moment(option: str, given: str | None, language: Language) -> datetime | None:
    if given is None:
        return None
    try:
        return datetime.fromisoformat(given).astimezone(UTC)
    except (ValueError, OverflowError):
        raise WrongUse(text("bad_time", language, option=option, given=given)) from None
