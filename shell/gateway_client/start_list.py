"""The searches behind the start list: a ward's residents or a GP's day. Six searches side by side, no more."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shell.gateway_client.records import JSON, Records

PAGE = "200"
OBSERVED_SINCE = timedelta(hours=26)
NEWS_SINCE = timedelta(hours=10)


@dataclass(frozen=True, slots=True)
class StartListRecords:
    """What was read for one start list; resources as they came."""

    patients: dict[str, JSON]
    encounters: list[JSON] = field(default_factory=list)
    appointments: list[JSON] = field(default_factory=list)
    tasks: list[JSON] = field(default_factory=list)
    allergies: list[JSON] = field(default_factory=list)
    flags: list[JSON] = field(default_factory=list)
    observations: list[JSON] = field(default_factory=list)
    communications: list[JSON] = field(default_factory=list)


def instant(moment: datetime) -> str:
    """A FHIR instant in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


async def read_ward(records: Records, organization: str, now: datetime) -> StartListRecords:
    """Everything for the list of one ward; ``organization`` is its relative reference. Raises GatewayError kinds."""
    found = await records.search(
        "Encounter",
        [
            ("status", "in-progress"),
            ("service-provider", organization),
            ("_include", "Encounter:subject"),
            ("_count", PAGE),
        ],
    )
    encounters = [item for item in found if item["resourceType"] == "Encounter"]
    patients = {item["id"]: item for item in found if item["resourceType"] == "Patient"}
    ids = ",".join(patients)
    if not ids:
        return StartListRecords({}, encounters)
    tasks, allergies, flags, observations, communications = await asyncio.gather(
        records.search("Task", [("owner", organization), ("status", "requested"), ("_count", PAGE)]),
        records.search("AllergyIntolerance", [("patient", ids), ("_count", PAGE)]),
        records.search("Flag", [("patient", ids), ("_count", PAGE)]),
        records.search(
            "Observation",
            [
                ("patient", ids),
                ("date", f"ge{instant(now - OBSERVED_SINCE)}"),
                ("_sort", "-date"),
                ("_count", PAGE),
            ],
        ),
        records.search(
            "Communication",
            [("recipient", organization), ("sent", f"ge{instant(now - NEWS_SINCE)}"), ("_count", PAGE)],
        ),
    )
    return StartListRecords(patients, encounters, [], tasks, allergies, flags, observations, communications)


async def read_practice(records: Records, practitioner: str, now: datetime) -> StartListRecords:
    """A GP's list, the appointments of today and tomorrow, and the inbox; ``practitioner`` is a relative reference.

    Raises GatewayError kinds.
    """
    day = now.astimezone().date()
    patients, appointments, tasks, communications = await asyncio.gather(
        records.search("Patient", [("general-practitioner", practitioner), ("_count", PAGE)]),
        records.search(
            "Appointment",
            [
                ("actor", practitioner),
                ("date", f"ge{day.isoformat()}"),
                ("date", f"lt{(day + timedelta(days=2)).isoformat()}"),
                ("_sort", "date"),
                ("_count", PAGE),
            ],
        ),
        records.search("Task", [("owner", practitioner), ("status", "requested"), ("_count", PAGE)]),
        records.search("Communication", [("recipient", practitioner), ("_count", PAGE)]),
    )
    by_id = {item["id"]: item for item in patients}
    ids = ",".join(by_id)
    allergies, flags = (
        await asyncio.gather(
            records.search("AllergyIntolerance", [("patient", ids), ("_count", PAGE)]),
            records.search("Flag", [("patient", ids), ("_count", PAGE)]),
        )
        if ids
        else ([], [])
    )
    return StartListRecords(by_id, [], appointments, tasks, allergies, flags, [], communications)
