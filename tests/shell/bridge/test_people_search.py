"""What the palette asks the record for."""

from __future__ import annotations

from typing import Any, cast

from shell.bridge.palette_controller import MOST_PEOPLE, people_of
from shell.gateway_client.connection import Connection
from shell.gateway_client.records import Records


class Pages:
    """A connection whose every page has a next one, with forty people each."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def json(self, method: str, path: str, **options: Any) -> Any:
        self.asked.append(method)
        people = [{"resourceType": "Patient", "id": f"p-{number}"} for number in range(39)]
        entries = [{"resource": resource} for resource in [{"resourceType": "OperationOutcome"}, *people]]
        return {"entry": entries, "link": [{"relation": "next", "url": "/fhir?page=2"}]}


async def test_only_the_first_page_of_people_is_read() -> None:
    """Mutant: two letters fetch twenty pages of a municipality; somebody malformed empties the list."""
    connection = Pages()
    people = await people_of(Records(cast(Connection, connection)), [("name", "ha")])
    assert connection.asked == ["POST"]
    assert len(people) == MOST_PEOPLE - 1
