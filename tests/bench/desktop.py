"""In the running desktop: launch of an app, change of patient, and what keeps the GUI thread."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from typing import Any

from tests.bench.children import MeasurementFailed, run_module
from tests.bench.figures import Figure

MILLISECONDS = 1e3
WORST = 3
SLOT_AIM = 10.0


def measure(runs: int) -> list[Figure]:
    """Launches and changes from one run of the desktop, slots from two more; what one loses the others keep."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="vaktrom-bench-") as state:
        for what, read in (("switch", _changes), ("turns", _turns), ("profile", _slots)):
            try:
                told = run_module("desktop_run", what, "--state", state, "--times", str(runs))
            except MeasurementFailed as failure:
                figures.append(Figure(f"desktop, {what}", "", [], note=str(failure)))
            else:
                figures += read(told)
    return figures


def _changes(told: dict[str, Any]) -> list[Figure]:
    launches: dict[str, list[float]] = told["launches"]
    changes: list[dict[str, float]] = told["changes"]
    every = [seconds for taken in launches.values() for seconds in taken]

    def part(name: str) -> list[float]:
        return _milliseconds(change[name] for change in changes)

    return [
        Figure("EHR launch to the app's first FHIR answer", "ms", _milliseconds(every)),
        *(Figure(f"  {app}", "ms", _milliseconds(taken)) for app, taken in sorted(launches.items())),
        Figure("change of patient to the last of three panes showing it", "ms", part("all")),
        Figure("  shell: asked to posted (reads the patient first)", "ms", part("posted")),
        Figure("  hub: posted to notified", "ms", part("notified")),
        Figure("  shell: notified to acknowledged (curtains painted)", "ms", part("acknowledged")),
        Figure("  apps: acknowledged to painted", "ms", part("painted")),
    ]


def _turns(told: dict[str, Any]) -> list[Figure]:
    return _worst("GUI turn", {name: max(taken) for name, taken in told["slow"].items()})


def _slots(told: dict[str, Any]) -> list[Figure]:
    return [
        *_worst("Python slot, own time (profiled)", told["own"], SLOT_AIM),
        *_worst("Qt call from Python", told["qt"]),
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
