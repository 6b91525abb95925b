"""The server under test: one of our own that may be steered, or with ``--base-url`` any that runs (README.md)."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.asking import OwnTime
from tests.conformance.facts import Facts, facts_of, read_facts
from tests.conformance.registration import SERVICE, Credentials, client_id
from tests.conformance.report import Verdicts
from tests.conformance.status import ALL, ELSEWHERE, IDS
from tests.conformance.table import Steering, Target
from tests.fakes.clock import MovedClock
from tests.fakes.gateway import APP_SECRET, SHELL, SHELL_SECRET, running_gateway
from tests.fakes.hosted_gateway import NAV_SCOPE, SERVER_SIDE, Place, public_url, reserved_port, write_apps
from tests.fakes.hosted_names import GATEWAY_HOST, VENDOR, authority
from tests.fakes.key_server import KeyServer, key_server
from tests.fakes.upstream_systems import UpstreamSystems, upstream_systems

STYLE = {"color_text": "#101418", "color_background": "#ffffff", "dim_font_size": "14px"}
USERS = [{"username": name, "password": "vaktrom"} for name in ("siri", "helge")]
ASKED = "test_row"
VERDICTS = pytest.StashKey[Verdicts]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance")
    group.addoption("--base-url", help="a running gateway to ask instead of one of our own")
    group.addoption(
        "--facts", action="append", type=Path, default=[], help="what is known of it; may be repeated"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[VERDICTS] = Verdicts()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Another's server is asked the rows and nothing else; mutants are counted."""
    if config.getoption("--base-url", None) is None:
        return
    kept = [item for item in items if getattr(item, "originalname", "") == ASKED]
    gone = [item for item in items if item not in kept]
    config.stash[VERDICTS].mutants = sum(1 for item in gone if "mutant" in item.name.partition("[")[0])
    config.hook.pytest_deselected(items=gone)
    items[:] = kept


@pytest.fixture
def verdicts(pytestconfig: pytest.Config) -> Verdicts:
    """What the rows of this run have shown so far."""
    return pytestconfig.stash[VERDICTS]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    verdicts = config.stash[VERDICTS]
    anothers = config.getoption("--base-url", None) is not None
    own = len(verdicts.found) == len(ALL) and all("conformance" in argument for argument in config.args)
    if not own and not (anothers and verdicts.found):
        return
    terminalreporter.section("conformance")
    terminalreporter.write(verdicts.table(ALL, ELSEWHERE, IDS))
    terminalreporter.write_line("")
    for line in verdicts.summary():
        terminalreporter.write_line(line)


@dataclass(frozen=True)
class MovedTime(OwnTime):
    """The clock of a server in this process."""

    clock: MovedClock

    def now(self) -> float:
        """Seconds since 1970, as the server sees it."""
        return self.clock.now().timestamp()

    def advance(self, seconds: float) -> None:
        """Let that much time pass at the server."""
        self.clock.advance(seconds)


@pytest.fixture(scope="session")
def target(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """One server for all rows; each row signs in for itself."""
    base_url = pytestconfig.getoption("--base-url", None)
    if base_url is not None:
        asked = Target(read_facts(pytestconfig.getoption("--facts"), base_url))
        with contextlib.closing(asked):
            yield asked
        return
    folder = tmp_path_factory.mktemp("conformance")
    with (
        contextlib.closing(reserved_port()) as held,
        key_server(folder) as vendor,
        upstream_systems(folder, further=[public_url(held)]) as systems,
    ):
        place = Place(folder / "hosted", systems, authority(folder), held.getsockname()[1])
        write_apps(place.folder / "apps")
        place.write()
        with own_gateway(systems, folder, vendor, place) as ours:
            yield ours


@contextlib.contextmanager
def own_gateway(systems: UpstreamSystems, folder: Path, vendor: KeyServer, place: Place) -> Iterator[Target]:
    """A gateway that knows all clients, and what is needed to steer it."""
    credentials = Credentials()
    registered, facts = credentials.everywhere("http://konformitet.localhost:9999")
    remote = credentials.registered("service", "https://remote.example")
    address = vendor.keys("/keys", credentials.public["keys"], Cache_Control="max-age=60")
    registered.append({**remote, "client_id": client_id("remote"), "jwks": None, "jwks_uri": address})
    facts["remote"] = credentials.fact("service", client_id=client_id("remote"), scope=SERVICE)
    more: dict[str, Any] = {
        "outbound": {"networks": ["127.0.0.1/32"], "ca_file": vendor.ca_file},
        "styles": {"light": STYLE},
    }

    @contextlib.contextmanager
    def secure() -> Iterator[Facts]:
        with place.running() as hosted:
            yield facts_of({"gateway": hosted.base_url, "users": USERS, "clients": SERVER, **secured(place)})

    def known(base_url: str) -> Facts:
        shell = {"client_id": SHELL, "client_secret": SHELL_SECRET, "redirect_uri": f"{base_url}/callback"}
        return facts_of({"gateway": base_url, "users": USERS, "shell": shell, "clients": facts})

    @contextlib.contextmanager
    def styled(style: Mapping[str, str]) -> Iterator[Facts]:
        below = Path(tempfile.mkdtemp(dir=folder))
        with running_gateway(
            systems, below, clients=registered, which=1, styles={"light": dict(style)}
        ) as other:
            yield known(other.base_url)

    steering = Steering(MovedTime(systems.clock), vendor, secure, styled)
    with (
        running_gateway(systems, folder, clients=registered, **more) as running,
        contextlib.closing(Target(known(running.base_url), steering)) as ours,
    ):
        yield ours


SERVER = {
    "server": {
        "client_id": SERVER_SIDE,
        "redirect_uris": [f"{VENDOR}/callback"],
        "scope": NAV_SCOPE,
        "token_endpoint_auth_method": "client_secret_basic",
        "client_secret": APP_SECRET,
    }
}


def secured(place: Place) -> dict[str, Any]:
    """How a gateway of ours behind TLS is reached: whose certificates count, and where its name leads."""
    return {"ca_file": str(place.authority.issuer), "addresses": {GATEWAY_HOST: "127.0.0.1"}}
