"""What durable audit adds to an answer: one record alone, and several readers at once, beside a bare synced write."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

from launcher.gateway.audit_event import AccessFacts
from launcher.stores.audit import AuditLog
from tests.bench.figures import Figure

ALONE, SIDE_BY_SIDE, READERS = 200, 50, 8
MILLISECONDS = 1e3
AIM_MILLISECONDS = 20.0
FACTS = AccessFacts(
    kind="read",
    recorded="2026-11-23T08:00:00.000Z",
    type="Observation",
    id="o-1",
    patients=("p-1",),
    request="GET /Observation/o-1",
    request_id="5f0c8a5e-0d8e-4c8a-9a52",
    client_id="legemidler",
    client_address="127.0.0.1",
    user_issuer="http://localhost:9000",
    user_sub="siri",
    user_name="Siri Nordli",
    user_role="helsefagarbeider",
    token_id="k" * 50,
    server="http://127.0.0.1:9001/fhir",
    token_issuer="http://127.0.0.1:9001",
)


def measure(runs: int) -> list[Figure]:
    """Medians and 95th percentiles of each run, in milliseconds."""
    taken: dict[str, list[float]] = {}
    for _ in range(runs):
        with tempfile.TemporaryDirectory(prefix="vaktrom-bench-") as folder:
            _note(taken, "synced write of as many bytes", _synced_writes(Path(folder) / "bare"))
            alone, together = asyncio.run(_records(Path(folder) / "audit.sqlite"))
            _note(taken, "audit record, one reader", alone)
            _note(taken, f"audit record, {READERS} readers", together)
    return [
        Figure(name, "ms", values, AIM_MILLISECONDS if name.startswith("audit") else None)
        for name, values in taken.items()
    ]


def _note(taken: dict[str, list[float]], name: str, seconds: list[float]) -> None:
    taken.setdefault(f"{name}, p50", []).append(statistics.median(seconds) * MILLISECONDS)
    taken.setdefault(f"{name}, p95", []).append(statistics.quantiles(seconds, n=20)[-1] * MILLISECONDS)


def _synced_writes(path: Path) -> list[float]:
    seconds: list[float] = []
    with path.open("wb", buffering=0) as stream:
        for _ in range(ALONE):
            begun = time.perf_counter()
            stream.write(bytes(4096))
            os.fsync(stream.fileno())
            seconds.append(time.perf_counter() - begun)
    return seconds


async def _records(path: Path) -> tuple[list[float], list[float]]:
    log = AuditLog(path, bytes(32), random_bytes=os.urandom)

    async def reader(times: int) -> list[float]:
        seconds: list[float] = []
        for _ in range(times):
            begun = time.perf_counter()
            await log.record(FACTS)
            seconds.append(time.perf_counter() - begun)
        return seconds

    await reader(20)
    alone = await reader(ALONE)
    together = await asyncio.gather(*(reader(SIDE_BY_SIDE) for _ in range(READERS)))
    log.close()
    return alone, [second for one in together for second in one]
