"""The residents of Lindehaugen, read from ``stories/*.toml``."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

from launcher.sandbox.population.story import Episode, Story


def stored(name: str) -> str:
    """Text of one file of ``stories``."""
    return files(__package__).joinpath("stories", name).read_text("utf-8")


def _dated(line: str) -> tuple[int, str, str, str]:
    """``-4 11:40 Ingrid Fossheim | text``: day, clock, author (empty: who is at work), text."""
    head, _, text = line.partition(" | ")
    day, clock, *author = head.split(" ", 2)
    return int(day), clock, author[0].strip() if author else "", text


def _story(row: dict[str, Any]) -> Story:
    family, _, given = row.pop("name").partition(", ")
    sex, born, height, weight = row.pop("body").split()
    notes = tuple(map(_dated, row.pop("notes", ())))
    falls = tuple((day, clock, text) for day, clock, _, text in map(_dated, row.pop("falls", ())))
    goals: list[tuple[str, str, str]] = []
    for line in row.pop("goals", ()):
        title, aim, measure = line.split(" | ")
        goals.append((title, aim, measure))
    episodes = tuple(Episode(**episode) for episode in row.pop("episodes", ()))
    allergies = row.pop("allergies", None)
    return Story(
        **row | {"flags": tuple(row.get("flags", ()))},
        family=family,
        given=given,
        sex=sex,
        born=born,
        height=int(height),
        weight=weight,
        allergies=None if allergies is None else tuple(allergies),
        notes=notes,
        falls=falls,
        goals=tuple(goals),
        episodes=episodes,
    )


def _ward(name: str) -> tuple[Story, ...]:
    return tuple(map(_story, tomllib.loads(stored(f"{name}.toml"))["resident"]))


RESIDENTS: tuple[Story, ...] = (*_ward("vestfloyen"), *_ward("ostfloyen"), *_ward("skjermet"))
