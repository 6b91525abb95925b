"""Every row of the table passes here and fails on its mutant."""

from __future__ import annotations

from unittest import mock

import pytest

from tests.conformance import hub_client
from tests.conformance.facts import NotAsked
from tests.conformance.mutants import MUTANTS, planted
from tests.conformance.mutants_hub import HUB
from tests.conformance.mutants_messaging import MESSAGES, PAGES
from tests.conformance.report import Verdicts
from tests.conformance.status import ALL, ELSEWHERE, IDS, README, documented, table
from tests.conformance.table import Row, Target

EVERY_MUTANT = {**MUTANTS, **HUB, **MESSAGES, **PAGES}


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_row(target: Target, row: Row, verdicts: Verdicts) -> None:
    verdicts.found[row.name] = "FAIL"
    try:
        row.check(target)
    except NotAsked as reason:
        if not target.is_anothers:
            raise
        verdicts.found[row.name] = str(reason)
        pytest.skip(str(reason))
    verdicts.found[row.name] = "pass"


@pytest.mark.parametrize("row", ALL, ids=lambda row: f"{row.name}-{row.mutant}")
def test_row_fails_on_its_mutant(target: Target, row: Row) -> None:
    """The mutant answers wrongly; one that crashes would fail any row. Nobody waits long for what it does not send."""
    target.network.crashes.clear()
    with planted(EVERY_MUTANT[row.mutant]), mock.patch.object(hub_client, "SOON", 0.7):
        try:
            row.check(target)
        except Exception:
            assert not target.network.crashes, row.mutant
            return
    pytest.fail(f"{row.name} passes although the server is broken: {row.mutant}")


def test_every_mutant_is_used() -> None:
    assert set(EVERY_MUTANT) == {row.mutant for row in ALL}


def test_every_requirement_has_a_row_or_a_reason() -> None:
    assert {row.requirement for row in ALL} | set(ELSEWHERE) == set(IDS)
    assert not {row.requirement for row in ALL} & set(ELSEWHERE)


def test_a_reason_that_names_tests_names_some() -> None:
    named = {part for reason in ELSEWHERE.values() for part in reason.split() if part.startswith("tests/")}
    assert named and all((README.parents[1] / path).exists() for path in named)


def test_the_printed_table_is_the_documented_one() -> None:
    assert documented(README.read_text(encoding="utf-8")) == table()
