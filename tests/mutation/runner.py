"""Runs mutants inside one collected pytest session: each in a forked child that swaps one function's code.

What a mutant is tried with are the tests that call its function, the cheapest first, and of these those that call the
fewest others; the first failure kills it. Which tests these are does not depend on the machine: each kind of test has a
nominal price. A function that builds tables while its module is imported is tried by building these anew.
Nothing is written into the source tree.
"""

from __future__ import annotations

import gc
import importlib
import inspect
import os
import signal
import sys
import tempfile
import threading
import time
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from _pytest.runner import runtestprotocol

from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.swaps import (
    Cache,
    Place,
    caches,
    called_while_built,
    code_of,
    living_functions,
    rebuilt,
    swapped,
    users_of,
)

KILLED, SURVIVED = 1, 0
SLOWER, LEAST_SECONDS = 8, 5
EXAMPLES = 30
PLAIN, GENERATED, OVER_SOCKETS = 2, 60, 40
"""The nominal price of a test in milliseconds."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mutant; ``tests`` is how many were there to kill it.

    ``endless`` when it was killed because its tests did not come to an end.
    """

    module: str
    mutant: Mutant
    killed: bool
    tests: int
    endless: bool = False

    @property
    def name(self) -> str:
        return f"{self.module} {self.mutant.name}"


@dataclass
class MutationRun:
    """A pytest plugin: instead of running the tests it runs them against mutants of ``files``.

    ``seconds`` bounds the whole, ``budget`` the prices of one mutant's tests together.
    """

    root: Path
    files: Sequence[Path]
    seconds: float
    budget: int
    jobs: int
    say: Callable[[str], None]
    verdicts: list[Verdict] = field(default_factory=list)
    untried: int = 0
    baseline_failed: list[str] = field(default_factory=list)
    _caches: list[Cache] = field(default_factory=list)

    def pytest_sessionstart(self) -> None:
        """Generated examples are few, the same for every mutant, and kept nowhere; said before a test is imported."""
        from hypothesis import HealthCheck, Phase, settings  # pytest wants to be the first to import it

        settings.register_profile(
            "mutation",
            max_examples=EXAMPLES,
            database=None,
            derandomize=True,
            deadline=None,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        )
        settings.load_profile("mutation")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """The tests once, to see which functions each calls; then every mutant."""
        began = time.monotonic()
        items = {item.nodeid: item for item in session.items}
        modules = {path: importlib.import_module(_module_name(self.root, path)) for path in self.files}
        self._caches = caches()
        functions = living_functions({str(path) for path in self.files})
        built = {path: called_while_built(module) for path, module in modules.items()}
        gc.freeze()  # children then share what is here already
        seen = self._baseline(session.items)
        seconds = sum(test.seconds for test in seen.values())
        self.say(f"{len(items)} tests in {seconds:.0f} s")
        if self.baseline_failed:
            return True
        order = sorted(seen, key=lambda name: (_price(items[name]), len(seen[name].places), name))
        work = list(self._work())
        running: dict[int, tuple[str, Mutant, int]] = {}
        for number, (path, mutant) in enumerate(work):
            if time.monotonic() - began > self.seconds:
                self.untried = len(work) - number
                break
            code = code_of(mutant, path)
            if code is None:
                continue
            place = (str(path), mutant.function)
            callers = [name for name in order if place in seen[name].places]
            put_in_place = swapped(functions.get(place, ()), code)
            if not callers or mutant.function in built[path]:
                users = {str(path), *users_of(modules[path])}
                callers = [name for name in order if any(file in users for file, _ in seen[name].places)]
                put_in_place = rebuilt(modules[path], mutant)
            chosen = self._chosen([items[name] for name in callers])
            while len(running) >= self.jobs:
                self._reap(running)
            limits = [int(seen[item.nodeid].seconds * SLOWER) + LEAST_SECONDS for item in chosen]
            pid = os.fork()
            if pid == 0:
                self._child(put_in_place, chosen, limits)
            running[pid] = (str(path.relative_to(self.root)), mutant, len(chosen))
        while running:
            self._reap(running)
        return True

    def _work(self) -> Iterator[tuple[Path, Mutant]]:
        """All mutants, spread so that a run that is cut short has tried some of each module."""
        found = [(path, mutant) for path in self.files for mutant in mutants_of(path.read_text("utf-8"))]
        stride = 7
        for start in range(stride):
            yield from found[start::stride]

    def _chosen(self, callers: Sequence[pytest.Item]) -> list[pytest.Item]:
        chosen: list[pytest.Item] = []
        left = self.budget
        for item in callers:
            left -= _price(item)
            if left < 0 and chosen:
                break
            chosen.append(item)
        return chosen

    def _child(
        self, put_in_place: Callable[[], None], items: Sequence[pytest.Item], limits: Sequence[int]
    ) -> None:
        """Never returns. An endless mutant is ended by the alarm, which counts as killed."""
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        try:
            for cache in self._caches:  # what was answered before says nothing about a mutant
                cache.cache_clear()
            put_in_place()
            for number, item in enumerate(items):
                signal.alarm(limits[number])
                if not _passes(item, items[number + 1] if number + 1 < len(items) else None):
                    os._exit(KILLED)
        except BaseException:
            os._exit(KILLED)
        os._exit(SURVIVED)

    def _reap(self, running: dict[int, tuple[str, Mutant, int]]) -> None:
        pid, status = os.wait()
        module, mutant, tests = running.pop(pid)
        survived = os.WIFEXITED(status) and os.WEXITSTATUS(status) == SURVIVED
        endless = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM
        self.verdicts.append(Verdict(module, mutant, not survived, tests, endless))
        if len(self.verdicts) % 100 == 0:
            killed = sum(verdict.killed for verdict in self.verdicts)
            self.say(f"{len(self.verdicts)} tried, {killed} killed")

    def _baseline(self, items: Sequence[pytest.Item]) -> dict[str, Observed]:
        """What each test calls; seen in a child, so that nothing is left behind."""
        with tempfile.TemporaryDirectory() as folder:
            told = Path(folder) / "calls.json"
            pid = os.fork()
            if pid == 0:
                files = {str(path) for path in self.files}
                told.write_bytes(msgspec.json.encode(_observed(items, files, self._caches)))
                os._exit(0)
            os.waitpid(pid, 0)
            seen = msgspec.json.decode(told.read_bytes(), type=dict[str, Observed])
        self.baseline_failed = [name for name, test in seen.items() if not test.passed]
        return seen


class Observed(msgspec.Struct, frozen=True):
    """One test without any mutant: how long it took, and which functions of the files it called."""

    seconds: float
    passed: bool
    places: frozenset[Place]


def _observed(
    items: Sequence[pytest.Item], files: set[str], remembered: Sequence[Cache]
) -> dict[str, Observed]:
    found = {}
    for number, item in enumerate(items):
        for cache in remembered:
            cache.cache_clear()
        places: set[Place] = set()

        def note(frame: types.FrameType, event: str, _: object, places: set[Place] = places) -> None:
            if event == "call" and frame.f_code.co_filename in files:
                places.add((frame.f_code.co_filename, _outermost(frame.f_code.co_qualname)))

        began = time.perf_counter()
        threading.setprofile(note)
        sys.setprofile(note)
        passed = _passes(item, items[number + 1] if number + 1 < len(items) else None)
        sys.setprofile(None)
        threading.setprofile(None)
        found[item.nodeid] = Observed(time.perf_counter() - began, passed, frozenset(places))
    return found


def _passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


def _price(item: pytest.Item) -> int:
    test = getattr(item, "obj", None)
    if inspect.iscoroutinefunction(test):
        return OVER_SOCKETS
    return GENERATED if getattr(test, "is_hypothesis_test", False) else PLAIN


def _module_name(root: Path, path: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts)


def _outermost(qualified: str) -> str:
    return qualified.partition(".<locals>")[0]
