"""What today's contacts at the practice leave in the record: measurements, a vaccine, a short note."""

from __future__ import annotations

import re
from datetime import date

from launcher.sandbox.population import growth
from launcher.sandbox.population.chance import Chance
from launcher.sandbox.population.codes import Json
from launcher.sandbox.population.documents import note
from launcher.sandbox.population.moments import DAY_ZERO, at, workday
from launcher.sandbox.population.observations import blood_pressure, measure
from launcher.sandbox.population.staff import GP, SECRETARY
from launcher.sandbox.population.story import Story
from launcher.sandbox.population.writing import Collected

MEASURED, GIVEN, WRITTEN = 6, 10, 16
"""Minutes after the beginning of a contact."""
# name | measurements: key value, bp over/under | note
_TABLE = """
Liv Berntsen|bp 144/86 p 72 vekt 74.8|BT 144/86. Hjemme 146/87 i snitt over to uker. Tillegg av amlodipin drøftes, hun vil prøve mindre salt til jul. Kontroll om åtte uker.
Markus Eide|t 37.9|Trommehinne høyre mindre rød, ikke buende. Spiser og leker. Ikke antibiotika. Ny kontakt ved feber over tre døgn.
Kjell Fossum||Svar på INR gitt per telefon. Uendret ukedose, ny prøve om fire uker.
Nora Grønli|bp 110/66 p 80 vekt 72.6|Uke 24. Kjenner liv. BT 110/66, urin neg. Symfysemål 23 cm, fosterlyd 144. Jern tåles greit.
Maja Iversen|bp 112/68 p 70|Hodepinedagbok: mest på skoledager, sjelden i helgen. Nevrologisk normal. Søvn og skjerm tas opp med henne og mor.
Bjarne Johnsen|bp 116/68 p 84 s 95 vekt 88.1|Mer tungpusten, sover med to puter. Knatrelyder basalt, ødem til midt på leggen. Furosemid økes, ny vekt og kontroll om tre dager.
Anna Karlsen||Skulderen bedre, klarer lette oppdrag. Sykmelding 50 % to uker til, deretter full jobb. Øvelser fortsetter.
Anna Karlsson||Celleprøve tatt. Svar kommer i brev.
Jon Løken|bp 122/76 p 62|Anfallsfri i fem år. Attest for klasse B skrevet etter nevrologens erklæring.
Sigrid Myhre|bp 128/68 p 68 vekt 64.0|Gikk gjennom alle legemidler etter sykehusoppholdet. Liste skrevet ut til henne. Kreatinin om to uker.
Emil Næss||Frisk i dag. Vaksiner for 12 måneder gitt i låret, observert i 20 minutter uten reaksjon.
Ragna Opheim|bp 134/76 p 86 s 93|Spirometri: FEV1 48 % av forventet, uendret. Inhalasjonsteknikk øvd. Slutter ikke å røyke nå, tar det opp igjen.
Ella Pettersen||Seks uker. God kontakt, løfter hodet. Hofter stabile, hjerte og lunger uten anmerkning. Ammes fullt, følger kurven sin.
Stian Qvale|bp 126/78 p 66|MADRS 12. Sover bedre, jobber 80 %. Sertralin uendret, ny time om seks uker.
Torunn Rasmussen|bp 130/80 p 72|Hetetokter hver natt. Gikk gjennom nytte og risiko ved behandling, tenker på det til neste time.
Jakob Sunde||Går fint på skolen, spiser frokost før tabletten. Høyde og vekt følges. Medisinen uendret, kontroll om et halvt år.
Ingeborg Thorsen||Telefon: svimmel når hun reiser seg, ikke falt. Drikker lite. Hjemmesykepleien måler liggende og stående blodtrykk i uken.
Mats Ulriksen||Video: ryggen bedre, går tur daglig. Trenger ikke sykmelding videre.
"""  # noqa: E501
# day, over, under, pulse of those who take a stimulant
_STIMULANT_CONTROLS = ((-350, 102, 60, 80), (-170, 104, 62, 82))


def _rows() -> dict[str, tuple[str, str]]:
    rows = (row.split("|") for row in _TABLE.strip().splitlines())
    return {name: (measured, text) for name, measured, text in rows}


def add_results(made: Collected, story: Story, begins: int, visit: str) -> None:
    """``begins``: minutes after midnight. A child's size follows the birth date and stays on day 0."""
    measured, text = _rows()[story.name]
    made.add("history", *_measured(story, measured, begins + MEASURED))
    if "metylfenidat" in story.medicines:
        made.add("fixed", *_control(story, 0, begins + MEASURED, 106, 64, 84))
    elif story.age() < 2:
        made.add("fixed", *_size(story, 0, begins + MEASURED))
    if story.name == "Emil Næss":
        made.add("history", *growth.due_vaccines(story, at(0, begins + GIVEN)))
    made.add("history", note(story, at(0, begins + WRITTEN), GP, text, encounter=visit))


def stimulant_controls(story: Story) -> list[Json]:
    """Height, weight, blood pressure and pulse twice a year, as whoever grows with a stimulant needs them."""
    made: list[Json] = []
    for day, over, under, pulse in _STIMULANT_CONTROLS:
        minutes = Chance("control", story.id, day).whole(500, 850)
        made += _control(story, workday(day), minutes, over, under, pulse)
    return made


def _control(story: Story, day: int, minutes: int, over: int, under: int, pulse: int) -> list[Json]:
    pressure = blood_pressure(story, over, under, at(day, minutes, 60), GP)
    return [
        *_size(story, day, minutes),
        pressure,
        measure(story, "p", float(pulse), at(day, minutes, 70), GP),
    ]


def _size(story: Story, day: int, minutes: int) -> list[Json]:
    """Length, weight and, in the first two years, head of a child on a day."""
    age = (DAY_ZERO - date.fromisoformat(story.born)).days + day
    length, weight, head = growth.size(story, age / 365.25, growth.deviations(story.facts["labs"]))
    when, young = at(day, minutes), age < 700
    made = [
        measure(story, "vekt", weight, when, SECRETARY, 2 if young else 1),
        measure(story, "lengde" if young else "høyde", length, when, SECRETARY),
    ]
    return [*made, measure(story, "hode", head, when, SECRETARY)] if young else made


def _measured(story: Story, text: str, minutes: int) -> list[Json]:
    made: list[Json] = []
    for key, value in re.findall(r"(\w+) ([\d./]+)", text):
        if key == "bp":
            over, under = map(int, value.split("/"))
            made.append(blood_pressure(story, over, under, at(0, minutes), GP))
        else:
            made.append(measure(story, key, float(value), at(0, minutes), GP))
    return made
