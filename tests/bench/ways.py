"""The three ways to the record system that are measured beside each other: gateway, direct, bare proxy."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from typing import Any

from tests.bench.environment import Practice
from tests.fakes.signed_in import SignedIn

SCOPE = "launch openid fhirUser patient/Patient.rs patient/Observation.rs"
APP = "notat"


def redirect_uri_of(signed: SignedIn, client_id: str = APP) -> str:
    """The page of a bundled app that takes the code."""
    app = next(app for app in signed.ready["apps"] if app["client_id"] == client_id)
    return str(app["launch_uri"]).replace("launch.html", "index.html")


def launched(signed: SignedIn, patient: Mapping[str, Any] | None = None) -> tuple[str, str]:
    """A patient (the first of the ward, or this one) and the access token of an app for that patient."""
    patient = patient or signed.residents()[0]
    topic = signed.context()
    signed.open_patient(topic, patient)
    return patient["id"], signed.launch(APP, topic, redirect_uri_of(signed), SCOPE)["access_token"]


@contextlib.asynccontextmanager
async def bare_proxy(running: Practice) -> AsyncIterator[tuple[int, int]]:
    """Its process id and port."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.bare_proxy",
        running.ready["upstream_fhir"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(running.upstream_token.encode() + b"\n")
    await process.stdin.drain()
    port = int(await process.stdout.readline())
    try:
        yield process.pid, port
    finally:
        process.stdin.close()
        await process.wait()
