"""The Windows installer really runs: installs, is configured, upgrades, repairs, refuses and leaves nothing of ours.

Not proven here: that the desktop link outlives an upgrade (under wine it does not; the choice itself is kept).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from vaktrom_build.windows_folder import COMPILER
from vaktrom_build.windows_package import make_msi

from tests.frozen.windows_machine import WindowsMachine, windows

pytestmark = pytest.mark.long

PACKAGING = Path(__file__).parents[2] / "packaging"
OURS = r"HKEY_LOCAL_MACHINE\Software\Vaktrom"
RUN = r"HKEY_LOCAL_MACHINE\Software\Microsoft\Windows\CurrentVersion\Run\Vaktrom"
EVENTS = r"HKEY_LOCAL_MACHINE\System\CurrentControlSet\Services\Eventlog\Application\Vaktrom"
URL = "https://it.example.test/vaktrom.toml"
SHA256 = "ab" * 32
REFUSED = 1603


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Three versions of an installer with a few files."""
    made: dict[str, Path] = {}
    work = tmp_path_factory.mktemp("packages")
    for version in ("0.1.0", "0.1.1", "0.1.2"):
        folder = work / f"payload-{version}"
        (folder / "sub folder").mkdir(parents=True)
        (folder / "vaktrom.exe").write_bytes(b"MZ" + version.encode())
        (folder / "vaktrom-desktop.exe").write_bytes(b"MZ desktop " + version.encode())
        (folder / "sub folder" / f"only in {version}.txt").write_text(version, encoding="utf-8")
        made[version] = make(folder, version, work / f"vaktrom-{version}.msi")
    return made


def make(folder: Path, version: str, target: Path) -> Path:
    make_msi(
        folder,
        PACKAGING / "windows" / "vaktrom.wxs",
        PACKAGING / "icons" / "vaktrom.ico",
        version,
        "Prøve",
        target,
    )
    return target


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WindowsMachine]:
    started = WindowsMachine(tmp_path_factory.mktemp("windows"))
    yield started
    started.stop()


def installed(machine: WindowsMachine) -> set[str]:
    place = machine.drive / "Program Files" / "Vaktrom"
    return {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}


def files_of(version: str) -> set[str]:
    return {
        f"{version}/{one}"
        for one in ("vaktrom.exe", "vaktrom-desktop.exe", f"sub folder/only in {version}.txt")
    }


def test_from_the_first_installation_to_the_last_trace(
    machine: WindowsMachine, packages: dict[str, Path]
) -> None:
    files, registry = machine.files(), machine.registry()

    machine.installer(
        "/i",
        packages["0.1.0"],
        f"CONFIGURL={URL}",
        f"CONFIGSHA256={SHA256}",
        "AUTOSTART=1",
        "DESKTOPSHORTCUT=1",
    )
    said = machine.registry()
    assert installed(machine) == files_of("0.1.0")
    assert (said[OURS + r"\ConfigUrl"], said[OURS + r"\ConfigSha256"]) == (URL, SHA256)
    assert OURS + r"\ConfigFile" not in said
    assert r"0.1.0\vaktrom-desktop.exe" in said[RUN]
    assert EVENTS + r"\EventMessageFile" in said
    assert sum(one.endswith("Vaktrom.lnk") for one in machine.files()) == 2

    machine.installer("/i", packages["0.1.1"])
    said = machine.registry()
    assert installed(machine) == files_of("0.1.1")
    assert (said[OURS + r"\ConfigUrl"], said[OURS + r"\ConfigSha256"]) == (URL, SHA256)
    assert r"0.1.1\vaktrom-desktop.exe" in said[RUN]

    machine.installer("/i", packages["0.1.2"], "CONFIGSHA256=NONE", "AUTOSTART=0")
    said = machine.registry()
    assert installed(machine) == files_of("0.1.2")
    assert said[OURS + r"\ConfigUrl"] == URL
    assert OURS + r"\ConfigSha256" not in said
    assert RUN not in said

    lost = machine.drive / "Program Files" / "Vaktrom" / "0.1.2" / "vaktrom.exe"
    lost.unlink()
    machine.installer("/i", packages["0.1.2"], "REINSTALL=ALL", "REINSTALLMODE=amus")
    assert installed(machine) == files_of("0.1.2")

    machine.installer("/i", packages["0.1.1"], wanted=REFUSED)
    assert installed(machine) == files_of("0.1.2")
    assert machine.registry()[OURS + r"\Version"] == "0.1.2"

    machine.installer("/x", packages["0.1.2"])
    assert machine.files() == files
    left = {key: value for key, value in machine.registry().items() if registry.get(key) != value}
    assert not {key: value for key, value in left.items() if "vaktrom" in (key + value).lower()}
    assert not any(left.values()), "empty keys of the installer itself may stay"


@pytest.mark.parametrize(
    "given",
    [
        ("CONFIGURL=http://it.example.test/vaktrom.toml",),
        (f"CONFIGURL={URL}", r"CONFIGFILE=C:\it\vaktrom.toml"),
    ],
    ids=["not https", "both"],
)
def test_what_cannot_be_meant_is_refused(
    machine: WindowsMachine, packages: dict[str, Path], given: tuple[str, ...]
) -> None:
    machine.installer("/i", packages["0.1.0"], *given, wanted=REFUSED)
    assert not installed(machine)
    assert OURS not in machine.registry()


def test_half_an_installer_installs_nothing(
    machine: WindowsMachine, packages: dict[str, Path], tmp_path: Path
) -> None:
    half = tmp_path / "half.msi"
    whole = packages["0.1.0"].read_bytes()
    half.write_bytes(whole[: len(whole) // 2])
    machine.run("msiexec", "/i", windows(half), "/qn", wanted=None)
    assert not installed(machine)
    assert OURS not in machine.registry()


def test_a_launcher_without_its_python_says_what_is_missing(machine: WindowsMachine, tmp_path: Path) -> None:
    program = tmp_path / "vaktrom.exe"
    source = PACKAGING / "windows" / "launcher.c"
    subprocess.run(
        [COMPILER, "-municode", "-static", "-Wall", "-Wextra", "-Werror", str(source), "-o", str(program)],
        check=True,
    )
    said = machine.run(windows(program), "--version", wanted=3)
    assert "python.exe" in said
    assert "msiexec /fa" in said


def test_one_folder_gives_one_installer_but_for_the_moment_it_was_made(
    packages: dict[str, Path], tmp_path: Path
) -> None:
    folder = packages["0.1.0"].parent / "payload-0.1.0"
    copied = tmp_path / "elsewhere"
    shutil.copytree(folder, copied)
    for path in copied.rglob("*"):
        os.utime(path, (1, 1))
    first, second = (
        packages["0.1.0"].read_bytes(),
        make(copied, "0.1.0", tmp_path / "second.msi").read_bytes(),
    )
    assert len(first) == len(second)
    differing = [place for place, (one, other) in enumerate(zip(first, second, strict=True)) if one != other]
    assert len(differing) <= 16, "two moments of 8 bytes each in the summary: created and last saved"
