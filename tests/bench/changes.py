"""A change of patient with five panes in the real desktop, taken apart: the hub, the shell, the apps, the record system.

Ours is from the accepted post to the frame on the last socket, without the records that frames wait for, and from the
shell's receipt to its painted banner.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench.children import run_module
from tests.bench.desktop_run import MOMENTS
from tests.bench.figures import Figure

FEWEST = 30
LONGEST_SECONDS = 600
AIM, RECORD_AIM = 50.0, 20.0
MILLISECONDS = 1e3
BEFORE_SECONDS = 5.0
Moment = Mapping[str, Any]


def measure(runs: int) -> list[Figure]:
    """One run of the desktop with at least thirty changes."""
    with tempfile.TemporaryDirectory(prefix="vaktrom-bench-") as state:
        times = str(max(runs, FEWEST))
        told = run_module("desktop_run", "five", "--state", state, "--times", times, longest=LONGEST_SECONDS)
        lines = (Path(state) / MOMENTS).read_text(encoding="ascii").splitlines()
    gateway = [json.loads(line) for line in lines]
    rows = [row for event, shell in told["moments"].items() if (row := taken_apart(event, shell, gateway))]
    return figures(rows)


def taken_apart(event: str, shell: Mapping[str, float], gateway: Sequence[Moment]) -> dict[str, float] | None:
    """Seconds of each part of one change; None when it was not seen to its end."""
    accepted = next(
        (one["ended"] for one in gateway if one["what"] == "accepted" and one["event"] == event), None
    )
    handed = [one["ended"] for one in gateway if one["what"] == "handed" and one["event"] == event]
    if accepted is None or not handed or not {"received", "banner", "painted"} <= shell.keys():
        return None
    last = max(handed)
    told = [one for one in gateway if one["what"] == "told" and accepted <= one["began"] < last]
    batch = max((one["ended"] for one in told), default=0.0) - min(
        (one["began"] for one in told), default=0.0
    )
    return {
        "hub": last - accepted - batch,
        "batch": batch,
        "banner": shell["banner"] - shell["received"],
        "banner_cpu": shell["banner_cpu"],
        "ours": last - accepted - batch + shell["banner"] - shell["received"],
        "apps": shell["painted"] - last,
        "read": lasted("read", accepted, gateway),
        "record": lasted("record", accepted, gateway),
    }


def lasted(what: str, accepted: float, gateway: Sequence[Moment]) -> float:
    """Seconds of the last thing of a kind that ended before the post was accepted."""
    found = [
        one for one in gateway if one["what"] == what and accepted - BEFORE_SECONDS < one["ended"] <= accepted
    ]
    last = max(found, key=lambda one: float(one["ended"]), default=None)
    return float(last["ended"] - last["began"]) if last is not None else 0.0


def figures(rows: Sequence[Mapping[str, float]]) -> list[Figure]:
    """The 95th percentile of what is ours, then every part."""

    def part(name: str) -> list[float]:
        return [row[name] * MILLISECONDS for row in rows]

    ours = part("ours")
    p95 = [statistics.quantiles(ours, n=20)[-1]] if len(ours) > 1 else []
    return [
        Figure(f"change with five panes, ours, p95 of {len(rows)}", "ms", p95, AIM),
        Figure("  ours", "ms", ours),
        Figure("    hub: post accepted to frame on the last socket", "ms", part("hub")),
        Figure("    shell: receipt to painted banner", "ms", part("banner")),
        Figure("      of that, CPU of the GUI thread", "ms", part("banner_cpu")),
        Figure("  apart: records that frames wait for (new to an app)", "ms", part("batch"), RECORD_AIM),
        Figure("  apart: record of the open, before it is accepted", "ms", part("record"), RECORD_AIM),
        Figure("  apart: the patient read upstream, before that", "ms", part("read")),
        Figure("  apps: last frame to last of five panes painted", "ms", part("apps")),
    ]
