"""A search for 100 entries through the gateway, direct, and through a bare streaming proxy."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
import urllib.request
from typing import Any

from tests.bench.environment import Practice, practice
from tests.bench.figures import Figure, ratio
from tests.bench.load import Call, exchange
from tests.bench.processes import cpu_seconds
from tests.bench.reads import MILLISECONDS, UNSHARED
from tests.bench.ways import bare_proxy, launched
from tests.fakes.signed_in import SignedIn, sign_in

ENTRIES = 100
WARM_UP, ONE_BY_ONE, SIDE_BY_SIDE, CONNECTIONS = 20, 40, 160, 8
AIM = 2.0


def measure(runs: int) -> list[Figure]:
    """The figures of a search."""
    return asyncio.run(_measure(runs))


async def _measure(runs: int) -> list[Figure]:
    async with practice() as running, bare_proxy(running) as (proxy_pid, proxy_port):
        signed = await asyncio.to_thread(sign_in, running.ready)
        try:
            patient, token = await asyncio.to_thread(_with_many, signed, running)
        finally:
            signed.close()
        path = _path(patient)
        calls = {
            "gateway": Call(running.ready["fhir"] + path, token, UNSHARED),
            "direct": Call(running.ready["upstream_fhir"] + path, running.upstream_token),
            "proxy": Call(f"http://127.0.0.1:{proxy_port}/fhir{path}", "none"),
        }
        pids = {"gateway": running.gateway_pid, "direct": running.sandbox_pid, "proxy": proxy_pid}
        for call in calls.values():
            await exchange(call, WARM_UP)
        taken: dict[str, list[float]] = {}
        for _ in range(runs):
            for name, call in calls.items():
                seconds = await exchange(call, ONE_BY_ONE)
                taken.setdefault(f"{name} latency", []).append(statistics.median(seconds) * MILLISECONDS)
                began, before = time.monotonic(), cpu_seconds(pids[name])
                await exchange(call, SIDE_BY_SIDE, CONNECTIONS)
                cpu = (cpu_seconds(pids[name]) - before) / SIDE_BY_SIDE
                taken.setdefault(f"{name} cpu", []).append(cpu * MILLISECONDS)
                taken.setdefault(f"{name} rate", []).append(SIDE_BY_SIDE / (time.monotonic() - began))
        return _figures(taken)


def _path(patient: str) -> str:
    return f"/Observation?patient=Patient/{patient}&_count={ENTRIES}"


def _with_many(signed: SignedIn, running: Practice) -> tuple[str, str]:
    """A resident who has a full page of observations, and an app's token for that resident."""
    for resident in signed.residents():
        request = urllib.request.Request(
            running.ready["upstream_fhir"] + _path(resident["id"]),
            headers={"Authorization": f"Bearer {running.upstream_token}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
        if len(found.get("entry", [])) == ENTRIES:
            return launched(signed, resident)
    raise LookupError(f"nobody at the ward has {ENTRIES} observations")


def _figures(taken: dict[str, list[float]]) -> list[Figure]:
    figures = [
        ratio(
            f"search of {ENTRIES}, CPU, gateway : bare proxy",
            taken["gateway cpu"],
            taken["proxy cpu"],
            AIM,
        ),
        ratio(
            f"search of {ENTRIES}, p50, gateway : bare proxy",
            taken["gateway latency"],
            taken["proxy latency"],
        ),
        ratio(
            f"search of {ENTRIES}, p50, gateway : direct", taken["gateway latency"], taken["direct latency"]
        ),
    ]
    for name in ("gateway", "proxy", "direct"):
        figures += [
            Figure(f"  {name}: searches, {CONNECTIONS} side by side", "1/s", taken[f"{name} rate"]),
            Figure(f"  {name}: CPU per search", "ms", taken[f"{name} cpu"]),
            Figure(f"  {name}: p50, one by one", "ms", taken[f"{name} latency"]),
        ]
    return figures
