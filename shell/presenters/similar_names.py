"""Namesakes on one list, and the letters that tell them apart. Pure.

Two people are alike when one of these holds, whatever the case:

1. They share the family name: *Berg, Ola* and *Berg, Kristine*.
2. Their whole names are within edit distance 2: *Haugen, Marit* and *Haugan, Marit*; *Karlsen, Anna* and *Karlsson, Anna*.
3. Their family names alone are within edit distance 2, less than half of their letters, and their given names begin
   alike: *Olsen, Kari Lovise* and *Olsson, Kari*. A second given name is what a tired eye passes over.

The third rule asks for both halves: *Olsen, Kari* and *Olsson, Turid* are told apart by the first name, *Lie, Kari Lovise*
and *Vik, Kari* by the family name, and a mark on half the ward is no mark. The letters come from the Levenshtein edit
operations, so that *Haugen* and *Haugan* differ in one letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from rapidfuzz.distance import Levenshtein

from shell.presenters.view_models import PersonName

ALIKE_WITHIN = 2
GIVEN_START = 3
"""Letters of the first given name that begin alike; a shorter name counts whole."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A marked name and the keys of everybody it may be taken for, in the order of the list."""

    name: PersonName
    others: tuple[str, ...]


def are_alike(one: PersonName, other: PersonName) -> bool:
    """The three rules of this module for two names."""
    if one.family and one.family.casefold() == other.family.casefold():
        return True
    return _whole_alike(one.full.casefold(), other.full.casefold()) or (
        given_start(one) == given_start(other) != "" and families_alike(one.family, other.family)
    )


def families_alike(one: str, other: str) -> bool:
    """Within edit distance 2, and less than half of the longer name's letters apart."""
    apart = Levenshtein.distance(one.casefold(), other.casefold(), score_cutoff=ALIKE_WITHIN)
    return apart <= ALIKE_WITHIN and apart * 2 < max(len(one), len(other))


def given_start(name: PersonName) -> str:
    """``kar`` of *Kari Lovise*: what two given names that begin alike share."""
    return name.given.casefold()[:GIVEN_START].partition(" ")[0]


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
    pairs = _pairs(names)
    found: dict[str, Alike] = {}
    for key in names:
        if pairs[key]:
            others = tuple(other for other in names if other in pairs[key])
            found[key] = Alike(marked(names[key], [names[other] for other in others]), others)
    return found


def alike_in(name: PersonName, names: Mapping[str, PersonName]) -> Alike | None:
    """One name against a list that it does not stand in; None when nobody there is alike."""
    others = tuple(key for key, other in names.items() if are_alike(name, other))
    return Alike(marked(name, [names[key] for key in others]), others) if others else None


def marked(name: PersonName, others: Iterable[PersonName]) -> PersonName:
    """``name`` with every letter that differs in one of ``others``."""
    family: frozenset[int] = frozenset()
    given: frozenset[int] = frozenset()
    for other in others:
        family |= differing_letters(name.family, other.family)
        given |= differing_letters(name.given, other.given)
    return replace(name, differs_family=family, differs_given=given)


def _whole_alike(one: str, other: str) -> bool:
    return Levenshtein.distance(one, other, score_cutoff=ALIKE_WITHIN) <= ALIKE_WITHIN


def _pairs(names: Mapping[str, PersonName]) -> dict[str, set[str]]:
    """Who is alike whom; names of clearly different length are never compared."""
    pairs: dict[str, set[str]] = {key: set() for key in names}
    families: dict[str, list[str]] = {}
    starts: dict[str, list[tuple[int, str, str]]] = {}
    for key, name in names.items():
        families.setdefault(name.family.casefold(), []).append(key)
        starts.setdefault(given_start(name), []).append((len(name.family), name.family, key))
    for family, members in families.items():
        if family:
            for key in members:
                pairs[key].update(other for other in members if other != key)
    whole = sorted((len(name.full), name.full.casefold(), key) for key, name in names.items())
    for one, other in _near(whole):
        if _whole_alike(one[1], other[1]):
            _join(pairs, one[2], other[2])
    for start, group in starts.items():
        for one, other in _near(sorted(group)) if start else ():
            if families_alike(one[1], other[1]):
                _join(pairs, one[2], other[2])
    return pairs


def _near(
    by_length: list[tuple[int, str, str]],
) -> Iterable[tuple[tuple[int, str, str], tuple[int, str, str]]]:
    """Pairs whose texts differ in length by no more than the distance."""
    for position, one in enumerate(by_length):
        for other in islice(by_length, position + 1, None):
            if other[0] > one[0] + ALIKE_WITHIN:
                break
            yield one, other


def _join(pairs: dict[str, set[str]], one: str, other: str) -> None:
    pairs[one].add(other)
    pairs[other].add(one)
