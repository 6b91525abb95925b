"""Launches of an app, from its authorization request to its token response. No proxy does the like: no ratio."""

from __future__ import annotations

import asyncio
import statistics
import time

from tests.bench.environment import practice
from tests.bench.figures import Figure
from tests.bench.processes import cpu_seconds
from tests.bench.reads import MILLISECONDS
from tests.bench.ways import APP, SCOPE, redirect_uri_of
from tests.fakes.browser import Browser
from tests.fakes.signed_in import SignedIn, authorize, redeem, sign_in

WARM_UP, TIMES = 5, 40


def measure(runs: int) -> list[Figure]:
    """Launches per second, one after the other, and what one costs."""
    return asyncio.run(_measure(runs))


async def _measure(runs: int) -> list[Figure]:
    async with practice() as running:
        signed = await asyncio.to_thread(sign_in, running.ready)
        try:
            return await asyncio.to_thread(_launches, signed, running.gateway_pid, runs)
        finally:
            signed.close()


def _launches(signed: SignedIn, gateway_pid: int, runs: int) -> list[Figure]:
    topic = signed.context()
    signed.open_patient(topic, signed.residents()[0])
    taken: dict[str, list[float]] = {"rate": [], "latency": [], "cpu": []}
    for _ in range(WARM_UP):
        _launch(signed, topic, gateway_pid)
    for _ in range(runs):
        measured = [_launch(signed, topic, gateway_pid) for _ in range(TIMES)]
        seconds = [one[0] for one in measured]
        taken["rate"].append(TIMES / sum(seconds))
        taken["latency"].append(statistics.median(seconds) * MILLISECONDS)
        taken["cpu"].append(sum(one[1] for one in measured) / TIMES * MILLISECONDS)
    return [
        Figure("launch, authorize to token, one after the other", "1/s", taken["rate"]),
        Figure("  p50", "ms", taken["latency"]),
        Figure("  CPU of the gateway", "ms", taken["cpu"]),
    ]


def _launch(signed: SignedIn, topic: str, gateway_pid: int) -> tuple[float, float]:
    """Seconds and the gateway's CPU seconds of one; pane and launch id are made before."""
    pane = signed.call("POST", "/workspace/panes", json={"client_id": APP, "topic": topic})
    body = {"client_id": APP, "topic": topic, "pane": pane["pane"]}
    launch = signed.call("POST", "/workspace/launches", json=body)["launch"]
    redirect_uri = redirect_uri_of(signed)
    browser = Browser((redirect_uri,))
    cookie = pane["cookie"]
    browser.put_cookie("127.0.0.1", cookie["name"], cookie["value"], cookie["path"])
    began, before = time.perf_counter(), cpu_seconds(gateway_pid)
    code, verifier = authorize(browser, signed.ready, APP, redirect_uri, SCOPE, launch=launch)
    redeem(signed.http, code, verifier, redirect_uri, client_id=APP)
    taken = time.perf_counter() - began, cpu_seconds(gateway_pid) - before
    signed.call("DELETE", f"/workspace/panes/{pane['pane']}")
    return taken
