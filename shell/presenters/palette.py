"""What the command palette finds: people of the list at once, people of the record, apps and actions. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nsmallest

from shell.presenters.patient_facts import IDENTITY_SYSTEMS, PatientFacts
from shell.presenters.patient_models import Neighbours, plain_name
from shell.presenters.similar_names import Alike, mark_alike
from shell.presenters.view_models import PaletteResult

MOST_RESULTS = 12
MOST_ALONE = 40
"""When one kind alone is asked for."""
_DIGITS = re.compile(r"[\d .\-]+")


@dataclass(frozen=True, slots=True)
class AppEntry:
    client_id: str
    name: str
    vendor: str
    icon_svg: bytes
    pkce_exempt: bool = False


@dataclass(frozen=True, slots=True)
class ActionEntry:
    name: str
    text: str
    icon: str
    keys: tuple[str, ...] = ()


def person_query(text: str) -> list[tuple[str, str]] | None:
    """FHIR search parameters for a name, a birth date or an identity number; None when it is too short to search."""
    text = text.strip()
    if _DIGITS.fullmatch(text):
        digits = re.sub(r"\D", "", text)
        if len(digits) == 11:
            return [("identifier", ",".join(f"{system}|{digits}" for system in IDENTITY_SYSTEMS[:2]))]
        born = birth_dates(text)
        return [("birthdate", ",".join(day.isoformat() for day in born))] if born else None
    words = [word for word in re.split(r"[\s,]+", text) if word]
    if not words or len(text) < 2:
        return None
    return [("name", word) for word in words]


def birth_dates(text: str) -> tuple[date, ...]:
    """The dates that 14.02.1939, 14021939 or 140239 may mean; six digits leave two centuries open."""
    digits = re.sub(r"\D", "", text)
    years = (
        [int(digits[4:])]
        if len(digits) == 8
        else [1900 + int(digits[4:]), 2000 + int(digits[4:])]
        if len(digits) == 6
        else []
    )
    found = []
    for year in years:
        try:
            found.append(date(year, int(digits[2:4]), int(digits[:2])))
        except ValueError:
            continue
    return tuple(found)


def matches(query: str, text: str) -> tuple[tuple[int, int], ...]:
    """(start, length) of each word of ``query`` at the beginning of a word in ``text``; empty when one is missing."""
    found: list[tuple[int, int]] = []
    folded = text.casefold()
    for word in query.casefold().replace(",", " ").split():
        if word not in folded:
            return ()
        hit = re.search(rf"(?<!\w){re.escape(word)}", folded)
        if hit is None:
            return ()
        found.append((hit.start(), len(word)))
    return tuple(sorted(found))


def found_people(
    query: str,
    people: Iterable[PatientFacts],
    neighbours: Neighbours,
    today: date,
    places: Mapping[str, str] | None = None,
) -> list[PaletteResult]:
    """People as palette results, those of the own list first; no more than can be shown.

    A hit is marked when somebody of the list or another hit is called nearly the same. ``places``: room and ward of
    people from elsewhere, by id.
    """

    def place(facts: PatientFacts) -> tuple[bool, str, str]:
        return neighbours.row(facts.patient_id) is None, facts.family, facts.given

    shown = nsmallest(MOST_ALONE, people, key=place)
    names = {facts.patient_id: plain_name(facts) for facts in shown}
    among = mark_alike(names)
    return [
        _person(
            query, facts, neighbours, among.get(facts.patient_id), (places or {}).get(facts.patient_id, "")
        )
        for facts in shown
    ]


def _person(
    query: str, facts: PatientFacts, neighbours: Neighbours, among: Alike | None, place: str
) -> PaletteResult:
    listed = neighbours.likeness(facts)
    name = neighbours.reference(facts).name if listed or among is None else among.name
    own, kind = neighbours.place(facts)
    born = f"{facts.birth_date:%d.%m.%Y}" if facts.birth_date else ""
    return PaletteResult(
        key=f"patient:{facts.patient_id}",
        kind="patient",
        icon="user",
        name=name,
        detail=" · ".join(part for part in (own if kind == "room" else place, born) if part),
        match=matches(query, name.full),
        alike=bool(listed or among),
    )


def local_people(query: str, people: Sequence[PatientFacts]) -> list[PatientFacts]:
    """The people of the own list that a query names, by name, birth date or identity number."""
    digits = re.sub(r"\D", "", query)
    if _DIGITS.fullmatch(query.strip() or "x"):
        born = birth_dates(query)
        return [
            facts
            for facts in people
            if (len(digits) >= 4 and facts.identity_number.startswith(digits)) or facts.birth_date in born
        ]
    return [facts for facts in people if matches(query, f"{facts.family}, {facts.given}")]


def found_apps(query: str, apps: Iterable[AppEntry]) -> list[PaletteResult]:
    return [
        PaletteResult(
            key=f"app:{app.client_id}",
            kind="app",
            icon="grid",
            text=app.name,
            detail=app.vendor,
            match=matches(query, app.name),
            icon_svg=app.icon_svg,
            pkce_exempt=app.pkce_exempt,
        )
        for app in apps
        if not query.strip() or matches(query, app.name) or matches(query, app.vendor)
    ]


def found_actions(query: str, actions: Iterable[ActionEntry]) -> list[PaletteResult]:
    return [
        PaletteResult(
            key=f"action:{action.name}",
            kind="action",
            icon=action.icon,
            text=action.text,
            keys=action.keys,
            match=matches(query, action.text),
        )
        for action in actions
        if not query.strip() or matches(query, action.text)
    ]


def merged(*groups: Sequence[PaletteResult], most: int = MOST_RESULTS) -> tuple[PaletteResult, ...]:
    """All groups in order, without doubles, cut to ``most``."""
    seen: dict[str, PaletteResult] = {}
    for group in groups:
        for result in group:
            seen.setdefault(result.key, result)
    return tuple(list(seen.values())[:most])
