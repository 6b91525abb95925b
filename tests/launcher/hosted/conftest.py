"""One pair of upstream systems and one certificate authority; one gateway that most tests share."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.hosted_gateway import (
    HostedShell,
    HostedUnderTest,
    Place,
    public_url,
    reserved_port,
    write_apps,
)
from tests.fakes.hosted_names import Authority, authority
from tests.fakes.upstream_systems import ANNA, UpstreamSystems, upstream_systems

PORTS = 2


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Place]]:
    """Places whose addresses are registered at the identity provider; the first one is shared."""
    folder = tmp_path_factory.mktemp("hosted")
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(contextlib.closing(reserved_port())) for _ in range(PORTS)]
        bases = [public_url(one) for one in held]
        ports = [one.getsockname()[1] for one in held]
        systems: UpstreamSystems = stack.enter_context(upstream_systems(folder, 0, further=bases))
        trusted: Authority = authority(folder)
        yield [Place(folder / str(port), systems, trusted, port) for port in ports]


@pytest.fixture(scope="session")
def gateway(places: list[Place]) -> Iterator[HostedUnderTest]:
    place = places[0]
    write_apps(place.folder / "apps")
    place.write()
    with place.running() as running:
        yield running


@pytest.fixture
def shell(gateway: HostedUnderTest) -> HostedShell:
    """Siri, signed in."""
    return gateway.shell()


@pytest.fixture
def topic(shell: HostedShell) -> str:
    """A patient tab of hers, with Anna."""
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    return topic


@pytest.fixture
def place(places: list[Place], tmp_path: Path) -> Place:
    """A place of this test's own, with nothing in it but apps and a configuration."""
    found = replace(places[1], folder=tmp_path)
    write_apps(tmp_path / "apps")
    found.write()
    return found


@pytest.fixture
def refused(place: Place) -> Callable[..., str]:
    """Starts with a changed configuration and returns the line that says why not."""
    from shell.composition.hosted import HostedChoice, prepare_hosted
    from shell.composition.hosted_door import HostedWrong

    def start(**changes: object) -> str:
        place.write(**changes)
        with pytest.raises(HostedWrong) as wrong:
            prepare_hosted(HostedChoice(place.config), place.systems.clock.now())
        assert "\n" not in str(wrong.value)
        return str(wrong.value)

    return start
