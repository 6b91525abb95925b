"""Pictures of every view: ``python3 dev.py screenshots [FOLDER]``.

First every state of the views with made-up content, then the real desktop with live apps, in three themes and two sizes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt

from shell.bridge.application import Program, build, new_application
from shell.composition.clock import SystemClock
from shell.composition.practice import EnvironmentChoice, prepare
from shell.tour import steps
from shell.tour.actor import Actor
from tests.fakes.environment import ROOT

THEMES = ("light", "dark", "high-contrast")
SIZES = ((1366, 768), (1920, 1080))
SETTLE_MS = 2500
"""Pages take their new colours and size at once, but drawing them without a graphics card takes its time."""


def palette(actor: Actor) -> None:
    actor.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    actor.type("hau")


def leave_palette(actor: Actor) -> None:
    actor.key(Qt.Key.Key_Escape)


def workspace(actor: Actor) -> None:
    steps.pick_resident(actor)
    steps.three_apps(actor)


def pinned(actor: Actor) -> None:
    steps.pin_one(actor)
    steps.start_list(actor)
    actor.click_row(8)


def nothing(actor: Actor) -> None:
    """Nothing to put back."""


LIVE: tuple[tuple[str, Callable[[Actor], None], Callable[[Actor], None]], ...] = (
    ("sign-in", steps.sign_in_page, nothing),
    ("list", steps.sign_in, nothing),
    ("workspace", workspace, nothing),
    ("palette", palette, leave_palette),
    ("pinned", pinned, nothing),
    ("lock", steps.lock, nothing),
)


def photograph(program: Program, actor: Actor, folder: Path, name: str) -> None:
    """One picture for each theme and size."""
    for theme in THEMES:
        program.theme.choose(theme)
        for width, height in SIZES:
            program.window.resize(width, height)
            actor.wait(SETTLE_MS)
            program.window.grab().save(str(folder / f"live-{name}-{theme}-{width}x{height}.png"))
    program.theme.choose("light")
    program.window.resize(*SIZES[0])
    actor.wait(SETTLE_MS)


def main(arguments: list[str]) -> int:
    """Write the pictures and say where they are."""
    folder = Path(arguments[0]) if arguments else ROOT / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "shell.windows.gallery", str(folder)], cwd=ROOT, check=True)
    os.environ.setdefault("QT_QPA_PLATFORMTHEME", "gnome")  # without a session bus too: it can switch to dark
    os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.theme.*=false")
    application = new_application()
    with tempfile.TemporaryDirectory(prefix="vaktrom-screenshots-") as state:
        program = build(application, prepare(EnvironmentChoice(Path(state)), SystemClock().now()))
        program.window.resize(*SIZES[0])
        program.show()
        actor = Actor(program.window)
        actor.take_keyboard()
        program.desktop.start()
        for name, before, after in LIVE:
            before(actor)
            photograph(program, actor, folder, name)
            after(actor)
        program.stop()
    sys.stdout.write(f"{len(list(folder.glob('*.png')))} pictures in {folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
