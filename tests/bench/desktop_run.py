"""The real desktop in a process of its own, driven by the tour's actor; prints one JSON line of what was measured.

``python -m tests.bench.desktop_run switch|turns|profile|memory|five|soak --state DIR [--began SECONDS] [--times N]``
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt

import plugins
import shell.composition.child as children
from shell.bridge.application import Program, build, new_application
from shell.composition.clock import SystemClock
from shell.composition.practice import EnvironmentChoice, prepare
from shell.tour import steps
from shell.tour.actor import Actor
from tests.bench.processes import memory_bytes, renderer_bytes, settled
from tests.bench.slots import SlotProfile, TurnWatch
from tests.bench.timeline import Timeline

ROWS = (3, 8)
PANES = 3
QUIET_MS = 700
FURTHER = {"malinger": "malinger-to", "legemidler": "legemidler-to"}
"""Bundled apps that are installed a second time, under another name."""
FIVE = PANES + len(FURTHER)
MOMENTS = "gateway-moments"
"""File below the folder of state, one JSON line for each moment in the gateway."""
FIFTHS, SETTLING_MS = 5, 1000


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
    folders: tuple[Path, ...] = ()
    if arguments.what in WITH_FIVE:
        folders = further_apps(arguments.state)
        time_gateway(arguments.state / MOMENTS)
    environment = prepare(EnvironmentChoice(arguments.state, folders=folders), SystemClock().now())
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


def five(program: Program, actor: Actor, timeline: Timeline, times: int) -> dict[str, Any]:
    """Change to and fro with five panes; the moments of the shell, those of the gateway stand in its file."""
    open_five(program, actor)
    timeline.moments.clear()
    for turn in range(times):
        pick(program, actor, turn + 1, FIVE)
        actor.wait(QUIET_MS)
    return {"moments": timeline.moments}


def soak(program: Program, actor: Actor, timeline: Timeline, times: int) -> dict[str, Any]:
    """Bytes of all renderers after a fifth of the changes, and then after each further fifth."""
    open_five(program, actor)
    taken: dict[int, int] = {}
    for turn in range(1, times + 1):
        pick(program, actor, turn, FIVE)
        if turn % (times // FIFTHS) == 0:
            taken[turn] = settled(lambda: renderer_bytes(os.getpid()), lambda: actor.wait(SETTLING_MS))
    return {"renderers": taken}


def open_five(program: Program, actor: Actor) -> None:
    """A resident with the three apps that open by themselves, then the others."""
    pick(program, actor, 0)
    workspace = program.desktop.workspace
    assert workspace is not None
    for count, client_id in enumerate(FURTHER.values(), PANES + 1):
        workspace.open_app(client_id)
        actor.until(lambda: all_follow(program, None, count), f"{count} panes about one resident")  # noqa: B023


def further_apps(state: Path) -> tuple[Path, ...]:
    """Unpacked apps beside the bundled ones; what they show is the same."""
    made: list[Path] = []
    for bundled, other in FURTHER.items():
        folder = state / "further" / other
        if not folder.exists():
            shutil.copytree(Path(plugins.__file__).parent / "bundled" / bundled, folder)
            for name in ("manifest.json", "launch.js"):
                text = (folder / name).read_text(encoding="utf-8")
                (folder / name).write_text(text.replace(f'"{bundled}"', f'"{other}"'), encoding="utf-8")
        made.append(folder)
    return tuple(made)


def time_gateway(moments: Path) -> None:
    """Have the gateway child started with a clock beside its hub."""
    usual = children.child_command

    def command(name: str) -> Sequence[str]:
        if name != "gateway":
            return usual(name)
        return [sys.executable, "-m", "tests.bench.timed_gateway", str(os.getpid()), str(moments)]

    children.child_command = command  # type: ignore[assignment]


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


def pick(program: Program, actor: Actor, turn: int, panes: int = PANES) -> None:
    """Choose a resident of the list as the tour does, and wait until all panes follow."""
    workspace = program.desktop.workspace
    assert workspace is not None
    earlier = workspace.tabs.front.patient_id if workspace.tabs.front else None
    if earlier is not None:
        actor.key(Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier)
    actor.click_row(ROWS[turn % 2])

    actor.until(lambda: all_follow(program, earlier, panes), f"{panes} panes about one resident")


def all_follow(program: Program, earlier: str | None, panes: int) -> bool:
    """Whether the tab in front is about another patient than ``earlier``, in so many panes."""
    workspace = program.desktop.workspace
    assert workspace is not None
    front = workspace.tabs.front
    if front is None or front.patient_id in (None, earlier) or len(front.panes) != panes:
        return False
    return all(
        pane.view.usable and not pane.covered and pane.effective_patient == front.patient_id
        for pane in front.panes
    )


WORK = {"switch": switches, "turns": turns, "profile": profiled, "memory": memory, "five": five, "soak": soak}
WITH_FIVE = ("five", "soak")

if __name__ == "__main__":
    main()
