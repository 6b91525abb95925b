"""The installer of the whole program, as ``dev.py build --msi`` makes it of the present commit: its tables, and its life.

Not proven here: anything that is seen; pages cannot be shown under wine.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from vaktrom_build.freezing import Commit
from vaktrom_build.windows_folder import COMPILER
from vaktrom_build.windows_installer import KIND, make_installer
from vaktrom_build.windows_package import OURS

from shell.composition.program_files import LISTED, damaged_files, missing_files
from shell.composition.program_version import PROGRAM_VERSION
from tests.frozen.windows_machine import WindowsMachine

pytestmark = pytest.mark.long

PROGRAM = rf"C:\Program Files\Vaktrom\{PROGRAM_VERSION}\vaktrom.exe"
IN_64_BITS = 256
INTO_THE_CABINET = "#"


@pytest.fixture(scope="module")
def commit() -> Commit:
    return Commit.current()


@pytest.fixture(scope="module")
def package(commit: Commit) -> Path:
    return make_installer(commit)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WindowsMachine]:
    started = WindowsMachine(tmp_path_factory.mktemp("windows"))
    missing = started.drive / "windows" / "system32" / "bcryptprimitives.dll"
    missing.unlink(missing_ok=True)
    code = Path(__file__).with_name("wine_random.c")
    subprocess.run([COMPILER, "-shared", "-static", str(code), "-o", str(missing), "-ladvapi32"], check=True)
    yield started
    started.stop()


def table(package: Path, name: str) -> list[dict[str, str]]:
    """The rows of one of the installer's tables, by column."""
    told = subprocess.run(["msiinfo", "export", str(package), name], check=True, capture_output=True)
    head, _, _, *rows = told.stdout.decode("utf-8", "replace").replace("\r\n", "\n").rstrip("\n").split("\n")
    return [dict(zip(head.split("\t"), row.split("\t"), strict=True)) for row in rows]


def test_the_tables_hold_what_the_description_promises(package: Path, commit: Commit) -> None:
    properties = {row["Property"]: row["Value"] for row in table(package, "Property")}
    assert properties["UpgradeCode"].strip("{}").lower() == str(OURS)
    assert properties["ProductVersion"] == PROGRAM_VERSION
    assert properties["ALLUSERS"] == "1"
    assert commit.short in properties["ARPCOMMENTS"]
    assert {"CONFIGURL", "CONFIGSHA256", "CONFIGFILE"} <= set(properties["SecureCustomProperties"].split(";"))
    components = table(package, "Component")
    assert all(int(row["Attributes"]) & IN_64_BITS for row in components)
    holders = [row["Component_"] for row in table(package, "File")]
    assert len(holders) == len(set(holders)), "each file is a component of its own, so that a repair finds it"
    assert {row["Component_"] for row in table(package, "FeatureComponents")} == {
        row["Component"] for row in components
    }
    assert [row["Cabinet"][:1] for row in table(package, "Media")] == [INTO_THE_CABINET]
    detected = {row["ActionProperty"] for row in table(package, "Upgrade")}
    assert detected == {"WIX_UPGRADE_DETECTED", "WIX_DOWNGRADE_DETECTED"}


def test_it_installs_runs_and_leaves_nothing(package: Path, machine: WindowsMachine, commit: Commit) -> None:
    before = machine.files()
    machine.installer("/i", package)
    program = machine.drive / "Program Files" / "Vaktrom" / PROGRAM_VERSION
    site = program / "python" / "Lib" / "site-packages"
    assert list(damaged_files(program, site)) == []
    assert missing_files(site, frozen=True) == []
    told = json.loads((site / "sbom.cdx.json").read_text(encoding="utf-8"))
    assert {part["name"] for part in told["components"]} >= {"pyside6", "pywin32-ctypes", "CPython"}
    listed = len((site / LISTED).read_text(encoding="utf-8").splitlines())
    assert sum(path.is_file() for path in program.rglob("*")) == listed + 1

    assert f"({commit.short}, {KIND})" in machine.run(PROGRAM, "--version")
    assert "record_system" in machine.run(PROGRAM, "doctor", "--settings").replace("-", "_")
    assert not list(program.rglob("*.pyc")), "the program writes nothing into its folder"

    machine.installer("/x", package)
    left = {name for name in machine.files() - before if "vaktrom" in name.lower()}
    assert not left
