"""Growth and vaccinations of children: they follow the birth date and never move.

Medians for Norwegian children, rounded, between the points on a straight line; a child keeps close to its own
deviation. Contacts and vaccines as in the national programmes.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

from launcher.sandbox.population.chance import Chance, fhir_id
from launcher.sandbox.population.codes import ATC, Json, coding, concept, reference
from launcher.sandbox.population.moments import DAY_ZERO
from launcher.sandbox.population.observations import measure
from launcher.sandbox.population.oslo import iso
from launcher.sandbox.population.staff import HEALTH_VISITOR
from launcher.sandbox.population.story import Story

# age in years: length cm, weight kg, head cm; boys and girls
_BOYS = (
    (0.0, 50.5, 3.60, 35.4), (0.02, 51.2, 3.60, 35.7), (0.115, 56.8, 4.95, 38.7), (0.25, 62.0, 6.45, 41.2), 
    (0.42, 66.6, 7.75, 43.3),
    (0.5, 68.5, 8.20, 44.0), (0.67, 71.6, 9.05, 45.3), (0.83, 74.2, 9.70, 46.3), (1.0, 76.6, 10.20, 47.0),
    (1.25, 80.2, 11.00, 47.9), (1.5, 83.4, 11.60, 48.5), (2.0, 88.8, 12.90, 49.5), (3.0, 97.8, 15.20, 50.8),
    (4.0, 105.4, 17.30, 51.6), (6.0, 119.5, 22.40, 52.6), (8.0, 131.8, 28.00, 53.3), (10.0, 142.5, 34.50, 53.9),
    (13.0, 160.0, 48.00, 55.2), (15.0, 172.8, 60.50, 56.4), (18.0, 180.5, 71.50, 57.4),
)  # fmt: skip
_GIRLS = (
    (0.0, 49.8, 3.47, 34.8), (0.02, 50.4, 3.46, 35.0), (0.115, 55.6, 4.60, 37.7), (0.25, 60.3, 5.90, 40.1), 
    (0.42, 64.8, 7.10, 42.1),
    (0.5, 66.6, 7.55, 42.9), (0.67, 69.7, 8.35, 44.1), (0.83, 72.4, 9.00, 45.1), (1.0, 74.9, 9.50, 45.8),
    (1.25, 78.7, 10.30, 46.7), (1.5, 82.0, 10.95, 47.4), (2.0, 87.4, 12.25, 48.4), (3.0, 96.6, 14.60, 49.9),
    (4.0, 104.3, 16.90, 50.8), (6.0, 118.5, 21.90, 51.9), (8.0, 130.4, 27.30, 52.6), (10.0, 141.5, 34.00, 53.3),
    (13.0, 159.0, 48.50, 54.5), (15.0, 166.0, 57.00, 55.0), (18.0, 167.8, 61.00, 55.4),
)  # fmt: skip
# days after birth of the contacts; head until two years
CONTACTS = (0, 9, 43, 92, 123, 153, 184, 245, 306, 369, 458, 535, 735, 1466, 2240, 2960, 4790)
# days after birth | vaccine | ATC | for those born from, and before
YEAR_CONTROL = 369
_ALWAYS, _NEVER = "1900-01-01", "2100-01-01"
_ROTAVIRUS, _HEPATITIS_B = "2014-09-01", "2016-11-01"
VACCINES: tuple[tuple[int, str, str, str, str], ...] = (
    (43, "Rotavirus", "J07BH01", _ROTAVIRUS, _NEVER),
    (92, "Rotavirus", "J07BH01", _ROTAVIRUS, _NEVER),
    (92, "DTP-polio-Hib", "J07CA06", _ALWAYS, _HEPATITIS_B),
    (92, "DTP-polio-Hib-hepatitt B", "J07CA09", _HEPATITIS_B, _NEVER),
    (92, "Pneumokokk", "J07AL02", _ALWAYS, _NEVER),
    (153, "DTP-polio-Hib", "J07CA06", _ALWAYS, _HEPATITIS_B),
    (153, "DTP-polio-Hib-hepatitt B", "J07CA09", _HEPATITIS_B, _NEVER),
    (153, "Pneumokokk", "J07AL02", _ALWAYS, _NEVER),
    (369, "DTP-polio-Hib", "J07CA06", _ALWAYS, _HEPATITIS_B),
    (369, "DTP-polio-Hib-hepatitt B", "J07CA09", _HEPATITIS_B, _NEVER),
    (369, "Pneumokokk", "J07AL02", _ALWAYS, _NEVER),
    (458, "MMR", "J07BD52", _ALWAYS, _NEVER),
    (2750, "DTP-polio", "J07CA02", _ALWAYS, _NEVER),
    (4230, "MMR", "J07BD52", _ALWAYS, _NEVER),
    (4560, "HPV", "J07BM03", _ALWAYS, _NEVER),
    (4745, "HPV", "J07BM03", _ALWAYS, _NEVER),
    (5600, "DTP-polio", "J07CA02", _ALWAYS, _NEVER),
)


def median(age: float, boy: bool) -> tuple[float, float, float]:
    """Length, weight, head at an age in years."""
    table = _BOYS if boy else _GIRLS
    for (a0, *low), (a1, *high) in pairwise(table):
        if age <= a1:
            share = (age - a0) / (a1 - a0)
            length, weight, head = (x + (y - x) * share for x, y in zip(low, high, strict=True))
            return length, weight, head
    return table[-1][1], table[-1][2], table[-1][3]


def size(story: Story, age: float, deviations: tuple[float, float, float]) -> tuple[float, float, float]:
    """The child's own length, weight and head at an age."""
    length, weight, head = median(age, not story.female)
    chance = Chance("growth", story.id, round(age, 2))
    z_length, z_weight, z_head = (z * min(1.0, 0.6 + age) + chance.normal(0.06) for z in deviations)
    spread = 0.12 if age < 8 else 0.15
    return length * (1 + 0.039 * z_length), weight * (1 + spread * z_weight), head * (1 + 0.026 * z_head)


def deviations(text: str) -> tuple[float, float, float]:
    """``z 0.3 0.1 0.2``."""
    length, weight, head = map(float, text.split()[1:])
    return length, weight, head


def _when(story: Story, days: int) -> datetime:
    day = date.fromisoformat(story.born) + timedelta(days=days)
    if days > 20:
        day += timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()])
    minutes = Chance("contact", story.id, days).whole(510, 860)
    return datetime(day.year, day.month, day.day) + timedelta(minutes=minutes // 5 * 5)


def growth(story: Story) -> list[Json]:
    """Measurements at the contacts up to day 0."""
    made: list[Json] = []
    own = deviations(story.facts["labs"])
    born = date.fromisoformat(story.born)
    for days in CONTACTS:
        moment = _when(story, days)
        if moment.date() >= DAY_ZERO:
            break
        length, weight, head = size(story, (moment.date() - born).days / 365.25, own)
        when = iso(moment)
        kind = "lengde" if days < 700 else "høyde"
        made.append(measure(story, "vekt", weight, when, HEALTH_VISITOR, 2 if days < 700 else 1))
        made.append(measure(story, kind, length, when, HEALTH_VISITOR))
        if days <= 735:
            made.append(measure(story, "hode", head, when, HEALTH_VISITOR))
    return made


def vaccinations(story: Story) -> list[Json]:
    """What the childhood programme has given up to day 0."""
    made: list[Json] = []
    count: dict[str, int] = {}
    for days, name, atc, first, end in VACCINES:
        moment = _when(story, days)
        if moment.date() >= DAY_ZERO or not first <= story.born < end:
            continue
        count[name] = count.get(name, 0) + 1
        made.append(_immunization(story, name, atc, iso(moment), count[name]))
    return made


def due_vaccines(story: Story, when: str) -> list[Json]:
    """What the programme gives at twelve months."""
    made: list[Json] = []
    for days, name, atc, first, end in VACCINES:
        if days == YEAR_CONTROL and first <= story.born < end:
            made.append(_immunization(story, name, atc, when, 1 + _given(story, name)))
    return made


def _given(story: Story, name: str) -> int:
    return sum(one["vaccineCode"]["text"] == name for one in vaccinations(story))


def _immunization(story: Story, name: str, atc: str, when: str, dose: int) -> Json:
    return {
        "resourceType": "Immunization",
        "id": fhir_id("vaksine", story.id, name, dose),
        "status": "completed",
        "occurrenceDateTime": when,
        "vaccineCode": concept(name, coding(ATC, atc, name)),
        "patient": story.ref,
        "primarySource": True,
        "performer": [{"actor": reference("Organization/fjordvik", "Helsestasjonen")}],
        "protocolApplied": [{"doseNumberPositiveInt": dose}],
    }


def seasonal(story: Story, when: str) -> Json:
    """Influenza vaccine of this autumn."""
    return _immunization(story, "Influensa", "J07BB02", when, 1)
