"""The population read once at the moment of the mock-ups, and ways to look at it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from launcher.sandbox.population import resource_lines

Json = dict[str, Any]
NIGHT = datetime(2026, 11, 23, 2, 12, tzinfo=UTC)
"""Monday 23 November 2026, 03:12 in Norway."""

MOMENTS = (
    NIGHT,
    datetime(2026, 11, 23, 9, 29, tzinfo=UTC),
    datetime(2026, 12, 24, 22, 59, 59, tzinfo=UTC),
    datetime(2027, 3, 28, 1, 3, tzinfo=UTC),
    datetime(2027, 10, 31, 1, 30, tzinfo=UTC),
)


class Population:
    """All resources of one moment, by type and by person."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.lines = list(resource_lines(now))
        self.all: list[Json] = [json.loads(line, parse_float=Decimal) for line in self.lines]
        self.by_type: dict[str, list[Json]] = {}
        self._about: dict[tuple[str, str | None], list[Json]] = {}
        for resource in self.all:
            self._about.setdefault((resource["resourceType"], person(resource)), []).append(resource)
            self.by_type.setdefault(resource["resourceType"], []).append(resource)

    def of(self, kind: str) -> list[Json]:
        return self.by_type.get(kind, [])

    def about(self, kind: str, patient: str) -> list[Json]:
        return self._about.get((kind, f"Patient/{patient}"), [])

    def named(self, text: str) -> Json:
        return next(p for p in self.of("Patient") if p["name"][0]["text"] == text)

    def in_room(self, room: int) -> Json:
        stay = next(
            e
            for e in self.of("Encounter")
            if e.get("location", [{}])[0].get("location", {}).get("display") == str(room)
        )
        return next(p for p in self.of("Patient") if f"Patient/{p['id']}" == stay["subject"]["reference"])

    def residents(self) -> list[Json]:
        return [
            p for p in self.of("Patient") if p["managingOrganization"]["reference"].endswith("lindehaugen")
        ]

    def listed(self) -> list[Json]:
        return [
            p for p in self.of("Patient") if p["managingOrganization"]["reference"].endswith("legesenter")
        ]


def person(resource: Json) -> str | None:
    for key in ("subject", "patient", "for"):
        if key in resource:
            return str(resource[key].get("reference"))
    return None


def text_of(document: Json) -> str:
    return base64.b64decode(document["content"][0]["attachment"]["data"]).decode("utf-8")


def time_of(resource: Json) -> datetime:
    for key in ("effectiveDateTime", "date", "sent", "occurrenceDateTime"):
        if key in resource:
            return datetime.fromisoformat(resource[key])
    raise KeyError(resource["resourceType"])


@pytest.fixture(scope="session")
def population(at: Callable[[datetime], Population]) -> Population:
    return at(NIGHT)


@pytest.fixture(scope="session")
def at() -> Callable[[datetime], Population]:
    known: dict[datetime, Population] = {}

    def read(now: datetime) -> Population:
        if now not in known:
            known[now] = Population(now)
        return known[now]

    return read
