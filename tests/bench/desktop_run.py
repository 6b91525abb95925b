"""The real desktop in a process of its own, driven by the tour's actor; prints one JSON line of what was measured.

``python -m tests.bench.desktop_run switch|turns|profile|memory --state DIR [--began SECONDS] [--times N]``
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt

from shell.bridge.application import Program, build, new_application
from shell.composition.clock import SystemClock
from shell.composition.practice import EnvironmentChoice, prepare
from shell.tour import steps
from shell.tour.actor import Actor
from tests.bench.processes import memory_bytes, settled
from tests.bench.slots import SlotProfile, TurnWatch
from tests.bench.timeline import Timeline

ROWS = (3, 8)
PANES = 3
QUIET_MS = 700


def main() -> None:
    """Measure, print, and end without waiting for Chromium to clean up."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=[*WORK])
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--began", type=float, default=0.0)
    parser.add_argument("--times", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.what == "turns":
        os.environ["QT_NO_GLIB"] = "1"  # with GLib, Qt tells of waking up when the work has been done
    environment = prepare(EnvironmentChoice(arguments.state), SystemClock().now())
    timeline = Timeline()
    timeline.watch()
    application = new_application()
    program = build(application, environment)
    program.window.resize(1366, 768)
    program.show()
    try:
        actor = Actor(program.window)
        actor.take_keyboard()
        program.desktop.start()
        steps.sign_in_page(actor)
        steps.sign_in(actor)
        told = WORK[arguments.what](program, actor, timeline, arguments.times)
    finally:
        program.stop()
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    os._exit(0)


def switches(program: Program, actor: Actor, timeline: Timeline, times: int) -> dict[str, Any]:
    """Pick a resident, then change to and fro."""
    pick(program, actor, 0)
    timeline.changes.clear()
    for turn in range(times):
        pick(program, actor, turn + 1)
        actor.wait(QUIET_MS)
    return {"launches": timeline.launches, "changes": timeline.changes}


def turns(program: Program, actor: Actor, timeline: Timeline, times: int) -> dict[str, Any]:
    """Pick and change with a look at every turn of the GUI loop."""
    watch = TurnWatch(program.window)
    watch.start()
    for turn in range(times + 1):
        pick(program, actor, turn)
        actor.wait(QUIET_MS)
    watch.stop()
    return {"slow": watch.slow, "turns": watch.turns}


def profiled(program: Program, actor: Actor, timeline: Timeline, times: int) -> dict[str, Any]:
    """The same under the profile of slots."""
    profile = SlotProfile()
    profile.start()
    for turn in range(times + 1):
        pick(program, actor, turn)
    profile.stop()
    return {"own": profile.own, "qt": profile.qt}


def memory(program: Program, actor: Actor, timeline: Timeline, times: int) -> dict[str, Any]:
    """Bytes before and after three panes, without gateway and sandbox."""
    own = [
        environment.pid
        for environment in (program.desktop._environment.gateway, program.desktop._environment.sandbox)
        if environment
    ]

    def all_but_children() -> int:
        return memory_bytes(os.getpid(), [pid for pid in own if pid])

    empty = settled(all_but_children, lambda: actor.wait(QUIET_MS))
    pick(program, actor, 0)
    return {"empty": empty, "full": settled(all_but_children, lambda: actor.wait(QUIET_MS)), "panes": PANES}


def pick(program: Program, actor: Actor, turn: int) -> None:
    """Choose a resident of the list as the tour does, and wait until three panes follow."""
    workspace = program.desktop.workspace
    assert workspace is not None
    earlier = workspace.tabs.front.patient_id if workspace.tabs.front else None
    if earlier is not None:
        actor.key(Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier)
    actor.click_row(ROWS[turn % 2])

    def all_follow() -> bool:
        front = workspace.tabs.front
        if front is None or front.patient_id in (None, earlier) or len(front.panes) != PANES:
            return False
        return all(
            pane.view.usable and not pane.covered and pane.effective_patient == front.patient_id
            for pane in front.panes
        )

    actor.until(all_follow, "three panes about one resident")


WORK = {"switch": switches, "turns": turns, "profile": profiled, "memory": memory}

if __name__ == "__main__":
    main()
