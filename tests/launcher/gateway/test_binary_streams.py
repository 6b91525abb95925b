"""A Binary that is passed on as it comes: judged before, bounded in memory, and never complete when it was not."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from launcher.gateway.audit_event import FAILED, SUCCESS
from launcher.server.fhir.settings import FhirLimits
from launcher.upstream.fhir import UpstreamLimits
from tests.launcher.gateway.support import MARIT, TORBJORN, ListedAudit, Plane, running_plane, serving

MEBIBYTE = 1024 * 1024
PIECE = b"ABC" * 16 * 1024
LIMITS = FhirLimits(binary_whole_bytes=200_000)
PDF = {"Accept": "application/pdf"}


@dataclass
class Documents:
    """An upstream that makes one Binary as it goes; ``dies_after`` pieces it breaks off."""

    pieces: int = 8
    owner: str | None = MARIT
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    after_again: dict[str, Any] | None = None
    etags: list[str] = field(default_factory=lambda: ['W/"1"'])
    told_length: bool = True
    dies_after: int | None = None
    asked: list[dict[str, str]] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/fhir/Binary/big", self._binary),
                Route("/fhir/DocumentReference", self._documents),
                Route("/fhir/Patient/{id}", self._patient),
            ]
        )

    def members(self) -> tuple[bytes, bytes]:
        first: dict[str, Any] = {"resourceType": "Binary", "id": "big", "contentType": "application/pdf"}
        if self.owner is not None:
            first["securityContext"] = {"reference": f"Patient/{self.owner}"}
        beginning = json.dumps({**first, **self.before})[:-1].encode() + b',"data":"'
        end = b'"' + (b"," + json.dumps(self.after)[1:-1].encode() if self.after else b"") + b"}"
        return beginning, end

    def json(self) -> bytes:
        beginning, end = self.members()
        return beginning + base64.b64encode(PIECE) * self.pieces + end

    async def _binary(self, request: Request) -> Response:
        self.asked.append(dict(request.headers))
        etag = self.etags[min(len(self.asked), len(self.etags)) - 1]
        headers = {"ETag": etag} if etag else {}
        if len(self.asked) > 1 and self.after_again is not None:
            self.after = self.after_again
        beginning, end = self.members()
        piece = base64.b64encode(PIECE)
        if self.told_length:
            headers["Content-Length"] = str(len(beginning) + len(piece) * self.pieces + len(end))
        dies_after = self.dies_after if len(self.asked) > 1 or self.owner is None else None

        async def body() -> AsyncIterator[bytes]:
            yield beginning
            for number in range(self.pieces):
                if number == dies_after:
                    raise ConnectionError("the record system died")
                yield piece
            yield end

        return StreamingResponse(body(), 200, headers, media_type="application/fhir+json")

    async def _documents(self, request: Request) -> Response:
        return JSONResponse({"resourceType": "Bundle", "type": "searchset"})

    async def _patient(self, request: Request) -> Response:
        return JSONResponse({"resourceType": "Patient", "id": request.path_params["id"]})


@contextlib.asynccontextmanager
async def reading(
    documents: Documents, *scopes: str, limits: FhirLimits = LIMITS, upstream: UpstreamLimits | None = None
) -> AsyncIterator[Plane]:
    async with (
        serving(documents.app()) as url,
        running_plane(upstream_base=f"{url}/fhir", limits=limits, upstream_limits=upstream) as plane,
    ):
        plane.give(*(scopes or ("patient/*.rs",)))
        yield plane


def outcomes(plane: Plane) -> list[tuple[str, tuple[str, ...]]]:
    assert isinstance(plane.audit, ListedAudit)
    return [(record.outcome, record.patients) for record in plane.audit.records]


@pytest.mark.parametrize(("scope", "times"), [("patient/*.rs", 2), ("user/*.rs", 1)])
@pytest.mark.parametrize("told_length", [True, False])
async def test_a_large_one_arrives_byte_for_byte(scope: str, times: int, told_length: bool) -> None:
    documents = Documents(told_length=told_length)
    async with reading(documents, scope) as plane:
        answer = await plane.get("/Binary/big", headers={"Range": "bytes=0-9"})
        assert (answer.status, answer.body) == (200, documents.json())
        assert answer.headers.get("content-length") == (str(len(documents.json())) if told_length else None)
        assert (answer.headers["etag"], answer.headers["x-content-type-options"]) == ('W/"1"', "nosniff")
        assert len(documents.asked) == times
        assert not any("range" in asked for asked in documents.asked)
        assert outcomes(plane) == [(SUCCESS, (MARIT,) if times == 2 else ())]


async def test_its_attachment_is_a_download_that_no_browser_runs() -> None:
    async with reading(Documents(before={"contentType": "text/html"})) as plane:
        answer = await plane.get("/Binary/big", headers={"Accept": "text/html"})
        assert (answer.status, answer.body) == (200, PIECE * 8)
        told = {name: answer.headers[name] for name in ("content-type", "content-disposition")}
        assert told == {"content-type": "text/html", "content-disposition": "attachment"}
        assert answer.headers["content-security-policy"] == "sandbox"
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("size", [5, 60])
async def test_memory_does_not_grow_with_the_document(size: int) -> None:
    pieces = size * MEBIBYTE // len(PIECE)
    async with reading(Documents(pieces=pieces)) as plane:
        tracemalloc.start()
        try:
            taken = 0
            async with plane.client.get(
                f"{plane.base}/Binary/big", headers={"Authorization": "Bearer g1", **PDF}
            ) as answer:
                async for chunk in answer.content.iter_any():
                    taken += len(chunk)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert taken == pieces * len(PIECE)
        assert peak < 8 * MEBIBYTE


@pytest.mark.parametrize("headers", [{}, PDF])
@pytest.mark.parametrize("scope", ["patient/*.rs", "user/*.rs"])
async def test_an_upstream_that_dies_breaks_the_transfer(scope: str, headers: dict[str, str]) -> None:
    documents = Documents(pieces=40, dies_after=30, told_length=False)
    if scope.startswith("user"):
        documents.owner = None
    async with reading(documents, scope) as plane:
        with pytest.raises(aiohttp.ClientPayloadError):
            await plane.get("/Binary/big", headers=headers)
        assert [outcome for outcome, _ in outcomes(plane)] == [SUCCESS, FAILED]
        documents.dies_after = None
        assert (await plane.get("/Binary/big")).body == documents.json(), "the place is free again"


@pytest.mark.parametrize(
    "documents",
    [
        Documents(owner=TORBJORN),
        Documents(owner=None, after={"securityContext": {"reference": f"Patient/{TORBJORN}"}}),
        Documents(owner=None),
        Documents(before={"id": "other"}),
    ],
)
@pytest.mark.parametrize("headers", [{}, PDF])
async def test_the_owner_is_judged_wherever_it_stands(documents: Documents, headers: dict[str, str]) -> None:
    async with reading(documents) as plane:
        answer = await plane.get("/Binary/big", headers=headers)
        assert (answer.status, outcomes(plane)[0][0]) == (404, "4")
        assert len(answer.body) < 500


@pytest.mark.parametrize(
    "documents",
    [
        Documents(after={"securityContext": {"reference": f"Patient/{TORBJORN}"}}),
        Documents(after={"data": "QUJD"}),
        Documents(etags=['W/"1"', 'W/"2"']),
        Documents(etags=[""]),
        Documents(before={"resourceType": "Patient"}),
        Documents(after={"note": "x" * 70_000}),
    ],
)
async def test_what_is_ambiguous_or_changes_meanwhile_is_not_shown(documents: Documents) -> None:
    async with reading(documents) as plane:
        answer = await plane.get("/Binary/big")
        assert (answer.status, len(answer.body) < 500) == (502, True)


@pytest.mark.parametrize("headers", [{}, PDF])
async def test_an_end_that_was_not_judged_never_comes(headers: dict[str, str]) -> None:
    documents = Documents(after_again={"securityContext": {"reference": f"Patient/{TORBJORN}"}})
    documents.told_length = False
    async with reading(documents) as plane:
        with pytest.raises(aiohttp.ClientPayloadError):
            await plane.get("/Binary/big", headers=headers)
        assert [outcome for outcome, _ in outcomes(plane)] == [SUCCESS, FAILED]


async def test_nothing_is_shown_that_could_not_be_recorded() -> None:
    async with reading(Documents()) as plane:
        assert isinstance(plane.audit, ListedAudit)
        plane.audit.broken = True
        assert (await plane.get("/Binary/big")).status == 503


async def test_the_limits_hold() -> None:
    async with reading(Documents(), upstream=UpstreamLimits(stream_bytes=300_000)) as plane:
        assert (await plane.get("/Binary/big")).status == 502
    none_at_once = FhirLimits(binary_whole_bytes=200_000, binary_streams=0)
    async with reading(Documents(), limits=none_at_once) as plane:
        busy = await plane.get("/Binary/big")
        assert (busy.status, busy.headers["retry-after"]) == (503, "5")
    async with reading(Documents(pieces=1), limits=none_at_once) as plane:
        assert (await plane.get("/Binary/big")).body == Documents(pieces=1).json()


@pytest.mark.parametrize("scope", ["patient/*.rs", "user/*.rs"])
async def test_a_slow_reader_leaves_room_for_the_others(scope: str) -> None:
    """Mutant: one app that reads slowly has every place; places counted only once the second answer has begun."""
    limits = FhirLimits(binary_whole_bytes=200_000, binary_streams=8, binary_streams_of_one=2)
    async with reading(Documents(pieces=400), scope, limits=limits) as plane:
        asking = {"Authorization": "Bearer g1"}
        slow = [
            await begun
            for begun in [
                asyncio.ensure_future(plane.client.get(f"{plane.base}/Binary/big", headers=asking))
                for _ in range(6)
            ]
        ]
        assert sorted(answer.status for answer in slow) == [200, 200, 503, 503, 503, 503]
        plane.state.grants["g1"].sid = None
        other = await plane.client.get(f"{plane.base}/Binary/big", headers=asking)
        assert other.status == 200
        for answer in (*slow, other):
            answer.close()


@pytest.mark.parametrize(("most", "status"), [(MEBIBYTE, "200"), (300_000, "413")])
async def test_in_a_batch_it_is_whole_or_not_at_all(most: int, status: str) -> None:
    limits = FhirLimits(binary_whole_bytes=200_000, batch_answer_bytes=most)
    async with reading(Documents(), limits=limits) as plane:
        entry = {"request": {"method": "GET", "url": "Binary/big"}}
        answer = await plane.ask(
            "POST", "", body={"resourceType": "Bundle", "type": "batch", "entry": [entry]}
        )
        told = answer.json()["entry"][0]
        assert told["response"]["status"][:3] == status
        assert (base64.b64decode(told["resource"]["data"]) if status == "200" else PIECE * 8) == PIECE * 8
        assert len(answer.body) < MEBIBYTE


async def test_it_ends_where_the_grant_ends() -> None:
    documents = Documents(pieces=400)
    async with reading(documents) as plane:
        async with plane.client.get(
            f"{plane.base}/Binary/big", headers={"Authorization": "Bearer g1"}
        ) as answer:
            await answer.content.readany()
            plane.state.grants["g1"].ended = True
            with pytest.raises(aiohttp.ClientPayloadError):
                await answer.content.read()
        assert [outcome for outcome, _ in outcomes(plane)] == [SUCCESS, FAILED]
