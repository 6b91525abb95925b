"""The timeline of one session as controllers use it: what they see themselves, and what the gateway tells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shell.timeline.rows import GATEWAY_KINDS
from shell.timeline.writer import TimelineWriter

FACT = "timeline"
LONGEST_AGE = 60.0


@dataclass(frozen=True, slots=True)
class SessionTimeline:
    """Without a writer it remembers nothing. Every method may be called from any thread and returns at once."""

    writer: TimelineWriter | None = None

    def see(self, kind: str, **facts: Any) -> None:
        """The desktop saw something now; ``facts`` by the names of the table, with real ids where it counts."""
        if self.writer is not None:
            self.writer.see(kind, facts)

    def told(self, fact: Mapping[str, Any]) -> None:
        """A fact of the gateway of type ``timeline``: rows with ``at`` on its clock, which said ``now`` when they left."""
        rows, now = fact.get("rows"), fact.get("now")
        if self.writer is None or not isinstance(rows, list) or not isinstance(now, int | float):
            return
        for row in rows:
            if isinstance(row, dict) and row.get("kind") in GATEWAY_KINDS:
                at = row.get("at")
                age = now - at if isinstance(at, int | float) else 0.0
                self.writer.see(row["kind"], row, "gateway", min(max(0.0, age), LONGEST_AGE))

    def hears(self, hears: bool) -> bool:
        """The gateway's facts come, or do not come any more; returns which."""
        self.see("facts", up=hears)
        return hears

    def same_pane(self, pane: str, as_pane: str) -> None:
        """Another page of a pane has come: both ids are one pane."""
        if self.writer is not None:
            self.writer.same("pane", pane, as_pane)

    def end(self, how: str) -> None:
        """The session is over; what waits is still written."""
        if self.writer is not None:
            self.writer.see("session-ended", {"how": how})
            self.writer.end()

    def join(self, seconds: float) -> None:
        """Wait until all is written, but not longer."""
        if self.writer is not None:
            self.writer.join(seconds)
