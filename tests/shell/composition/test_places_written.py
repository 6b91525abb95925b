"""Where a desktop writes: the user's local state and the session's runtime folder. Nothing that roams, nothing beside the
program (terminal servers, roaming profiles, a program folder that nobody may write)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shell.composition.desktop_door import DesktopHung, ask_to_show
from shell.composition.session_place import SessionPlace

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("context", "launcher", "plugins", "shell")
STATE = "home/.local/state/vaktrom/"
RUNTIME = "run/vaktrom/"
LARGEST = 5_000_000
START_SECONDS = 60


@pytest.mark.long
@pytest.mark.timeout(120)
def test_a_desktop_writes_to_its_own_places_only(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Mutants: a cache of Chromium's on disk; a file in the roaming settings folder; one beside the program."""
    base = tmp_path_factory.mktemp("w")
    for name in ("home", "tmp", "run"):
        (base / name).mkdir(mode=0o700)
    before = beside_the_program()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    environment |= {
        "HOME": str(base / "home"),
        "TMPDIR": str(base / "tmp"),
        "XDG_RUNTIME_DIR": str(base / "run"),
        "QT_QPA_PLATFORM": "offscreen",
    }
    command = [sys.executable, "-B", "-m", "shell", "run"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet) as desktop:
        try:
            wait_until_shown(base / "run" / "vaktrom")
        finally:
            desktop.send_signal(signal.SIGTERM)
        assert desktop.wait(30) == 0
    written = {path.relative_to(base).as_posix(): path.lstat().st_size for path in files(base)}
    assert [name for name in written if not name.startswith((STATE, RUNTIME))] == []
    assert f"{STATE}gateway-port" in written, "the state was written"
    assert sum(written.values()) < LARGEST
    assert beside_the_program() == before


def wait_until_shown(folder: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        for socket in folder.glob("*.s"):
            try:
                if ask_to_show(SessionPlace(folder, socket.stem)) == "shown":
                    return
            except DesktopHung:
                pass
        time.sleep(0.2)
    raise AssertionError("the desktop did not come up")


def files(base: Path) -> list[Path]:
    return [path for path in base.rglob("*") if not path.is_dir() and not path.is_socket()]


def beside_the_program() -> set[Path]:
    return {path for package in PACKAGES for path in files(ROOT / package)}
