"""Does the desktop work? Its own gateway, a sign-in, a patient, and three apps that have drawn what they read."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication

from plugins.findings import Text
from shell.bridge.application import build
from shell.composition.clock import SystemClock
from shell.composition.practice import EnvironmentChoice, prepare
from shell.self_test.result import Result
from shell.tour.actor import Actor, NotSeen
from shell.tour.drive import SIZE
from shell.tour.steps import pick_resident, sign_in, sign_in_page, three_apps

STEPS = (sign_in_page, sign_in, pick_resident, three_apps)


def check_desktop(application: QApplication) -> Result:
    """Walk to three launched apps with real input."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="vaktrom-self-test-") as state:
        program = build(application, prepare(EnvironmentChoice(Path(state)), SystemClock().now()))
        try:
            program.window.resize(*SIZE)
            program.show()
            actor = Actor(program.window)
            actor.take_keyboard()
            program.desktop.start()
            for step in STEPS:
                step(actor)
        except NotSeen as error:
            return Result(False, Text(f"dette kom ikke: {error}", f"this was not seen: {error}"))
        finally:
            program.stop()
    seconds = time.monotonic() - began
    return Result(
        True,
        Text(
            f"gateway, innlogging og tre apper for én pasient på {seconds:.1f} s",
            f"gateway, sign-in and three apps for one patient in {seconds:.1f} s",
        ),
    )
