"""Notes as DocumentReference; the text is stored in the clear and becomes base64 when read."""

from __future__ import annotations

from launcher.sandbox.population.chance import fhir_id
from launcher.sandbox.population.codes import DOCUMENT_TYPE, Json, coding, concept, reference
from launcher.sandbox.population.measures import filled
from launcher.sandbox.population.moments import at, minutes_of, workday
from launcher.sandbox.population.staff import BY_NAME, Worker, worker_at
from launcher.sandbox.population.story import Story
from launcher.sandbox.population.vitals import DaySigns

_TYPES = {
    "observasjon": ("G01-1", "Observasjon"),
    "lege": ("A02-2", "Løpende journal, lege"),
    "fysio": ("H01-2", "Løpende journal, fysioterapeut"),
    "epikrise": ("A01-2", "Epikrise"),
}


def note(story: Story, when: str, worker: Worker, text: str, kind: str = "", encounter: str = "") -> Json:
    """One note of one author."""
    kind = kind or (
        "lege" if "lege" in worker.title else "fysio" if "fysio" in worker.title else "observasjon"
    )
    code, name = _TYPES[kind]
    return {
        "resourceType": "DocumentReference",
        "id": fhir_id("notat", story.id, when, worker.key),
        "status": "current",
        "docStatus": "final",
        "date": when,
        "type": concept(name, coding(DOCUMENT_TYPE, code, name)),
        "subject": story.ref,
        "author": [worker.ref],
        "description": name,
        "content": [
            {
                "attachment": {
                    "contentType": "text/plain; charset=utf-8",
                    "language": "nb",
                    "data": f"text:{text}",
                }
            }
        ],
        "context": {"encounter": [reference(f"Encounter/{encounter or story.encounter}")]},
    }


def written(story: Story, signs: dict[int, DaySigns]) -> list[Json]:
    """The notes that the story itself holds; ``signs`` as in ``vitals.extremes``.

    Doctor and physiotherapist are not there at weekends (but for the days just past): theirs move to the Friday.
    """
    made: list[Json] = []
    for day, clock, author, text in story.notes:
        minutes = minutes_of(clock)
        if author and BY_NAME[author].roles == ("lindehaugen",) and day < -2:
            day = workday(day)
        worker = BY_NAME[author] if author else worker_at(story.ward, day, minutes)
        made.append(note(story, at(day, minutes), worker, filled(story, day, text, signs)))
    for day, clock, text in story.falls:
        minutes = minutes_of(clock) + 25
        made.append(
            note(story, at(day, minutes), worker_at(story.ward, day, minutes), f"Fall kl. {clock}. {text}")
        )
    return made
