from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.fakes.sandbox_fhir import RunningServer, running_fhir_server
from tests.launcher.sandbox_fhir.people import PEOPLE


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for the whole folder; a test that writes uses ids of its own."""
    database = tmp_path_factory.mktemp("fhir") / "sandbox.sqlite"
    with running_fhir_server(database, resources=PEOPLE) as running:
        yield running


@pytest.fixture
def fhir(server: RunningServer) -> httpx2.Client:
    return server.client


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server that the test has to itself, empty."""
    with running_fhir_server(tmp_path / "own.sqlite") as running:
        yield running
