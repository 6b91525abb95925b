"""A thousand subscribers on one topic: everybody hears everything once, and who does not follow costs the others nothing."""

from __future__ import annotations

import asyncio

import pytest

from tests.launcher.hub.house import House, Subscriber

MANY = 1000
SECONDS = 60


async def heard(subscriber: Subscriber, event_id: str) -> None:
    frame = await subscriber.event("Patient-open", event_id)
    await subscriber.answers(frame["id"])


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("house", [{"subscriptions_per_topic": MANY}], indirect=True)
async def test_a_thousand_subscribers_hear_everything_once(house: House) -> None:
    """Mutant: a broadcast that ends with the first subscriber who is gone; a place too many or too few."""
    everybody = [
        await house.joins(house.token(f"a{number}"), **{"hub.events": "Patient-open"})
        for number in range(MANY)
    ]
    assert (await house.call(house.token("late"))).status_code == 429
    poster = house.token("poster", scopes=("fhircast/*.write",))
    for patient in ("p-1", "p-2"):
        assert (await house.opens(poster, patient, f"open-{patient}")).status_code == 202
        async with asyncio.timeout(SECONDS):
            await asyncio.gather(*(heard(subscriber, f"open-{patient}") for subscriber in everybody))
    gone, rest = everybody[::2], everybody[1::2]
    for subscriber in gone:
        subscriber.socket.transport.abort()
    assert (await house.opens(poster, "p-3", "open-p-3")).status_code == 202
    async with asyncio.timeout(SECONDS):
        await asyncio.gather(*(heard(subscriber, "open-p-3") for subscriber in rest))
    await house.facts.until("socket", "grant-a0", False)
    await asyncio.gather(*(subscriber.nothing() for subscriber in rest[:50]))
    assert not [fact for fact in house.facts.seen if fact[0] == "socket" and fact[1:] == ("grant-a1", False)]
