"""One gateway for all attacks, with the sandbox's systems upstream and a hostile app among its clients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.gateway import EVERYTHING, RunningGateway, Shell, app_client, running_gateway
from tests.fakes.upstream_systems import ANNA, UpstreamSystems, upstream_systems

HOSTILE, FOLLOWER, READER, ASKING = "fiendtlig", "forfolger", "leser", "valgfri"
SITE = "fiendtlig.localhost"
FOLLOWER_SCOPE = (
    "openid launch online_access user/*.cruds fhircast/Patient-open.read fhircast/Patient-close.read"
)
CLIENTS = [
    app_client(
        HOSTILE, scope=EVERYTHING.replace(" user/*.cruds", "").replace("fhircast/*.*", "fhircast/*.read")
    ),
    app_client(FOLLOWER, scope=FOLLOWER_SCOPE, follows="fhircast"),
    app_client(READER, scope="openid launch online_access patient/Patient.rs patient/Observation.rs"),
    app_client(ASKING, scope="openid user/Patient.rs", approved=False, consent_allowed=True),
]


def unpacked_app(folder: Path) -> Path:
    """A vendor's working folder as it really looks: more in it than a browser should have."""
    root = folder / "site"
    for path in (".git/config", ".env", "deep/.hidden.js", "index.html", "app.js", "deep/page.html", "manifest.json",
                 "signing-key.pem", "deep/manifest.json", "notes.md", "server.py"):  # fmt: skip
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"secret {path}" if path not in PUBLIC else "public", encoding="utf-8")
    (folder / "outside.txt").write_text("secret outside", encoding="utf-8")
    (root / "link.txt").symlink_to(folder / "outside.txt")
    (root / "folder").symlink_to(folder)
    (root / "shown.js").symlink_to(root / "deep" / ".hidden.js")
    (root / "manifest.js").symlink_to(root / "manifest.json")
    return root


PUBLIC = frozenset({"index.html", "app.js", "deep/page.html", "deep/manifest.json"})


@pytest.fixture(scope="session")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpstreamSystems]:
    with upstream_systems(tmp_path_factory.mktemp("attacked"), gateways=2) as running:
        yield running


@pytest.fixture(scope="session")
def gateway(systems: UpstreamSystems, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    folder = tmp_path_factory.mktemp("gateway")
    site = {"host": SITE, "root": str(unpacked_app(folder))}
    with running_gateway(systems, folder, clients=CLIENTS, sites=[site]) as running:
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
