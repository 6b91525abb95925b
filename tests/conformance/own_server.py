"""A gateway of our own that may be steered: its clock, a vendor's key server, and the program once more."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conformance.asking import OwnTime
from tests.conformance.facts import Facts, facts_of
from tests.conformance.registration import SERVICE, Credentials, client_id
from tests.conformance.table import Steering, Target
from tests.fakes.clock import MovedClock
from tests.fakes.gateway import APP_SECRET, SHELL, SHELL_SECRET, running_gateway
from tests.fakes.hosted_gateway import NAV_SCOPE, SERVER_SIDE, Place, public_url, reserved_port, write_apps
from tests.fakes.hosted_names import GATEWAY_HOST, VENDOR, authority
from tests.fakes.key_server import KeyServer, key_server
from tests.fakes.upstream_systems import UpstreamSystems, upstream_systems

STYLE = {"color_text": "#101418", "color_background": "#ffffff", "dim_font_size": "14px"}
USERS = [{"username": name, "password": "vaktrom"} for name in ("siri", "helge")]


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


@contextlib.contextmanager
def own_server(folder: Path) -> Iterator[Target]:
    """One server for all rows, and where another one can stand behind TLS."""
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
