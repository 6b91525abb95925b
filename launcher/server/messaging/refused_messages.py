"""What a page is refused, in the access log: one row for many of a kind, and nothing of what was said (S7)."""

from __future__ import annotations

from dataclasses import dataclass

from launcher.oauth.model import Pane, UserSession
from launcher.server.dependencies import Clock, SessionAudit

TOLD_AGAIN_SECONDS = 10.0
MOST_COUNTED = 1_000_000
REMEMBERED = 2048


@dataclass(slots=True)
class _Told:
    at: float
    since: int = 0


class ToldRefusals:
    """Notes the first of each reason in a pane at once, and those that follow within ten seconds as one count.

    ``kind`` is the row of ``audit_patterns.PATTERNS``.
    """

    def __init__(self, kind: str, audit: SessionAudit, clock: Clock) -> None:
        self._kind = kind
        self._audit = audit
        self._clock = clock
        self._told: dict[tuple[str, str], _Told] = {}

    def note(self, session: UserSession, pane: Pane, reason: str, count: int = 1) -> None:
        """This pane's page was refused something ``count`` times; ``reason`` is one of a fixed list."""
        now = self._clock.monotonic()
        told = self._told.get((pane.pane, reason))
        if told is not None and now - told.at < TOLD_AGAIN_SECONDS:
            told.since = min(told.since + count, MOST_COUNTED)
            return
        several = count + (told.since if told is not None else 0)
        words = reason if several == 1 else f"{reason} ({several} times)"
        self._audit.note(self._kind, session, pane.client_id, refused=words)
        self._told[(pane.pane, reason)] = _Told(now)
        if len(self._told) > REMEMBERED:
            self._told = {key: one for key, one in self._told.items() if now - one.at < TOLD_AGAIN_SECONDS}
