"""One gateway for everything that is generated; each operation signs in for itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.gateway import RunningGateway, running_gateway
from tests.fakes.upstream_systems import UpstreamSystems, upstream_systems


@pytest.fixture(scope="session")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpstreamSystems]:
    with upstream_systems(tmp_path_factory.mktemp("generated"), gateways=1) as running:
        yield running


@pytest.fixture(scope="session")
def gateway(systems: UpstreamSystems, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with running_gateway(systems, tmp_path_factory.mktemp("gateway")) as running:
        yield running
