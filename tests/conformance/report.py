"""What a run has shown, told at its end: the status of every id, and what could not be asked here and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.conformance.facts import PANE, STEER
from tests.conformance.table import Row, status_table

NOT_ASKED = "not asked"


@dataclass
class Verdicts:
    """``found`` holds by row name "pass", "FAIL", or why it was not asked; ``mutants`` how many could not be planted."""

    found: dict[str, str] = field(default_factory=dict)
    mutants: int = 0

    def table(self, rows: list[Row], elsewhere: Mapping[str, str], ids: list[str]) -> str:
        """The status table of this run."""
        return status_table(rows, elsewhere, ids, self._of)

    def not_asked(self) -> dict[str, str]:
        """Why, by row name."""
        return {name: why for name, why in self.found.items() if why not in ("pass", "FAIL")}

    def summary(self) -> list[str]:
        """One line for each row that was not asked, and the counts."""
        reasons = self.not_asked()
        steer, pane = (sum(1 for why in reasons.values() if why.startswith(kind)) for kind in (STEER, PANE))
        lines = [f"{NOT_ASKED}: {name}: {why}" for name, why in sorted(reasons.items())]
        if self.mutants:
            lines.append(f"{NOT_ASKED}: {self.mutants} mutants: {STEER}: the server is broken on purpose")
        passed = sum(1 for why in self.found.values() if why == "pass")
        failed = sum(1 for why in self.found.values() if why == "FAIL")
        return [
            *lines,
            f"rows: {passed} pass, {failed} fail, {steer} need a server we may steer, "
            f"{pane} need a pane, {len(reasons) - steer - pane} lack a fact",
        ]

    def _of(self, rows: list[Row]) -> str:
        told = {self.found.get(row.name, NOT_ASKED) for row in rows}
        if "FAIL" in told:
            return "FAIL"
        asked = "pass" in told
        rest = sum(1 for row in rows if self.found.get(row.name, NOT_ASKED) not in ("pass", "FAIL"))
        if not rest:
            return "pass"
        return f"pass ({rest} of {len(rows)} rows {NOT_ASKED})" if asked else NOT_ASKED
