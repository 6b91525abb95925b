"""Builds the real program, lets the actor walk through the steps, writes the pictures and ``tour.json``."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shell.bridge.application import build, new_application
from shell.composition.practice import Environment
from shell.tour.actor import Actor, NotSeen
from shell.tour.steps import STEPS

SIZE = (1366, 768)
SETTLE_MS = 150


def drive(environment: Environment, out: Path) -> int:
    """Walk through every step; 0 when all were seen, 1 with one line when one was not."""
    application = new_application()
    program = build(application, environment)
    program.window.resize(*SIZE)
    program.show()
    actor = Actor(program.window)
    actor.take_keyboard()
    program.desktop.start()
    told: list[dict[str, Any]] = []
    failure = ""
    try:
        for number, (name, step) in enumerate(STEPS, 1):
            seconds = timed(step, actor)
            actor.wait(SETTLE_MS)
            picture = f"{number:02d}-{name}.png"
            program.window.grab().save(str(out / picture))
            told.append({"step": name, "seconds": round(seconds, 3), "picture": picture})
    except NotSeen as error:
        failure = f"step {STEPS[len(told)][0]}: not seen: {error}"
        program.window.grab().save(str(out / "failed.png"))
    finally:
        (out / "tour.json").write_text(
            json.dumps({"steps": told, "failure": failure}, indent=2) + "\n", encoding="utf-8"
        )
        program.stop()
    if failure:
        sys.stderr.write(f"vaktrom: the tour stopped at {failure}\n")
        return 1
    return 0


def timed(step: Callable[[Actor], None], actor: Actor) -> float:
    """Seconds that a step took, to its painted result."""
    began = time.perf_counter()
    step(actor)
    return time.perf_counter() - began
