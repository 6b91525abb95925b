"""The notes that every shift writes, from the sentences of ``note_texts``."""

from __future__ import annotations

import re

from launcher.sandbox.population.chance import Chance
from launcher.sandbox.population.codes import Json
from launcher.sandbox.population.documents import note
from launcher.sandbox.population.moments import at, minutes_of
from launcher.sandbox.population.note_texts import EPISODES, GENERAL, TOPICS
from launcher.sandbox.population.staff import shift_of, worker_at
from launcher.sandbox.population.story import Episode, Story
from launcher.sandbox.population.vitals import DaySigns, severity

_CLOCK = {"d": ("day", 820, 890), "e": ("evening", 1240, 1315), "n": ("night", 385, 440)}
_SKIP = {(204, -1), (204, 0), (204, -2), (204, -3), (204, -4), (311, 0), (311, -1)}


_WALKING = re.compile(
    "gikk (tur|til|en|ut|inn|i)|i gangen|trappen|fulgt (tilbake|på)|rullator|spisesalen|toalett|oppe (og|to|tre)|sto opp"
    "|døren til badet|lette etter badet|i bevegelse",
    re.IGNORECASE,
)
"""Not written about someone who is turned in bed."""
DYING_FROM = -28
"""From this day the notes about someone in the palliative phase are about that alone."""


class Bag:
    """Sentences drawn without repeating until all have been used."""

    def __init__(self, chance: Chance) -> None:
        self.chance, self.left, self.last = chance, dict[tuple[str, ...], list[str]](), ""

    def draw(self, texts: tuple[str, ...]) -> str:
        if not texts:
            return ""
        left = self.left.setdefault(texts, [])
        if not left:
            left.extend(text for text in texts if text != self.last or len(texts) == 1)
        self.last = left.pop(self.chance.whole(0, len(left) - 1))
        return self.last


def spoken(story: Story, text: str) -> str:
    """Pronouns and next of kin filled in."""
    words = ("Hun", "hun", "henne", "hennes") if story.female else ("Han", "han", "ham", "hans")
    for name, word in zip(("{Hun}", "{hun}", "{henne}", "{hennes}"), words, strict=True):
        text = text.replace(name, word)
    return text.replace("{kin}", story.kin).replace("{Kin}", story.kin[:1].upper() + story.kin[1:])


def _wanted(day: int, shift: str, chance: Chance) -> bool:
    """Every shift of the last three days, about one note a day for two weeks, then a few a week."""
    if day >= -3:
        return True
    if day >= -14:
        return chance.happens({"d": 0.6, "e": 0.35, "n": 0.2}[shift])
    return chance.happens({"d": 0.2, "e": 0.12, "n": 0.06}[shift])


def routine_notes(story: Story, signs: dict[int, DaySigns]) -> list[Json]:
    """``signs`` of each day, so that notes and charts agree."""
    chance = Chance("notes", story.id)
    bag = Bag(chance)
    taken = {(day, shift_of(minutes_of(clock))) for day, clock, *_ in story.notes}
    taken |= {(day, shift_of(minutes_of(clock))) for day, clock, _ in story.falls}
    made: list[Json] = []
    previous = ""
    for day in range(-min(90, story.moved_in - 1), 1):
        episode = next((e for e in story.episodes if e.start <= day <= e.end), None)
        for shift in ("n", "d", "e"):
            name, early, late = _CLOCK[shift]
            wanted = _wanted(day, shift, chance) or (episode is not None and chance.happens(0.8))
            text = _text(story, day, shift, episode, signs.get(day), bag)
            minutes = chance.whole(early, late)
            if text == previous:
                continue
            if wanted and (day, name) not in taken and (story.room, day) not in _SKIP:
                made.append(note(story, at(day, minutes), worker_at(story.ward, day, minutes), text))
                previous = text
    return made


def _text(
    story: Story, day: int, shift: str, episode: Episode | None, signs: DaySigns | None, bag: Bag
) -> str:
    ill = _illness(story, shift, episode, signs, bag)
    if ill:
        return spoken(story, ill)
    own = story.topics.split()
    dying = "palliativ" in own and day >= DYING_FROM
    if "palliativ" in own and not dying:
        own = [topic for topic in own if topic not in ("palliativ", "munnstell")]
    topics = tuple(text for t in own for text in TOPICS.get(t, {}).get(shift, ()))
    if "snu" in own:
        topics = tuple(text for text in topics if not _WALKING.search(text))
    if dying:
        return spoken(story, bag.draw(topics))
    parts: list[str] = []
    if topics and not bag.chance.happens(min(0.8, 2.0 / len(topics))):
        parts.append(bag.draw(topics))
    if shift != "n" or not parts:
        parts.append(bag.draw(_general(story, shift)))
    return spoken(story, " ".join(dict.fromkeys(parts)))


def _general(story: Story, shift: str) -> tuple[str, ...]:
    """Sentences that fit: in bed or up, clear-minded or not."""
    own = set(story.topics.split())
    if own & {"snu", "palliativ"}:
        return GENERAL["seng"][shift]
    texts = GENERAL["oppe"][shift]
    if "dysfagi" in own:
        texts = tuple(text for text in texts if not re.search("skive|kaffe|drukket te", text))
    if "demens" in own:
        return texts + GENERAL["demens"][shift]
    return texts if own & {"afasi", "syn"} else texts + GENERAL["klar"][shift]


def _illness(story: Story, shift: str, episode: Episode | None, signs: DaySigns | None, bag: Bag) -> str:
    """What is written while someone is ill; nothing on a day that is hardly different."""
    if episode is None or signs is None:
        return ""
    share = severity(episode, signs.day + {"n": 0.25, "d": 0.55, "e": 0.9}[shift])
    late = signs.day > episode.worst + 1
    better = f"{episode.kind}-bedre" if late and share < 0.7 else episode.kind
    texts = EPISODES.get(better, {}).get(shift, ())
    if not texts or share < (0.15 if late else 0.3):
        return ""
    temp = f"{signs.temp:.1f}".replace(".", ",")
    litres = f"{1 + (episode.oxygen if share > 0.35 else 0):.0f}"
    return bag.draw(texts).replace("[temp]", temp).replace("[spo2]", str(signs.spo2)).replace("[o2]", litres)
