"""The hazard table agrees with the tree: no rule without a row, no row without its control and its test."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache

import pytest

from tests.fakes.environment import ROOT
from tests.safety.hazards import HAZARDS, RESIDUAL, RULES, Hazard


@cache
def names_in(file: str) -> frozenset[str]:
    """Names of the test functions in a file, those of its classes as ``Class::test``."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            members = (item for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef))
            found |= {f"{node.name}::{item.name}" for item in members}
    return frozenset(name for name in found if name.split("::")[-1].startswith("test_"))


def mistakes_of(hazard: Hazard) -> list[str]:
    """What does not hold for one row."""
    mistakes = []
    if hazard.rule not in RULES:
        mistakes.append(f"there is no rule {hazard.rule}")
    if not (ROOT / hazard.control).is_file():
        mistakes.append(f"there is no {hazard.control}")
    file, _, name = hazard.test.partition("::")
    if name not in names_in(file):
        mistakes.append(f"there is no test {hazard.test}")
    return mistakes


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_hazard(rule: str) -> None:
    assert [hazard for hazard in HAZARDS if hazard.rule == rule]


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.hazard[:60])
def test_every_row_has_its_control_and_its_test(hazard: Hazard) -> None:
    assert mistakes_of(hazard) == []


def test_no_row_stands_twice() -> None:
    for column in ("hazard", "test"):
        counted = Counter(getattr(hazard, column) for hazard in HAZARDS)
        assert [value for value, times in counted.items() if times > 1] == [], column


def test_what_nothing_holds_off_is_told_as_a_limit() -> None:
    """Mutant: the README says no more that such an app cannot be found out."""
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    for _, rule, words in RESIDUAL:
        assert rule in RULES
        assert words in readme


def test_every_safety_test_stands_in_the_table() -> None:
    """A test of this folder that holds a hazard off is named by it; what proves the tests themselves is listed here."""
    proofs = {
        "test_hazard_table.py",
        "test_nothing_left_behind.py::test_the_search_itself_finds_what_is_there",
        "test_hostile_listener.py::test_without_the_flag_it_would_be_asked",
        "test_hostile_listener.py::test_the_program_always_has_the_flag",
        "test_clipboard.py::test_what_another_program_wrote_is_left_alone",
    }
    named = {hazard.test for hazard in HAZARDS}
    for path in sorted((ROOT / "tests" / "safety").glob("test_*.py")):
        for name in names_in(path.relative_to(ROOT).as_posix()):
            assert (
                path.name in proofs
                or f"{path.name}::{name}" in proofs
                or (f"tests/safety/{path.name}::{name}" in named)
            ), f"{path.name}::{name} holds off no hazard of the table"


@pytest.mark.parametrize(
    ("hazard", "complaint"),
    [
        (Hazard("x", "S9", "dev.py", HAZARDS[0].test), "rule S9"),
        (Hazard("x", "S1", "shell/nowhere.py", HAZARDS[0].test), "shell/nowhere.py"),
        (Hazard("x", "S1", "dev.py", "tests/safety/test_hazard_table.py::test_that_is_not_there"), "no test"),
        (Hazard("x", "S1", "dev.py", "tests/safety/nowhere.py::test_x"), "no test"),
        (Hazard("x", "S1", "dev.py", "tests/safety/test_hazard_table.py::mistakes_of"), "no test"),
    ],
)
def test_the_check_itself_can_fail(hazard: Hazard, complaint: str) -> None:
    (mistake,) = mistakes_of(hazard)
    assert complaint in mistake
