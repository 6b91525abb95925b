"""Namesakes on one list, and the letters that tell them apart. Pure.

Two people are alike when they share the family name or when their whole names are within edit distance 2, whatever
the case. The letters come from the Levenshtein edit operations, so that *Haugen* and *Haugan* differ in one letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice

from rapidfuzz.distance import Levenshtein

from shell.presenters.view_models import PersonName

ALIKE_WITHIN = 2


@dataclass(frozen=True, slots=True)
class Alike:
    """A marked name and the keys of everybody it may be taken for, in the order of the list."""

    name: PersonName
    others: tuple[str, ...]


def are_alike(one: PersonName, other: PersonName) -> bool:
    """Same family name, or whole names within edit distance 2."""
    if one.family and one.family.casefold() == other.family.casefold():
        return True
    left, right = one.full.casefold(), other.full.casefold()
    return Levenshtein.distance(left, right, score_cutoff=ALIKE_WITHIN) <= ALIKE_WITHIN


def differing_letters(text: str, other: str) -> frozenset[int]:
    """Indexes in ``text`` of letters that are not in ``other``; a letter missing in ``text`` marks its neighbour."""
    found: set[int] = set()
    for operation in Levenshtein.editops(text.casefold(), other.casefold()):
        if operation.tag in ("replace", "delete"):
            found.add(operation.src_pos)
        elif text:
            found.add(min(operation.src_pos, len(text) - 1))
    return frozenset(index for index in found if index < len(text))


def mark_alike(names: Mapping[str, PersonName]) -> dict[str, Alike]:
    """For every key of ``names`` that has a namesake: the name with its differing letters, and who the others are.

    Where family names are equal only the given names are marked; people with entirely equal names get no letters.
    """
    found: dict[str, Alike] = {}
    keys = list(names)
    pairs = _pairs(names)
    for key in keys:
        if pairs[key]:
            others = tuple(other for other in keys if other in pairs[key])
            found[key] = Alike(_marked(names[key], [names[other] for other in others]), others)
    return found


def _pairs(names: Mapping[str, PersonName]) -> dict[str, set[str]]:
    """Who is alike whom; names of clearly different length are never compared."""
    pairs: dict[str, set[str]] = {key: set() for key in names}
    families: dict[str, list[str]] = {}
    for key, name in names.items():
        families.setdefault(name.family.casefold(), []).append(key)
    for family, members in families.items():
        if family:
            for key in members:
                pairs[key].update(other for other in members if other != key)
    by_length = sorted((len(name.full), name.full.casefold(), key) for key, name in names.items())
    for position, (length, text, key) in enumerate(by_length):
        for other_length, other_text, other in islice(by_length, position + 1, None):
            if other_length > length + ALIKE_WITHIN:
                break
            if Levenshtein.distance(text, other_text, score_cutoff=ALIKE_WITHIN) <= ALIKE_WITHIN:
                pairs[key].add(other)
                pairs[other].add(key)
    return pairs


def _marked(name: PersonName, others: list[PersonName]) -> PersonName:
    family: frozenset[int] = frozenset()
    given: frozenset[int] = frozenset()
    for other in others:
        family |= differing_letters(name.family, other.family)
        given |= differing_letters(name.given, other.given)
    return replace(name, differs_family=family, differs_given=given)
