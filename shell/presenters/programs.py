"""Record systems with windows of their own (RFC 8252): does each of them follow the patient of a tab? Pure.

What the gateway knows is how a program answered and which patient it lets the program read. Its windows nobody sees: they
cannot be covered, so whatever is not known to follow is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from context.pane_state import FOLLOWED, GOOD_ANSWER_WITHIN, Reason, State

LATER = 202
CONTEXT_EVENTS = ("-open", "-close")
Verdict = tuple[State, Reason | None]


@dataclass(frozen=True, slots=True)
class Program:
    """What is known of one program. ``answer`` is its status for the newest event about the context, None while awaited."""

    client_id: str
    name: str
    topic: str
    granted: bool
    socket: bool
    effective: str | None
    answer: int | None

    @classmethod
    def from_fact(cls, fact: dict[str, Any], before: Program | None) -> Program:
        """From an item of ``GET /workspace/programs`` or an event of type ``program``; other events keep the answer."""
        about_context = str(fact["last_event_name"] or "-open").lower().endswith(CONTEXT_EVENTS)
        kept = before.answer if before is not None and before.socket and not about_context else None
        return cls(
            client_id=str(fact["client_id"]),
            name=str(fact["client_name"]),
            topic=str(fact["topic"]),
            granted=bool(fact["granted"]),
            socket=bool(fact["socket"]),
            effective=fact["effective_patient"],
            answer=fact["last_ack"] if about_context else kept,
        )

    @property
    def connected(self) -> bool:
        """Whether it hears of changes at all."""
        return self.granted and self.socket

    def follows(self, patient: str | None) -> bool:
        """It has answered 200 and is let through to this patient and no other."""
        return self.connected and self.answer == FOLLOWED and self.effective == patient

    def behind(self, patient: str | None) -> bool:
        """It may still come to this patient: connected, and nothing is refused."""
        return self.connected and self.answer in (None, LATER, FOLLOWED) and not self.follows(patient)

    def verdict(self, patient: str | None, waited: float) -> Verdict:
        """Its state towards the patient of its own tab; ``waited`` are the seconds since the two began to differ."""
        if not self.connected:
            return State.OUT_OF_SYNC, Reason.SOCKET_LOST
        if self.answer not in (None, LATER, FOLLOWED):
            return State.OUT_OF_SYNC, Reason.REFUSED
        if patient is None:
            return State.CHANGING, None
        if self.follows(patient):
            return State.FOLLOWING, None
        if waited >= GOOD_ANSWER_WITHIN:
            return State.OUT_OF_SYNC, Reason.NO_ANSWER
        return State.CHANGING, None
