"""``python3 dev.py bench``: the measured ratios of one run on one machine. Nothing passes or fails here.

A part that takes minutes is measured only when it is named.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
import time

from tests.bench.children import MeasurementFailed
from tests.bench.figures import Figure, heading, row

PARTS = {
    "start": "start of the desktop to the sign-in page, and a bare window with the same page",
    "desktop": "launch, change of patient, GUI thread",
    "changes": "a change of patient with five panes: hub, shell, apps",
    "messages": "Web Messaging of a page that posts many and large messages",
    "reads": "a FHIR read through the gateway, direct, and through a bare proxy",
    "searches": "a search for 100 entries through the gateway, direct, and through a bare proxy",
    "launches": "launches of an app, authorize to token",
    "broadcast": "an event of the hub to 1, 5, 100 and 1,000 subscribers, and a bare broadcast",
    "audit": "the latency that durable audit adds to an answer",
    "memory": "memory of a pane, and of a bare view",
}
LONG_PARTS = {
    "frozen": "start, sizes and build of the frozen program, and the start of its source",
    "growth": "memory of the gateway from request 20,000 to 100,000",
    "renderers_short": "memory of the renderers from change 10 to 50, with five panes",
    "renderers": "memory of the renderers from change 100 to 500, with five panes",
}


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Measure what was asked for and print the table."""
    every = {**PARTS, **LONG_PARTS}
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    parser.add_argument(
        "part", nargs="*", choices=[*every, []], help="; ".join(f"{k}: {v}" for k, v in every.items())
    )
    parser.add_argument("--runs", type=int, default=5, help="runs of each figure (default 5)")
    arguments = parser.parse_args()
    machine = f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
    say(f"{machine}, load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else machine)
    say(heading())
    for name in arguments.part or PARTS:
        started = time.monotonic()
        try:
            figures: list[Figure] = importlib.import_module(f"tests.bench.{name}").measure(arguments.runs)
        except MeasurementFailed as failure:
            figures = [Figure(name, "", [], note=str(failure))]
        for figure in figures:
            say(row(figure))
        say(f"  ({every[name]}: {time.monotonic() - started:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
