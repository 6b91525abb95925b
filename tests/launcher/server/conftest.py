"""One identity provider and FHIR server for all tests; a gateway of its own for each."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.fakes.gateway import Records, RunningGateway, Shell, running_gateway
from tests.fakes.upstream_systems import ANNA, UpstreamSystems, upstream_systems


@pytest.fixture(scope="session")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpstreamSystems]:
    with upstream_systems(tmp_path_factory.mktemp("upstream"), gateways=3) as running:
        yield running


@pytest.fixture(scope="session")
def signing_record(systems: UpstreamSystems, tmp_path_factory: pytest.TempPathFactory) -> Records:
    """The sealed signing key of a first life, so that not every test makes one."""
    with running_gateway(systems, tmp_path_factory.mktemp("first")) as first:
        httpx2.get(f"{first.base_url}/oauth/jwks", trust_env=False).raise_for_status()
        return {key: value for key, value in first.records.items() if key.startswith("signing-key/")}


@pytest.fixture(scope="session")
def gateway(
    systems: UpstreamSystems, signing_record: Records, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGateway]:
    """The gateway that most tests share; each test signs in for itself."""
    folder = tmp_path_factory.mktemp("gateway")
    root = folder / "site"
    (root / "deep").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html><title>Notat</title>", encoding="utf-8")
    (root / "app.js").write_text("export const a = 1", encoding="utf-8")
    (root / "deep" / "index.html").write_text("deep", encoding="utf-8")
    (folder / "secret.txt").write_text("secret", encoding="utf-8")
    (root / "link.txt").symlink_to(folder / "secret.txt")
    site = {"host": "notat.localhost", "root": str(root), "csp_origins": ["https://a.example"]}
    with running_gateway(systems, folder, sites=[site], records=signing_record) as running:
        yield running


@pytest.fixture
def shell(gateway: RunningGateway) -> Shell:
    """Siri, signed in."""
    return gateway.shell()


@pytest.fixture
def topic(shell: Shell) -> str:
    """A patient tab of hers, with Anna."""
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    return topic
