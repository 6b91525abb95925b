"""Start of the frozen program against the same program from its source, its sizes, and how long it takes to build."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from shell.composition.desktop_door import DesktopHung, ask_to_show
from shell.composition.program_files import FACTS
from shell.composition.session_place import session_place
from tests.bench.children import MeasurementFailed
from tests.bench.figures import Figure, ratio

ROOT = Path(__file__).resolve().parent.parent.parent
DIST = ROOT / "dist"
FOLDER = DIST / "vaktrom"
START_AIM = 1.3
FOLDER_AIM, INSTALLER_AIM = 430e6 / 2**20, 170.0
MEBIBYTE = 2**20
LONGEST_START, LONGEST_BUILD = 60.0, 1800
AGAIN_SECONDS = 0.005


def measure(runs: int) -> list[Figure]:
    """The folder is built first unless it is there for this commit; the starts are taken in turn."""
    built = build_seconds()
    taken: dict[str, list[float]] = {"frozen": [], "source": []}
    commands = {
        "frozen": [str(FOLDER / "vaktrom"), "run"],
        "source": [sys.executable, "-m", "shell", "run"],
    }
    with tempfile.TemporaryDirectory(prefix="vaktrom-bench-") as states:
        for name, command in commands.items():
            start_seconds(command, Path(states) / name)  # the first start of a new user is another matter
        for _ in range(runs):
            for name, command in commands.items():
                taken[name].append(start_seconds(command, Path(states) / name))
    return [
        ratio("start to the shown window, frozen : source", taken["frozen"], taken["source"], START_AIM),
        Figure("  frozen", "s", taken["frozen"]),
        Figure("  source", "s", taken["source"]),
        Figure("frozen folder", "MiB", [folder_size(FOLDER)], FOLDER_AIM),
        *(
            Figure(f"  {path.name}", "MiB", [path.stat().st_size / MEBIBYTE], INSTALLER_AIM)
            for path in sorted(DIST.glob("*"))
            if path.suffix in (".deb", ".msi", ".xz")
        ),
        Figure("building the folder", "s", built, note="" if built else "it was there for this commit"),
    ]


def build_seconds() -> list[float]:
    """Seconds of a build, nothing when the folder is this commit's. Raises MeasurementFailed."""
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    facts = next(FOLDER.rglob(FACTS), None)
    if facts is not None and commit.stdout.strip() in json.dumps(json.loads(facts.read_text("utf-8"))):
        return []
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(ROOT / "dev.py"), "build"],
        capture_output=True,
        text=True,
        timeout=LONGEST_BUILD,
        check=False,
    )
    if done.returncode:
        raise MeasurementFailed(f"build: {(done.stderr.strip().splitlines() or ['no words'])[-1][:200]}")
    return [time.monotonic() - began]


def start_seconds(command: Sequence[str], state: Path) -> float:
    """From the start of the process until the desktop says that its window is shown. Raises MeasurementFailed."""
    place = session_place(state)
    began = time.monotonic()
    with running([*command, "--state", str(state)]) as process:
        while time.monotonic() - began < LONGEST_START and process.poll() is None:
            with contextlib.suppress(DesktopHung):
                if ask_to_show(place, 1.0) == "shown":
                    return time.monotonic() - began
            time.sleep(AGAIN_SECONDS)
    raise MeasurementFailed(f"{Path(command[0]).name}: no window in {LONGEST_START:.0f} s")


@contextlib.contextmanager
def running(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended, with what it started, at the end."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def folder_size(folder: Path) -> float:
    """MiB of its files."""
    return sum(path.lstat().st_size for path in folder.rglob("*")) / MEBIBYTE
