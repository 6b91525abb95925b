"""The server under test: one of our own that may be steered, or with ``--base-url`` any that runs (README.md)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.conformance.facts import Facts, FactsWrong, read_facts
from tests.conformance.report import Verdicts
from tests.conformance.status import ALL, ELSEWHERE, IDS
from tests.conformance.table import Row, Target

ASKED = "test_row"
VERDICTS = pytest.StashKey[Verdicts]()
FACTS = pytest.StashKey[Facts | None]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance")
    group.addoption("--base-url", help="a running gateway to ask instead of one of our own")
    group.addoption(
        "--facts", action="append", type=Path, default=[], help="what is known of it; may be repeated"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[VERDICTS] = Verdicts()
    try:
        config.stash[FACTS] = told(config)
    except (FactsWrong, OSError) as wrong:
        raise pytest.UsageError(str(wrong)) from wrong


def told(config: pytest.Config) -> Facts | None:
    """What the command line tells of another's gateway; ``None`` when it names none."""
    files, base_url = config.getoption("--facts", []), config.getoption("--base-url", None)
    return read_facts(files, base_url) if files or base_url is not None else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Another's server is asked the rows and nothing else, mutants are counted; our own has no desktop beside it."""
    if config.stash[FACTS] is None:
        beside = [item for item in items if is_in_pane(item)]
        config.hook.pytest_deselected(items=beside)
        items[:] = [item for item in items if item not in beside]
        return
    kept = [item for item in items if getattr(item, "originalname", "") == ASKED]
    gone = [item for item in items if item not in kept]
    config.stash[VERDICTS].mutants = sum(1 for item in gone if "mutant" in item.name.partition("[")[0])
    config.hook.pytest_deselected(items=gone)
    items[:] = kept


def is_in_pane(item: pytest.Item) -> bool:
    """Whether it asks a row that needs a page in a pane."""
    row = (
        item.callspec.params.get("row")
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        else None
    )
    return isinstance(row, Row) and row.in_pane


@pytest.fixture
def verdicts(pytestconfig: pytest.Config) -> Verdicts:
    """What the rows of this run have shown so far."""
    return pytestconfig.stash[VERDICTS]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    verdicts = config.stash[VERDICTS]
    anothers = config.stash[FACTS] is not None
    whole = len(verdicts.found) == sum(not row.in_pane for row in ALL)
    own = whole and all("conformance" in argument for argument in config.args)
    if not own and not (anothers and verdicts.found):
        return
    terminalreporter.section("conformance")
    terminalreporter.write(verdicts.table(ALL, ELSEWHERE, IDS))
    terminalreporter.write_line("")
    for line in verdicts.summary():
        terminalreporter.write_line(line)


def reached(facts: Facts) -> Target:
    """Another's gateway; ends the run with one line when it does not answer."""
    try:
        return Target(facts)
    except (httpx2.HTTPError, OSError) as wrong:
        pytest.exit(f"{facts.gateway} cannot be asked: {type(wrong).__name__}: {wrong}", 2)


@pytest.fixture(scope="session")
def target(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """One server for all rows; each row signs in for itself."""
    facts = pytestconfig.stash[FACTS]
    if facts is not None:
        with contextlib.closing(reached(facts)) as asked:
            yield asked
        return
    from tests.conformance.own_server import own_server

    with own_server(tmp_path_factory.mktemp("conformance")) as ours:
        yield ours


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Runs against another's gateway do not make such runs themselves."""
    return (collection_path.name == "test_from_outside.py" and config.stash[FACTS] is not None) or None
