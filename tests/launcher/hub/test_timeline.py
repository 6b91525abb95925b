"""What the desktop is told for support: every post, frame, answer, fence and end of a channel, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from context.denials import Denial
from context.subscription import HubLimits
from launcher.oauth.model import GatewayState
from launcher.server.fact_stream import FactStream, Listener
from launcher.server.hub.timeline import AWAITED, DENIALS, HubTimeline
from tests.launcher.hub.house import House

Row = dict[str, Any]


class Support:
    """A session's rows as they leave."""

    def __init__(self, house: House, state: GatewayState, listener: Listener) -> None:
        self.house = house
        self.rows: list[Row] = []
        self._state = state
        self._listener = listener

    def knows(self, token: str) -> str:
        """Make a token's grant one that the gateway has given."""
        grant = self.house.grant(token)
        self._state.grants[grant.grant_id] = grant
        return token

    async def until(self, kind: str, **facts: Any) -> Row:
        """The row, when it has come."""
        async with asyncio.timeout(5):
            while True:
                for row in self.rows:
                    if row["kind"] == kind and facts.items() <= row.items():
                        return row
                fact = await self._listener.queue.get()
                assert fact is not None and fact["type"] == "timeline"
                assert all(0 <= fact["now"] - row["at"] < 5 for row in fact["rows"])
                self.rows += fact["rows"]


@pytest.fixture
async def support() -> AsyncIterator[Support]:
    house = House(HubLimits(acknowledgement=timedelta(seconds=1)), None)
    state, facts = GatewayState(), FactStream(256)
    house.witness = HubTimeline(state, facts, house.clock)
    async with house.running():
        yield Support(house, state, facts.open("session-1"))


async def test_a_change_is_told_from_the_post_to_the_fence(support: Support) -> None:
    """Mutants: the row of an answer without its time; a fence that nobody hears of; one client for another."""
    house = support.house
    shell = support.knows(house.shell_token())
    app = support.knows(house.token("a", fenced=True))
    desk, page = await house.joins(shell), await house.joins(app)
    assert (await house.opens(shell, "p-1", "e1")).status_code == 202
    assert await support.until(
        "posted", event="e1", patient="p-1", name="Patient-open", client="vaktrom-shell"
    )
    for subscriber in (desk, page):
        await subscriber.event("Patient-open", "e1")
        await subscriber.answers("e1")
    told = await support.until("answered", event="e1", client="client-a", status=200)
    assert 0 <= told["ms"] < 5000
    assert await support.until("sent", event="e1", clients=["client-a"])
    assert await support.until("fence", client="client-a", patient="p-1")
    order = [row["kind"] for row in support.rows if row.get("event") == "e1"]
    assert order[:2] == ["posted", "sent"]


async def test_who_refuses_is_silent_or_goes_is_told_with_the_reason(support: Support) -> None:
    house = support.house
    shell = support.knows(house.shell_token())
    desk = await house.joins(shell)
    refusing, silent, leaving = [
        await house.joins(support.knows(house.token(name))) for name in ("refuses", "silent", "leaves")
    ]
    leaving.socket.transport.abort()
    await support.until("sync-error", client="client-leaves", why="connection-lost")
    await house.opens(shell, "p-1", "e1")
    await desk.event("SyncError")
    await desk.event("Patient-open", "e1")
    await desk.answers("e1")
    await refusing.event("SyncError")
    await refusing.event("Patient-open", "e1")
    await refusing.answers("e1", 409)
    await support.until("sync-error", client="client-refuses", why="refused")
    await support.until("denied", client="client-silent", why="no-answer")
    await support.until("sync-error", client="client-silent", why="no-answer")
    await support.until("socket", client="client-silent", up=False)


async def test_a_refused_post_is_told_by_its_status_alone(support: Support) -> None:
    """Mutant: the reason, which may name what the sender wrote, goes into the row."""
    house = support.house
    app = support.knows(house.token("a"))
    house.patients.refusal = "identifier-mismatch"
    assert (await house.opens(app, "p-1", "e1")).status_code == 409
    row = await support.until("refused", status=409)
    assert row.keys() == {"kind", "at", "tab", "event", "name", "patient", "client", "status"}
    assert (await house.posts(app, {"Haugen": "no event"})).status_code == 400
    row = await support.until("refused", status=400)
    assert row.keys() == {"kind", "at", "client", "status"}


async def test_a_desktop_that_is_behind_loses_rows_and_nothing_else(support: Support) -> None:
    """Mutants: the stream of facts is ended for the timeline's sake; a batch without an end."""
    facts = FactStream(8)
    timeline = HubTimeline(GatewayState(), facts, support.house.clock)
    grant = support.house.grant(support.house.token("a"))
    timeline.refused(grant, None, 400)
    listener = facts.open("session-1")
    for _ in range(AWAITED):
        timeline.refused(grant, None, 400)
    fact = await asyncio.wait_for(listener.queue.get(), 5)
    assert fact is not None
    assert fact["rows"][-1]["kind"] == "left-out"
    assert len(fact["rows"]) - 1 + fact["rows"][-1]["count"] == AWAITED
    for number in range(20):
        facts.offer("session-1", {"number": number})
    assert listener.queue.qsize() == 4
    assert facts.listens("session-1")


def test_every_reason_for_which_the_hub_ends_a_channel_has_its_row() -> None:
    """Mutant: a reason without a row, or two that a row cannot tell apart."""
    assert set(DENIALS) == set(Denial)
    assert len(set(DENIALS.values())) == len(Denial)
