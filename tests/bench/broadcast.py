"""From a post to the last of many subscribers: the hub, and a bare broadcast on the same libraries beside it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.bench.broadcast_clients import Audience, Caller
from tests.bench.broadcast_server import POSTER, TOPIC, token_of
from tests.bench.figures import Figure, ratio
from tests.bench.processes import cpu_seconds, main_thread_seconds

EVENTS = {1: 100, 5: 100, 100: 30, 1000: 8}
"""Subscribers, and how many events each run posts to them."""
WARM_UP = 4
AIM = 2.0
QUIET_SECONDS, QUIET_CPU = 0.03, 0.002
MILLISECONDS, MICROSECONDS = 1e3, 1e6


@dataclass
class Side:
    """The hub or the bare broadcast, with as many subscribers as are measured just now."""

    port: int
    pid: int
    caller: Caller
    audience: Audience

    async def post(self, turn: int) -> float:
        """Seconds from the post to the last delivery."""
        event_id = secrets.token_hex(8)
        body = json.dumps(event(event_id, turn)).encode()
        last = self.audience.expect(event_id)
        began = time.perf_counter()
        await self.caller.call("POST", "/fhircast", token_of(POSTER), body, "application/json")
        return await last - began

    async def recorded(self) -> list[float]:
        """Seconds of each record that was written since this was asked last, in their order."""
        seconds: list[float] = json.loads(await self.caller.call("GET", "/recorded", "none"))
        return seconds

    async def quiet(self) -> tuple[float, float]:
        """CPU seconds so far of the event loop and of all threads, once the server has dealt with what it was sent."""
        spent = cpu_seconds(self.pid)
        while True:
            await asyncio.sleep(QUIET_SECONDS)
            before, spent = spent, cpu_seconds(self.pid)
            if spent - before < QUIET_CPU:
                return main_thread_seconds(self.pid), spent


def event(event_id: str, turn: int) -> dict[str, object]:
    """``Patient-open`` of the one or the other of two patients."""
    patient = {
        "resourceType": "Patient",
        "id": f"p-{turn % 2}",
        "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": f"1385010000{turn % 2}"}],
    }
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = {
        "hub.topic": TOPIC,
        "hub.event": "Patient-open",
        "context": [{"key": "patient", "resource": patient}],
    }
    return {"timestamp": now, "id": event_id, "event": body}


def measure(runs: int) -> list[Figure]:
    """Ratios of latency and CPU for each number of subscribers, each run on both sides in turn."""
    figures: list[Figure] = []
    for many, events in EVENTS.items():
        figures += asyncio.run(_measure(many, events, runs))
    return figures


async def _measure(many: int, events: int, runs: int) -> list[Figure]:
    taken: dict[str, list[float]] = {}
    async with _side("hub", many) as hub, _side("bare", many) as bare:
        first = [await hub.post(turn) - (await hub.recorded())[0] for turn in range(2)]
        for turn in range(WARM_UP):
            await hub.post(turn)
            await bare.post(turn)
        for _ in range(runs):
            for name, side in (("hub", hub), ("bare", bare)):
                await _one_run(name, side, events, many, taken)
    return _figures(many, taken, first)


async def _one_run(name: str, side: Side, events: int, many: int, taken: dict[str, list[float]]) -> None:
    await side.recorded()
    loop_before, all_before = await side.quiet()
    posted = [await side.post(turn) for turn in range(events)]
    loop, everything = await side.quiet()
    recorded = await side.recorded() or [0.0] * events
    apart = [seconds - record for seconds, record in zip(posted, recorded, strict=True)]
    messages = events * many
    taken.setdefault(f"{name} latency", []).append(statistics.median(apart))
    taken.setdefault(f"{name} record", []).append(statistics.median(recorded))
    taken.setdefault(f"{name} cpu", []).append((loop - loop_before) / messages)
    taken.setdefault(f"{name} record cpu", []).append(
        (everything - all_before - (loop - loop_before)) / events
    )


def _figures(many: int, taken: dict[str, list[float]], first: list[float]) -> list[Figure]:
    def scaled(name: str, by: float) -> list[float]:
        return [value * by for value in taken[name]]

    to = f"{many} subscriber" + ("s" if many > 1 else "")
    return [
        ratio(f"post to last delivery, {to}, hub : bare", taken["hub latency"], taken["bare latency"], AIM),
        ratio(f"CPU per message, {to}, hub : bare", taken["hub cpu"], taken["bare cpu"], AIM),
        Figure("  hub: post to last delivery", "ms", scaled("hub latency", MILLISECONDS)),
        Figure("  bare: post to last delivery", "ms", scaled("bare latency", MILLISECONDS)),
        Figure("  hub: CPU per message", "µs", scaled("hub cpu", MICROSECONDS)),
        Figure("  bare: CPU per message", "µs", scaled("bare cpu", MICROSECONDS)),
        Figure(
            "  apart: record of the open, before it takes effect", "ms", scaled("hub record", MILLISECONDS)
        ),
        Figure("  apart: CPU of that record's thread", "µs", scaled("hub record cpu", MICROSECONDS)),
        Figure(
            "  apart: a patient's first event, with a record per grant",
            "ms",
            [seconds * MILLISECONDS for seconds in first],
        ),
    ]


@contextlib.asynccontextmanager
async def _side(what: str, many: int) -> AsyncIterator[Side]:
    """A server in a process of its own, with its subscribers connected."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.broadcast_server",
        what,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None and process.stdout is not None
    port = int(await process.stdout.readline())
    caller, audience = await Caller.to(port), Audience()
    try:
        for number in range(many):
            name = f"s{number}"
            path = f"/fhircast/ws/{name}"
            if what == "hub":
                path = await caller.endpoint(TOPIC, token_of(name))
            await audience.join(port, path)
        yield Side(port, process.pid, caller, audience)
    finally:
        audience.leave()
        caller.close()
        process.stdin.close()
        await process.wait()
