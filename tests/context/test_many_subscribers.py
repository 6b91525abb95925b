"""What an answer costs does not grow with the number of those who listen."""

from __future__ import annotations

import pytest

from context.hub import Hub
from context.inputs import Acknowledged
from context.subscription import HubLimits, Subscription
from tests.context.playbook import TOPIC, Playbook, follower, opens, shell

MANY = 200
LOOKS = 20
"""How often an answer may look at a subscription, its own and the shell's."""


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every look at whether somebody has followed, by endpoint."""
    seen: list[str] = []
    usual = Subscription.has_followed

    def has_followed(subscription: Subscription, sequence: int, patient: str | None, set_by: str) -> bool:
        seen.append(subscription.endpoint)
        return usual(subscription, sequence, patient, set_by)

    monkeypatch.setattr(Subscription, "has_followed", has_followed)
    return seen


def test_an_answer_looks_at_its_own_grant_and_moves_its_own_fence(looks: list[str]) -> None:
    """Mutants: every answer looks at every grant; an answer looks at no fence."""
    followers = [follower(f"f{number}") for number in range(MANY)]
    play = Playbook(Hub(TOPIC, HubLimits(subscriptions_per_topic=MANY + 1)))
    play.joins(shell(), *followers).happens(opens("p-1", "e-1"), Acknowledged("shell", "e-1", 200))
    assert play.fences() == []
    looks.clear()
    play.happens(Acknowledged("f0", "e-1", 200))
    assert play.fences() == [("grant-f0", "p-1")]
    assert len(looks) <= LOOKS
