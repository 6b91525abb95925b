"""Every row of the table passes here and fails on its mutant."""

from __future__ import annotations

import pytest

from tests.conformance import rows_authorize, rows_clients, rows_discovery, rows_scopes, rows_token
from tests.conformance.mutants import MUTANTS, planted
from tests.conformance.table import Row
from tests.fakes.gateway import RunningGateway

PARTS = (rows_discovery, rows_authorize, rows_token, rows_scopes, rows_clients)
ALL: list[Row] = [row for part in PARTS for row in part.ROWS.all]


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_row(target: RunningGateway, row: Row) -> None:
    row.check(target)


@pytest.mark.parametrize("row", ALL, ids=lambda row: f"{row.name}-{row.mutant}")
def test_row_fails_on_its_mutant(target: RunningGateway, row: Row) -> None:
    with planted(MUTANTS[row.mutant]):
        try:
            row.check(target)
        except Exception:
            return
    pytest.fail(f"{row.name} passes although the server is broken: {row.mutant}")


def test_every_mutant_is_used() -> None:
    assert set(MUTANTS) == {row.mutant for row in ALL}
