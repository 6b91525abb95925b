"""Makes the synthetic population: ``python -m launcher.sandbox.population.generate [FOLDER]``.

No input but the stories in this folder; the same bytes every time.
"""

from __future__ import annotations

import sys
from pathlib import Path

from launcher.sandbox.population import (
    documents,
    growth,
    laboratory,
    measures,
    medication,
    people,
    practice,
    present,
    rounds,
    routine_notes,
    staff,
    tasks,
    vitals,
)
from launcher.sandbox.population.moments import at
from launcher.sandbox.population.reading import FILES
from launcher.sandbox.population.residents import RESIDENTS
from launcher.sandbox.population.story import LIVE_ROOMS, Story
from launcher.sandbox.population.writing import Collected, write


def add_house(made: Collected) -> None:
    """Organisations, places, staff, teams, shifts."""
    made.add("fixed", *staff.organisations(), *staff.locations(), *staff.practitioners(), *staff.care_teams())
    made.add("shifted", *staff.shifts(-7, 7))


def add_resident(made: Collected, story: Story) -> None:
    """Everything about one resident but what hangs on the present."""
    made.add("fixed", people.patient(story))
    made.add("shifted", *people.conditions(story), people.stay(story), *people.allergies(story))
    made.add("shifted", *people.flags(story), *people.care_plan(story), *medication.requests(story))
    quiet = present.QUIET.get(story.room, frozenset())
    signs = vitals.history(story)
    made.add("before" if story.room in LIVE_ROOMS else "quiet" if "signs" in quiet else "history", *signs)
    made.add("history", *measures.weights(story), *measures.wounds(story), *measures.falls(story))
    for kind, seen in (
        ("glucose", measures.glucose(story)),
        ("symptoms", measures.symptoms(story)),
        ("rounds", rounds.rounds(story)),
    ):
        made.add("quiet" if kind in quiet else "history", *seen)
    made.add("history", *medication.given(story))
    extremes = vitals.extremes(signs)
    made.add("history", *documents.written(story, extremes), *routine_notes.routine_notes(story, extremes))
    made.add("history", *laboratory.residents_samples(story))
    if story.moved_in > 30:
        made.add("history", growth.seasonal(story, at(-20 - story.room % 6, 660)))
    made.add("plan", *tasks.routine(story))


def population() -> Collected:
    """The whole population in memory."""
    made = Collected()
    add_house(made)
    for story in RESIDENTS:
        add_resident(made, story)
    practice.add_practice(made)
    made.add("live", *present.present(RESIDENTS))
    return made


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else Path(__file__).parent / "data"
    made = population()
    write(made, folder, FILES)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
