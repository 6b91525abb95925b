"""When a program with windows of its own follows, and when it must be said that it does not."""

from __future__ import annotations

from typing import Any

import pytest

from context.pane_state import GOOD_ANSWER_WITHIN, Reason, State
from shell.presenters.programs import Program

FACT: dict[str, Any] = {
    "client_id": "fjelljournal",
    "client_name": "Fjelljournal",
    "topic": "topic-1",
    "granted": True,
    "effective_patient": "p-1",
    "last_event": "e-1",
    "last_event_name": "Patient-open",
    "last_ack": 200,
    "socket": True,
}
LOST = (State.OUT_OF_SYNC, Reason.SOCKET_LOST)
REFUSED = (State.OUT_OF_SYNC, Reason.REFUSED)
SILENT = (State.OUT_OF_SYNC, Reason.NO_ANSWER)


@pytest.mark.parametrize(
    ("changed", "patient", "waited", "verdict"),
    [
        ({}, "p-1", 0.0, (State.FOLLOWING, None)),
        ({}, "p-2", 0.0, (State.CHANGING, None)),
        ({}, "p-2", GOOD_ANSWER_WITHIN, SILENT),
        ({}, None, 99.0, (State.CHANGING, None)),
        ({"last_ack": None}, "p-1", 0.0, (State.CHANGING, None)),
        ({"last_ack": 202}, "p-1", GOOD_ANSWER_WITHIN, SILENT),
        ({"last_ack": 409}, "p-1", 0.0, REFUSED),
        ({"last_ack": 500}, None, 0.0, REFUSED),
        ({"socket": False}, "p-1", 0.0, LOST),
        ({"granted": False}, "p-1", 0.0, LOST),
    ],
)
def test_the_verdict(
    changed: dict[str, Any], patient: str | None, waited: float, verdict: tuple[State, Reason | None]
) -> None:
    """Mutants: an answer alone is enough; a patient it may read is enough; 202 is final; silence is patience for ever."""
    assert Program.from_fact({**FACT, **changed}, None).verdict(patient, waited) == verdict


def test_only_events_about_the_context_ask_for_an_answer() -> None:
    """Mutant: a SyncError that nobody need answer makes a follower silent."""
    before = Program.from_fact(FACT, None)
    error = {**FACT, "last_event": "e-2", "last_event_name": "SyncError", "last_ack": None}
    assert Program.from_fact(error, before).verdict("p-1", 99.0) == (State.FOLLOWING, None)
    again = Program.from_fact({**error, "socket": False}, before)
    assert Program.from_fact(error, again).answer is None, "what it said on its old channel counts no more"
