"""What is due on a ward: tasks at fixed times, from ``Story.tasks``: ``Snu i seng 00 04; Vekt 07``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from launcher.sandbox.population.chance import fhir_id
from launcher.sandbox.population.codes import Json, reference
from launcher.sandbox.population.moments import at, minutes_of, on
from launcher.sandbox.population.staff import WARDS, worker_at
from launcher.sandbox.population.story import Story

_CLOCK = re.compile(r"\d\d(:\d\d)?")


def parsed(text: str) -> Iterator[tuple[str, int]]:
    """Name and minutes after midnight of every task of a day."""
    for part in filter(None, (p.strip() for p in text.split(";"))):
        words = part.split()
        clocks = [word for word in words if _CLOCK.fullmatch(word)]
        name = " ".join(word for word in words if word not in clocks)
        for clock in clocks:
            yield name, minutes_of(clock)


def task(story: Story, name: str, when: str, key: object, note: str = "") -> Json:
    """One task of the ward; ``when`` is ``executionPeriod.end`` and comes first among the times."""
    made: Json = {
        "resourceType": "Task",
        "id": fhir_id("tiltak", story.id, name, key),
        "status": "requested",
        "intent": "plan",
        "priority": "routine",
        "code": {"text": name},
        "focus": reference(f"CarePlan/{fhir_id('plan', story.id)}"),
        "for": story.ref,
        "encounter": reference(f"Encounter/{story.encounter}"),
        "executionPeriod": {"end": when},
        "authoredOn": on(-min(2, story.moved_in)),
        "requester": worker_at(story.ward, -2, 600).ref,
        "owner": reference(f"Organization/{story.ward}", WARDS[story.ward]),
    }
    if note:
        made["description"] = note
    return made


_NOTES = {
    "Snu i seng": "Hver fjerde time",
    "Drikkeliste": "Mål 1 200 ml",
    "Vekt": "Før frokost",
    "Ring lege": "Vurder antibiotika",
    "Tøm pose": "Noter mengde og farge",
    "Næringsdrikk": "200 ml, iskald",
    "Munnstell": "Fukt munnen, myk børste",
    "Tilsyn": "Se inn, ikke vekk",
    "Blodsukker": "Før måltid",
}


def routine(story: Story) -> list[Json]:
    """Tasks of the day before, day 0 and the day after; ``reading`` says which are done and which are due."""
    made: list[Json] = []
    for day in (-1, 0, 1):
        if day < -story.moved_in + 1:
            continue
        for name, minutes in parsed(story.tasks):
            made.append(task(story, name, at(day, minutes), (day, minutes), _NOTES.get(name, "")))
    return made
