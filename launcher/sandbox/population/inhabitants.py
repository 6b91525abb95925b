"""The sixty people on Helge Solberg's list, read from ``stories/inhabitants.txt``; the day from ``appointments.txt``.

One row: family, given | sex | born | height | weight | usual blood pressure and pulse | conditions | allergies | labs.
Then lines ``rx`` (medicine as in ``medication``) and ``n DAY`` (a note of that day, counted from day 0).
Labs: ``name first>last`` over four years; ``@N``: last drawn on day N. Children: ``z height weight head`` (deviations).
Appointments: clock | name | reason | 1 office, 6 video, 7 phone | came at, or ``-`` when nobody comes.
"""

from __future__ import annotations

from launcher.sandbox.population.residents import stored
from launcher.sandbox.population.story import Story

APPOINTMENTS = stored("appointments.txt")


def _story(head: str, lines: list[str]) -> Story:
    name, sex, born, height, weight, usual, conditions, allergy, labs = (
        part.strip() for part in head.split("|")
    )
    family, _, given = name.partition(", ")
    notes: list[tuple[int, str, str, str]] = []
    medicines: list[str] = []
    for line in lines:
        if line.startswith("rx "):
            medicines.append(line[3:])
            continue
        _, day, text = line.split(" ", 2)
        notes.append((int(day), "10:00", "", text))
    return Story(
        room=0,
        family=family,
        given=given,
        sex=sex,
        born=born,
        conditions=conditions,
        medicines="\n".join(medicines),
        usual=usual,
        height=int(height or 0),
        weight=weight,
        allergies=tuple(allergy.split()) or None,
        notes=tuple(notes),
        facts={"labs": labs},
    )


def _people() -> tuple[Story, ...]:
    made: list[Story] = []
    head, lines = "", list[str]()
    for line in [*stored("inhabitants.txt").strip().splitlines(), "|"]:
        if "|" in line and not line.startswith(("rx ", "n ")):
            if head:
                made.append(_story(head, lines))
            head, lines = line, []
        else:
            lines.append(line)
    return tuple(made)


INHABITANTS = _people()
