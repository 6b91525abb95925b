"""The mutator makes what it says; and (long) the tests of the pure rules kill what it makes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.mutation.__main__ import ROOT, SECONDS
from tests.mutation.mutants import mutants_of

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


@pytest.mark.long
@pytest.mark.timeout(SECONDS + 600)
def test_the_mutants_are_killed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.mutation"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:]
