"""Vital signs over 90 days: rounds at the usual rate, closer while someone is ill."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from launcher.sandbox.population.chance import Chance
from launcher.sandbox.population.codes import Json
from launcher.sandbox.population.moments import DAY_ZERO, at, minutes_of
from launcher.sandbox.population.observations import blood_pressure, consciousness, measure, news2, rounded
from launcher.sandbox.population.staff import Worker, worker_at
from launcher.sandbox.population.story import Episode, Story

DAYS = 90
SELDOM_BEFORE = -42
"""Before this day those who are stable are measured once a week."""
_USUAL = re.compile(
    r"t(?P<t>[\d.]+) p(?P<p>\d+) r(?P<r>\d+) s(?P<s>\d+) bp(?P<sys>\d+)/(?P<dia>\d+)(?: o(?P<o>[\d.]+))?"
)
_ROUNDS = {1: (600,), 2: (605, 1170), 3: (470, 875, 1205)}


@dataclass(frozen=True)
class Signs:
    """One set of vital signs; ``o`` is oxygen in litres a minute, 0 for air."""

    t: float
    p: int
    r: int
    s: int
    sys: int
    dia: int
    o: float = 0.0
    awake: str = "A"


def parse(text: str) -> Signs:
    """``t36.6 p84 r19 s90 bp136/78 o1.0`` with an optional ``C`` at the end for new confusion."""
    found = _USUAL.match(text)
    if found is None:
        raise ValueError(f"not a set of vital signs: {text}")
    part = found.groupdict()
    whole = {key: int(part[key]) for key in ("p", "r", "s", "sys", "dia")}
    return Signs(t=float(part["t"]), o=float(part["o"] or 0), awake="C" if " C" in text else "A", **whole)


def score(signs: Signs, hypercapnic: bool) -> int:
    """NEWS2 of a set (Royal College of Physicians 2017); scale 2 for SpO2 when 88-92 % is the aim."""

    def band(value: float, *limits: tuple[float, int]) -> int:
        return next(points for limit, points in limits if value <= limit)

    top = 10_000
    total = band(signs.r, (8, 3), (11, 1), (20, 0), (24, 2), (top, 3))
    total += band(signs.t, (35.0, 3), (36.0, 1), (38.0, 0), (39.0, 1), (top, 2))
    total += band(signs.p, (40, 3), (50, 1), (90, 0), (110, 1), (130, 2), (top, 3))
    total += band(signs.sys, (90, 3), (100, 2), (110, 1), (219, 0), (top, 3))
    if not hypercapnic:
        total += band(signs.s, (91, 3), (93, 2), (95, 1), (top, 0))
    elif signs.o > 0:
        total += band(signs.s, (83, 3), (85, 2), (87, 1), (92, 0), (94, 1), (96, 2), (top, 3))
    else:
        total += band(signs.s, (83, 3), (85, 2), (87, 1), (top, 0))
    return total + (2 if signs.o > 0 else 0) + (3 if signs.awake != "A" else 0)


def observations(
    story: Story, signs: Signs, times: list[str], worker: Worker, headline: str = "", awake: bool = True
) -> list[Json]:
    """The set as single observations. ``times``: eight rising times; the headline is the newest."""
    signs = replace(signs, t=float(rounded(signs.t, 1)))
    order = ["r", "s", "p", "bp", "t"]
    if headline:
        order.remove(headline)
        order.append(headline)
    made: list[Json] = []
    clock = iter(times)
    if awake:
        made.append(consciousness(story, signs.awake, next(clock), worker))
        made.append(news2(story, score(signs, hypercapnic(story)), next(clock), worker))
    if signs.o > 0:
        made.append(measure(story, "o", signs.o, next(clock), worker))
    for key in order:
        if key == "bp":
            made.append(blood_pressure(story, signs.sys, signs.dia, next(clock), worker))
        else:
            made.append(measure(story, key, float(getattr(signs, key)), next(clock), worker))
    return made


def hypercapnic(story: Story) -> bool:
    return any("88–92" in flag for flag in story.flags)


def clock_times(day: int, minutes: int) -> list[str]:
    """Eight times, five seconds apart, at one round."""
    return [at(day, minutes, 5 * n) for n in range(8)]


class Wander:
    """Values that stay near the usual and remember a little of the last time."""

    def __init__(self, story: Story, usual: Signs) -> None:
        self.chance = Chance("vitals", story.id)
        self.usual, self.story = usual, story
        self.drift = dict.fromkeys(("t", "p", "r", "s", "sys", "dia"), 0.0)

    def _next(self, key: str, spread: float) -> float:
        self.drift[key] = 0.55 * self.drift[key] + self.chance.normal(spread)
        return self.drift[key]

    def at(self, day: int, minutes: int) -> Signs:
        usual, evening = self.usual, 0.15 if minutes > 900 else -0.1
        sys = usual.sys + self._next("sys", 5)
        signs = Signs(
            t=usual.t + evening + self._next("t", 0.13),
            p=round(usual.p + self._next("p", 3.2)),
            r=round(usual.r + self._next("r", 0.7)),
            s=min(99, round(usual.s + self._next("s", 0.7))),
            sys=round(sys),
            dia=min(round(usual.dia + self._next("dia", 3.0) + 0.2 * (sys - usual.sys)), round(sys) - 30),
            o=usual.o,
        )
        for episode in self.story.episodes:
            signs = _ill(signs, episode, day + minutes / 1440)
        return replace(signs, s=min(100, signs.s))


def severity(episode: Episode, moment: float) -> float:
    """0 to 1: rises from start to the end of the worst day, then falls until the end."""
    peak = episode.worst + 0.6
    if not episode.start <= moment <= episode.end + 1:
        return 0.0
    if moment <= peak:
        return (moment - episode.start + 0.15) / (peak - episode.start + 0.15)
    return max(0.0, (episode.end + 1 - moment) / (episode.end + 1 - peak))


def _ill(signs: Signs, episode: Episode, moment: float) -> Signs:
    share = severity(episode, moment)
    if share == 0.0:
        return signs
    return Signs(
        t=signs.t + share * episode.temp,
        p=round(signs.p + share * episode.pulse),
        r=round(signs.r + share * episode.resp),
        s=round(signs.s + share * episode.spo2),
        sys=round(signs.sys + share * episode.sys),
        dia=round(signs.dia + share * episode.sys * 0.4),
        o=signs.o + (episode.oxygen if share > 0.35 else 0.0),
        awake="C" if episode.confused and share > 0.55 else signs.awake,
    )


def times_of_day(story: Story, day: int, chance: Chance) -> list[int]:
    """When vital signs are taken on a day. ``rounds`` is sets a week; from 21 on: three a day of late."""
    spread = chance.whole(-14, 14)
    closely = story.rounds >= 21 and day >= int(story.facts.get("tett_fra", "-8"))
    if any(e.start <= day <= e.end for e in story.episodes) or closely:
        return [minutes + spread for minutes in _ROUNDS[3]]
    rate = 2 if story.rounds >= 21 else story.rounds
    if day < SELDOM_BEFORE and rate < 4:
        rate = 1
    weekly = {1: (2,), 2: (1, 4), 3: (0, 2, 5), 4: (0, 2, 4, 6)}.get(rate, tuple(range(7)))
    if (day + story.room) % 7 not in weekly:
        return []
    return [_ROUNDS[2][(day + story.room) % 2] + spread]


def history(story: Story) -> list[Json]:
    """All sets from 90 days back (or from moving in) to the end of day 0, except what ``exact`` replaces."""
    wander, chance = Wander(story, parse(story.usual)), Chance("rounds", story.id)
    exact = exact_sets(story)
    replaced = {day for day, *_ in exact}
    made: list[Json] = []
    for day in range(-min(DAYS, story.moved_in), 1):
        for minutes in times_of_day(story, day, chance):
            signs = wander.at(day, minutes)
            stopped = day >= int(story.facts.get("uten_målinger_fra", "1"))
            if stopped or day in replaced or (day == -story.moved_in and minutes < 870):
                continue
            worker = worker_at(story.ward, day, minutes)
            made += observations(story, signs, clock_times(day, minutes), worker, _headline(story))
    for day, clock, signs, headline in exact:
        minutes = minutes_of(clock)
        worker = worker_at(story.ward, day, minutes)
        made += observations(story, signs, clock_times(day, minutes), worker, headline)
    return made


def _headline(story: Story) -> str:
    if hypercapnic(story):
        return "s"
    return "t" if any(e.temp > 0 and e.end >= -2 for e in story.episodes) else "bp"


def exact_sets(story: Story) -> list[tuple[int, str, Signs, str]]:
    """Lines ``day clock signs > headline``."""
    made: list[tuple[int, str, Signs, str]] = []
    for line in story.exact.strip().splitlines():
        text, _, headline = line.partition(">")
        day, clock, signs = text.strip().split(" ", 2)
        made.append((int(day), clock, parse(signs), headline.strip()))
    return made


@dataclass(frozen=True)
class DaySigns:
    """Highest temperature and lowest SpO2 of one day (0 is day 0)."""

    day: int
    temp: float = 0.0
    spo2: int = 100


def extremes(made: list[Json]) -> dict[int, DaySigns]:
    """The extremes of each day of a history."""
    found: dict[int, DaySigns] = {}
    for item in made:
        text = item["code"]["text"]
        if text in ("Temp", "SpO₂"):
            day = (date.fromisoformat(item["effectiveDateTime"][:10]) - DAY_ZERO).days
            known, value = found.get(day, DaySigns(day)), item["valueQuantity"]["value"]
            temp = max(known.temp, float(value)) if text == "Temp" else known.temp
            found[day] = DaySigns(day, temp, min(known.spo2, int(value)) if text != "Temp" else known.spo2)
    return found
