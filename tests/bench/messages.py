"""What the messages of one app's page cost the GUI thread: many at once, large ones, and ones that are too large."""

from __future__ import annotations

from tests.bench.children import run_module
from tests.bench.figures import Figure

AIM = 10.0
MILLISECONDS = 1e3
CASES = {
    "many": "1,000 messages at once",
    "large": "16 messages of 120 KiB, answered with as much",
    "huge": "20 messages of 1 MiB",
}


def measure(runs: int) -> list[Figure]:
    """The worst slot of each run by its own time, and how many messages were let through."""
    figures: list[Figure] = []
    for case, words in CASES.items():
        told = [run_module("messages_run", case) for _ in range(runs)]
        worst = [max(one["own"].items(), key=lambda slot: float(slot[1])) for one in told]
        name = max(worst, key=lambda slot: float(slot[1]))[0].removeprefix("shell.")
        milliseconds = [seconds * MILLISECONDS for _, seconds in worst]
        figures.append(Figure(f"{words}: worst Python slot (profiled)", "ms", milliseconds, AIM, name))
        figures.append(Figure("  let through", "", [one["taken"] for one in told]))
    return figures
