"""One identity provider and FHIR server for all tests; a gateway of its own for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.gateway import Records, RunningGateway, running_gateway
from tests.fakes.upstream_systems import UpstreamSystems, upstream_systems


@pytest.fixture(scope="session")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpstreamSystems]:
    with upstream_systems(tmp_path_factory.mktemp("upstream")) as running:
        yield running


@pytest.fixture(scope="session")
def signing_record(systems: UpstreamSystems, tmp_path_factory: pytest.TempPathFactory) -> Records:
    """The sealed signing key of a first life, so that not every test makes one."""
    with running_gateway(systems, tmp_path_factory.mktemp("first")) as first:
        return {key: value for key, value in first.records.items() if key.startswith("signing-key/")}


@pytest.fixture
def gateway(systems: UpstreamSystems, signing_record: Records, tmp_path: Path) -> Iterator[RunningGateway]:
    with running_gateway(systems, tmp_path, records=signing_record) as running:
        yield running
