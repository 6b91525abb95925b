"""What the memory of all renderers grows by from change 100 to 500 with five panes. Takes many minutes: only when named."""

from __future__ import annotations

import tempfile

from tests.bench.children import run_module
from tests.bench.figures import Figure, ratio

CHANGES = 500
SECONDS_EACH = 12
AIM = 1.10
MEBIBYTE = 1024 * 1024


def measure(runs: int, changes: int = CHANGES) -> list[Figure]:
    """One run, whatever was asked for."""
    del runs
    with tempfile.TemporaryDirectory(prefix="vaktrom-bench-") as state:
        told = run_module(
            "desktop_run", "soak", "--state", state, "--times", str(changes), longest=changes * SECONDS_EACH
        )
    taken = {int(turn): size / MEBIBYTE for turn, size in told["renderers"].items()}
    first, last = min(taken), max(taken)
    growth = ratio(f"renderers' memory, change {last} : {first}", [taken[last]], [taken[first]], AIM)
    return [growth, *(Figure(f"  after {turn} changes", "MiB", [size]) for turn, size in taken.items())]
