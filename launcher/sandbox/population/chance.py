"""Chance that repeats: the same words always give the same numbers and ids."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

SEED = "Fjordvik 1"
T = TypeVar("T")


def fhir_id(prefix: str, *key: object) -> str:
    """An opaque, stable resource id: prefix, dash, ten hexadecimal digits."""
    text = "|".join([SEED, prefix, *map(str, key)])
    return f"{prefix}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


class Chance:
    """Random numbers from a key, built on ``random()`` alone, which never changes between Pythons."""

    def __init__(self, *key: object) -> None:
        self._random = random.Random("|".join([SEED, *map(str, key)]))

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * self._random.random()

    def whole(self, low: int, high: int) -> int:
        """An integer from low to high, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def happens(self, probability: float) -> bool:
        return self._random.random() < probability

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self._random.random() * len(choices))]

    def normal(self, deviation: float) -> float:
        """Bell-shaped around 0, never beyond six deviations."""
        return deviation * (sum(self._random.random() for _ in range(12)) - 6.0)
