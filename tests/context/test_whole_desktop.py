"""No state in which a usable pane disagrees with the banner unmarked (S1, S2, S3, S5), whatever happens in any order.

Real are the hub, the gateway's keeper of panes and fences, and the state machine of every pane. The shell's own order of
things is a model, which ``tests/shell/bridge/test_whole_desktop.py`` holds to the shell itself. ``faults.py`` shows that
the test can see.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.context.whole_desktop.faults import FAULTS
from tests.context.whole_desktop.world import WEIGHTS, Step, World, failure_of, shortened

NAMES = sorted(World().steps)
LIFE = 250
"""Steps after which everything begins anew."""
IN_CI, IN_LONG, FOUND_WITHIN = 20_000, 1_000_000, 40_000


def lives(seed: int, steps: int) -> Iterator[list[Step]]:
    """Random lives, ``steps`` steps in all."""
    chance = random.Random(seed)
    weights = [WEIGHTS.get(name, 1) for name in NAMES]
    for _ in range(steps // LIFE):
        yield [(name, chance.randrange(4096)) for name in chance.choices(NAMES, weights, k=LIFE)]


def first_failure(seed: int, steps: int) -> list[Step]:
    """The life that broke a rule; empty when none did."""
    return next((life for life in lives(seed, steps) if failure_of(life)), [])


def hold(seed: int, steps: int) -> None:
    life = first_failure(seed, steps)
    if life:
        said = failure_of(life)
        least = shortened(life, lambda tried: bool(failure_of(tried)))
        pytest.fail(f"{said}\nafter {least}")


class WholeDesktop(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @rule(steps=st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 4095)), min_size=1, max_size=8))
    def happens(self, steps: list[Step]) -> None:
        for step in steps:
            self.world.take(step)


WholeDesktop.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestWholeDesktop = WholeDesktop.TestCase


def test_twenty_thousand_steps() -> None:
    hold(seed=1, steps=IN_CI)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_million_steps() -> None:
    hold(seed=2, steps=IN_LONG)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_planted_fault_is_found(
    fault: Callable[[pytest.MonkeyPatch], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each fault takes away one safeguard; the same steps without it break nothing."""
    fault(monkeypatch)
    life = first_failure(seed=3, steps=FOUND_WITHIN)
    monkeypatch.undo()
    assert life, f"{fault.__name__} was not found in {FOUND_WITHIN} steps"
    assert failure_of(life) == ""


def test_usable_panes_are_seen_in_every_state() -> None:
    """The steps lead to where something could go wrong. Mutant: a world in which no pane ever follows."""
    seen: set[tuple[str, str, bool]] = set()
    for life in lives(seed=4, steps=8_000):
        world = World()
        for step in life:
            world.take(step)
            seen |= {(pane.kind, pane.view.state.value, pane.covered) for pane in world.shell.panes}
    for kind in ("fhircast", "relaunch", "pin"):
        assert {(kind, "following", False), (kind, "pinned", False), (kind, "out of sync", True)} <= seen
    assert ("fhircast", "changing", True) in seen
