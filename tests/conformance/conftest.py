"""The server under test: a gateway of our own with the sandbox's systems upstream, and a vendor's key server."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance.table import Target
from tests.fakes.gateway import APP_KEY, app_client, running_gateway
from tests.fakes.hosted_gateway import Place, public_url, reserved_port, write_apps
from tests.fakes.hosted_names import authority
from tests.fakes.key_server import KeyServer, key_server
from tests.fakes.upstream_systems import upstream_systems

STYLE = {"color_text": "#101418", "color_background": "#ffffff", "dim_font_size": "14px"}


def clients(vendor: KeyServer) -> list[dict[str, Any]]:
    """Clients that only this table needs."""
    public = dict(APP_KEY.as_dict(private=False))
    address = vendor.keys("/keys", [public], Cache_Control="max-age=60")
    signed = {"token_endpoint_auth_method": "private_key_jwt", "scope": "system/Patient.rs"}
    return [
        app_client("tjeneste", **signed, jwks={"keys": [public]}),
        app_client("fjern", **signed, jwks_uri=address),
        app_client("spor", approved=False, consent_allowed=True, scope="openid launch patient/*.rs"),
    ]


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """One server for all rows; each row signs in for itself."""
    folder = tmp_path_factory.mktemp("conformance")
    with (
        contextlib.closing(reserved_port()) as held,
        key_server(folder) as vendor,
        upstream_systems(folder, further=[public_url(held)]) as systems,
    ):
        place = Place(folder / "hosted", systems, authority(folder), held.getsockname()[1])
        write_apps(place.folder / "apps")
        place.write()
        more: dict[str, Any] = {
            "outbound": {"networks": ["127.0.0.1/32"], "ca_file": vendor.ca_file},
            "styles": {"light": STYLE},
        }
        with running_gateway(systems, folder, clients=clients(vendor), **more) as running:
            yield Target.of(running, vendor, place)
