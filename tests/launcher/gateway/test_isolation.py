"""Attacks on the isolation of patients, over the sandbox and over an upstream that ignores every narrowing.

Every attack is a request under a grant for one patient; neither its status line, headers nor body may hold the
other patient's canary. Its twin is the same request about one's own patient and gives one's own data, or is refused
with the status that its row says.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

from launcher.sandbox.fhir.search_parameters import RESOURCE_TYPES as SANDBOX_TYPES
from tests.fakes.sandbox_fhir import TOKEN, RunningServer, running_fhir_server
from tests.launcher.gateway.isolation_attacks import ABSENT, DATA, TYPES, Attack, by_address, by_writing
from tests.launcher.gateway.isolation_data import FOREIGN, OWN, everything
from tests.launcher.gateway.support import MARIT, Plane, Reply, running_plane

UPSTREAMS = ("sandbox", "shameless")
GRANTS = {
    "patient": (("patient/*.cruds",), False),
    "v1": (("patient/*.read", "patient/*.write"), False),
    "fenced": (("user/*.cruds",), True),
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
AT_ONCE = 20
CHANGED = {"Observation/obs-a", f"Patient/{MARIT}"}


@contextlib.asynccontextmanager
async def isolated(name: str, sandbox: RunningServer) -> AsyncIterator[Plane]:
    if name == "sandbox":
        async with running_plane(upstream_base=sandbox.base_url, upstream_token=TOKEN) as plane:
            yield plane
        return
    async with running_plane() as plane:
        plane.upstream.ignore_narrowing = True
        for resource in everything():
            plane.upstream.put(resource)
        yield plane


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    database: Path = tmp_path_factory.mktemp("isolation") / "fhir.sqlite"
    stored = [resource for resource in everything() if resource["resourceType"] in SANDBOX_TYPES]
    with running_fhir_server(database, resources=stored) as running:
        yield running


async def send(plane: Plane, attack: Attack) -> Reply:
    if attack.body is None and attack.method == "POST":
        return await plane.ask("POST", attack.target, headers=FORM, body="")
    return await plane.ask(attack.method, attack.target, body=attack.body)


async def send_all(plane: Plane, attacks: Sequence[Attack]) -> list[tuple[Attack, Reply]]:
    """Requests that change nothing, some at once."""
    found: list[tuple[Attack, Reply]] = []
    for start in range(0, len(attacks), AT_ONCE):
        some = attacks[start : start + AT_ONCE]
        found += zip(some, await asyncio.gather(*(send(plane, one) for one in some)), strict=True)
    return found


def leaks(reply: Reply) -> bool:
    """True when the foreign canary stands anywhere in the answer."""
    return FOREIGN in f"{reply.status} {json.dumps(reply.headers)} {reply.body.decode()}"


def status_of(attack: Attack, reply: Reply) -> int:
    """The answer's status; for a Bundle that went through, that of its entry."""
    if attack.target or reply.status != 200:
        return reply.status
    return int(reply.json()["entry"][0]["response"]["status"][:3])


def twin_fails(upstream: str, twin: Attack, reply: Reply) -> str | None:
    """What is wrong with the answer to a twin, if anything."""
    wanted = twin.twin
    if upstream == "sandbox" and "Person" in re.split(r"[/?]", twin.target) and wanted in (DATA, 204):
        wanted = ABSENT  # This record system keeps none.
    status, has_own = status_of(twin, reply), OWN in reply.body.decode()
    good = {
        DATA: status in (200, 201) and has_own,
        ABSENT: status in (200, 404),
        204: status in (200, 204),
    }.get(wanted, status == wanted)
    if good and not leaks(reply):
        return None
    return f"{twin.name}: {status}, own data {has_own}, foreign data {leaks(reply)}; wanted {wanted}"


async def put_back(plane: Plane, upstream: str, sandbox: RunningServer, changed: set[str]) -> None:
    """The record system holds again what a twin has changed."""
    for resource in everything():
        kind, identifier = resource["resourceType"], resource["id"]
        if f"{kind}/{identifier}" not in changed:
            continue
        if upstream == "shameless":
            plane.upstream.put(resource)
        elif kind in SANDBOX_TYPES:
            answer = await asyncio.to_thread(sandbox.client.put, f"/{kind}/{identifier}", json=resource)
            assert answer.status_code in (200, 201), answer.text


@pytest.mark.parametrize("grant", GRANTS)
@pytest.mark.parametrize("upstream", UPSTREAMS)
async def test_no_attack_by_address_gets_through(upstream: str, grant: str, sandbox: RunningServer) -> None:
    scopes, fenced = GRANTS[grant]
    async with isolated(upstream, sandbox) as plane:
        plane.give(*scopes, fenced=fenced)
        answers = await send_all(plane, list(by_address()))
        assert len(answers) > 450
        assert [attack.name for attack, reply in answers if reply.status >= 500] == []
        assert [attack.name for attack, reply in answers if leaks(reply)] == []


@pytest.mark.parametrize("grant", GRANTS)
@pytest.mark.parametrize("upstream", UPSTREAMS)
async def test_no_attack_by_writing_gets_through(upstream: str, grant: str, sandbox: RunningServer) -> None:
    scopes, fenced = GRANTS[grant]
    async with isolated(upstream, sandbox) as plane:
        plane.give(*scopes, fenced=fenced)
        plane.give("user/*.rs", patient=None, name="observer")
        before = await plane.get("/Observation/obs-b", token="observer")
        for attack in by_writing():
            reply = await send(plane, attack)
            assert reply.status < 500, (attack.name, reply.status)
            assert not leaks(reply), attack.name
        after = await plane.get("/Observation/obs-b", token="observer")
        assert after.body == before.body
        own = (await plane.get("/Observation/obs-a", token="observer")).json()
        assert own["subject"]["reference"] == f"Patient/{MARIT}"


@pytest.mark.parametrize("grant", GRANTS)
@pytest.mark.parametrize("upstream", UPSTREAMS)
async def test_the_twin_of_each_attack_gives_ones_own(
    upstream: str, grant: str, sandbox: RunningServer
) -> None:
    """A gateway that refuses everything leaks nothing; this is what such a one fails."""
    scopes, fenced = GRANTS[grant]
    twins = [attack.made_own() for attack in (*by_address(), *by_writing())]
    assert not [twin.name for twin in twins if FOREIGN in twin.name]
    assert sum(twin.twin in (DATA, 201, 204) for twin in twins) > 300
    reading = [twin for twin in twins if twin.method == "GET" or "_search" in twin.target]
    async with isolated(upstream, sandbox) as plane:
        plane.give(*scopes, fenced=fenced)
        failures = [twin_fails(upstream, twin, reply) for twin, reply in await send_all(plane, reading)]
        for twin in twins:
            if twin not in reading:
                failures.append(twin_fails(upstream, twin, await send(plane, twin)))
                await put_back(plane, upstream, sandbox, CHANGED | {twin.target.lstrip("/")})
        assert [failure for failure in failures if failure] == []


@pytest.mark.parametrize("upstream", UPSTREAMS)
async def test_foreign_is_missing_byte_for_byte(upstream: str, sandbox: RunningServer) -> None:
    async with isolated(upstream, sandbox) as plane:
        plane.give("patient/*.cruds")
        for resource_type, short in TYPES.items():
            for method, below in (("GET", ""), ("GET", "/_history"), ("GET", "/_history/1"), ("DELETE", "")):
                if resource_type == "Binary" and (below or method == "DELETE"):
                    continue
                same = {"X-Request-Id": "same"}
                foreign = await plane.ask(method, f"/{resource_type}/{short}-b{below}", headers=same)
                missing = await plane.ask(method, f"/{resource_type}/{short}-z{below}", headers=same)
                foreign.headers.pop("date", None)
                missing.headers.pop("date", None)
                assert foreign.status == missing.status == 404
                assert foreign.headers == missing.headers
                assert foreign.body.replace(f"{short}-b".encode(), f"{short}-z".encode()) == missing.body
