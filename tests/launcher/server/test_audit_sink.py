"""The audit log is forwarded whole, in order and once, whatever the sink does; its head is anchored there."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from launcher.gateway.audit_event import AccessFacts
from launcher.server.audit_sink import LIMITS, ROW_TAG, AuditSinkSettings, FhirAuditSink, read_sink
from launcher.server.audit_sink_forwarder import AuditForwarder, ForwardedFile, log_name
from launcher.stores.audit import AuditLog
from launcher.stores.audit_reader import AuditAnchor, AuditProblem
from tests.fakes.audit_sink import AuditSink, audit_sink
from tests.fakes.gateway import Records, running_gateway
from tests.fakes.upstream_systems import UpstreamSystems

KEY = bytes(range(32))


def facts(number: int, *patients: str) -> AccessFacts:
    return AccessFacts(
        kind="search-type",
        recorded=f"2026-11-23T08:00:{number % 60:02d}.000Z",
        type="Observation",
        patients=patients or (f"p-{number}",),
        request="GET /Observation",
    )


@pytest.fixture
def sink() -> Iterator[AuditSink]:
    with audit_sink() as running:
        yield running


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[AuditLog]:
    made = AuditLog(tmp_path / "audit.sqlite", KEY, random_bytes=os.urandom)
    yield made
    made.close()


class Pauses:
    """A sleep that takes no time and remembers how long it should have been; ``enough`` ends the forwarder."""

    def __init__(self, enough: int) -> None:
        self.taken: list[float] = []
        self.enough = enough
        self.done = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        if len(self.taken) >= self.enough:
            self.done.set()
            await asyncio.Event().wait()


def forwarder(log: AuditLog, sink: AuditSink, tmp_path: Path, pauses: Pauses | None = None) -> AuditForwarder:
    place = ForwardedFile(tmp_path / "audit.sqlite.forwarded")
    client = FhirAuditSink(AuditSinkSettings(sink.base))
    return AuditForwarder(log, client, sink.base, place, pauses or asyncio.sleep)


async def written(log: AuditLog, first: int, last: int) -> None:
    for number in range(first, last + 1):
        await log.record(facts(number))


async def all_sent(one: AuditForwarder) -> None:
    while await one.forward():
        pass


async def test_every_row_arrives_once_and_in_order(log: AuditLog, sink: AuditSink, tmp_path: Path) -> None:
    one = forwarder(log, sink, tmp_path)
    await written(log, 1, 3)
    await log.record(facts(4, "p-a", "p-b"))
    await all_sent(one)
    rows = [code.split(".")[:2] for code in sink.tags(ROW_TAG)]
    assert rows == [["1", "0"], ["2", "0"], ["3", "0"], ["4", "0"], ["4", "1"]]
    assert [event["entity"][-1]["what"]["reference"] for event in sink.events[-2:]] == [
        "Patient/p-a",
        "Patient/p-b",
    ]
    await one.close()


async def test_a_next_life_goes_on_where_the_last_one_ended(
    log: AuditLog, sink: AuditSink, tmp_path: Path
) -> None:
    first = forwarder(log, sink, tmp_path)
    await written(log, 1, 3)
    await all_sent(first)
    await first.close()
    asked = sink.asked
    await written(log, 4, 5)
    second = forwarder(log, sink, tmp_path)
    await all_sent(second)
    await second.close()
    assert sink.asked == asked + 2
    assert len(sink.events) == 5


async def test_without_its_place_everything_is_sent_again_and_stored_once(
    log: AuditLog, sink: AuditSink, tmp_path: Path
) -> None:
    for _ in range(2):
        one = forwarder(log, sink, tmp_path)
        await written(log, 1, 2)
        await all_sent(one)
        await one.close()
        (tmp_path / "audit.sqlite.forwarded").unlink()
    assert len(sink.events) == len(set(sink.tags(ROW_TAG))) == 4


@pytest.mark.parametrize("mishap", ["broken", "forgetful"])
async def test_a_sink_in_trouble_gets_longer_pauses_and_everything_in_the_end(
    log: AuditLog, sink: AuditSink, tmp_path: Path, mishap: str
) -> None:
    await written(log, 1, 3)
    setattr(sink, mishap, 3)
    pauses = Pauses(5)
    one = forwarder(log, sink, tmp_path, pauses)
    one.start()
    await asyncio.wait_for(pauses.done.wait(), 10)
    await one.close()
    assert [code.split(".")[0] for code in sink.tags(ROW_TAG)] == ["1", "2", "3"]
    if mishap == "broken":
        assert pauses.taken[:3] == [1.0, 2.0, 4.0]
    assert max(pauses.taken) <= 60.0


async def test_the_pause_never_grows_beyond_a_minute(log: AuditLog, sink: AuditSink, tmp_path: Path) -> None:
    await written(log, 1, 1)
    sink.broken = 100
    pauses = Pauses(9)
    one = forwarder(log, sink, tmp_path, pauses)
    one.start()
    await asyncio.wait_for(pauses.done.wait(), 10)
    assert pauses.taken == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    assert one.failure == "the audit sink answered 503"
    await one.close()


async def test_a_sink_that_hangs_delays_no_record(log: AuditLog, tmp_path: Path) -> None:
    asked = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        asked.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/fhir"
    await written(log, 1, 1)
    place = ForwardedFile(tmp_path / "place")
    one = AuditForwarder(log, FhirAuditSink(AuditSinkSettings(base)), base, place)
    one.start()
    await asyncio.wait_for(asked.wait(), 5)
    begun = time.perf_counter()
    await asyncio.gather(*(log.record(facts(number)) for number in range(50)))
    assert time.perf_counter() - begun < LIMITS.first_byte_seconds
    await one.close()
    server.close()


async def test_the_sink_proves_a_cut_tail_also_when_the_log_has_grown_again(
    log: AuditLog, sink: AuditSink, tmp_path: Path
) -> None:
    one = forwarder(log, sink, tmp_path)
    await written(log, 1, 5)
    await all_sent(one)
    await one.close()
    log.close()
    client = FhirAuditSink(AuditSinkSettings(sink.base))
    name = log_name(log.reader)
    assert name is not None
    sink.page_rows = 2
    anchors = await client.anchors(name)
    assert {anchor.seq for anchor in anchors} == {1, 2, 3, 4, 5}
    assert log.reader.verify(anchors).words() == "intact, 5 rows"
    with sqlite3.connect(tmp_path / "audit.sqlite") as connection:
        connection.execute("DROP TRIGGER access_is_never_removed")
        connection.execute("DELETE FROM access WHERE seq > 3")
    connection.close()
    assert log.reader.verify(anchors).state == "truncated"
    await written(log, 6, 9)
    assert log.reader.verify().state == "intact"
    assert log.reader.verify(anchors).problems == (AuditProblem("replaced", 4),)
    again = forwarder(log, sink, tmp_path)
    await all_sent(again)
    await again.close()
    assert log.reader.verify(await client.anchors(name)).state == "changed"
    await client.close()


async def test_a_row_that_does_not_open_is_passed_over(
    log: AuditLog, sink: AuditSink, tmp_path: Path
) -> None:
    await written(log, 1, 3)
    with sqlite3.connect(tmp_path / "audit.sqlite") as connection:
        connection.execute("DROP TRIGGER access_is_never_changed")
        connection.execute("UPDATE access SET sealed = zeroblob(60) WHERE seq = 2")
    connection.close()
    one = forwarder(log, sink, tmp_path)
    await all_sent(one)
    await one.close()
    assert [code.split(".")[0] for code in sink.tags(ROW_TAG)] == ["1", "3"]


async def test_an_empty_log_has_nothing_to_send(log: AuditLog, sink: AuditSink, tmp_path: Path) -> None:
    one = forwarder(log, sink, tmp_path)
    assert await one.forward() is False
    await one.close()
    assert sink.asked == 0


@pytest.mark.parametrize("base", ["http://audit.example/fhir", "ftp://audit.example", "audit", ""])
def test_records_go_over_tls_or_stay_here(base: str) -> None:
    with pytest.raises(ValueError, match="audit sink"):
        read_sink({"base": base})
    assert read_sink({"base": "https://audit.example/fhir/"}).base == "https://audit.example/fhir"


def test_anchors_of_another_log_are_not_ours(sink: AuditSink) -> None:
    tags = [{"system": "urn:vaktrom:audit-log", "code": "other"}, {"system": ROW_TAG, "code": "9.0.ab"}]
    sink.events.append({"meta": {"tag": tags}})

    async def asked() -> list[AuditAnchor]:
        client = FhirAuditSink(AuditSinkSettings(sink.base))
        try:
            return [*await client.anchors("ours"), *await client.anchors("other")]
        finally:
            await client.close()

    assert asyncio.run(asked()) == [AuditAnchor(9, "ab")]


def test_a_running_gateway_forwards(
    systems: UpstreamSystems, signing_record: Records, sink: AuditSink, tmp_path: Path
) -> None:
    with running_gateway(
        systems, tmp_path, records=signing_record, which=1, audit_sink={"base": sink.base}
    ) as running:
        running.shell()
    subtypes = [event["subtype"][0]["code"] for event in sink.events]
    assert subtypes == ["110122", "ITI-71", "ITI-71"]
