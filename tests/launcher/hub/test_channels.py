"""Life of a channel on a real WebSocket (FC-08..FC-15, FC-28..FC-31, FC-39)."""

from __future__ import annotations

import asyncio
import secrets
import socket as sockets
import struct
from datetime import timedelta

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from launcher.server.hub import HubCall, HubRefusal, HubRunner
from tests.launcher.hub.house import House, Subscriber

ALL = "Patient-open,Patient-close,Encounter-open,Encounter-close,SyncError"


def cut(socket: ClientConnection) -> None:
    """End the TCP connection without a WebSocket goodbye."""
    raw = socket.transport.get_extra_info("socket")
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, struct.pack("ii", 1, 0))
    socket.transport.abort()


async def test_subscribe_confirm_open_answer_close(house: House) -> None:
    """The whole life, FC-08, FC-19. Mutant: sender not served; id or timestamp changed."""
    token, other = house.token("a"), house.token("b")
    answer = await house.call(
        token, **{"hub.lease_seconds": "600", "hub.events": "patient-OPEN,Patient-close"}
    )
    subscriber = await house.connected(answer.json()["hub.channel.endpoint"])
    confirmation = await subscriber.frame()
    lease = confirmation.pop("hub.lease_seconds")
    assert confirmation == {
        "hub.mode": "subscribe",
        "hub.topic": "topic-1",
        "hub.events": "Patient-open,Patient-close",
    }
    assert 595 <= lease <= 600
    second = await house.joins(other)
    posted = house.event("Patient-open", "p-1", "e1")
    assert (await house.posts(token, posted)).status_code == 202
    for each in (subscriber, second):
        event = await each.event("Patient-open", "e1")
        assert event["timestamp"] == posted["timestamp"]
        assert event["event"].pop("context.versionId")
        assert event == posted
    await subscriber.answers("e1", "200")
    await house.facts.until("ack", "grant-a", "e1", 200)
    await house.closes(token, "p-1", "e2")
    await subscriber.event("Patient-close", "e2")
    assert ("event", "grant-a", "e1", "Patient-open") in house.facts.seen
    assert ("socket", "grant-a", True) in house.facts.seen


async def test_topics_do_not_hear_each_other(house: House) -> None:
    """FC-16. Mutant: one list of subscribers for all topics."""
    shell = house.shell_token()
    first = await house.joins(shell)
    second = await house.joins(shell, **{"hub.topic": "topic-2"})
    await house.opens(shell, "p-1", "e1")
    await first.event("Patient-open", "e1")
    await second.nothing()


async def test_an_address_works_once_and_guessing_fails(house: House) -> None:
    """FC-13, FC-15. Mutant: second connection takes over; endpoint valid after its socket."""
    token = house.token("a")
    subscriber = await house.joins(token)
    base = subscriber.endpoint.rpartition("/")[0]
    for address in (subscriber.endpoint, base + "/guess", base + "/"):
        with pytest.raises(InvalidStatus) as refused:
            await house.connected(address)
        assert refused.value.response.status_code in (403, 404)
    await subscriber.socket.close()
    with pytest.raises(InvalidStatus):
        await house.connected(subscriber.endpoint)


async def test_a_foreign_or_missing_origin_makes_no_difference(house: House) -> None:
    """FC-15: native clients send none, and it proves nothing. Mutant: Origin checked."""
    token = house.token("a")
    await house.joins(token)
    await house.joins(token, {"origin": "https://evil.example"})


async def test_late_joiner_gets_the_open_context(house: House) -> None:
    """FC-10, FC-39: after a broken connection the state is equal. Mutant: nothing until the next event."""
    token = house.token("a")
    await house.opens(token, "p-1", "e1")
    subscriber = await house.joins(token)
    first = await subscriber.event("Patient-open", "e1")
    cut(subscriber.socket)
    await house.facts.until("socket", "grant-a", False)
    again = await house.joins(token)
    assert await again.event("Patient-open", "e1") == first
    await house.closes(token, "p-1", "e2")
    await again.event("Patient-close", "e2")
    await (await house.joins(token)).nothing()


async def test_renewing_and_changing_on_the_same_channel(house: House) -> None:
    """FC-11. Mutant: second address; removed event still delivered."""
    token = house.token("a")
    subscriber = await house.joins(token)
    form = {"hub.channel.endpoint": subscriber.endpoint + "\n", "hub.events": "Patient-close"}
    answer = await house.call(token, **form)
    assert answer.json() == {"hub.channel.endpoint": subscriber.endpoint}
    assert (await subscriber.frame())["hub.events"] == "Patient-close"
    await house.opens(token, "p-1", "e1")
    await house.closes(token, "p-1", "e2")
    await subscriber.event("Patient-close", "e2")
    stranger = await house.call(house.token("b"), **{"hub.channel.endpoint": subscriber.endpoint})
    assert stranger.status_code == 403
    elsewhere = {"hub.channel.endpoint": subscriber.endpoint, "hub.topic": "topic-2"}
    assert (await house.call(house.shell_token(), **elsewhere)).status_code == 404


async def test_unsubscribing(house: House) -> None:
    """FC-13. Mutant: 200, no denial, socket left open."""
    token = house.token("a")
    subscriber = await house.joins(token)
    form = {"hub.mode": "unsubscribe", "hub.channel.endpoint": subscriber.endpoint, "hub.events": ""}
    assert (await house.call(house.token("b"), **form)).status_code == 403
    answer = await house.call(token, **form)
    assert (answer.status_code, answer.json()) == (202, {"hub.channel.endpoint": subscriber.endpoint})
    denial = await subscriber.frame()
    assert (denial["hub.mode"], denial["hub.topic"], denial["hub.events"]) == ("denied", "topic-1", ALL)
    assert await subscriber.closed() == 1000
    assert (await house.call(token, **form)).status_code == 404
    with pytest.raises(InvalidStatus):
        await house.connected(subscriber.endpoint)


async def test_lease_is_cut_to_the_token_and_ends_by_itself(house: House) -> None:
    """FC-09, with a real timer. Mutant: lease as asked; nobody looks at the clock."""
    token = house.token("a", seconds=60)
    subscriber = await house.joins(token, **{"hub.lease_seconds": "7200"})
    short = await house.joins(house.token("b"), **{"hub.lease_seconds": "1"})
    assert (await short.frame())["hub.mode"] == "denied"
    assert await short.closed() == 1000
    house.clock.ahead += timedelta(seconds=61)
    house.runner.wake()
    assert (await subscriber.frame())["hub.reason"] == "the lease has expired"
    assert await subscriber.closed() == 1000


@pytest.mark.parametrize("status", ["409", 500])
async def test_a_refusal_is_told_to_the_others(house: House, status: int | str) -> None:
    """FC-29, FC-31. Mutant: told to the refuser; string statuses ignored."""
    refuser = await house.joins(house.token("a"), **{"subscriber.name": "Acme\x00 Product"})
    other = await house.joins(house.token("b"))
    deaf = await house.joins(house.token("c"), **{"hub.events": "Patient-open"})
    await house.opens(house.shell_token(), "p-1", "e1")
    for each in (refuser, other, deaf):
        await each.event("Patient-open", "e1")
    await refuser.answers("e1", status)
    error = await other.event("SyncError")
    issue = error["event"]["context"][0]["resource"]["issue"][0]
    assert issue["severity"] == "warning"
    assert "Acme Product" in {coding["code"] for coding in issue["details"]["coding"]}
    await refuser.nothing()
    await deaf.nothing(0.01)


@pytest.mark.parametrize("house", [{"acknowledgement": 0.2}], indirect=True)
async def test_a_silent_subscriber_is_told_of_and_removed(house: House) -> None:
    """FC-30. Mutant: stays subscribed; nobody hears of it."""
    silent = await house.joins(house.token("a"), **{"hub.events": "Patient-open"})
    other = await house.joins(house.token("b"), **{"hub.events": "SyncError"})
    await house.opens(house.shell_token(), "p-1", "e1")
    await silent.event("Patient-open", "e1")
    error = await other.event("SyncError")
    codes = [c["code"] for c in error["event"]["context"][0]["resource"]["issue"][0]["details"]["coding"]]
    assert codes == ["e1", "Patient-open", "client-a", "client-a"]
    assert (await silent.frame())["hub.mode"] == "denied"
    assert await silent.closed() == 1008
    await house.facts.until("socket", "grant-a", False)


@pytest.mark.parametrize(("code", "told"), [(1000, False), (1001, False), (3000, True), (None, True)])
async def test_how_a_socket_ends_decides_who_is_told(house: House, code: int | None, told: bool) -> None:
    """FC-30. Mutant: every end is told, or none; a cut connection looks like a goodbye."""
    leaver = await house.joins(house.token("a"))
    other = await house.joins(house.token("b"))
    if code is None:
        cut(leaver.socket)
    else:
        await leaver.socket.close(code)
    await house.facts.until("socket", "grant-a", False)
    if told:
        await other.event("SyncError")
    await other.nothing(0.05)


async def test_a_goodbye_without_a_code_is_a_goodbye(house: House) -> None:
    """A page's ``socket.close()``. Mutant: 1005 always taken for a lost connection."""
    leaver = await house.joins(house.token("a"))
    other = await house.joins(house.token("b"))
    leaver.socket.protocol.send_close()
    leaver.socket.transport.write(b"".join(leaver.socket.protocol.data_to_send()))
    await house.facts.until("socket", "grant-a", False)
    await other.nothing(0.1)


@pytest.mark.parametrize("house", [{"queue_frames": 4, "acknowledgement": 600}], indirect=True)
async def test_a_slow_subscriber_loses_its_own_channel_and_nobody_else_waits(house: House) -> None:
    """DESIGN section 4. Mutant: broadcast waits for the slowest; queue without bound."""
    poster = house.token("p", scopes=("fhircast/*.write",))
    slow = await house.joins(house.token("a"), {"max_queue": 1})
    slow.socket.transport.pause_reading()
    quick = await house.joins(house.token("b"))
    event = house.event("Patient-open", "p-1", "e0")
    event["event"]["context"][0]["resource"]["text"] = {"div": secrets.token_hex(100_000)}
    lost = ("socket", "grant-a", False)
    deadline = asyncio.get_running_loop().time() + 30
    while lost not in house.facts.seen and asyncio.get_running_loop().time() < deadline:
        event["id"] = secrets.token_hex(8)
        async with asyncio.timeout(5):
            assert (await house.posts(poster, event)).status_code == 202
            frame = await quick.frame()
        if frame["event"]["hub.event"] == "Patient-open":
            await quick.answers(frame["id"])
    assert lost in house.facts.seen
    assert ("socket", "grant-b", False) not in house.facts.seen
    slow.socket.transport.abort()


async def test_revoked_grant_is_denied_and_closed_at_once(house: House) -> None:
    """FC-12, within a second. Mutant: socket lives until its lease; the neighbour's closed too."""
    gone, other = await house.joins(house.token("a")), await house.joins(house.token("b"))
    unconnected = (await house.call(house.token("a"))).json()["hub.channel.endpoint"]
    async with asyncio.timeout(1):
        house.runner.grant_ended("grant-a")
        assert (await gone.frame())["hub.reason"] == "access has ended"
        assert await gone.closed() == 1008
    with pytest.raises(InvalidStatus):
        await house.connected(unconnected)
    await other.nothing()


async def test_pinning_denies_and_keeps_out(house: House) -> None:
    """FC-12, S3. Mutant: the app just subscribes again."""
    token = house.token("a", fenced=True)
    follower = await house.joins(token)
    house.grant(token).fence_frozen = True
    house.runner.grant_pinned("grant-a")
    assert (await follower.frame())["hub.mode"] == "denied"
    await follower.closed()
    assert (await house.call(token)).status_code == 403


async def test_locked_channels_are_silent_until_unlock(house: House) -> None:
    """DESIGN section 5. Mutant: sockets closed by the lock; events during it; nothing after it."""
    token, shell = house.token("a"), house.shell_token()
    subscriber = await house.joins(token)
    await house.opens(shell, "p-1", "e1")
    await subscriber.event("Patient-open", "e1")
    await subscriber.answers("e1")
    await house.facts.until("ack", "grant-a", "e1", 200)
    house.tokens.locked.add("session-1")
    house.runner.session_locked("session-1")
    for answer in (
        await house.opens(shell, "p-2", "e2"),
        await house.call(token),
        await house.current(token),
    ):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    house.clock.ahead += timedelta(seconds=3600)
    house.runner.wake()
    await subscriber.nothing()
    house.tokens.locked.clear()
    house.runner.session_unlocked("session-1")
    await subscriber.event("Patient-open", "e1")
    assert (await house.opens(shell, "p-2", "e2")).status_code == 202
    await subscriber.event("Patient-open", "e2")


async def test_a_lock_is_of_one_session(house: House) -> None:
    stranger = house.shell_token("other", sid="session-2")
    subscriber = await house.joins(stranger, **{"hub.topic": "topic-3"})
    house.runner.session_locked("session-1")
    assert (await house.opens(stranger, "p-1", "e1", topic="topic-3")).status_code == 202
    await subscriber.event("Patient-open", "e1")


async def test_end_of_topic_and_of_session(house: House) -> None:
    """S6. Mutant: only one topic ends; record stays; another user's topic ends."""
    shell = house.shell_token()
    stranger = await house.joins(house.shell_token("other", sid="session-2"), **{"hub.topic": "topic-3"})
    first, second = await house.joins(shell), await house.joins(shell, **{"hub.topic": "topic-2"})
    await house.opens(shell, "p-1", "e1")
    await first.event("Patient-open")
    house.runner.topic_closed("topic-1")
    assert (await first.frame())["hub.mode"] == "denied"
    await first.closed()
    assert house.records["topic-1"] is None
    assert house.runner.current("topic-1").patient is None
    house.runner.session_ended("session-1")
    assert (await second.frame())["hub.mode"] == "denied"
    await stranger.nothing()


async def test_stopping_says_going_away(house: House) -> None:
    subscriber = await house.joins(house.token("a"))
    house.runner.close()
    assert await subscriber.closed() == 1001


async def test_shell_first_then_follower_then_fence(house: House) -> None:
    """DESIGN section 4, S3. Mutant: follower at once; fence before the shell's curtains."""
    shell, app = house.shell_token(), house.token("app", fenced=True, scopes=("fhircast/*.read",))
    at_shell = await house.joins(shell)
    at_app = await house.joins(app)
    await house.opens(shell, "p-1", "e1")
    await at_shell.event("Patient-open", "e1")
    await at_app.nothing(0.05)
    await at_shell.answers("e1")
    await at_app.event("Patient-open", "e1")
    assert house.facts.fences == {}
    await at_app.answers("e1", 202)
    await house.facts.until("fence", "grant-app", "p-1")
    await house.closes(shell, "p-1", "e2")
    await at_shell.event("Patient-close", "e2")
    await at_app.event("Patient-close", "e2")
    await at_app.answers("e2")
    await house.facts.until("ack", "grant-app", "e2", 200)
    assert house.facts.fences == {"grant-app": "p-1"}
    await at_shell.answers("e2")
    await house.facts.until("fence", "grant-app", None)


async def test_a_fence_that_stands_right_is_left_alone(house: House) -> None:
    """Mutant: the hub does not know where the grant's fence stands."""
    shell, token = house.shell_token(), house.token("app", fenced=True)
    house.grant(token).effective_patient = "p-1"
    await house.opens(shell, "p-1", "e1")
    app = await house.joins(token)
    await app.event("Patient-open", "e1")
    await app.answers("e1")
    await house.facts.until("ack", "grant-app", "e1", 200)
    assert house.facts.fences == {}


async def test_a_restarted_gateway_keeps_the_context(house: House) -> None:
    """S8. Mutant: record not written before the answer; lock forgotten."""
    token = house.token("a")
    assert (await house.opens(token, "p-1", "e1")).status_code == 202
    record = house.records["topic-1"]
    assert record == house.runner.snapshot("topic-1")
    assert record is not None
    fresh: HubRunner = house.make_runner(str(house.http.base_url))
    fresh.session_locked("session-1")
    fresh.restore("topic-1", "session-1", record)
    assert fresh.current("topic-1") == house.runner.current("topic-1")
    assert fresh.snapshot("topic-1") == record
    form = "hub.channel.type=websocket&hub.mode=subscribe&hub.events=Patient-open&hub.topic="
    for topic in ("topic-1", "topic-2"):
        with pytest.raises(HubRefusal) as refused:
            fresh.subscription_call(HubCall(f"Bearer {house.shell_token()}", (form + topic).encode()))
        assert refused.value.status == 503
    fresh.close()


async def test_nobody_is_kept_waiting_by_a_subscriber_that_never_connects(house: House) -> None:
    await house.call(house.shell_token())
    subscriber: Subscriber = await house.joins(house.token("a"))
    await house.opens(house.token("b"), "p-1", "e1")
    async with asyncio.timeout(0.2):
        await subscriber.event("Patient-open", "e1")
