"""What is happening now, whatever the clock says: relative to the moment of reading."""

from __future__ import annotations

from decimal import Decimal

from launcher.sandbox.population.chance import fhir_id
from launcher.sandbox.population.codes import Json, reference
from launcher.sandbox.population.documents import note
from launcher.sandbox.population.medication import administration, prescriptions
from launcher.sandbox.population.moments import ago, ahead, due
from launcher.sandbox.population.observations import measure, remark
from launcher.sandbox.population.staff import WARDS, Worker, worker_at
from launcher.sandbox.population.story import Story
from launcher.sandbox.population.tasks import task
from launcher.sandbox.population.vitals import hypercapnic, observations, parse, score

STORY_CLOCK = 3 * 60 + 12

# Minutes from now (negative: overdue) by room
DUE: tuple[tuple[int, int, str, str], ...] = (
    (202, 3, "SpO₂", "Mål 88–92 % på 1 l/min"),
    (203, -42, "Snu i seng", "Over på venstre side"),
    (206, 18, "Smertevurdering", "ESAS"),
    (207, -72, "Blodsukker", "Var 6,1 til kvelden"),
    (210, 3, "Tilsyn", "Se inn, lys på badet"),
    (212, -12, "Tøm pose", "Noter mengde og farge"),
    (104, -25, "Tilsyn", "Vekt opp 1,4 kg, se etter tung pust"),
    (107, 12, "Blodsukker", "Kontroll, kjente seg skjelven"),
    (110, -35, "Smertevurdering", "ESAS"),
    (103, 22, "Munnstell", "Tyktflytende, sitter oppreist"),
    (305, 8, "Tilsyn", "Ser syner, la lyset stå på"),
    (301, -55, "Tilsyn", "Var urolig"),
    (313, 25, "Blodsukker", "Kontroll, spiste lite"),
)
# What is due just now has not been measured just now: of these no more than ``reading.QUIET_MINUTES`` before the present
QUIET: dict[int, frozenset[str]] = {
    104: frozenset({"rounds"}),
    107: frozenset({"glucose"}),
    110: frozenset({"symptoms"}),
    202: frozenset({"signs"}),
    206: frozenset({"symptoms"}),
    207: frozenset({"glucose"}),
    212: frozenset({"rounds"}),
    301: frozenset({"rounds"}),
    305: frozenset({"rounds"}),
    313: frozenset({"glucose"}),
}
# From a NEWS2 of 5 on the next set is due an hour after the last
HOURLY_FROM, HOUR = 5, 60
# room | minutes ago | signs | headline
SETS: tuple[tuple[int, int, str, str], ...] = (
    (204, 1468, "t36.8 p76 r16 s97 bp136/74", "t"),
    (204, 1130, "t36.9 p78 r17 s96 bp134/72", "t"),
    (204, 790, "t37.0 p80 r17 s96 bp136/76", "t"),
    (204, 480, "t37.3 p85 r18 s96 bp134/74", "t"),
    (204, 250, "t37.8 p90 r20 s95 bp133/72", "t"),
    (204, 32, "t38.3 p96 r21 s94 bp132/74", "t"),
    (216, 90, "t36.6 p78 r17 s96 bp142/76", "bp"),
    (216, 60, "t36.5 p74 r16 s96 bp138/74", "bp"),
    (311, 1380, "t37.1 p78 r17 s95 bp134/72", "t"),
    (311, 900, "t37.6 p88 r18 s95 bp130/70", "t"),
    (311, 500, "t38.0 p94 r19 s95 bp124/68", "t"),
    (311, 78, "t38.4 p98 r20 s94 bp118/64 C", "t"),
)
# room | minutes ago | text
NEWS: tuple[tuple[int, int, str], ...] = (
    (203, 150, "Ny forordning"),
    (204, 32, "Feber {{t-32}}"),
    (206, 140, "Datter er her"),
    (209, 165, "Kom {{dm-1}}"),
    (213, 155, "Vekt −1,2 kg"),
    (216, 95, "Fall {{t-95}}"),
    (104, 120, "Vekt +1,4 kg"),
    (110, 75, "Smerte 6 av 10"),
    (111, 140, "Reiser hjem {{dm+2}}"),
    (301, 80, "Uro {{t-80}}"),
    (311, 70, "Forvirret"),
    (308, 130, "Søster besøkte"),
)


# room | minutes ago | text
NOTES: tuple[tuple[int, int, str], ...] = (
    (
        216,
        80,
        "Fall kl. {{t-95}}. Funnet sittende på gulvet ved sengen, ville på toalettet. Slo ikke hodet, "
        "beveger armer og bein fritt. BT 142/76, puls 78. Hjulpet opp med to. Observeres, sensormatten var ikke på.",
    ),
)


def present(stories: tuple[Story, ...]) -> list[Json]:
    """All that is relative to now for the residents."""
    by_room = {story.room: story for story in stories}
    made: list[Json] = []
    for room, minutes, name, advice in DUE:
        if room in by_room:
            made.append(task(by_room[room], name, due(minutes), "nå", advice))
    made += [
        _next_set(by_room[room]) for room in sorted({row[0] for row in SETS}) if _is_watched(by_room, room)
    ]
    for room, minutes, text, headline in SETS:
        if room in by_room:
            story = by_room[room]
            times = [ago(minutes, 5 * n) for n in range(8)]
            made += observations(story, parse(text), times, _worker(story, minutes), headline)
    made += [_news(by_room[room], minutes, text) for room, minutes, text in NEWS if room in by_room]
    for room, minutes, text in NOTES:
        made.append(note(by_room[room], ago(minutes), _worker(by_room[room], minutes), text))
    return made + _single(by_room)


def _last_set(room: int) -> tuple[int, str]:
    """Minutes ago and signs of the newest set."""
    return min((minutes, text) for number, minutes, text, _ in SETS if number == room)


def _is_watched(by_room: dict[int, Story], room: int) -> bool:
    return room in by_room and score(parse(_last_set(room)[1]), hypercapnic(by_room[room])) >= HOURLY_FROM


def _next_set(story: Story) -> Json:
    """The task that follows from the newest set, so that list and chart name the same minute."""
    return task(story, "Mål NEWS2", ahead(HOUR - _last_set(story.room)[0]), "nå", "Hver time til under 5")


def _worker(story: Story, minutes_ago: int) -> Worker:
    """Who was at work then, if it is 03:12 now: a shift ends, also for those who measure."""
    return worker_at(story.ward, *divmod(STORY_CLOCK - minutes_ago, 24 * 60))


def _news(story: Story, minutes: int, text: str) -> Json:
    return {
        "resourceType": "Communication",
        "id": fhir_id("nytt", story.id, text),
        "status": "completed",
        "category": [{"text": "Nytt"}],
        "priority": "urgent" if text.startswith(("Feber", "Fall", "Forvirret")) else "routine",
        "subject": story.ref,
        "encounter": reference(f"Encounter/{story.encounter}"),
        "sent": ago(minutes),
        "recipient": [reference(f"Organization/{story.ward}", WARDS[story.ward])],
        "sender": worker_at(story.ward, -1, 1200).ref,
        "payload": [{"contentString": text}],
    }


def _single(by_room: dict[int, Story]) -> list[Json]:
    made: list[Json] = []
    for room, kind, value, minutes in ((206, "esas", 4, 87), (110, "esas", 6, 75)):
        if room in by_room:
            made.append(measure(by_room[room], kind, value, ago(minutes), _worker(by_room[room], minutes)))
    if 301 in by_room:
        made.append(remark(by_room[301], "Urolig, går i gangen", ago(80), _worker(by_room[301], 80)))
    for room, key, minutes, dose in (
        (204, "paracetamol1g", 32, "1"),
        (206, "morfinsc", 80, "2.5"),
        (110, "oksykodon5", 70, "1"),
    ):
        if room in by_room:
            story = by_room[room]
            item = next(i for i in prescriptions(story) if i.drug.key == key and i.when_needed)
            made.append(administration(story, item, ago(minutes), Decimal(dose), _worker(story, minutes)))
    return made
