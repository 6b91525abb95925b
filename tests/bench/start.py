"""Start of the desktop to the sign-in page, against a bare Qt WebEngine window that opens the same page."""

from __future__ import annotations

import asyncio
import tempfile

from shell.composition.practice import SHELL_CLIENT
from shell.gateway_client.login import authorization_request
from tests.bench.children import run_module
from tests.bench.environment import practice
from tests.bench.figures import Figure, ratio

AIM = 1.5


def measure(runs: int) -> list[Figure]:
    """The figures of a start; the folder of state is that of an earlier start, as on every day but the first."""
    return asyncio.run(_measure(runs))


async def _measure(runs: int) -> list[Figure]:
    taken: dict[str, list[float]] = {}
    async with practice() as running:
        with tempfile.TemporaryDirectory(prefix="vaktrom-bench-") as state:
            cold = await asyncio.to_thread(run_module, "start_run", "run", "--state", state)
            for _ in range(runs):
                url = authorization_request(running.ready["gateway"], SHELL_CLIENT).url
                bare = await asyncio.to_thread(run_module, "bare_window", "open", url)
                told = await asyncio.to_thread(run_module, "start_run", "run", "--state", state)
                taken.setdefault("bare", []).append(bare["all"])
                for name, seconds in told.items():
                    taken.setdefault(name, []).append(seconds)
    return [
        ratio("start to the sign-in page : bare window", taken["all"], taken["bare"], AIM),
        Figure("  desktop: all", "s", taken["all"]),
        Figure("  desktop: until the window is shown", "s", taken["window"]),
        Figure("  desktop: all, the first start of a new user", "s", [cold["all"]]),
        Figure("  bare window: all", "s", taken["bare"]),
    ]
