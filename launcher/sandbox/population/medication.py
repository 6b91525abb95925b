"""Prescriptions and the doses of the last days.

One line of a story's ``medicines`` is one prescription: ``key times`` and options after ``|``.
Times are ``08`` or ``21*18`` (18 units of a dose). Options: ``uke -3`` (once a week, on the weekday of day -3),
``fra -8`` (begins on that day), ``kur -4 7`` (a course of seven days from day -4); any other text is advice.
A line that begins with ``?`` is given when needed: ``? key maks 4 *2.5 | ved smerter``; a course that is over stays
as completed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from launcher.sandbox.population.chance import Chance, fhir_id
from launcher.sandbox.population.codes import ATC, LOCAL, SNOMED, Json, coding, concept, reference
from launcher.sandbox.population.drugs import DRUGS, Drug
from launcher.sandbox.population.moments import at, clock_of, minutes_of, on, weekday, weekday_code, workday
from launcher.sandbox.population.staff import DOCTOR, GP, Worker, worker_at
from launcher.sandbox.population.story import Story

GIVEN_DAYS = 3
STEM = 8
"""Letters of a medicine's name that a note has, whatever follows: *adrenalinpenn*."""


@dataclass(frozen=True)
class Prescription:
    """One line, read. ``times``: minutes after midnight and dose; ``most``: doses a day when needed."""

    drug: Drug
    times: tuple[tuple[int, Decimal], ...]
    when_needed: str | None
    most: int
    dose: Decimal
    week_day: int | None
    start: int | None
    length: int | None
    advice: str


def parse(line: str) -> Prescription:
    """Raises KeyError for a drug that is not in the table."""
    words, *options = (part.strip() for part in line.split("|"))
    needed = words.startswith("?")
    key, *rest = words.lstrip("? ").split()
    dose, most = Decimal(1), 0
    times: list[tuple[int, Decimal]] = []
    if needed:
        most = int(rest[1])
        dose = Decimal(rest[2].lstrip("*")) if len(rest) > 2 else dose
    else:
        for word in rest:
            clock, _, amount = word.partition("*")
            times.append((minutes_of(clock), Decimal(amount or 1)))
    week_day = start = length = None
    advice: list[str] = []
    for option in options:
        if found := re.fullmatch(r"uke (-?\d+)", option):
            week_day = int(found.group(1))
        elif found := re.fullmatch(r"fra (-?\d+)", option):
            start = int(found.group(1))
        elif found := re.fullmatch(r"kur (-?\d+) (\d+)", option):
            start, length = int(found.group(1)), int(found.group(2))
        else:
            advice.append(option)
    return Prescription(
        DRUGS[key], tuple(times), advice[0] if needed else None, most, dose, week_day, start, length,
        "" if needed else " ".join(advice),
    )  # fmt: skip


def prescriptions(story: Story) -> list[Prescription]:
    return [parse(line.strip()) for line in story.medicines.strip().splitlines() if line.strip()]


def request_id(story: Story, item: Prescription) -> str:
    needed = "behov" if item.when_needed else "fast"
    return fhir_id("fm", story.id, item.drug.key, needed, item.start or 0)


def number(value: Decimal) -> str:
    """As it is written in Norwegian."""
    return str(value).replace(".", ",")


def amount(item: Prescription, dose: Decimal) -> str:
    """``2 tabletter``, ``18 E``, ``2,5 mg``."""
    unit = item.drug.unit
    plural = {
        "tablett": "tabletter", "kapsel": "kapsler", "pose": "poser", "inhalasjon": "inhalasjoner", "dråpe": "dråper",
        "stikkpille": "stikkpiller",
        "sprøyte": "sprøyter", "dose": "doser",
    }  # fmt: skip
    return f"{number(dose)} {unit if dose == 1 else plural.get(unit, unit)}"


def _dosage_text(item: Prescription, only: Decimal | None = None) -> str:
    """In words; ``only`` the times of one dose where the doses of a day differ."""
    if item.when_needed:
        times = "én gang" if item.most == 1 else f"{item.most} ganger"
        return f"{amount(item, item.dose)} {item.when_needed}, høyst {times} i døgnet"
    parts: list[str] = []
    for dose in dict.fromkeys(dose for _, dose in item.times if only in (None, dose)):
        clocks = [clock_of(minutes).removesuffix(":00") for minutes, d in item.times if d == dose]
        joined = clocks[0] if len(clocks) == 1 else f"{', '.join(clocks[:-1])} og {clocks[-1]}"
        parts.append(f"{amount(item, dose)} kl. {joined}")
    text = ", ".join(parts)
    if item.week_day is not None:
        text += f" hver {weekday(item.week_day)}"
    if item.length:
        text += f" i {item.length} dager"
    return f"{text}. {item.advice.capitalize()}" if item.advice else text


def _dosages(item: Prescription) -> list[Json]:
    base: Json = {
        "text": _dosage_text(item),
        "route": concept(item.drug.route[1], coding(SNOMED, item.drug.route[0])),
    }
    if item.when_needed:
        limit = {"value": item.dose * item.most, "unit": item.drug.unit}
        per_day = {"value": 1, "unit": "døgn", "system": "http://unitsofmeasure.org", "code": "d"}
        return [
            {
                **base,
                "asNeededCodeableConcept": {"text": item.when_needed},
                "doseAndRate": [{"doseQuantity": _dose(item, item.dose)}],
                "maxDosePerPeriod": {"numerator": limit, "denominator": per_day},
            }
        ]
    made: list[Json] = []
    for sequence, dose in enumerate(dict.fromkeys(dose for _, dose in item.times), 1):
        clocks = [f"{clock_of(minutes)}:00" for minutes, d in item.times if d == dose]
        repeat: Json = {"frequency": len(clocks), "period": 1, "periodUnit": "d", "timeOfDay": clocks}
        if item.week_day is not None:
            repeat = {
                "frequency": 1,
                "period": 1,
                "periodUnit": "wk",
                "dayOfWeek": [weekday_code(item.week_day)],
            }
            repeat["timeOfDay"] = clocks
        if item.start is not None:
            bounds = {"start": on(item.start)}
            if item.length:
                bounds["end"] = on(item.start + item.length - 1)
            repeat = {"boundsPeriod": bounds, **repeat}
        dosage = {
            "sequence": sequence,
            **base,
            "text": _dosage_text(item, dose),
            "timing": {"repeat": repeat},
        }
        made.append({**dosage, "doseAndRate": [{"doseQuantity": _dose(item, dose)}]})
    return made


def _dose(item: Prescription, dose: Decimal) -> Json:
    plain = int(dose) if dose == dose.to_integral_value() else dose
    return {"value": plain, "unit": item.drug.unit}


def medicine(item: Prescription) -> Json:
    brand = item.drug.name.startswith("Madopar")
    return concept(
        item.drug.text, coding(ATC, item.drug.atc, "Levodopa og benserazid" if brand else item.drug.name)
    )


def requests(story: Story, doctor: Worker = DOCTOR) -> list[Json]:
    """All prescriptions in force as MedicationRequest."""
    chance = Chance("prescribed", story.id)
    made: list[Json] = []
    for item in prescriptions(story):
        some_day = -min(story.moved_in, chance.whole(20, 350))
        start = item.start if item.start is not None else _named_on(story, item) or some_day
        made.append(
            {
                "resourceType": "MedicationRequest",
                "id": request_id(story, item),
                "status": "completed" if _over(item) else "active",
                "intent": "order",
                "category": [concept("Fast" if not item.when_needed else "Ved behov", _kind(item))],
                "medicationCodeableConcept": medicine(item),
                "subject": story.ref,
                **({"encounter": reference(f"Encounter/{story.encounter}")} if story.room else {}),
                "authoredOn": on(min(start, -1)),
                "requester": (doctor if story.room else GP).ref,
                **({"courseOfTherapyType": concept("Kur")} if item.length else {}),
                "dosageInstruction": _dosages(item),
            }
        )
    return made


def _named_on(story: Story, item: Prescription) -> int | None:
    """The day of an inhabitant's newest note that names the medicine: what the doctor writes is what he ordered."""
    if story.room:
        return None
    named = [day for day, _, _, text in story.notes if item.drug.name.lower()[:STEM] in text.lower()]
    return workday(max(named)) if named else None


def _kind(item: Prescription) -> Json:
    kind = "kur" if item.length else "behov" if item.when_needed else "fast"
    return coding(f"{LOCAL}forskrivning", kind)


def administration(
    story: Story, item: Prescription, when: str, dose: Decimal, worker: Worker, refused: str = ""
) -> Json:
    """One dose, given or not."""
    made: Json = {
        "resourceType": "MedicationAdministration",
        "id": fhir_id("gitt", story.id, item.drug.key, when),
        "status": "not-done" if refused else "completed",
        "effectiveDateTime": when,
        "medicationCodeableConcept": medicine(item),
        "subject": story.ref,
        "context": reference(f"Encounter/{story.encounter}"),
        "performer": [{"actor": worker.ref}],
        "request": reference(f"MedicationRequest/{request_id(story, item)}"),
        "dosage": {"text": amount(item, dose), "dose": _dose(item, dose)},
    }
    if refused:
        made["statusReason"] = [{"text": refused}]
    return made


def given(story: Story) -> list[Json]:
    """Every dose from three days back to the end of day 0: one round for all of the same time."""
    chance = Chance("given", story.id)
    items = [item for item in prescriptions(story) if not item.when_needed]
    slots = sorted({minutes for item in items for minutes, _ in item.times})
    made: list[Json] = []
    for day in range(-GIVEN_DAYS, 1):
        for slot in slots:
            late = chance.whole(-5, 16)
            unwilling = story.ward == "skjermet" and chance.happens(0.04)
            loose = chance.happens(0.05)
            if not _here(story, day, slot):
                continue
            late = _EXACT_ROUNDS.get((story.room, day, slot), late)
            for item, dose in _round(items, day, slot):
                minutes = slot + (round(late / 4) if "madopar" in item.drug.key else late)
                reason = _held_back(item, unwilling, loose)
                worker = worker_at(story.ward, day, minutes)
                made.append(administration(story, item, at(day, minutes), dose, worker, reason))
    return made


_EXACT_ROUNDS = {(204, -1, 1260): 10, (211, -1, 1320): 5}


def _round(items: list[Prescription], day: int, slot: int) -> Iterator[tuple[Prescription, Decimal]]:
    """What is due at one time; doxycycline starts with a double dose."""
    for item in items:
        if not _due(item, day):
            continue
        for minutes, dose in item.times:
            if minutes == slot:
                first = item.length is not None and day == item.start and item.drug.key == "doksysyklin100"
                yield item, dose * 2 if first else dose


def _held_back(item: Prescription, unwilling: bool, loose: bool) -> str:
    """Why a dose was not taken; insulin, Parkinson medicine and courses are always given."""
    if loose and item.drug.atc.startswith("A06"):
        return "Løs avføring, holdt tilbake"
    if unwilling and not item.length and item.drug.atc[:4] not in ("A10A", "N04B"):
        return "Ville ikke ta medisinen, forsøkt to ganger"
    return ""


def _due(item: Prescription, day: int) -> bool:
    if item.start is not None and day < item.start:
        return False
    if item.length is not None and item.start is not None and day >= item.start + item.length:
        return False
    return item.week_day is None or (day - item.week_day) % 7 == 0


def _over(item: Prescription) -> bool:
    return item.start is not None and item.length is not None and item.start + item.length <= 0


def _here(story: Story, day: int, minutes: int) -> bool:
    return day > -story.moved_in or (day == -story.moved_in and minutes > 900)
