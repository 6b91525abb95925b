"""The server under test: a gateway of our own with the sandbox's systems upstream."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.gateway import APP_KEY, RunningGateway, app_client, running_gateway
from tests.fakes.upstream_systems import upstream_systems

BACKEND = app_client(
    "tjeneste",
    scope="system/Patient.rs",
    token_endpoint_auth_method="private_key_jwt",
    jwks={"keys": [APP_KEY.as_dict(private=False)]},
)


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    """One server for all rows; each row signs in for itself."""
    folder = tmp_path_factory.mktemp("conformance")
    with (
        upstream_systems(folder) as systems,
        running_gateway(systems, folder, clients=[BACKEND]) as running,
    ):
        yield running
