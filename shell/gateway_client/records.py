"""What the shell itself reads from the record, through the gateway: lists, search hits and the banner."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from shell.gateway_client.connection import Connection
from shell.gateway_client.errors import SourceMalformed, SourceUnavailable, access_is_told

JSON = dict[str, Any]
MOST_PAGES = 20
FROM_THE_RECORD = {"Cache-Control": "no-store"}
"""Neither what the gateway remembers nor what others are waiting for."""
KEPT_OR_NEW: Mapping[str, str] = {}
CHOICE_SECONDS = 2.0
"""As long as the hub itself waits for the record before it refuses a patient (S1)."""


class Records:
    """FHIR searches of the shell. A person search is always ``POST _search`` (S7)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def patient(self, patient_id: str, headers: Mapping[str, str] = KEPT_OR_NEW) -> JSON:
        """The patient; raises PatientGone also for one whom this user may not read, SourceMalformed for another one (S1)."""
        with access_is_told():
            found: JSON = await self._connection.json(
                "GET", f"/fhir/Patient/{patient_id}", headers=dict(headers)
            )
        if not isinstance(found, dict) or found.get("id") != patient_id:
            raise SourceMalformed("another patient than was asked for")
        return found

    async def chosen_patient(self, patient_id: str) -> JSON:
        """As ``patient``, for somebody who waits: a record that is silent for 2 s raises SourceUnavailable."""
        try:
            async with asyncio.timeout(CHOICE_SECONDS):
                return await self.patient(patient_id, FROM_THE_RECORD)
        except TimeoutError as late:
            error = SourceUnavailable("no answer in time")
            self._connection.on_record(error)
            raise error from late

    async def look(self, reference: str) -> None:
        """Read something small, to see whether the record answers; raises GatewayError kinds and TimeoutError."""
        async with asyncio.timeout(CHOICE_SECONDS):
            await self._connection.json("GET", f"/fhir/{reference}", headers=FROM_THE_RECORD)

    async def search(
        self, resource_type: str, parameters: Iterable[tuple[str, str]], *, pages: int = MOST_PAGES
    ) -> list[JSON]:
        """Every resource of every page, or of the first ``pages``; raises GatewayError kinds."""
        answer = await self._connection.json(
            "POST",
            f"/fhir/{resource_type}/_search",
            content=urlencode(list(parameters)),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        resources: list[JSON] = []
        for page in range(1, pages + 1):
            resources += [entry["resource"] for entry in answer.get("entry", []) if "resource" in entry]
            following = [link["url"] for link in answer.get("link", []) if link.get("relation") == "next"]
            if not following or page == pages:
                break
            answer = await self._connection.json("GET", following[0])
        return resources
