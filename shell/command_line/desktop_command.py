"""``vaktrom run`` and ``vaktrom tour``."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shell.command_line.app_commands import language
from shell.command_line.choices import demand_usable, desktop_choice
from shell.command_line.display import demand_display
from shell.command_line.failures import WrongUse, texts_of
from shell.composition.clock import SystemClock
from shell.composition.io_loop import IoLoop
from shell.composition.practice import EnvironmentChoice, prepare
from shell.composition.record_system import UpstreamWrong
from shell.composition.state_directory import state_directory
from shell.composition.state_key import KeyringStore, KeyringUnusable, load_state_keys
from shell.settings.demands import ClinicalAccessRefused, SettingsWrong

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
    """Start the desktop and run until it is closed; ``opened`` is called when the window is shown.

    Raises ``KeyringUnusable`` when records of patients would have no key.
    """
    demand_display()
    now = SystemClock().now()
    with _told_in_a_window():
        choice = desktop_choice(state_directory(state), port, folders, identity_provider, app_policy)
        if choice.fhir_base is not None:
            load_state_keys(KeyringStore(), now)
    environment = prepare(choice, now)
    demand_usable(environment, folders)
    io = IoLoop()
    io.submit(environment.start())  # beside the import of Qt; the desktop hears how it went
    from shell.bridge.application import run

    return run(environment, io, opened)


@contextlib.contextmanager
def _told_in_a_window() -> Iterator[None]:
    """An installed program that is started from a menu has no terminal: what is wrong is shown before it ends."""
    try:
        yield
    except (SettingsWrong, UpstreamWrong, ClinicalAccessRefused, KeyringUnusable) as error:
        if getattr(sys, "frozen", False) and (sys.stderr is None or not sys.stderr.isatty()):
            from shell.bridge.refusal import show_refusal

            lines = [f"{error}"] if isinstance(error, KeyringUnusable) else texts_of(error)
            show_refusal(lines, language())
        raise


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
