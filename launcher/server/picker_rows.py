"""What the picker asks the record, and what it shows of a hit. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from launcher.server.similar_names import Name, marked

MOST_HITS = 20
LEAST_LETTERS = 2
IDENTITY_SYSTEMS = ("urn:oid:2.16.578.1.12.4.1.4.1", "urn:oid:2.16.578.1.12.4.1.4.2")
DIGITS = re.compile(r"[\d .\-/]+")
NOWHERE = ("", "")
TITLE = re.compile(r"^(fastlege|lege|dr\.?)\s+|,\s*(fastlege|lege)$", re.IGNORECASE)

Resource = dict[str, Any]


class Unsearchable(Exception):
    """``key`` names the sentence (``launcher.server.page_texts``): ``too_short`` or ``no_such_date``."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Query:
    """FHIR search parameters, and words that every hit's name must begin with."""

    parameters: dict[str, str]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PatientRow:
    """One hit. Names are parts, each with whether it tells the person from a namesake; ``born`` is DD.MM.YYYY."""

    id: str
    family: tuple[tuple[str, bool], ...]
    given: tuple[tuple[str, bool], ...]
    alike: bool
    identity_number: str
    born: str
    age: int | None
    room: str
    ward: str
    practitioner: str
    deceased: bool


def query(text: str, today: date) -> Query:
    """The search for a name, a birth date or an identity number. Raises ``Unsearchable``."""
    count = {"_count": str(MOST_HITS + 1)}
    if DIGITS.fullmatch(text):
        digits = re.sub(r"\D", "", text)
        if len(digits) == 11:
            named = ",".join(f"{system}|{digits}" for system in IDENTITY_SYSTEMS)
            return Query({**count, "identifier": named})
        parts = [int(part) for part in re.split(r"\D+", text) if part]
        if len(digits) < 6 and len(parts) != 3:
            raise Unsearchable("too_short")
        if len(parts) != 3:
            parts = [int(digits[:2]), int(digits[2:4]), int(digits[4:])]
        born = _birth_dates(parts[0], parts[1], parts[2], today)
        if not born:
            raise Unsearchable("no_such_date")
        return Query({**count, "birthdate": ",".join(day.isoformat() for day in born)})
    words = [word for word in re.split(r"[\s,|]+", text) if word]
    if not words or max(map(len, words)) < LEAST_LETTERS:
        raise Unsearchable("too_short")
    longest = max(words, key=len)
    more = {"_count": str(5 * MOST_HITS)} if len(words) > 1 else count
    return Query({**more, "name": longest}, tuple(word.casefold() for word in words))


def _birth_dates(day: int, month: int, year: int, today: date) -> list[date]:
    """What 14.02.1939 or 14.02.39 may mean; two digits leave two centuries open, but not the future."""
    years = [year] if year > 99 else [1900 + year, 2000 + year]
    found = []
    for one in years:
        try:
            found.append(date(one, month, day))
        except ValueError:
            continue
    return [born for born in found if born <= today]


def patients_of(found: Iterable[Resource], asked: Query) -> list[Resource]:
    """The Patients among ``found`` that the words name."""
    people = [item for item in found if item.get("resourceType") == "Patient" and item.get("id")]
    return [item for item in people if _named(item, asked.words)]


def rows(people: Sequence[Resource], stays: Iterable[Resource], today: date) -> list[PatientRow]:
    """``people`` as rows, by name; ``stays`` are their encounters in progress, which tell the room."""
    places = {_subject(stay): _place(stay) for stay in stays if stay.get("resourceType") == "Encounter"}
    names = {str(patient["id"]): _name(patient) for patient in people}
    letters = marked(names)
    made = []
    for patient in people:
        key = str(patient["id"])
        family, given = letters.get(key, (frozenset(), frozenset()))
        born = _date(patient.get("birthDate"))
        made.append(
            PatientRow(
                id=key,
                family=_parts(names[key].family, family),
                given=_parts(names[key].given, given),
                alike=key in letters,
                identity_number=_identity_number(patient),
                born=f"{born:%d.%m.%Y}" if born else "",
                age=_age(born, today) if born else None,
                room=places.get(key, NOWHERE)[0],
                ward=places.get(key, NOWHERE)[1],
                practitioner=_practitioner(patient),
                deceased=bool(patient.get("deceasedBoolean") or patient.get("deceasedDateTime")),
            )
        )
    return sorted(made, key=lambda row: (names[row.id].full.casefold(), row.born, row.id))


def _named(patient: Resource, words: tuple[str, ...]) -> bool:
    parts = _name(patient).full.casefold().replace(",", " ").replace("-", " ").split()
    return len(words) < 2 or all(any(part.startswith(word) for part in parts) for word in words)


def _name(patient: Resource) -> Name:
    names: list[Resource] = patient.get("name") or [{}]
    name = next((item for item in names if item.get("use") in (None, "official", "usual")), names[0])
    return Name(str(name.get("family") or name.get("text") or ""), " ".join(name.get("given", [])))


def _parts(text: str, letters: frozenset[int]) -> tuple[tuple[str, bool], ...]:
    return (
        tuple((letter, index in letters) for index, letter in enumerate(text))
        if letters
        else ((text, False),)
    )


def _identity_number(patient: Resource) -> str:
    values = {item.get("system"): str(item.get("value", "")) for item in patient.get("identifier", [])}
    number = next((values[system] for system in IDENTITY_SYSTEMS if values.get(system)), "")
    return f"{number[:6]} {number[6:]}" if len(number) == 11 else number


def _practitioner(patient: Resource) -> str:
    known = (str(item.get("display") or "") for item in patient.get("generalPractitioner", []))
    return TITLE.sub("", next((name for name in known if name), ""))


def _subject(stay: Resource) -> str:
    return str((stay.get("subject") or {}).get("reference", "")).removeprefix("Patient/")


def _place(stay: Resource) -> tuple[str, str]:
    """Room and ward."""
    places: list[Resource] = stay.get("location") or [{}]
    room = str((places[0].get("location") or {}).get("display", ""))
    return room, str((stay.get("serviceProvider") or {}).get("display", ""))


def _date(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
