"""Weight, height, blood glucose, wounds and falls."""

from __future__ import annotations

import re

from launcher.sandbox.population.chance import Chance
from launcher.sandbox.population.codes import LOCAL, LOINC, Json, coding, concept, quantity
from launcher.sandbox.population.moments import at, minutes_of
from launcher.sandbox.population.observations import base, measure, rounded
from launcher.sandbox.population.staff import worker_at
from launcher.sandbox.population.story import Story
from launcher.sandbox.population.vitals import DAYS, DaySigns

# What the even line does not say: kilos to add on single days
_WEIGHT_STEPS: dict[int, dict[int, float]] = {
    104: {-4: -1.5, -3: -1.4, -2: -0.7, -1: 0.0, 0: 0.2},
    213: {-8: 1.0, -7: 0.9, -6: 0.8, -5: 0.6},
    214: {-3: -0.3, -2: -0.2},
}
# wound: where | first length, width in mm | last | days back | look now
WOUNDS: dict[str, tuple[str, tuple[int, int], tuple[int, int], int, str]] = {
    "fot": ("Venstre forfot", (24, 18), (14, 9), 58, "Rød, ren sårbunn, tørre kanter, ingen lukt"),
    "legg": (
        "Høyre legg, innside",
        (45, 30),
        (27, 17),
        56,
        "Ren sårbunn, moderat klar sekresjon, mindre hovent",
    ),
    "sete": ("Setet", (18, 12), (11, 7), 13, "Fuktig, rosa sårbunn, hel hud rundt"),
}


def weight_on(story: Story, day: int) -> float:
    """Kilos on a day: an even change over 90 days, steps where the story has them, a little unevenness."""
    now = float(story.weight)
    start = now / (1 + story.change / 100)
    even = start + (now - start) * (day + DAYS) / DAYS
    step = _WEIGHT_STEPS.get(story.room, {}).get(day)
    if step is not None:
        return now + step
    anchored = day >= -1 or (story.room, day) == (211, -3)
    return now if anchored else even + Chance("weight", story.id, day).normal(0.15)


def weighing_days(story: Story) -> list[int]:
    """Daily for those on the scale for fluid, weekly where weight matters, else every fourth week."""
    weekday = int(story.facts.get("vektdag", str(-1 - story.room % 7)))
    if story.room == 213:
        weekday = -1
    watched = abs(story.change) >= 2.4 or {"ernæring", "væske", "ødem"} & set(story.topics.split())
    every = 7 if watched else 28
    days = set(range(weekday, -DAYS - 1, -every))
    if story.facts.get("veies") == "daglig" or story.room in (204,):
        days |= set(range(-13, 1))
    if "palliativ" in story.topics:
        days = set(range(weekday - 14, -DAYS - 1, -28))
    return sorted(day for day in days if -story.moved_in < day)


def weights(story: Story) -> list[Json]:
    made: list[Json] = []
    if story.moved_in < DAYS:
        first = -story.moved_in
        worker = worker_at(story.ward, first, 890)
        made.append(measure(story, "vekt", weight_on(story, first), at(first, 890), worker))
    height_day = -min(story.moved_in, DAYS)
    worker = worker_at(story.ward, height_day, 895)
    made.append(measure(story, "høyde", float(story.height), at(height_day, 895), worker))
    daily = story.facts.get("veies") == "daglig" or story.room == 204
    for day in weighing_days(story):
        minutes = (425 if daily else 500) + Chance("scale", story.id, day).whole(0, 20)
        if (story.room, day) == (211, -3):
            minutes = 510
        worker = worker_at(story.ward, day, minutes)
        made.append(measure(story, "vekt", weight_on(story, day), at(day, minutes), worker))
    return made


def glucose(story: Story) -> list[Json]:
    """Capillary glucose at the times in ``facts["tider"]``, around ``facts["sukker"]``."""
    if "sukker" not in story.facts:
        return []
    usual, chance = float(story.facts["sukker"]), Chance("glucose", story.id)
    made: list[Json] = []
    for day in range(-min(DAYS, story.moved_in - 1), 1):
        if story.room == 303 and day % 7 != 2:
            continue
        for n, clock in enumerate(story.facts["tider"].split()):
            value = usual + (-1.3, 0.6, 0.9, 0.3)[n % 4] + chance.normal(1.35)
            cortisone = story.room == 114 and -21 <= day <= -17
            value += 4.2 if cortisone else 0.0
            minutes = minutes_of(clock) + chance.whole(-8, 4)
            if (story.room, day, n) == (207, -1, 3):
                value, minutes = 6.1, 1215
            worker = worker_at(story.ward, day, minutes)
            made.append(measure(story, "sukker", max(4.4, value), at(day, minutes), worker))
    return made


def symptoms(story: Story) -> list[Json]:
    """ESAS pain twice a day over the last three weeks, around ``facts["esas"]``."""
    if "esas" not in story.facts:
        return []
    usual, chance = float(story.facts["esas"]), Chance("esas", story.id)
    made: list[Json] = []
    for day in range(-min(21, story.moved_in - 1), 1):
        for minutes in (605, 1085):
            value = max(0, min(7, round(usual + chance.normal(0.9))))
            made.append(measure(story, "esas", value, at(day, minutes), worker_at(story.ward, day, minutes)))
    return made


def wounds(story: Story) -> list[Json]:
    """Weekly size of the wound, and how it looks."""
    if story.wound not in WOUNDS:
        return []
    where, first, last, back, look = WOUNDS[story.wound]
    back = min(back, story.moved_in - 1)
    made: list[Json] = []
    for day in range(-back, 0, 7):
        share = (day + back) / back
        length, width = (round(a + (b - a) * share) for a, b in zip(first, last, strict=True))
        when, worker = at(day, 640), worker_at(story.ward, day, 640)
        note = look if share > 0.5 else "Sårbunn delvis gul, noe sekresjon, rød hudkant"
        made.append(
            {
                **base(story, "sår", when, worker, "exam"),
                "code": concept("Sårstørrelse", coding(f"{LOCAL}observasjon", "sar")),
                "note": [{"text": note}],
                "bodySite": {"text": where},
                "component": [_size("39126-8", "Lengde", length), _size("39125-0", "Bredde", width)],
            }
        )
    return made


def _size(loinc: str, text: str, millimetres: int) -> Json:
    return {"code": concept(text, coding(LOINC, loinc)), "valueQuantity": quantity(millimetres, "mm")}


def falls(story: Story) -> list[Json]:
    """Each fall as an observation of its own."""
    made: list[Json] = []
    for day, clock, text in story.falls:
        minutes = minutes_of(clock)
        worker = worker_at(story.ward, day, minutes)
        made.append(
            {
                **base(story, "fall", at(day, minutes), worker, "survey"),
                "code": concept("Fall", coding(f"{LOCAL}observasjon", "fall")),
                "valueString": text,
            }
        )
    return made


def filled(story: Story, day: int, text: str, signs: dict[int, DaySigns]) -> str:
    """``[vekt]``, ``[bmi]``, ``[temp]`` in a note become what was measured."""
    kilos = weight_on(story, day)
    text = text.replace("[vekt]", f"{rounded(kilos, 1)} kg".replace(".", ","))
    if day in signs:
        text = text.replace("[temp]", f"{signs[day].temp:.1f}".replace(".", ","))
    bmi = rounded(kilos / (story.height / 100) ** 2, 1)
    return re.sub(r"\[bmi\]", str(bmi).replace(".", ","), text)
