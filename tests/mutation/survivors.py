"""The table of survivors: one line for each mutant that no test kills, with the kind of reason and the reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from tests.mutation.runner import Verdict

KINDS = ("equivalent", "tolerated")
"""What a reason begins with: no input can tell the mutant from the original, or somebody could and it does no harm."""


class TableMistake(ValueError):
    """A line of the table is not ``name  # kind: reason``, or says the same twice."""


def lines_of(text: str) -> dict[str, str]:
    """Name to reason. Raises ``TableMistake``; lines that begin with ``#`` and empty ones say nothing."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, _, told = line.rpartition("  # ")
        kind, _, reason = told.partition(": ")
        if not name or kind not in KINDS or not reason.strip():
            raise TableMistake(f"neither {' nor '.join(KINDS)} with a reason: {line}")
        if name.strip() in found:
            raise TableMistake(f"twice: {line}")
        found[name.strip()] = told
    return found


def complaints(
    verdicts: Iterable[Verdict], lines: Collection[str], modules: Collection[str], *, whole: bool
) -> Iterator[str]:
    """Survivors without a line; and, when all mutants of ``modules`` were tried, lines without a survivor.

    A mutant that was killed only because its tests were not done in time may keep its line: a slow machine proves
    nothing.
    """
    survivors: set[str] = set()
    for verdict in sorted(verdicts, key=lambda verdict: verdict.name):
        if not verdict.killed or verdict.endless:
            survivors.add(verdict.name)
        if not verdict.killed and verdict.name not in lines:
            yield f"SURVIVED {verdict.name}  # line {verdict.mutant.line}, {verdict.tests} tests"
    if whole:
        for name in lines:
            if name.partition(" ")[0] in modules and name not in survivors:
                yield f"NO SURVIVOR {name}"
