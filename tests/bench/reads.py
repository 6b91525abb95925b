"""A FHIR read through the gateway, the same read direct, and the same read through a bare streaming proxy."""

from __future__ import annotations

import asyncio
import statistics

from tests.bench.environment import practice
from tests.bench.figures import Figure, ratio
from tests.bench.load import Call, exchange
from tests.bench.processes import cpu_seconds
from tests.bench.ways import bare_proxy, launched
from tests.fakes.signed_in import sign_in

WARM_UP, ONE_BY_ONE, SIDE_BY_SIDE, CONNECTIONS = 200, 200, 800, 8
AIM, SHARED_AIM = 1.6, 0.5
UNSHARED = ("Cache-Control: no-store",)
MICROSECONDS = 1e6
MILLISECONDS = 1e3


def measure(runs: int) -> list[Figure]:
    """The figures of a read."""
    return asyncio.run(_measure(runs))


async def _measure(runs: int) -> list[Figure]:
    async with practice() as running, bare_proxy(running) as proxy:
        signed = await asyncio.to_thread(sign_in, running.ready)
        try:
            patient, token = await asyncio.to_thread(launched, signed)
        finally:
            signed.close()
        path = f"/Patient/{patient}"
        calls = {
            "gateway": Call(running.ready["fhir"] + path, token, UNSHARED),
            "shared": Call(running.ready["fhir"] + path, token),
            "direct": Call(running.ready["upstream_fhir"] + path, running.upstream_token),
            "proxy": Call(f"http://127.0.0.1:{proxy[1]}/fhir{path}", "none"),
        }
        pids = {
            "gateway": running.gateway_pid,
            "shared": running.gateway_pid,
            "direct": running.sandbox_pid,
            "proxy": proxy[0],
        }
        for call in calls.values():
            await exchange(call, WARM_UP)
        taken: dict[str, list[float]] = {}
        for _ in range(runs):
            for name, call in calls.items():
                await _one_run(name, call, pids, taken)
        return _figures(taken)


async def _one_run(name: str, call: Call, pids: dict[str, int], taken: dict[str, list[float]]) -> None:
    """Latency one by one, then CPU one by one and side by side; the record system's CPU beside it."""
    for way, times, connections in (("one", ONE_BY_ONE, 1), ("many", SIDE_BY_SIDE, CONNECTIONS)):
        before, upstream_before = cpu_seconds(pids[name]), cpu_seconds(pids["direct"])
        seconds = await exchange(call, times, connections)
        cpu = (cpu_seconds(pids[name]) - before) / times
        upstream = (cpu_seconds(pids["direct"]) - upstream_before) / times
        taken.setdefault(f"{name} {way} latency", []).append(statistics.median(seconds))
        taken.setdefault(f"{name} {way} cpu", []).append(cpu)
        taken.setdefault(f"{name} {way} all cpu", []).append(upstream if name == "direct" else upstream + cpu)


def _figures(taken: dict[str, list[float]]) -> list[Figure]:
    def scaled(name: str, by: float) -> list[float]:
        return [value * by for value in taken[name]]

    figures = [
        ratio("read, p50, gateway : direct", taken["gateway one latency"], taken["direct one latency"]),
        ratio("read, p50, gateway : bare proxy", taken["gateway one latency"], taken["proxy one latency"]),
        ratio(
            "read, CPU of all servers, gateway : direct",
            taken["gateway many all cpu"],
            taken["direct many all cpu"],
        ),
        ratio(
            f"read, CPU, gateway : bare proxy ({CONNECTIONS} side by side)",
            taken["gateway many cpu"],
            taken["proxy many cpu"],
            AIM,
        ),
        ratio(
            "read, CPU, gateway : bare proxy (one by one)",
            taken["gateway one cpu"],
            taken["proxy one cpu"],
            AIM,
        ),
        ratio(
            "shared read, CPU of all servers : one that goes upstream",
            taken["shared many all cpu"],
            taken["gateway many all cpu"],
            SHARED_AIM,
        ),
        ratio(
            "shared read, CPU of the gateway : one that goes upstream",
            taken["shared many cpu"],
            taken["gateway many cpu"],
            SHARED_AIM,
        ),
    ]
    for name in ("gateway", "shared", "proxy", "direct"):
        figures.append(
            Figure(f"  {name}: p50, one by one", "ms", scaled(f"{name} one latency", MILLISECONDS))
        )
        figures.append(
            Figure(f"  {name}: CPU per read, one by one", "µs", scaled(f"{name} one cpu", MICROSECONDS))
        )
        figures.append(
            Figure(f"  {name}: CPU per read, side by side", "µs", scaled(f"{name} many cpu", MICROSECONDS))
        )
    return figures
