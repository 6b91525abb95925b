"""One app's slow searches: they wait for each other, not the other apps for them, and never the check of a patient (S1).

Five ways to break it: no cap; one cap for everybody; a backend service with a share for each of its tokens; a place that is
lost when its request is given up; the gateway's own check behind an app's searches. Each has a test here.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx2
import pytest
from starlette.types import Message, Receive, Scope, Send

from launcher.server.errors import InvalidToken
from launcher.server.grant_share import GrantShare
from launcher.server.tokens import TokenVerifier
from tests.fakes.faulty_relay import FaultyRelay
from tests.fakes.gateway import Records, running_gateway
from tests.fakes.upstream_systems import ANNA, upstream_systems


class Verifier:
    """``Bearer name-1`` is a grant of the client ``name`` in session ``s``; one in capitals is a backend service."""

    def bearer(self, header: str | None) -> str:
        name = (header or "").removeprefix("Bearer ")
        if not name or name == "unknown":
            raise InvalidToken("unknown")
        return name

    def grant_and_session(self, token: str) -> tuple[Any, None]:
        sid = None if token.isupper() else "s"
        return SimpleNamespace(grant_id=token, sid=sid, client_id=token.partition("-")[0]), None


class Upstream:
    """Answers nothing until it is let go."""

    def __init__(self) -> None:
        self.running = 0
        self.most = 0
        self.go = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.go.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})
        finally:
            self.running -= 1


class Asked:
    """A share over a slow upstream, and requests to it."""

    def __init__(self, most: int = 2, waiting: int = 3) -> None:
        self.upstream = Upstream()
        self.share = GrantShare(self.upstream, cast(TokenVerifier, Verifier()), most, waiting)

    async def one(self, name: str | None, path: str = "/fhir/Observation") -> int:
        found: list[int] = []

        async def send(message: Message) -> None:
            found.extend([message["status"]] if message["type"] == "http.response.start" else [])

        headers = [] if name is None else [(b"authorization", f"Bearer {name}".encode())]
        scope = {"type": "http", "path": path, "headers": headers, "method": "GET"}
        await self.share(scope, cast(Receive, None), send)
        return found[0]

    def many(self, name: str | None, count: int, path: str = "/fhir/Observation") -> list[asyncio.Task[int]]:
        return [asyncio.create_task(self.one(name, path)) for _ in range(count)]


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_so_many_at_once_so_many_wait_and_the_rest_is_told() -> None:
    """Mutant: no cap; no end of the queue; a place lost with each request that waited."""
    asked = Asked()
    tasks = asked.many("slow", 8)
    await settled()
    assert asked.upstream.running == 2
    assert [task.result() for task in tasks if task.done()] == [429] * 3
    asked.upstream.go.set()
    assert [await task for task in tasks] == [200] * 5 + [429] * 3
    assert (asked.upstream.most, asked.share._shares) == (2, {})


async def test_others_do_not_wait_for_it() -> None:
    """Mutant: one share for everybody; requests that are no FHIR counted."""
    asked = Asked()
    asked.many("slow", 5)
    other = [
        *asked.many("quick", 2),
        *asked.many(None, 4),
        *asked.many("unknown", 4),
        *asked.many("slow", 4, "/workspace/panes"),
    ]
    await settled()
    assert asked.upstream.running == 2 + len(other)
    asked.upstream.go.set()
    assert {await task for task in other} == {200}


@pytest.mark.parametrize("name", ["SERVICE", "app"])
async def test_an_app_has_one_share_for_all_its_grants(name: str) -> None:
    """Mutant: a share for each grant; an app that lets itself be launched again and again has every connection."""
    asked = Asked()
    tasks = asked.many(f"{name}-1", 2) + asked.many(f"{name}-2", 2)
    await settled()
    assert asked.upstream.running == 2
    asked.upstream.go.set()
    assert {await task for task in tasks} == {200}


async def test_whoever_gives_up_gives_his_place_back() -> None:
    """Mutant: a cancelled request keeps its place, or its turn in the queue."""
    asked = Asked()
    tasks = asked.many("slow", 5)
    await settled()
    for task in (tasks[0], tasks[2]):
        task.cancel()
    await settled()
    assert asked.upstream.running == 2
    asked.upstream.go.set()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert [answer for answer in done if answer == 200] == [200] * 3
    assert asked.share._shares == {}


@pytest.mark.parametrize("ends", ["at once", "in turn"])
async def test_a_turn_that_comes_as_its_owner_leaves_goes_on_to_the_next(ends: str) -> None:
    asked = Asked(most=1)
    first, second, third = asked.many("slow", 3)
    await settled()
    first.cancel()
    if ends == "in turn":
        await asyncio.sleep(0)
    second.cancel()
    await settled()
    assert asked.upstream.running == 1
    asked.upstream.go.set()
    assert await third == 200
    left = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(end) for end in left] == [asyncio.CancelledError] * 2


def test_a_patient_is_opened_while_every_connection_of_the_apps_is_taken(
    tmp_path: Path, signing_record: Records
) -> None:
    """Mutant: the check of S1 waits for a connection behind an app's searches, and is 503 after two seconds."""
    relays: list[FaultyRelay] = []
    held = threading.Semaphore(0)

    def in_front(port: int) -> int:
        relays.append(FaultyRelay(port))
        return relays[-1].port

    def slow_searches(answer: bytes) -> bytes | None:
        if b'"searchset"' not in answer:
            return answer
        held.release()
        return None

    limits = {"upstream_connections": 2}
    with (
        upstream_systems(tmp_path, 1, in_front=in_front) as systems,
        running_gateway(systems, tmp_path, records=signing_record, limits=limits) as gateway,
        concurrent.futures.ThreadPoolExecutor(3) as threads,
    ):
        shell = gateway.shell()
        topic = shell.context()
        shell.open_patient(topic, ANNA)
        app = {"Authorization": f"Bearer {shell.app('notat', topic)['access_token']}"}
        relays[0].fault = slow_searches
        for number in range(3):
            url = f"{gateway.base_url}/fhir/Observation?_count={number + 1}"
            threads.submit(httpx2.get, url, headers=app, timeout=30, trust_env=False)
        assert all(held.acquire(timeout=20) for _ in range(2))
        other = shell.context()
        assert shell.post_open(other, ANNA).status_code == 202
        relays[0].stop()
    for relay in relays:
        relay.close()
