"""The rows of tests/conformance that ask a page: each passes in a real pane, and fails on its mutant."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from tests.conformance.mutants import planted
from tests.conformance.mutants_messaging import PAGES
from tests.conformance.pages import DEAF
from tests.conformance.status import ALL
from tests.conformance.table import Row, Target
from tests.shell.web.app_pane import IMPATIENCE, AppPane, app_pane

ROWS = [row for row in ALL if row.in_pane]
Desktop = tuple[Target, AppPane]


@pytest.fixture(scope="module")
def desktop(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    holder = QWidget()
    holder.resize(500, 400)
    holder.show()
    with app_pane(tmp_path_factory.mktemp("pane"), holder) as made:
        yield made
    holder.close()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row(desktop: Desktop, row: Row) -> None:
    row.check(desktop[0])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name}-{row.mutant}")
def test_row_fails_on_its_mutant(desktop: Desktop, row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the row that says so: whatever else goes wrong is an error. Nobody waits long for what does not come."""
    target, pane = desktop
    monkeypatch.setattr(pane, "patience", IMPATIENCE)
    with planted(PAGES[row.mutant]), pytest.raises(AssertionError) as found:
        row.check(target)
    assert DEAF not in str(found.value), "the host has stopped, which any row would find"
