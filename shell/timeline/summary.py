"""What a support person asks first: how many changes of patient, the slowest, and who fell out of step and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from shell.timeline.reader import KeptSession, TimelineRow


@dataclass(frozen=True, slots=True)
class Summary:
    """``slowest`` is the app that took longest to follow; ``out_of_sync`` counts (app, reason)."""

    changes: int
    slowest: TimelineRow | None
    out_of_sync: tuple[tuple[str, str, int], ...]
    refused: int
    restarts: int

    @property
    def times_out_of_sync(self) -> int:
        return sum(count for _, _, count in self.out_of_sync)

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        slowest = self.slowest
        return {
            "changes": self.changes,
            "slowest": {"client": slowest.facts.get("client"), "ms": slowest.facts["ms"]}
            if slowest
            else None,
            "out_of_sync": [
                {"client": client, "reason": reason, "count": count}
                for client, reason, count in self.out_of_sync
            ],
            "posts_refused": self.refused,
            "gateway_restarts": self.restarts,
        }


def summary_of(session: KeptSession) -> Summary:
    """Count one session."""
    rows = session.rows
    followed = [row for row in rows if row.facts.get("state") == "following" and "ms" in row.facts]
    lost = Counter(
        (str(row.facts.get("client", "?")), str(row.facts.get("failure") or row.facts.get("why", "")))
        for row in rows
        if row.facts.get("state") == "out of sync"
    )
    return Summary(
        changes=sum(row.kind == "change-begun" and "patient" in row.facts for row in rows),
        slowest=max(followed, key=lambda row: float(row.facts["ms"]), default=None),
        out_of_sync=tuple((client, reason, count) for (client, reason), count in sorted(lost.items())),
        refused=sum(row.kind == "refused" for row in rows),
        restarts=sum(row.kind == "gateway" and row.facts.get("up") is True for row in rows),
    )
