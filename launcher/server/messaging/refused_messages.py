"""Messages that are not answered, in the access log: one row for many of a kind, and nothing of what they said (S7)."""

from __future__ import annotations

from dataclasses import dataclass

from launcher.oauth.model import Pane, UserSession
from launcher.server.dependencies import Clock, SessionAudit
from launcher.smart.web_messaging import REASONS

TOLD_AGAIN_SECONDS = 10.0
MOST_COUNTED = 1_000_000


@dataclass(slots=True)
class _Told:
    at: float
    since: int = 0


class RefusedMessages:
    """Notes the first of each kind in a pane at once, and those that follow within ten seconds as one count."""

    def __init__(self, audit: SessionAudit, clock: Clock) -> None:
        self._audit = audit
        self._clock = clock
        self._told: dict[tuple[str, str], _Told] = {}

    def note(self, session: UserSession, pane: Pane, reason: str, count: int = 1) -> None:
        """``count`` messages of this pane were not heard, for one of :data:`REASONS`."""
        now = self._clock.monotonic()
        told = self._told.get((pane.pane, reason))
        if told is not None and now - told.at < TOLD_AGAIN_SECONDS:
            told.since = min(told.since + count, MOST_COUNTED)
            return
        several = count + (told.since if told is not None else 0)
        words = reason if several == 1 else f"{reason} ({several} times)"
        self._audit.note("web-message", session, pane.client_id, refused=words)
        self._told[(pane.pane, reason)] = _Told(now)
        if len(self._told) > len(REASONS) * 256:
            self._told = {key: one for key, one in self._told.items() if now - one.at < TOLD_AGAIN_SECONDS}
