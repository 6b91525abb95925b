"""Every row of the table passes here and fails on its mutant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.mutants import MUTANTS, planted
from tests.conformance.status import ALL, ELSEWHERE, IDS, table
from tests.conformance.table import Row, Target

STATUS = Path(__file__).resolve().parents[2] / "launcher" / "CONFORMANCE.md"


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_row(target: Target, row: Row) -> None:
    row.check(target)


@pytest.mark.parametrize("row", ALL, ids=lambda row: f"{row.name}-{row.mutant}")
def test_row_fails_on_its_mutant(target: Target, row: Row) -> None:
    with planted(MUTANTS[row.mutant]):
        try:
            row.check(target)
        except Exception:
            return
    pytest.fail(f"{row.name} passes although the server is broken: {row.mutant}")


def test_every_mutant_is_used() -> None:
    assert set(MUTANTS) == {row.mutant for row in ALL}


def test_every_requirement_has_a_row_or_a_reason() -> None:
    assert {row.requirement for row in ALL} | set(ELSEWHERE) == set(IDS)
    assert not {row.requirement for row in ALL} & set(ELSEWHERE)


def test_the_printed_table_is_the_documented_one() -> None:
    assert table() in STATUS.read_text(encoding="utf-8")
