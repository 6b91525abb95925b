"""The Debian package on a clean system: installed, used without rights, upgraded, purged, and nothing of it is left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.frozen.clean_debian import USER, CleanDebian, clean_debian

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(
        sys.platform != "linux" or os.geteuid() != 0, reason="a clean system needs root on Linux"
    ),
]
SETTINGS = "etc/vaktrom/gateway.toml"


@pytest.fixture(scope="module")
def package() -> Path:
    """Of the present commit."""
    modules = os.pathsep.join((str(ROOT), str(ROOT / "packaging")))
    subprocess.run(
        [sys.executable, "-m", "vaktrom_build", "--keep", "--deb"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": modules},
        check=True,
    )
    return max((ROOT / "dist").glob("*.deb"), key=lambda path: path.stat().st_mtime)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CleanDebian]:
    with clean_debian(tmp_path_factory.mktemp("debian") / "root") as made:
        made.run("apt-get", "update", "-qq")
        made.add_user()
        yield made


def ours(files: set[str]) -> list[str]:
    return sorted(path for path in files if "vaktrom" in path)


def test_the_package_on_a_clean_system(package: Path, system: CleanDebian) -> None:
    """Mutants: a library that the package does not name is missing; a changed setting is lost; something is left behind."""
    inside = system.give(package)
    before = system.files()
    assert ours(before) == []
    system.run("apt-get", "install", "-y", "-qq", "--no-install-recommends", inside)
    version = system.run("vaktrom", "--version", user=USER).stdout
    assert version.startswith("vaktrom ") and "stand-in" not in version
    assert "x-scheme-handler/vaktrom" in (
        system.root / "usr/share/applications/vaktrom-link.desktop"
    ).read_text("utf-8")

    told = json.loads(
        system.run("vaktrom", "doctor", "--self-test", "--json", user=USER, good=False).stdout.splitlines()[
            -1
        ]
    )
    bad = [name for name, part in told["parts"].items() if not part["good"]]
    assert bad in ([], ["secret"]), told["parts"]  # there is no keyring on a system without a desktop

    system.run("install", "-d", "-o", USER, "/tmp/tour")
    system.run("vaktrom", "tour", "--headless", "--out", "/tmp/tour", user=USER)
    assert json.loads((system.root / "tmp/tour/tour.json").read_text("utf-8"))["failure"] == ""

    refused = system.run("vaktrom", "open", "--patient", "13850100000", user=USER, good=False)
    assert refused.returncode == 2 and "13850100000" not in refused.stderr

    settings = system.root / SETTINGS
    settings.write_text(settings.read_text("utf-8") + "# changed by IT\n", "utf-8")
    system.run("dpkg", "--install", inside)
    assert settings.read_text("utf-8").endswith("# changed by IT\n")

    system.run("apt-get", "purge", "-y", "-qq", "vaktrom")
    after = system.files()
    assert ours(after) == []
    system.run("apt-get", "install", "-y", "-qq", "--no-install-recommends", inside)
    system.run("apt-get", "purge", "-y", "-qq", "vaktrom")
    assert system.files() == after
