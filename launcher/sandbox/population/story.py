"""What is written down about a resident or inhabitant; everything else follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from launcher.sandbox.population.chance import fhir_id
from launcher.sandbox.population.moments import DAY_ZERO
from launcher.sandbox.population.staff import ROOMS

LIVE_ROOMS = {204, 311}
"""Residents who are falling ill just now: their last 26 hours stand in ``present``."""


@dataclass(frozen=True)
class Episode:
    """A spell of being ill: days relative to day 0, and how far the worst measurement is from the usual."""

    start: int
    worst: int
    end: int
    kind: str
    temp: float = 0.0
    pulse: int = 0
    resp: int = 0
    spo2: int = 0
    sys: int = 0
    oxygen: float = 0.0
    confused: bool = False


@dataclass(frozen=True)
class Story:
    """One person. Compact texts are explained where they are read: ``medication``, ``vitals``, ``tasks``.

    ``moved_in``: days before day 0. ``weights``: per cent change over the 90 days, roughly even.
    """

    room: int
    family: str
    given: str
    sex: str
    born: str
    conditions: str
    medicines: str
    usual: str
    height: int
    weight: str
    why: str = ""
    moved_in: int = 1500
    middle: str = ""
    number: str = ""
    kin: str = ""
    allergies: tuple[str, ...] | None = None
    flags: tuple[str, ...] = ()
    change: float = 0.0
    egfr: int = 60
    rounds: int = 2
    tasks: str = ""
    topics: str = ""
    night: str = ""
    wound: str = ""
    exact: str = ""
    episodes: tuple[Episode, ...] = ()
    goals: tuple[tuple[str, str, str], ...] = ()
    notes: tuple[tuple[int, str, str, str], ...] = ()
    falls: tuple[tuple[int, str, str], ...] = ()
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return fhir_id("p", self.room, self.given, self.family, self.born)

    @property
    def ref(self) -> dict[str, str]:
        return {"reference": f"Patient/{self.id}", "display": self.name}

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    @property
    def female(self) -> bool:
        return self.sex == "F"

    @property
    def ward(self) -> str:
        return next((ward for ward, rooms in ROOMS.items() if self.room in rooms), "legesenter")

    @property
    def encounter(self) -> str:
        return fhir_id("opphold", self.id)

    def age(self, on: date = DAY_ZERO) -> int:
        born = date.fromisoformat(self.born)
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
