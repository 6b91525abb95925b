"""Shared reads over a counting upstream: one read for five apps, and never anything for somebody who may not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from starlette.requests import Request
from starlette.responses import Response

from launcher.gateway.grant_facts import facts_of
from launcher.gateway.interaction import Interaction, Kind
from launcher.server.fhir.access import Access
from launcher.server.fhir.exchange import Request as FhirRequest
from launcher.server.fhir.shared_reads import SharedReads
from launcher.server.fhir.sharing_limits import SharingLimits
from launcher.upstream.fhir import FhirConnection
from tests.launcher.gateway.support import (
    MARIT,
    TORBJORN,
    ListedAudit,
    MovingClock,
    Plane,
    Reply,
    observation,
    patient,
    running_plane,
    session,
)

PATIENT = f"/Patient/{MARIT}"
CHART = ("patient/Patient.rs", "patient/Observation.rs")
ASKED = FhirRequest("GET", PATIENT.encode(), b"", {}, "request-1", "127.0.0.1")
APPS = tuple(f"app-{number}" for number in range(5))


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def plane(clock: MovingClock) -> AsyncIterator[Plane]:
    """Five apps of Siri's on Marit, one of Jonas's on Marit, one of Siri's on Torbjørn."""
    async with running_plane(sharing=SharingLimits(reuse_seconds=2.0), clock=clock) as running:
        for resource in (
            patient(MARIT),
            patient(TORBJORN, "Lien"),
            observation("o-marit", MARIT),
            observation("o-lab", MARIT, "laboratory"),
            observation("o-torbjorn", TORBJORN),
        ):
            running.upstream.put(resource)
        running.state.sessions["s2"] = replace(session(), sid="s2", sub="jonas")
        for name in APPS:
            running.give(*CHART, name=name)
        running.give(*CHART, name="jonas").sid = "s2"
        running.give(*CHART, patient=TORBJORN, name="torbjorn")
        yield running


def asked(plane: Plane, target: str = PATIENT) -> int:
    return len([seen for seen in plane.upstream.seen if seen.target == target and seen.method == "GET"])


async def read(plane: Plane, *names: str, target: str = PATIENT, **headers: str) -> list[Reply]:
    return await asyncio.gather(*(plane.get(target, token=name, headers=headers) for name in names))


async def test_five_apps_open_one_chart_and_the_patient_is_read_once(plane: Plane) -> None:
    plane.upstream.delay = 0.05
    replies = await read(plane, *APPS)
    assert {reply.status for reply in replies} == {200}
    assert len({reply.body for reply in replies}) == 1
    assert asked(plane) == 1
    assert isinstance(plane.audit, ListedAudit)
    told = [(facts.kind, facts.grant_id, facts.patients) for facts in plane.audit.records]
    assert sorted(told) == [("read", name, (MARIT,)) for name in APPS]
    assert {name for name, _ in plane.noted.reads} == set(APPS)
    assert len({reply.headers["x-request-id"] for reply in replies}) == 5


async def test_an_answer_is_reused_for_two_seconds_then_asked_for_again(
    plane: Plane, clock: MovingClock
) -> None:
    await read(plane, "app-0")
    clock.move(1.9)
    await read(plane, "app-1")
    assert asked(plane) == 1
    clock.move(0.2)
    (reply,) = await read(plane, "app-2")
    assert (reply.status, asked(plane)) == (200, 2)
    assert plane.upstream.seen[-1].headers["if-none-match"] == 'W/"1"'
    assert plane.upstream.unchanged == 1
    await read(plane, "app-3")
    assert asked(plane) == 2


async def test_what_changed_upstream_is_seen_after_two_seconds(plane: Plane, clock: MovingClock) -> None:
    await read(plane, "app-0")
    plane.upstream.put(patient(MARIT, "Nygard"))
    clock.move(2.1)
    (reply,) = await read(plane, "app-1")
    assert b"Nygard" in reply.body
    assert reply.headers["etag"] == 'W/"2"'


async def test_another_user_reads_for_himself(plane: Plane) -> None:
    plane.upstream.delay = 0.05
    replies = await read(plane, "app-0", "jonas", "app-1")
    assert {reply.status for reply in replies} == {200}
    assert asked(plane) == 2
    await read(plane, "jonas", "app-2")
    assert asked(plane) == 2


async def test_a_write_makes_everything_fresh(plane: Plane) -> None:
    plane.give("patient/*.cruds", name="writer")
    await read(plane, "app-0")
    written = await plane.ask("PUT", PATIENT, token="writer", body=patient(MARIT, "Nygard"))
    assert written.status == 200
    (reply,) = await read(plane, "app-0")
    assert b"Nygard" in reply.body
    await read(plane, "jonas")
    created = await plane.ask("POST", "/Observation", token="writer", body=observation("", MARIT))
    assert created.status == 201
    before = asked(plane)
    await read(plane, "jonas")
    assert asked(plane) == before + 1


async def test_a_read_that_overlaps_a_write_is_not_kept(plane: Plane) -> None:
    plane.give("patient/*.cruds", name="writer")
    reached, go_on = asyncio.Event(), asyncio.Event()
    plane.upstream.hold = lambda request: (reached, go_on) if request.url.path.endswith(PATIENT) else None
    early = asyncio.create_task(read(plane, "app-0"))
    await asyncio.wait_for(reached.wait(), 5)
    plane.upstream.hold = None
    try:
        written = await plane.ask("PUT", PATIENT, token="writer", body=patient(MARIT, "Nygard"))
        assert written.status == 200
        (late,) = await asyncio.wait_for(read(plane, "app-1"), 5)
        assert b"Nygard" in late.body
    finally:
        go_on.set()
    await early
    (after,) = await read(plane, "app-1")
    assert b"Nygard" in after.body


async def test_a_refused_grant_gets_no_shared_byte(plane: Plane) -> None:
    plane.give("user/Observation.rs", patient=None, name="ward")
    plane.give("patient/Observation.rs?category=laboratory", name="lab")
    target = "/Observation/o-marit"
    for name, status in (("ward", 200), ("app-0", 200), ("lab", 404), ("torbjorn", 404)):
        (reply,) = await read(plane, name, target=target)
        assert reply.status == status, name
    missing = await plane.get("/Observation/o-nobody", token="torbjorn")
    hidden = await plane.get(target, token="torbjorn")
    assert hidden.body == missing.body.replace(b"o-nobody", b"o-marit")
    assert (await plane.get(PATIENT, token="torbjorn")).status == 403
    assert isinstance(plane.audit, ListedAudit)
    assert [facts.outcome for facts in plane.audit.records][:4] == ["0", "0", "4", "4"]


async def test_hidden_and_missing_are_asked_for_equally_often(plane: Plane) -> None:
    """Or the time of the second refusal would tell which of the two exists."""
    for target in ("/Observation/o-torbjorn", "/Observation/o-nobody"):
        for _ in range(3):
            assert (await plane.get(target, token="app-0")).status == 404
        assert asked(plane, target) == 1


async def test_nothing_that_another_kind_of_grant_has_read_makes_a_refusal_quicker(plane: Plane) -> None:
    plane.give("user/Observation.rs", patient=None, name="ward")
    await read(plane, "ward", target="/Observation/o-torbjorn")
    await read(plane, "app-0", target="/Observation/o-torbjorn")
    assert asked(plane, "/Observation/o-torbjorn") == 2


async def test_a_grant_that_has_ended_gets_nothing(plane: Plane) -> None:
    await read(plane, "app-0")
    plane.state.grants.pop("app-1")
    (reply,) = await read(plane, "app-1")
    assert reply.status == 401


async def test_a_moved_fence_sees_the_new_patient_only(plane: Plane) -> None:
    follower = plane.give("user/Patient.rs", fenced=True, name="follower")
    await read(plane, "follower")
    follower.effective_patient = TORBJORN
    assert (await plane.get(PATIENT, token="follower")).status in (403, 404)


@pytest.mark.parametrize(("wish", "times"), [("no-store", 2), ("no-cache", 2), ("max-age=0", 2), ("", 1)])
async def test_an_app_may_ask_for_a_fresh_answer(plane: Plane, wish: str, times: int) -> None:
    await read(plane, "app-0")
    headers = {"Cache-Control": wish} if wish else {}
    (reply,) = await read(plane, "app-1", **headers)
    assert (reply.status, asked(plane)) == (200, times)


async def test_apps_that_demand_a_fresh_answer_at_once_share_it(plane: Plane) -> None:
    plane.upstream.delay = 0.05
    await read(plane, *APPS, **{"Cache-Control": "no-cache"})
    assert asked(plane) == 1


@pytest.mark.parametrize(
    ("told", "times"),
    [("no-store", 2), ("private, no-store", 2), ("no-cache", 2), ("max-age=0", 2), ("max-age=60", 1)],
)
async def test_the_upstream_decides_what_may_be_kept(plane: Plane, told: str, times: int) -> None:
    plane.upstream.cache_control = told
    await read(plane, "app-0")
    await read(plane, "app-1")
    assert asked(plane) == times


async def test_what_may_not_be_stored_is_not_handed_to_those_who_waited(plane: Plane) -> None:
    plane.upstream.cache_control = "no-store"
    plane.upstream.delay = 0.05
    replies = await read(plane, *APPS)
    assert {reply.status for reply in replies} == {200}
    assert asked(plane) == 5


async def test_searches_are_shared_and_filtered_for_each(plane: Plane) -> None:
    plane.upstream.delay = 0.05
    target = f"/Observation?patient={MARIT}"
    replies = await read(plane, "app-0", "app-1", target=target)
    assert [len(reply.json()["entry"]) for reply in replies] == [2, 2]
    assert len([seen for seen in plane.upstream.seen if seen.target.startswith("/Observation")]) == 1


async def test_a_failure_is_shared_and_not_kept(plane: Plane) -> None:
    def broken(request: Request) -> Response:
        return Response(status_code=500)

    plane.upstream.misbehave = broken
    plane.upstream.delay = 0.05
    assert {reply.status for reply in await read(plane, *APPS)} == {502}
    assert asked(plane) == 1
    plane.upstream.misbehave = None
    (reply,) = await read(plane, "app-0")
    assert reply.status == 200


async def test_an_unreadable_answer_is_not_kept(plane: Plane) -> None:
    def garbled(request: Request) -> Response:
        return Response(b'{"resourceType":', 200, {"ETag": 'W/"1"'}, media_type="application/fhir+json")

    plane.upstream.misbehave = garbled
    assert [reply.status for reply in await read(plane, "app-0")] == [502]
    plane.upstream.misbehave = None
    assert [reply.status for reply in await read(plane, "app-1")] == [200]


async def test_whoever_goes_away_takes_nobody_with_it(plane: Plane, clock: MovingClock) -> None:
    connection = FhirConnection(plane.upstream.base)
    shared = SharedReads(
        connection,
        plane.upstream_tokens,
        lambda access: facts_of(access.grant, (plane.base,)),
        clock,
        SharingLimits(reuse_seconds=2.0),
    )
    reached, go_on = asyncio.Event(), asyncio.Event()
    plane.upstream.hold = lambda request: (reached, go_on)
    interaction = Interaction(Kind.READ, "Patient", MARIT)
    leaver, stayer = (
        asyncio.create_task(shared.ask(Access(ASKED, plane.state.grants[name], interaction), "GET", PATIENT))
        for name in ("app-0", "app-1")
    )
    await asyncio.wait_for(reached.wait(), 5)
    leaver.cancel()
    await asyncio.gather(leaver, return_exceptions=True)
    go_on.set()
    assert (await asyncio.wait_for(stayer, 5)).status == 200
    assert asked(plane) == 1
    await connection.close()


async def test_whoever_asks_again_does_not_wait_for_the_end_of_a_silence(
    plane: Plane, clock: MovingClock
) -> None:
    """Mutant: *try again* joins the read that hangs, for as long as it hangs."""
    connection = FhirConnection(plane.upstream.base)
    shared = SharedReads(
        connection,
        plane.upstream_tokens,
        lambda access: facts_of(access.grant, (plane.base,)),
        clock,
        SharingLimits(reuse_seconds=0.02),
    )
    reached, go_on = asyncio.Event(), asyncio.Event()
    plane.upstream.hold = lambda request: (reached, go_on)
    access = Access(ASKED, plane.state.grants["app-0"], Interaction(Kind.READ, "Patient", MARIT))
    hangs = asyncio.create_task(shared.ask(access, "GET", PATIENT))
    await asyncio.wait_for(reached.wait(), 5)
    plane.upstream.hold = None
    answered = None
    while answered is None:
        async with asyncio.timeout(5):
            again = asyncio.create_task(shared.ask(access, "GET", PATIENT))
            await asyncio.wait([again], timeout=0.05)
            answered = again.result() if again.done() else None
    assert answered.status == 200
    assert not hangs.done()
    go_on.set()
    await hangs
    await connection.close()


async def test_the_gateway_makes_its_own_304(plane: Plane) -> None:
    (first,) = await read(plane, "app-0")
    etag = first.headers["etag"]
    (own,) = await read(plane, "app-1", **{"If-None-Match": etag})
    assert (own.status, own.body, own.headers["etag"]) == (304, b"", etag)
    hidden = await plane.get("/Observation/o-torbjorn", token="app-0", headers={"If-None-Match": 'W/"1"'})
    assert hidden.status == 404
    assert all("if-none-match" not in seen.headers for seen in plane.upstream.seen)


async def test_what_is_kept_is_bounded(clock: MovingClock) -> None:
    limits = SharingLimits(reuse_seconds=2.0, answers=2)
    async with running_plane(sharing=limits, clock=clock) as plane:
        for number in range(3):
            plane.upstream.put(observation(f"o-{number}", MARIT))
        plane.give("patient/Observation.rs")
        for number in (0, 1, 2, 2, 0):
            assert (await plane.get(f"/Observation/o-{number}")).status == 200
        assert [asked(plane, f"/Observation/o-{number}") for number in range(3)] == [2, 1, 1]


async def test_it_can_be_turned_off(clock: MovingClock) -> None:
    async with running_plane(sharing=SharingLimits(reuse_seconds=0), clock=clock) as plane:
        plane.upstream.put(patient(MARIT))
        plane.upstream.delay = 0.05
        for name in APPS:
            plane.give(*CHART, name=name)
        await read(plane, *APPS)
        assert asked(plane) == 5
