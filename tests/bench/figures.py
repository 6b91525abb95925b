"""What a measurement hands over, and the table that is printed of it. A figure is read by people; nothing fails by it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

WIDTHS = (58, 10, 10, 10, 6, 4)
HEADINGS = ("figure", "min", "median", "max", "unit", "runs")


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: ``samples`` in ``unit``; ``aim`` is the most that the median should be, in the same unit."""

    name: str
    unit: str
    samples: Sequence[float]
    aim: float | None = None
    note: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.samples)


def ratio(
    name: str, above: Sequence[float], below: Sequence[float], aim: float | None = None, note: str = ""
) -> Figure:
    """Each run's ratio: the two were measured side by side in the same run."""
    return Figure(name, "x", [top / bottom for top, bottom in zip(above, below, strict=True)], aim, note)


def row(figure: Figure) -> str:
    """One line of the table; a figure without samples says why in its note."""
    aim = "" if figure.aim is None else f"  aim at most {figure.aim:g}"
    note = f"  {figure.note}" if figure.note else ""
    if not figure.samples:
        return f"{figure.name:<{WIDTHS[0]}}{'not measured':>{WIDTHS[1] + WIDTHS[2]}}{note}"
    cells = [f"{value:.2f}" for value in (min(figure.samples), figure.median, max(figure.samples))]
    cells += [figure.unit, str(len(figure.samples))]
    line = "".join(f"{cell:>{width}}" for cell, width in zip(cells, WIDTHS[1:], strict=True))
    return f"{figure.name:<{WIDTHS[0]}}{line}{aim}{note}"


def heading() -> str:
    """The table's first line."""
    first, *others = HEADINGS
    return f"{first:<{WIDTHS[0]}}" + "".join(
        f"{word:>{width}}" for word, width in zip(others, WIDTHS[1:], strict=True)
    )
