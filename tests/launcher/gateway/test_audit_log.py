"""The audit log on a real file: durable, chained, sealed, and closed to everything when it cannot be written."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.gateway.audit_event import AccessFacts
from launcher.stores.audit import AuditLog
from launcher.stores.audit_reader import AuditAnchor, AuditUnavailable

KEY = bytes(range(32))


def facts(number: int) -> AccessFacts:
    return AccessFacts(
        kind="read",
        recorded="2026-11-23T08:00:00.000Z",
        type="Patient",
        id=f"p-{number}",
        request="GET /Patient",
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.sqlite"


@pytest.fixture
def log(path: Path) -> Iterator[AuditLog]:
    made = AuditLog(path, KEY, random_bytes=os.urandom)
    yield made
    made.close()


async def filled(log: AuditLog, rows: int) -> None:
    await asyncio.gather(*(log.record(facts(number)) for number in range(rows)))


def tamper(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER access_is_never_changed")
        connection.execute("DROP TRIGGER access_is_never_removed")
        connection.execute(statement)
    connection.close()


async def test_records_come_back_in_order(log: AuditLog) -> None:
    await filled(log, 25)
    stored = list(log.reader.entries())
    assert [row.seq for row in stored] == list(range(1, 26))
    assert {row.facts.id for row in stored} == {f"p-{number}" for number in range(25)}
    assert log.reader.verify().state == "intact"
    assert "unanchored" in log.reader.verify().words()


async def test_a_record_is_on_disk_when_record_returns(log: AuditLog, path: Path) -> None:
    await log.record(facts(1), at_once=True)
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT count(*) FROM access").fetchone() == (1,)
    other.close()


async def test_nothing_of_a_record_stands_readable_on_disk(log: AuditLog, path: Path) -> None:
    await log.record(
        AccessFacts(kind="read", recorded="x", id="p-secretid", request="identifier=13816749876")
    )
    log.close()
    written = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"secretid" not in written
    assert b"13816749876" not in written


async def test_reads_share_a_commit(path: Path) -> None:
    log = AuditLog(path, KEY, random_bytes=os.urandom, read_linger_seconds=0.02)
    await log.check()
    commits = 0
    original = log._write

    def counted(records: list[AccessFacts | None]) -> None:
        nonlocal commits
        commits += 1
        original(records)

    log._write = counted  # type: ignore[method-assign]
    await filled(log, 100)
    log.close()
    assert 1 <= commits <= 5


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            "UPDATE access SET sealed = CAST(sealed || x'00' AS BLOB) WHERE seq = 3",
            "row 3 was changed, or its key is gone",
        ),
        ("UPDATE access SET link = zeroblob(32) WHERE seq = 3", "row 3 was changed, or its key is gone"),
        ("DELETE FROM access WHERE seq = 3", "rows 3 to 3 are missing"),
        ("DELETE FROM access WHERE seq = 1", "rows 1 to 1 are missing"),
        (
            "UPDATE access SET sealed = (SELECT sealed FROM access WHERE seq = 2) WHERE seq = 3",
            "row 3 was changed, or its key is gone",
        ),
    ],
)
async def test_tampering_shows(log: AuditLog, path: Path, statement: str, problem: str) -> None:
    await filled(log, 5)
    log.close()
    tamper(path, statement)
    found = log.reader.verify()
    assert found.state == "changed"
    assert problem == found.problems[0].words()


async def test_one_changed_byte_shows_wherever_it_is(log: AuditLog, path: Path) -> None:
    await filled(log, 1)
    log.close()
    with sqlite3.connect(path) as connection:
        (sealed,) = connection.execute("SELECT sealed FROM access").fetchone()
    connection.close()
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER access_is_never_changed")
    for position in (0, 11, 12, len(sealed) // 2, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[position] ^= 1
        connection.execute("UPDATE access SET sealed = ?", (bytes(changed),))
        connection.commit()
        assert log.reader.verify().state == "changed"
    connection.close()


async def test_a_cut_tail_shows_against_an_anchor(log: AuditLog, path: Path) -> None:
    await filled(log, 3)
    early = log.reader.anchor()
    await filled(log, 2)
    late = log.reader.anchor()
    log.close()
    assert log.reader.verify([early]) == log.reader.verify([late])
    assert log.reader.verify([late]).words() == "intact, 5 rows"
    tamper(path, "DELETE FROM access WHERE seq > 4")
    assert log.reader.verify().state == "intact"
    assert log.reader.verify([early]).state == "intact"
    assert log.reader.verify([late]).state == "truncated"
    assert log.reader.verify([AuditAnchor(4, "00" * 32)]).state == "changed"


async def test_rows_cannot_be_changed_through_sql(log: AuditLog, path: Path) -> None:
    await filled(log, 1)
    with sqlite3.connect(path) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("DELETE FROM access")
    connection.close()


async def test_another_key_opens_nothing(log: AuditLog, path: Path) -> None:
    await filled(log, 1)
    log.close()
    other = AuditLog(path, b"x" * 32, random_bytes=os.urandom)
    assert other.reader.verify().state == "changed"
    with pytest.raises(AuditUnavailable):
        list(other.reader.entries())


async def test_the_chain_goes_on_after_a_restart(log: AuditLog, path: Path) -> None:
    await filled(log, 2)
    log.close()
    again = AuditLog(path, KEY, random_bytes=os.urandom)
    await again.record(facts(9))
    again.close()
    assert again.reader.verify().words().startswith("intact, 3 rows")


async def test_two_writers_on_one_file_keep_one_chain(log: AuditLog, path: Path) -> None:
    other = AuditLog(path, KEY, random_bytes=os.urandom)
    await asyncio.gather(filled(log, 20), filled(other, 20))
    other.close()
    assert log.reader.verify().rows == 40
    assert log.reader.verify().state == "intact"


async def test_somebody_else_who_is_just_making_the_file_is_waited_for(log: AuditLog, path: Path) -> None:
    """SQLite itself does not wait here: a file that another has begun to write does not become a WAL file."""
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    done = threading.Timer(0.3, other.execute, ["COMMIT"])
    done.start()
    await log.record(facts(1))
    done.join()
    other.close()
    assert log.reader.verify().rows == 1


FULL_DISK = """
import asyncio, os, resource, sys
from pathlib import Path
from launcher.gateway.audit_event import AccessFacts
from launcher.stores.audit import AuditLog, AuditUnavailable

async def main() -> None:
    log = AuditLog(Path(sys.argv[1]), bytes(range(32)), random_bytes=os.urandom)
    await log.record(AccessFacts(kind="read", recorded="x"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
    big = AccessFacts(kind="read", recorded="x", request="x" * 200_000)
    try:
        await log.record(big)
    except AuditUnavailable as unavailable:
        print("refused", unavailable.reason)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await log.record(AccessFacts(kind="read", recorded="x"))
    print("failure", log.failure)
    log.close()

asyncio.run(main())
"""


def test_a_full_disk_closes_and_room_opens_again(path: Path) -> None:
    command = [sys.executable, "-c", FULL_DISK, str(path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert told[0].startswith("refused The access log cannot be written")
    assert told[1] == "failure None"
    log = AuditLog(path, KEY, random_bytes=os.urandom)
    assert (log.reader.verify().state, log.reader.verify().rows) == ("intact", 2)


async def test_an_unwritable_place_says_so(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "missing" / "audit.sqlite", KEY, random_bytes=os.urandom)
    with pytest.raises(AuditUnavailable, match="cannot be written"):
        await log.check()
    log.close()


async def test_a_check_leaves_no_record(log: AuditLog) -> None:
    await log.check()
    await log.check()
    assert list(log.reader.entries()) == []


CHILD = """
import asyncio, os, sys
from pathlib import Path
from launcher.gateway.audit_event import AccessFacts
from launcher.stores.audit import AuditLog

async def main() -> None:
    log = AuditLog(Path(sys.argv[1]), bytes(range(32)), random_bytes=os.urandom)
    number = 0
    while True:
        facts = [AccessFacts(kind="read", recorded="x", id=f"p-{number + i}") for i in range(4)]
        await asyncio.gather(*(log.record(one) for one in facts))
        number += 4
        print(number, flush=True)

asyncio.run(main())
"""


def test_kill_in_the_middle_loses_nothing_that_was_answered(path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    answered = 0
    for line in child.stdout:
        answered = int(line)
        if answered >= 200:
            child.send_signal(signal.SIGKILL)
            break
    rest = child.stdout.read().split()
    child.stdout.close()
    child.wait()
    answered = int(rest[-1]) if rest else answered
    log = AuditLog(path, KEY, random_bytes=os.urandom)
    found = log.reader.verify()
    assert found.state == "intact"
    assert found.rows >= answered
    assert [row.facts.id for row in log.reader.entries()][:answered] == [
        f"p-{number}" for number in range(answered)
    ]


async def test_a_record_that_cannot_be_written_stops_nobody_else(log: AuditLog) -> None:
    broken = AccessFacts(kind="read", recorded="2026-11-23T08:00:00.000Z", user_name="\ud800")
    with pytest.raises(AuditUnavailable):
        await asyncio.wait_for(log.record(broken), 5)
    await asyncio.wait_for(log.record(facts(1)), 5)
    assert [row.facts.id for row in log.reader.entries()] == ["p-1"]
