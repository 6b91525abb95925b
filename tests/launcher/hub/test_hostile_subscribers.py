"""What a subscriber may send instead of answers, and what that costs the others: nothing (FC-28, RFC 6455)."""

from __future__ import annotations

import asyncio
import json
import secrets
from datetime import timedelta
from typing import Any

import pytest

from context.hub import Hub
from context.inputs import Oversize, SocketOpened, Unreadable
from launcher.oauth.model import GatewayState
from launcher.server.fact_stream import FactStream
from launcher.server.hub.channel import Channel, Ending
from launcher.server.hub.timeline import HubTimeline
from tests.context.playbook import START, TOPIC, subscribe
from tests.launcher.hub.house import House, RunningClock, Subscriber

STRAY = json.dumps({"id": "e-unknown", "status": 200})


async def sync_error(subscriber: Subscriber) -> str:
    """The next frame is a SyncError; what it says."""
    frame = await subscriber.event("SyncError")
    return str(frame["event"]["context"][0]["resource"]["issue"][0]["diagnostics"])


async def goes_on(house: House, other: Subscriber, event_id: str = "e9") -> None:
    """An event reaches somebody else at once."""
    async with asyncio.timeout(2):
        assert (await house.opens(house.shell_token("poster"), "p-1", event_id)).status_code == 202
        await other.event("Patient-open", event_id)


def raw(subscriber: Subscriber, frames: list[tuple[str, bytes, bool]]) -> None:
    """Frames as no client library sends them: opcode by name, payload, and whether it is the last fragment."""
    protocol, wire = subscriber.socket.protocol, bytearray()
    for kind, payload, last in frames:
        send: Any = getattr(protocol, f"send_{kind}")
        send(payload) if kind == "ping" else send(payload, last)
        wire += b"".join(protocol.data_to_send())
    subscriber.socket.transport.write(bytes(wire))


@pytest.mark.parametrize("house", [{"unreadable_frames": 6}], indirect=True)
async def test_frames_that_are_no_answers_are_answered_and_then_ended(house: House) -> None:
    """Mutant: ignored for ever; each one answered; an answer that is early or late counts as none."""
    bad, other = await house.joins(house.token("a")), await house.joins(house.token("b"))
    await bad.socket.send("x")
    assert await sync_error(bad) == "client-a sent a frame that is no answer"
    for frame in (
        STRAY,
        '{"id": "\\ud800", "status": 409}',
        "[]",
        "[" * 4000,
        b"\x00",
        '{"id": "e1", "status": "OK"}',
    ):
        await bad.socket.send(frame)
    await other.nothing(0.05)
    await bad.socket.send('{"id": "e1", "status": 9e9}')
    await bad.nothing(0.05)
    await bad.socket.send('{"id": 1, "status": 200}')
    assert (await bad.frame())["hub.reason"] == "sends frames that are no answers"
    assert await bad.closed() == 1008
    assert await sync_error(other) == "client-a sends frames that are no answers"
    await house.facts.until("socket", "grant-a", False)
    await goes_on(house, other)


@pytest.mark.parametrize(
    ("frame", "denied"), [("x" * 4097, True), (b" " * 5000, True), (" " * 100_000, False)]
)
async def test_an_oversize_frame_ends_its_channel(house: House, frame: str | bytes, denied: bool) -> None:
    """1009, one SyncError; beyond what the server reads at all it closes without a word. Mutant: ignored."""
    bad, other = await house.joins(house.token("a")), await house.joins(house.token("b"))
    await bad.socket.send(frame)
    if denied:
        assert (await bad.frame())["hub.mode"] == "denied"
    assert await bad.closed() == 1009
    assert (await sync_error(other)).startswith("client-a ")
    await other.nothing(0.05)
    await goes_on(house, other)


async def test_bytes_that_are_no_text_end_their_channel(house: House) -> None:
    """RFC 6455 8.1. Mutant: the runner falls over them; nobody is told."""
    bad, other = await house.joins(house.token("a")), await house.joins(house.token("b"))
    raw(bad, [("text", b"\xff\xfe", True)])
    assert await bad.closed() == 1007
    assert await sync_error(other) == "client-a lost its connection (1007)"
    await goes_on(house, other)


@pytest.mark.parametrize("kind", ["ping", "continuation"])
async def test_a_flood_of_small_frames_is_ended(house: House, kind: str) -> None:
    """Pings, and a message of fragments that never ends. Mutant: each is answered or kept, without end."""
    bad, other = await house.joins(house.token("a")), await house.joins(house.token("b"))
    flood = [(kind, b"", False)] * 2000
    raw(bad, [("text", b"{", False), *flood] if kind == "continuation" else flood)
    assert await bad.closed() == 1008
    assert await sync_error(other) == "client-a lost its connection (1008)"
    await goes_on(house, other)


async def test_a_message_that_is_never_finished_is_no_answer(house: House) -> None:
    """Mutant: half a message counts; it keeps the connection busy for ever."""
    bad = await house.joins(house.token("a"))
    raw(bad, [("text", b'{"id": "e1", ', False)])
    await house.opens(house.shell_token("poster"), "p-1", "e1")
    await bad.event("Patient-open", "e1")
    raw(bad, [("continuation", b'"status": 200}', True)])
    await house.facts.until("ack", "grant-a", "e1", 200)


async def test_answers_to_nothing_have_no_more_than_their_share(house: House) -> None:
    """A subscriber may answer what nobody asked, as some do to a SyncError; a flood of it holds up nobody else.

    Mutant: all that has come is worked through before anybody else's turn; whoever answers a SyncError is thrown out."""
    bad, other = await house.joins(house.token("a")), await house.joins(house.token("b"))
    raw(bad, [("text", STRAY.encode(), True)] * 5000)
    for number in range(5):
        await goes_on(house, other, f"e{number}")
        await other.answers(f"e{number}")
    await bad.event("Patient-open", "e0")


async def test_pings_of_a_client_that_does_not_read_fill_no_memory(house: House) -> None:
    """Mutant: a pong for each, in the server's memory."""
    bad, other = await house.joins(house.token("a")), await house.joins(house.token("b"))
    bad.socket.transport.pause_reading()
    raw(bad, [("ping", b"x" * 125, True)] * 20_000)
    assert (await sync_error(other)).startswith("client-a lost its connection")
    await goes_on(house, other)
    bad.socket.transport.resume_reading()
    assert await bad.closed() in (1006, 1008)


@pytest.mark.parametrize("house", [{"calls_burst": 5, "calls_per_minute": 6}], indirect=True)
async def test_an_app_that_calls_without_end_is_slowed_and_recorded_once(house: House) -> None:
    """429 with Retry-After. Mutant: another app or the shell pays for it; a row for each call; never let in again."""
    token, shell, other = house.token("a"), house.shell_token(), house.token("b")
    answers = [await house.opens(token, "p-1", f"e{number}") for number in range(20)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429] * 15
    assert answers[-1].headers["retry-after"] == "5"
    again = house.token("again", client_id="client-a")
    assert (await house.call(again)).status_code == 429
    assert (await house.current(token)).status_code == 429
    assert (await house.opens(other, "p-2", "b1")).status_code == 202
    for number in range(10):
        assert (await house.opens(shell, "p-1", f"s{number}")).status_code == 202
    refused = [row for row in house.log.rows if row.status == 429]
    assert [(row.client_id, row.repeated) for row in refused] == [("client-a", 0)]
    house.clock.ahead += timedelta(seconds=61)
    assert [(await house.opens(token, "p-1", f"f{number}")).status_code for number in range(6)] == [
        202
    ] * 5 + [429]
    refused = [row for row in house.log.rows if row.status == 429]
    assert [row.repeated for row in refused] == [0, 16]


async def test_frames_that_mean_nothing_give_up_the_turn() -> None:
    """Frames that lie ready are read without a pause otherwise. Mutant: as many as have come are worked through at once."""
    turns = 0

    class Ready:
        """A socket on which everything has arrived already."""

        left = 100

        async def receive(self) -> dict[str, Any]:
            self.left -= 1
            return (
                {"type": "websocket.receive", "text": STRAY}
                if self.left
                else {"type": "websocket.disconnect", "code": 1000}
            )

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(others())
    socket: Any = Ready()
    ending = await Channel(4, 0.1, 0.0001).run(socket, lambda frame: False)
    beside.cancel()
    assert ending == Ending(1000, normal=True)
    assert turns >= 100


async def test_the_timeline_says_what_was_wrong_with_a_frame() -> None:
    """``vaktrom doctor --context`` names it. Mutant: told as an answer that did not come."""
    facts, hub, now = FactStream(64), Hub(TOPIC), START
    listener = facts.open("session-1")
    timeline = HubTimeline(GatewayState(), facts, RunningClock())
    for given in (
        *(step for name in ("a", "b", "c") for step in (subscribe(name), SocketOpened(name))),
        Unreadable("a"),
        Oversize("b"),
        *[Unreadable("a")] * 64,
    ):
        timeline.handled(TOPIC, "session-1", given, hub.handle(given, now, lambda: secrets.token_hex(8)))
    told: list[tuple[str, str]] = []
    async with asyncio.timeout(5):
        while len(told) < 5:
            fact = await listener.queue.get()
            assert fact is not None
            told += [(row["kind"], row["why"]) for row in fact["rows"] if "why" in row]
    assert told[0] == ("sync-error", "no-sense")
    assert sorted(told[1:]) == [
        ("denied", "no-sense"),
        ("denied", "too-long"),
        ("sync-error", "no-sense"),
        ("sync-error", "too-long"),
    ]
