"""One gateway for everything that is generated; each operation signs in for itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.gateway import RunningGateway, running_gateway
from tests.fakes.upstream_systems import UpstreamSystems, upstream_systems

NEVER_TOO_MANY = {"refusals_burst": 1_000_000, "login_begins_burst": 1_000_000}
"""Every answer is compared with its table; how a flood is answered stands in ``test_strangers``."""


@pytest.fixture(scope="session")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpstreamSystems]:
    with upstream_systems(tmp_path_factory.mktemp("generated"), gateways=1) as running:
        yield running


@pytest.fixture(scope="session")
def gateway(systems: UpstreamSystems, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    folder = tmp_path_factory.mktemp("gateway")
    with running_gateway(systems, folder, limits=NEVER_TOO_MANY) as running:
        yield running
