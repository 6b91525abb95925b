"""Memory of a pane as a ratio to a bare WebEngine view with a trivial page; proportional set size of all processes."""

from __future__ import annotations

import tempfile

from tests.bench.children import run_module
from tests.bench.figures import Figure, ratio

MOST_RUNS = 3
MEBIBYTE = 1024 * 1024


def measure(runs: int) -> list[Figure]:
    """What each of three panes adds, and each of three bare views."""
    taken: dict[str, list[float]] = {"desktop": [], "bare": [], "before": []}
    with tempfile.TemporaryDirectory(prefix="vaktrom-bench-") as state:
        for _ in range(min(runs, MOST_RUNS)):
            desktop = run_module("desktop_run", "memory", "--state", state)
            bare = run_module("bare_window", "memory")
            taken["before"].append(desktop["empty"] / MEBIBYTE)
            for name, told in (("desktop", desktop), ("bare", bare)):
                taken[name].append((told["full"] - told["empty"]) / told["panes"] / MEBIBYTE)
    return [
        ratio("memory of a pane : bare view", taken["desktop"], taken["bare"]),
        Figure("  a pane (bundled app, three open)", "MiB", taken["desktop"]),
        Figure("  a bare view", "MiB", taken["bare"]),
        Figure("  desktop with the start list, before any pane", "MiB", taken["before"]),
    ]
