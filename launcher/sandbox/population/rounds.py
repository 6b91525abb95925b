"""What is seen on rounds in the last two days: sleep, meals, out of bed; drinks, urine, pain."""

from __future__ import annotations

from launcher.sandbox.population.chance import Chance
from launcher.sandbox.population.codes import Json
from launcher.sandbox.population.moments import at, minutes_of
from launcher.sandbox.population.observations import measure, remark
from launcher.sandbox.population.staff import worker_at
from launcher.sandbox.population.story import LIVE_ROOMS, Story

_KINDS = ("diurese", "drukket", "smerte", "esas")
_DAY: tuple[tuple[int, int, tuple[str, ...]], ...] = (
    (255, 300, ("Sover", "Sover", "Sover", "Våken, vil ha drikke")),
    (405, 440, ("Våken", "Stelt i seng", "Våken, ligger litt til")),
    (540, 600, ("Spist frokost", "Spist frokost", "Spist halv frokost")),
    (690, 750, ("Sitter i stuen", "Hviler på rommet", "Med i trimgruppe")),
    (825, 870, ("Spist middag", "Spist middag", "Spist halv porsjon")),
    (990, 1050, ("Ser på fjernsyn", "Sitter i stuen", "Hviler på rommet", "Har besøk")),
    (1110, 1150, ("Spist kvelds", "Spist kvelds", "Spist én skive")),
    (1265, 1310, ("I seng", "Lagt for natten", "I seng, lytter på radio")),
)


_ILL = {
    "Med i trimgruppe": "Hviler på rommet",
    "Sitter i stuen": "Hviler på rommet",
    "Ser på fjernsyn": "Ligger og døser",
    "Spist frokost": "Spist litt frokost",
    "Spist middag": "Spist litt middag",
    "Spist kvelds": "Spist noen skjeer yoghurt",
    "Spist én skive": "Drukket litt saft",
}


def rounds(story: Story) -> list[Json]:
    """From ``Story.night`` (``0 00:30 Sover; -1 23:55 diurese 450``) and an ordinary day around it."""
    made: list[Json] = []
    chance = Chance("seen", story.id)
    for part in filter(None, (p.strip() for p in story.night.split(";"))):
        night, clock, seen = part.split(" ", 2)
        made.append(_seen(story, int(night), minutes_of(clock), seen))
    acute = story.room in LIVE_ROOMS
    bedbound = story.rounds == 1 or "snu" in story.topics
    for day in (-1, 0):
        for start, end, texts in _DAY:
            minutes, text = chance.whole(start, end), chance.pick(texts)
            if day <= -story.moved_in or (day == -1 and minutes > 1200) or "palliativ" in story.topics:
                continue
            if acute:
                text = _ILL.get(text, text)
            if "dysfagi" in story.topics and text == "Spist én skive":
                text = "Spist moset kvelds"
            if bedbound and text in ("Med i trimgruppe", "Sitter i stuen"):
                text = "Oppe i stol"
            made.append(remark(story, text, at(day, minutes), worker_at(story.ward, day, minutes)))
    return made


def _seen(story: Story, day: int, minutes: int, text: str) -> Json:
    worker = worker_at(story.ward, day, minutes)
    kind, _, value = text.partition(" ")
    if kind in _KINDS:
        return measure(story, kind, float(value), at(day, minutes), worker)
    return remark(story, text, at(day, minutes), worker)
