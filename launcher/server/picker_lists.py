"""The user's own start lists in the picker: a ward's residents by room, a GP's patients by name. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from launcher.server.picker_rows import PatientRow

MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A FHIR search that finds a list's people, for a ward with the stays that tell their rooms."""

    resource_type: str
    parameters: dict[str, str]


def list_query(listed: Mapping[str, str]) -> ListQuery:
    """The search behind one of ``UserSession.lists``."""
    count = {"_count": str(MOST_LISTED + 1)}
    if listed["kind"] == "ward":
        stays = {"status": "in-progress", "service-provider": listed["reference"]}
        return ListQuery("Encounter", {**stays, "_include": "Encounter:subject", **count})
    return ListQuery("Patient", {"general-practitioner": listed["reference"], "active": "true", **count})


def by_room(found: Iterable[PatientRow]) -> list[PatientRow]:
    """In the order of the corridor, as the desktop's ward list; who has no room comes last."""
    return sorted(found, key=lambda row: (not row.room, _natural(row.room)))


def _natural(room: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.findall(r"\d+|\D+", room)]
