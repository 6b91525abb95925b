"""The short form of ``renderers``: from change 10 to 50."""

from __future__ import annotations

from tests.bench import renderers
from tests.bench.figures import Figure

CHANGES = 50


def measure(runs: int) -> list[Figure]:
    """As the long form."""
    return renderers.measure(runs, CHANGES)
