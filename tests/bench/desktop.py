"""In the running desktop: launch of an app, change of patient, and what keeps the GUI thread."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable

from tests.bench.children import run_module
from tests.bench.figures import Figure

MILLISECONDS = 1e3
WORST = 3
SLOT_AIM = 10.0


def measure(runs: int) -> list[Figure]:
    """Launches and changes from one run of the desktop, slots from two more."""
    with tempfile.TemporaryDirectory(prefix="vaktrom-bench-") as state:
        switched = run_module("desktop_run", "switch", "--state", state, "--times", str(runs))
        turns = run_module("desktop_run", "turns", "--state", state, "--times", str(runs))
        slots = run_module("desktop_run", "profile", "--state", state, "--times", str(runs))
    launches = [seconds for taken in switched["launches"].values() for seconds in taken]
    changes: list[dict[str, float]] = switched["changes"]

    def part(name: str) -> list[float]:
        return _milliseconds(change[name] for change in changes)

    return [
        Figure("EHR launch to the app's first FHIR answer", "ms", _milliseconds(launches)),
        *(
            Figure(f"  {app}", "ms", _milliseconds(taken))
            for app, taken in sorted(switched["launches"].items())
        ),
        Figure("change of patient to the last of three panes showing it", "ms", part("all")),
        Figure("  shell: asked to posted (reads the patient first)", "ms", part("posted")),
        Figure("  hub: posted to notified", "ms", part("notified")),
        Figure("  shell: notified to acknowledged (curtains painted)", "ms", part("acknowledged")),
        Figure("  apps: acknowledged to painted", "ms", part("painted")),
        *_worst("GUI turn", {name: max(taken) for name, taken in turns["slow"].items()}),
        *_worst("Python slot, own time (profiled)", slots["own"], SLOT_AIM),
        *_worst("Qt call from Python", slots["qt"]),
    ]


def _worst(kind: str, seconds: dict[str, float], aim: float | None = None) -> list[Figure]:
    """The longest by name; one figure each."""
    if not seconds:
        return [Figure(f"worst {kind}", "ms", [], note="none over 10 ms")]
    order = sorted(seconds, key=lambda name: -seconds[name])[:WORST]
    return [
        Figure(f"worst {kind}", "ms", _milliseconds([seconds[name]]), aim, name.removeprefix("shell."))
        for name in order
    ]


def _milliseconds(seconds: Iterable[float]) -> list[float]:
    return [value * MILLISECONDS for value in seconds]
