"""Sentences of nursing notes by topic and shift, from ``stories/notes_*.toml``."""

from __future__ import annotations

import tomllib

from launcher.sandbox.population.residents import stored

Sentences = dict[str, dict[str, tuple[str, ...]]]


def _read() -> dict[str, Sentences]:
    table = tomllib.loads(stored("notes_shifts.toml")) | tomllib.loads(stored("notes_topics.toml"))
    return {
        head: {key: {shift: tuple(texts) for shift, texts in shifts.items()} for key, shifts in group.items()}
        for head, group in table.items()
    }


_ALL = _read()
GENERAL: Sentences = _ALL["general"]
TOPICS: Sentences = _ALL["topics"]
EPISODES: Sentences = _ALL["episodes"]
