"""Namesakes among the hits of the picker, by the desktop's rule.

The desktop has the rule in ``shell.presenters.similar_names``, which this package may not know; a test holds the two
together. Two people are alike when they share the family name, when their whole names are within edit distance 2, or
when their family names are (and less than half of their letters apart) and their given names begin alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

WITHIN = 2
GIVEN_START = 3


class Name(NamedTuple):
    """Family and given name as the record has them."""

    family: str
    given: str

    @property
    def full(self) -> str:
        """``Haugen, Marit``; the family name alone when there is no given name."""
        return f"{self.family}, {self.given}" if self.given else self.family


def are_alike(one: Name, other: Name) -> bool:
    """Whether the two may be taken for one another."""
    if one.family and one.family.casefold() == other.family.casefold():
        return True
    if _apart(one.full, other.full) <= WITHIN:
        return True
    start = _given_start(one)
    apart = _apart(one.family, other.family)
    close = apart <= WITHIN and apart * 2 < max(len(one.family), len(other.family))
    return close and start == _given_start(other) != ""


def marked(names: Mapping[str, Name]) -> dict[str, tuple[frozenset[int], frozenset[int]]]:
    """For each key that has a namesake: the letters of family and given name that tell it from one of them."""
    found: dict[str, tuple[frozenset[int], frozenset[int]]] = {}
    for key, name in names.items():
        others = [other for rest, other in names.items() if rest != key and are_alike(name, other)]
        if others:
            found[key] = (
                frozenset[int]().union(*(_differing(name.family, other.family) for other in others)),
                frozenset[int]().union(*(_differing(name.given, other.given) for other in others)),
            )
    return found


def _apart(one: str, other: str) -> int:
    return Levenshtein.distance(one.casefold(), other.casefold(), score_cutoff=WITHIN)


def _given_start(name: Name) -> str:
    return name.given.casefold()[:GIVEN_START].partition(" ")[0]


def _differing(text: str, other: str) -> frozenset[int]:
    """Indexes of letters that are not in ``other``; a letter missing in ``text`` marks its neighbour."""
    found: set[int] = set()
    for operation in Levenshtein.editops(text.casefold(), other.casefold()):
        if operation.tag in ("replace", "delete"):
            found.add(operation.src_pos)
        elif text:
            found.add(min(operation.src_pos, len(text) - 1))
    return frozenset(index for index in found if index < len(text))
