"""The audit log across key rotation, and somebody who holds a key that was replaced."""

from __future__ import annotations

import base64
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from launcher.gateway.audit_event import AccessFacts
from launcher.server.configuration import ConfigurationWrong, read_configuration
from launcher.stores.audit import AuditLog
from launcher.stores.audit_reader import AuditAnchor, AuditProblem, AuditUnavailable
from tests.fakes.gateway import gateway_configuration, running_gateway
from tests.fakes.upstream_systems import UpstreamSystems

OLD, MIDDLE, NEW = b"o" * 32, b"m" * 32, b"n" * 32


async def written(path: Path, keys: Sequence[bytes], *names: str) -> AuditAnchor:
    """Rows for ``names`` under the last of ``keys``; where the chain stands then."""
    *older, key = keys
    log = AuditLog(path, key, random_bytes=os.urandom, older_keys=older)
    for name in names:
        await log.record(
            AccessFacts(kind="read", recorded="2026-11-23T08:00:00.000Z", type="Patient", id=name)
        )
    log.close()
    return log.reader.anchor()


def opened(path: Path, *keys: bytes) -> AuditLog:
    *older, key = keys
    return AuditLog(path, key, random_bytes=os.urandom, older_keys=older)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.sqlite"


async def test_rows_of_all_keys_are_read_and_verified(path: Path) -> None:
    first = await written(path, [OLD], "a", "b")
    second = await written(path, [OLD, MIDDLE], "c")
    third = await written(path, [OLD, MIDDLE, NEW], "d", "e")
    log = opened(path, OLD, MIDDLE, NEW)
    assert [row.facts.id for row in log.reader.entries()] == ["a", "b", "c", "d", "e"]
    for anchor in (first, second, third):
        verified = log.reader.verify([anchor])
        assert (verified.state, verified.rows, verified.anchored) == ("intact", 5, True)


async def test_a_key_that_is_gone_is_told(path: Path) -> None:
    await written(path, [OLD], "a")
    await written(path, [OLD, NEW], "b")
    log = opened(path, NEW)
    verified = log.reader.verify()
    assert verified.state == "changed"
    assert verified.problems[0] == AuditProblem("changed", 1)
    with pytest.raises(AuditUnavailable, match="row 1"):
        list(log.reader.entries())


async def test_a_replaced_key_writes_no_more_rows(path: Path) -> None:
    """Whoever stole the old key cannot go on with it after the rotation."""
    await written(path, [OLD], "a")
    await written(path, [OLD, NEW], "b")
    await written(path, [NEW, OLD], "forged")
    assert opened(path, OLD, NEW).reader.verify().state == "changed"
    with pytest.raises(AuditUnavailable, match="row 3"):
        list(opened(path, OLD, NEW).reader.entries())


async def test_a_replaced_key_rewrites_no_old_row(path: Path, tmp_path: Path) -> None:
    await written(path, [OLD], "a")
    await written(path, [OLD, NEW], "b")
    await written(tmp_path / "other.sqlite", [OLD], "rewritten")
    with sqlite3.connect(tmp_path / "other.sqlite") as other:
        row = other.execute("SELECT sealed, link FROM access").fetchone()
    other.close()
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER access_is_never_changed")
        connection.execute("UPDATE access SET sealed = ?, link = ? WHERE seq = 1", row)
    connection.close()
    verified = opened(path, OLD, NEW).reader.verify()
    assert (verified.state, verified.problems) == ("changed", (AuditProblem("changed", 2),))


async def test_an_anchor_of_an_empty_log_outlives_the_rotation(path: Path) -> None:
    log = opened(path, OLD)
    await log.check()
    log.close()
    empty = log.reader.anchor()
    await written(path, [OLD, NEW], "a")
    assert empty.seq == 0
    assert opened(path, OLD, NEW).reader.verify([empty]).state == "intact"
    assert opened(path, OLD, NEW).reader.verify([AuditAnchor(0, "00")]).state == "changed"
    assert opened(path, OLD, NEW).reader.verify([AuditAnchor(1, "00")]).state == "changed"
    assert opened(path, OLD, NEW).reader.verify([AuditAnchor(9, "00")]).state == "truncated"


def test_a_gateway_goes_on_with_the_log_of_its_older_key(systems: UpstreamSystems, tmp_path: Path) -> None:
    keys = [["1", base64.b64encode(OLD).decode()]]
    with running_gateway(systems, tmp_path, which=1, audit_keys=keys) as gateway:
        gateway.shell()
    keys.append(["2", base64.b64encode(NEW).decode()])
    with running_gateway(systems, tmp_path, which=1, audit_keys=keys) as gateway:
        gateway.shell("jonas")
    log = opened(tmp_path / "audit.sqlite", OLD, NEW)
    assert log.reader.verify().state == "intact"
    assert {row.facts.user_sub for row in log.reader.entries()} == {"siri", "jonas"}
    assert opened(tmp_path / "audit.sqlite", NEW).reader.verify().state == "changed"


def test_no_key_is_no_configuration(systems: UpstreamSystems, tmp_path: Path) -> None:
    given = gateway_configuration(systems, tmp_path, [], 0)
    with pytest.raises(ConfigurationWrong, match="audit_keys"):
        read_configuration({**given, "audit_keys": []})
