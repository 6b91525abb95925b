"""What the gateway's memory grows by between its 20,000th and 100,000th request. Takes minutes: only when named."""

from __future__ import annotations

import asyncio

from tests.bench.environment import practice
from tests.bench.figures import Figure, ratio
from tests.bench.load import Call, exchange
from tests.bench.processes import memory_bytes
from tests.bench.reads import CONNECTIONS, UNSHARED
from tests.bench.ways import APP, SCOPE, redirect_uri_of
from tests.fakes.signed_in import SignedIn, sign_in

FIRST, LAST, STEP = 20_000, 100_000, 10_000
AIM = 1.05
MEBIBYTE = 1024 * 1024


def measure(runs: int) -> list[Figure]:
    """One run, whatever was asked for."""
    del runs
    return asyncio.run(_measure())


async def _measure() -> list[Figure]:
    async with practice() as running:
        signed = await asyncio.to_thread(sign_in, running.ready)
        taken: dict[int, float] = {}
        try:
            patient, topic = await asyncio.to_thread(_opened, signed)
            for count in range(STEP, LAST + STEP, STEP):
                # A token for each step: one lives 15 minutes.
                tokens = await asyncio.to_thread(signed.launch, APP, topic, redirect_uri_of(signed), SCOPE)
                call = Call(f"{running.ready['fhir']}/Patient/{patient}", tokens["access_token"], UNSHARED)
                await exchange(call, STEP, CONNECTIONS)
                taken[count] = memory_bytes(running.gateway_pid) / MEBIBYTE
        finally:
            signed.close()
    growth = ratio(f"memory after {LAST} requests : after {FIRST}", [taken[LAST]], [taken[FIRST]], AIM)
    return [growth, *(Figure(f"  after {count} requests", "MiB", [mib]) for count, mib in taken.items())]


def _opened(signed: SignedIn) -> tuple[str, str]:
    """A patient, and the topic of the tab where that patient is open."""
    patient, topic = signed.residents()[0], signed.context()
    signed.open_patient(topic, patient)
    return str(patient["id"]), topic
