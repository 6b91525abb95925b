"""The mutator makes what it says, the table of survivors says what is true; and (long) the tests kill the mutants."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.mutation.__main__ import ROOT, SECONDS, SURVIVORS
from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.runner import Verdict
from tests.mutation.survivors import TableMistake, complaints, lines_of

SOURCE = '''
TABLE = {"left": "alone"}


def rule(a: int, b: str) -> bool:
    """A docstring stays."""
    if a > 1 and b not in ("x",):
        return not a
    return sum(n for n in range(a) if n) == 3


class Thing:
    def method(self) -> None:
        raise ValueError("A sentence for a person.")
'''


def test_each_mutant_is_one_change_of_a_function() -> None:
    made = list(mutants_of(SOURCE))
    names = {mutant.name for mutant in made}
    assert len(names) == len(made)
    assert {
        "rule: a > 1: GtE",
        "rule: a > 1: LtE",
        "rule: b not in ('x',): In",
        "rule: a > 1 and b not in ('x',): Or",
        "rule: if a > 1 and b not in ('x',) -> False",
        "rule: not a -> a",
        "rule: 1 -> 2",
        "rule: filter n left out",
        "Thing.method: raise ValueError('A sentence for a person.') -> pass",
    } <= names
    assert not [name for name in names if "sentence" in name and "raise" not in name]
    for mutant in made:
        compile(mutant.source, "mutant", "exec")
        assert mutant.source != SOURCE
        assert "'left': 'alone'" in mutant.source


def test_every_line_names_a_mutant_that_there_is() -> None:
    there_are: dict[str, set[str]] = {}
    for name in lines_of(SURVIVORS.read_text("utf-8")):
        module, _, mutant = name.partition(" ")
        if module not in there_are:
            there_are[module] = {made.name for made in mutants_of((ROOT / module).read_text("utf-8"))}
        assert mutant in there_are[module], name


@pytest.mark.parametrize(
    "line",
    ["m.py f: a", "m.py f: a  # because", "m.py f: a  # tolerated: ", "m.py f: a  # tolerated", "  # x"],
)
def test_a_line_without_a_reason_is_none(line: str) -> None:
    with pytest.raises(TableMistake):
        lines_of(line)


def test_a_line_stands_once_and_may_hold_the_sign_itself() -> None:
    line = "m.py f: '#  # ' -> changed  # equivalent: nobody looks"
    assert lines_of(f"# a word before\n\n{line}\n") == {
        "m.py f: '#  # ' -> changed": "equivalent: nobody looks"
    }
    with pytest.raises(TableMistake):
        lines_of(f"{line}\n{line}")


@pytest.mark.parametrize(
    ("killed", "endless", "has_line", "whole", "complaint"),
    [
        (True, False, False, True, None),
        (False, False, True, True, None),
        (False, False, False, True, "SURVIVED"),
        (False, False, False, False, "SURVIVED"),
        (True, False, True, True, "NO SURVIVOR"),
        (True, False, True, False, None),
        (True, True, True, True, None),
    ],
)
def test_survivors_and_lines_are_the_same(
    killed: bool, endless: bool, has_line: bool, whole: bool, complaint: str | None
) -> None:
    verdict = Verdict("m.py", Mutant("f", 1, "a", ""), killed, 1, endless)
    lines = {"m.py f: a"} if has_line else set()
    found = list(complaints([verdict], lines | {"n.py f: a"}, {"m.py"}, whole=whole))
    assert [line.partition(" m.py")[0] for line in found] == ([complaint] if complaint else [])


@pytest.mark.long
@pytest.mark.timeout(SECONDS + 600)
def test_the_mutants_are_killed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.mutation"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:]
