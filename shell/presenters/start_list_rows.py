"""Rows of the start list from FHIR resources: who, room, age, why here, what is due, what is new. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from shell.gateway_client.start_list import StartListRecords
from shell.presenters.patient_facts import (
    PatientFacts,
    Warnings,
    patient_facts,
    subject_id,
    text_of,
    warnings_of,
)

Resource = Mapping[str, Any]
Urgency = Literal["overdue", "now", "later"]

SOON = timedelta(minutes=30)
SHORT_NAMES = {
    "8310-5": "Temp",
    "8867-4": "Puls",
    "9279-1": "Resp.",
    "59408-5": "SpO₂",
    "2708-6": "SpO₂",
    "85354-9": "BT",
    "29463-7": "Vekt",
    "80288-4": "Bevissthet",
    "14743-9": "BS",
    "72514-3": "Smerte",
    "esas-smerte": "ESAS",
}
MODES = {"video": "video", "telefon": "phone", "hjemme": "home"}


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to do; ``minutes`` from now, negative when overdue."""

    text: str
    when: datetime
    urgency: Urgency
    minutes: int


@dataclass(frozen=True, slots=True)
class StartRow:
    """One line of the start list; times are local and aware. ``place``: the ward, for a GP's patient the GP."""

    patient: PatientFacts
    warnings: Warnings
    room: str
    place: str
    why: str
    due: Due | None = None
    observed_at: datetime | None = None
    observation: str = ""
    news: str = ""
    encounter_id: str | None = None
    start: datetime | None = None
    arrived_at: datetime | None = None
    appointment_status: str = ""
    mode: str = ""


def ward_rows(found: StartListRecords, now: datetime) -> list[StartRow]:
    """The residents of a ward in the order of their rooms."""
    tasks = _by_patient(found.tasks)
    observations = _by_patient(found.observations)
    news = _by_patient(found.communications)
    warnings = _WarningsByPatient(found)
    rows = []
    for encounter in found.encounters:
        patient_id = subject_id(encounter)
        if patient_id not in found.patients:
            continue
        observed_at, words = _latest_observation(observations[patient_id])
        rows.append(
            StartRow(
                patient=patient_facts(found.patients[patient_id]),
                warnings=warnings(patient_id),
                room=room_of(encounter),
                place=str((encounter.get("serviceProvider") or {}).get("display", "")),
                why=_reason(encounter),
                due=_most_urgent(tasks[patient_id], now),
                observed_at=observed_at,
                observation=words,
                news=_latest_news(news[patient_id]),
                encounter_id=str(encounter["id"]),
            )
        )
    return sorted(rows, key=lambda row: (row.room, row.patient.family, row.patient.given))


def practice_rows(found: StartListRecords) -> tuple[list[StartRow], list[StartRow]]:
    """Appointments in order of time, and the whole list by name."""
    warnings = _WarningsByPatient(found)
    everybody = {key: patient_facts(patient) for key, patient in found.patients.items()}
    listed = [StartRow(facts, warnings(key), "", facts.practitioner, "") for key, facts in everybody.items()]
    news = _by_patient(found.communications)
    visits = []
    for appointment in found.appointments:
        patient_id = _actor(appointment, "Patient")
        if patient_id in everybody:
            visits.append(
                StartRow(
                    patient=everybody[patient_id],
                    warnings=warnings(patient_id),
                    room="",
                    place=everybody[patient_id].practitioner,
                    why=_reason(appointment) or str(appointment.get("description", "")),
                    start=parse_instant(appointment.get("start")),
                    arrived_at=_waiting_since(appointment),
                    appointment_status=str(appointment.get("status", "")),
                    mode=_mode(appointment),
                    news=_latest_news(news[patient_id]),
                )
            )
    listed.sort(key=lambda row: (row.patient.family, row.patient.given))
    return visits, listed


def room_of(encounter: Resource) -> str:
    locations = encounter.get("location") or [{}]
    return str((locations[0].get("location") or {}).get("display", ""))


def parse_instant(text: object) -> datetime | None:
    """An aware local time from a FHIR dateTime with a time of day; None for anything else."""
    if not isinstance(text, str) or "T" not in text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone() if moment.tzinfo else None


def _by_patient(resources: Iterable[Resource]) -> defaultdict[str, list[Resource]]:
    grouped: defaultdict[str, list[Resource]] = defaultdict(list)
    for resource in resources:
        grouped[subject_id(resource)].append(resource)
    return grouped


class _WarningsByPatient:
    def __init__(self, found: StartListRecords) -> None:
        self._allergies = _by_patient(found.allergies)
        self._flags = _by_patient(found.flags)

    def __call__(self, patient_id: str) -> Warnings:
        return warnings_of(self._allergies[patient_id], self._flags[patient_id])


def _reason(resource: Resource) -> str:
    reasons = resource.get("reasonCode") or []
    return ", ".join(word for word in (text_of(reason) for reason in reasons) if word)


def _most_urgent(tasks: Iterable[Resource], now: datetime) -> Due | None:
    due = []
    for task in tasks:
        period = task.get("executionPeriod") or (task.get("restriction") or {}).get("period") or {}
        when = parse_instant(period.get("end"))
        if when is not None:
            minutes = round((when - now).total_seconds() / 60)
            urgency: Urgency = "overdue" if minutes < 0 else "now" if when - now <= SOON else "later"
            due.append(
                Due(text_of(task.get("code")) or str(task.get("description", "")), when, urgency, minutes)
            )
    return min(due, key=lambda item: item.when, default=None)


def _latest_observation(observations: Iterable[Resource]) -> tuple[datetime | None, str]:
    timed = [(parse_instant(item.get("effectiveDateTime")), item) for item in observations]
    known = [(when, item) for when, item in timed if when is not None]
    if not known:
        return None, ""
    when, item = max(known, key=lambda pair: (pair[0], _weight(pair[1])))
    return when, observation_words(item)


def _weight(observation: Resource) -> int:
    """Among readings of one moment the one that a nurse would name first."""
    order = ("8310-5", "85354-9", "59408-5", "2708-6", "8867-4", "9279-1")
    code = _code(observation)
    return len(order) - order.index(code) if code in order else 0


def _code(observation: Resource) -> str:
    codings = (observation.get("code") or {}).get("coding") or [{}]
    return str(codings[0].get("code", ""))


def observation_words(observation: Resource) -> str:
    """``Temp 38,3``, ``BT 152/84``, ``SpO₂ 90 %``; decimal comma, unit only where it is short."""
    code = _code(observation)
    name = SHORT_NAMES.get(code, text_of(observation.get("code")))
    quantity = observation.get("valueQuantity")
    if isinstance(quantity, Mapping) and "value" in quantity:
        unit = str(quantity.get("unit", ""))
        shown = f" {unit}" if unit in ("%", "kg", "ml", "av 10") else ""
        return f"{name} {_number(quantity['value'])}{shown}"
    if isinstance(observation.get("valueInteger"), int):
        return f"{name} {observation['valueInteger']}"
    components = observation.get("component") or []
    values = [_number(part["valueQuantity"]["value"]) for part in components if "valueQuantity" in part]
    if values:
        return f"{name} {'/'.join(values[:2])}"
    words = str(observation.get("valueString", "")) or text_of(observation.get("valueCodeableConcept"))
    return words if code not in SHORT_NAMES else f"{name} {words}"


def _number(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text.replace(".", ",")


def _latest_news(communications: Iterable[Resource]) -> str:
    timed = sorted(communications, key=lambda item: str(item.get("sent", "")))
    if not timed:
        return ""
    payload = timed[-1].get("payload") or [{}]
    return str(payload[0].get("contentString", ""))


def _actor(appointment: Resource, kind: str) -> str:
    for participant in appointment.get("participant", []):
        reference = str((participant.get("actor") or {}).get("reference", ""))
        if reference.startswith(f"{kind}/"):
            return reference.partition("/")[2]
    return ""


def _mode(appointment: Resource) -> str:
    """office, phone, video or home, from the words of ``appointmentType``."""
    words = text_of(appointment.get("appointmentType")).lower()
    return next((mode for word, mode in MODES.items() if word in words), "office")


def _waiting_since(appointment: Resource) -> datetime | None:
    """When the patient arrived."""
    for participant in appointment.get("participant", []):
        period = participant.get("period") or {}
        if period.get("start"):
            return parse_instant(period["start"])
    return None
