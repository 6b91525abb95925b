from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.launcher.gateway.support import MARIT, TORBJORN, Plane, observation, patient, running_plane


@pytest.fixture
async def plane() -> AsyncIterator[Plane]:
    """Two patients with an observation each, a practitioner and a location."""
    async with running_plane() as running:
        upstream = running.upstream
        upstream.put(patient(MARIT))
        upstream.put(patient(TORBJORN, "Lien"))
        upstream.put(observation("o-marit", MARIT))
        upstream.put(observation("o-lab", MARIT, "laboratory"))
        upstream.put(observation("o-torbjorn", TORBJORN))
        upstream.put({"resourceType": "Practitioner", "id": "siri-nordli", "name": [{"family": "Nordli"}]})
        upstream.put({"resourceType": "Location", "id": "rom-204", "name": "204"})
        yield running
