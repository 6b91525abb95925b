"""``vaktrom run`` and ``vaktrom tour``."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shell.command_line.choices import demand_usable, environment_choice
from shell.command_line.display import demand_display
from shell.command_line.failures import WrongUse
from shell.composition.clock import SystemClock
from shell.composition.io_loop import IoLoop
from shell.composition.practice import EnvironmentChoice, prepare
from shell.composition.state_directory import state_directory

if TYPE_CHECKING:
    from shell.bridge.application import Program


def run_desktop(
    state: Path | None,
    port: int,
    folders: Sequence[Path],
    identity_provider: Path | None,
    app_policy: Path | None = None,
    opened: Callable[[Program], None] = lambda _: None,
) -> int:
    """Start the desktop and run until it is closed; ``opened`` is called when the window is shown."""
    demand_display()
    choice = environment_choice(
        state_directory(state), port, folders, identity_provider, app_policy=app_policy
    )
    environment = prepare(choice, SystemClock().now())
    demand_usable(environment, folders)
    io = IoLoop()
    io.submit(environment.start())  # beside the import of Qt; the desktop hears how it went
    from shell.bridge.application import run

    return run(environment, io, opened)


def run_tour(out: Path, headless: bool) -> int:
    """Drive the real desktop through a shift; 0 when every step was seen."""
    if headless:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    demand_display()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongUse(f"--out {out}: cannot be made ({error.strerror}); choose another folder") from error
    with tempfile.TemporaryDirectory(prefix="vaktrom-tour-") as state:
        environment = prepare(EnvironmentChoice(Path(state)), SystemClock().now())
        from shell.tour.drive import drive

        return drive(environment, out)
