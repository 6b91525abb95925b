"""The gateway's own reads upstream (S1, NAV-06), and what its data plane does when the upstream misbehaves."""

from __future__ import annotations

import contextlib
import gzip
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.responses import Response

from launcher.server.errors import UpstreamUnavailable
from launcher.server.fhir.settings import FhirLimits
from launcher.upstream.fhir import FhirConnection, PatientRefusal, UpstreamFhir, UpstreamLimits
from tests.fakes.upstream_fhir import FakeUpstream
from tests.launcher.gateway.support import (
    MARIT,
    TORBJORN,
    HandUpstreamTokens,
    Plane,
    grant,
    observation,
    patient,
    running_plane,
    serving,
)

FNR = "urn:oid:2.16.578.1.12.4.1.4.1"


@contextlib.asynccontextmanager
async def reads(seconds: float = 2.0) -> AsyncIterator[tuple[UpstreamFhir, FakeUpstream]]:
    upstream = FakeUpstream()
    async with serving(upstream.app()) as url:
        upstream.base = f"{url}/fhir"
        connection = FhirConnection(upstream.base)
        yield UpstreamFhir(connection, HandUpstreamTokens(), patient_check_seconds=seconds), upstream
        await connection.close()


async def test_a_patient_may_become_current() -> None:
    async with reads() as (fhir, upstream):
        upstream.put({**patient(MARIT), "identifier": [{"system": FNR, "value": "13816749876"}]})
        own = [{"system": FNR, "value": "13816749876"}, {"system": "other", "value": "9"}]
        assert await fhir.check(grant(), MARIT, own) is None
        assert await fhir.check(grant(), MARIT, []) is None
        assert upstream.seen[-1].headers["authorization"] == "Bearer up-1"


async def test_why_a_patient_may_not() -> None:
    async with reads() as (fhir, upstream):
        upstream.put({**patient(MARIT), "identifier": [{"system": FNR, "value": "13816749876"}]})
        wrong = [{"system": FNR, "value": "13816749868"}]
        assert await fhir.check(grant(), MARIT, wrong) is PatientRefusal.IDENTIFIER_MISMATCH
        assert await fhir.check(grant(), "nobody", []) is PatientRefusal.NOT_READABLE
        assert await fhir.check(grant(), "../Practitioner/x", []) is PatientRefusal.NOT_READABLE
        upstream.versions[("Patient", MARIT)].append(None)
        assert await fhir.check(grant(), MARIT, []) is PatientRefusal.DELETED


async def test_silence_is_not_the_patients_fault() -> None:
    async with reads(seconds=0.05) as (fhir, upstream):
        upstream.put(patient(MARIT))
        upstream.delay = 0.5
        assert await fhir.check(grant(), MARIT, []) is PatientRefusal.UNREACHABLE
    gone = UpstreamFhir(FhirConnection("http://127.0.0.1:9/fhir"), HandUpstreamTokens())
    assert await gone.check(grant(), MARIT, []) is PatientRefusal.UNREACHABLE
    await gone._connection.close()


async def test_practitioners_are_found_by_post() -> None:
    async with reads() as (fhir, upstream):
        upstream.put({"resourceType": "Practitioner", "id": "siri-nordli"})
        (found,) = await fhir.search(
            "up-1", "Practitioner", {"identifier": "urn:oid:2.16.578.1.12.4.1.4.4|9144900"}
        )
        assert found["id"] == "siri-nordli"
        assert (upstream.seen[-1].method, upstream.seen[-1].target) == ("POST", "/Practitioner/_search")
        assert b"9144900" in upstream.seen[-1].body


async def test_the_encounter_of_a_launch() -> None:
    async with reads() as (fhir, upstream):
        for identifier, status, start, owner in (
            ("e-1", "in-progress", "2026-11-01", MARIT),
            ("e-2", "in-progress", "2026-11-20", MARIT),
            ("e-3", "finished", "2026-11-22", MARIT),
            ("e-4", "in-progress", "2026-11-23", TORBJORN),
        ):
            upstream.put(
                {
                    "resourceType": "Encounter",
                    "id": identifier,
                    "status": status,
                    "period": {"start": start},
                    "subject": {"reference": f"Patient/{owner}"},
                }
            )
        found = await fhir.in_progress_encounter("up-1", MARIT)
        assert found is not None
        assert found["id"] == "e-2"
        assert await fhir.in_progress_encounter("up-1", "nobody") is None
        assert await fhir.read("up-1", "Encounter/e-9") is None


async def test_an_upstream_error_is_raised() -> None:
    async with reads() as (fhir, upstream):
        upstream.misbehave = lambda _: Response("oops", 500)
        with pytest.raises(UpstreamUnavailable):
            await fhir.read("up-1", "Patient/x")


@pytest.mark.parametrize(
    ("status", "wanted"), [(500, 502), (503, 503), (429, 503), (302, 502), (204, 502), (418, 502), (504, 504)]
)
async def test_upstream_failures_in_our_own_words(plane: Plane, status: int, wanted: int) -> None:
    plane.upstream.misbehave = lambda _: Response(
        "SECRET of Torbjørn", status, {"Location": "http://upstream.invalid/x"}
    )
    plane.give("patient/Observation.rs")
    for target in ("/Observation/o-marit", "/Observation"):
        reply = await plane.get(target)
        assert reply.status == wanted
        assert reply.json()["resourceType"] == "OperationOutcome"
        assert b"SECRET" not in reply.body
        assert "location" not in reply.headers


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b'{"resourceType":', b"\xff\xfe", b"{}" * 2]
)
async def test_answers_that_are_no_fhir(plane: Plane, body: bytes) -> None:
    plane.upstream.misbehave = lambda _: Response(body, 200)
    plane.give("patient/Observation.rs")
    assert (await plane.get("/Observation/o-marit")).status == 502
    assert (await plane.get("/Observation")).status == 502


async def test_an_encoding_nobody_asked_for(plane: Plane) -> None:
    packed = gzip.compress(b'{"resourceType":"Observation"}')
    plane.upstream.misbehave = lambda _: Response(packed, 200, {"Content-Encoding": "gzip"})
    plane.give("patient/Observation.rs")
    assert (await plane.get("/Observation/o-marit")).status == 502


async def test_another_resource_than_was_asked_for(plane: Plane) -> None:
    raw = plane.upstream.current("Observation", "o-marit")
    plane.upstream.misbehave = lambda _: Response(raw, 200)
    plane.give("patient/Observation.rs")
    assert (await plane.get("/Observation/o-lab")).status == 404


async def test_a_rejected_token_is_renewed_once(plane: Plane) -> None:
    plane.give("patient/Observation.rs")
    plane.upstream.rejected_tokens = {"up-1"}
    assert (await plane.get("/Observation/o-marit")).status == 200
    assert plane.upstream_tokens.renewals == 1
    plane.upstream.rejected_tokens = {"up-2", "up-3"}
    assert (await plane.get("/Observation/o-marit")).status == 502
    assert plane.upstream_tokens.renewals == 2


async def test_a_slow_upstream() -> None:
    async with running_plane(upstream_limits=UpstreamLimits(first_byte_seconds=0.05)) as plane:
        plane.upstream.put(observation("o-marit", MARIT))
        plane.upstream.delay = 1.0
        plane.give("patient/Observation.rs")
        reply = await plane.get("/Observation/o-marit")
        assert reply.status == 504
        assert "did not answer in time" in reply.json()["issue"][0]["diagnostics"]


async def test_an_answer_too_large_to_judge() -> None:
    async with running_plane(upstream_limits=UpstreamLimits(answer_bytes=200)) as plane:
        big: dict[str, Any] = {**observation("o-marit", MARIT), "note": [{"text": "x" * 1000}]}
        plane.upstream.put(big)
        plane.give("patient/Observation.rs")
        assert (await plane.get("/Observation/o-marit")).status == 502


async def test_a_body_too_large() -> None:
    async with running_plane(limits=FhirLimits(body_bytes=100)) as plane:
        plane.give("patient/Observation.cruds")
        reply = await plane.ask("PUT", "/Observation/n", body=observation("n", MARIT))
        assert reply.status == 413


async def test_an_upstream_that_is_gone(plane: Plane) -> None:
    plane.give("patient/Observation.rs")
    connection = FhirConnection("http://127.0.0.1:9/fhir")
    with pytest.raises(UpstreamUnavailable):
        await connection.request("GET", "/Patient/x", {})
    await connection.close()
