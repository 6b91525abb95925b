"""The whole gateway with apps of strangers: pages on npm ``fhirclient``, one on PyPI's, three OpenID clients."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.gateway import (
    APP_CURVE_KEY,
    APP_SECRET_SHA256,
    EVERYTHING,
    RunningGateway,
    Shell,
    app_client,
    running_gateway,
)
from tests.fakes.upstream_systems import ANNA, UpstreamSystems, upstream_systems

STRANGER, PYTHONIC = "fremmed", "python app <prøve>"
CALLBACK, LOGGED_OUT = "http://127.0.0.1:9/callback", "http://127.0.0.1:9/out"
IDENTITY_SCOPE = "openid fhirUser profile online_access"
LIBRARY = Path("plugins/bundled/notat/fhir-client.pure.min.js")
PAGE = """<!doctype html><html lang="en"><title>{name}</title><body data-state="loading">
<script src="fhir-client.pure.min.js"></script><script src="{name}.js"></script></body></html>
"""
SCRIPTS = {
    "launch": """FHIR.oauth2.authorize({
  clientId: "fremmed", scope: "launch openid fhirUser online_access patient/*.cruds", redirectUri: "index.html",
});
""",
    "alone": """FHIR.oauth2.authorize({
  iss: new URLSearchParams(location.search).get("server"), clientId: "fremmed", redirectUri: "index.html",
  scope: "launch/patient openid fhirUser online_access patient/Patient.read patient/Observation.*",
});
""",
    "index": """FHIR.oauth2.ready().then((client) => {
  window.client = client;
  document.body.dataset.state = "ready";
}, (failure) => { document.body.dataset.state = failure.message; });
""",
}


def relying_party(client_id: str, **changes: Any) -> dict[str, Any]:
    """An OpenID client that only wants to know who is there."""
    return app_client(
        client_id,
        redirect_uris=[CALLBACK],
        origins=[],
        scope=IDENTITY_SCOPE,
        facts={"post_logout_redirect_uris": [LOGGED_OUT]},
        **changes,
    )


@pytest.fixture(scope="session")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpstreamSystems]:
    with upstream_systems(tmp_path_factory.mktemp("upstream"), gateways=1) as running:
        yield running


@pytest.fixture(scope="session")
def origin(systems: UpstreamSystems) -> str:
    """Where the stranger's pages stand."""
    return f"http://{STRANGER}.localhost:{systems.gateway_sockets[0].getsockname()[1]}"


@pytest.fixture(scope="session")
def gateway(
    systems: UpstreamSystems, origin: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGateway]:
    folder = tmp_path_factory.mktemp("gateway")
    root = folder / "site"
    root.mkdir()
    shutil.copyfile(LIBRARY, root / LIBRARY.name)
    for name, script in SCRIPTS.items():
        (root / f"{name}.html").write_text(PAGE.format(name=name), encoding="utf-8")
        (root / f"{name}.js").write_text(script, encoding="utf-8")
    clients = [
        app_client(
            STRANGER,
            redirect_uris=[f"{origin}/index.html"],
            launch_uri=f"{origin}/launch.html",
            origins=[origin],
            scope=EVERYTHING,
        ),
        app_client(PYTHONIC, redirect_uris=[CALLBACK], launch_uri=None, origins=[], scope=EVERYTHING),
        relying_party("rp-public"),
        relying_party(
            "rp-secret", token_endpoint_auth_method="client_secret_basic", secret_sha256=APP_SECRET_SHA256
        ),
        relying_party(
            "rp-signed",
            token_endpoint_auth_method="private_key_jwt",
            jwks={"keys": [APP_CURVE_KEY.as_dict(private=False)]},
        ),
    ]
    site = {"host": f"{STRANGER}.localhost", "root": str(root)}
    with running_gateway(systems, folder, clients=clients, sites=[site]) as running:
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
