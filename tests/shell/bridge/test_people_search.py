"""What the palette asks the record for."""

from __future__ import annotations

from typing import Any, cast

from shell.bridge.palette_controller import MOST_PEOPLE, people_of
from shell.gateway_client.connection import Connection
from shell.gateway_client.errors import Refused
from shell.gateway_client.records import Records


class Pages:
    """A connection whose every page has a next one, with forty people each; whoever asks where they live is refused."""

    def __init__(self, *, stays: bool = False) -> None:
        self.asked: list[str] = []
        self._stays = stays

    async def json(self, method: str, path: str, **options: Any) -> Any:
        self.asked.append(f"{method} {path}")
        if "Encounter" in path:
            if not self._stays:
                raise Refused(403)
            stay = {
                "subject": {"reference": "Patient/p-3"},
                "location": [{"location": {"display": "204"}}],
                "serviceProvider": {"display": "Vestfløyen"},
            }
            return {"entry": [{"resource": stay}, {"resource": {"subject": "malformed"}}]}
        people = [{"resourceType": "Patient", "id": f"p-{number}"} for number in range(39)]
        entries = [{"resource": resource} for resource in [{"resourceType": "OperationOutcome"}, *people]]
        return {"entry": entries, "link": [{"relation": "next", "url": "/fhir?page=2"}]}


async def test_only_the_first_page_of_people_is_read() -> None:
    """Mutant: two letters fetch twenty pages of a municipality; somebody malformed empties the list."""
    connection = Pages()
    found = await people_of(Records(cast(Connection, connection)), [("name", "ha")])
    assert connection.asked == ["POST /fhir/Patient/_search", "POST /fhir/Encounter/_search"]
    assert len(found.people) == MOST_PEOPLE - 1
    assert found.places == {}


async def test_people_from_elsewhere_are_found_with_room_and_ward() -> None:
    found = await people_of(Records(cast(Connection, Pages(stays=True))), [("name", "ha")])
    assert found.places == {"p-3": "204, Vestfløyen"}
