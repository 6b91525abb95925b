"""Runs mutants inside one collected pytest session: each in a forked child that swaps one function's code.

What a mutant is tried with are the tests that call its function, the quickest first; the first failure kills it.
Nothing is written into the source tree.
"""

from __future__ import annotations

import functools
import gc
import importlib
import json
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
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.mutation.mutants import Mutant, mutants_of

KILLED, SURVIVED = 1, 0
SLOWER, LEAST_SECONDS = 8, 5
EXAMPLES = 30
Code = types.CodeType
Cache = Any
Place = tuple[str, str]
"""File and qualified name of a function."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mutant; ``tests`` is how many were there to kill it."""

    module: str
    mutant: Mutant
    killed: bool
    tests: int

    @property
    def name(self) -> str:
        return f"{self.module} {self.mutant.name}"


@dataclass
class MutationRun:
    """A pytest plugin: instead of running the tests it runs them against mutants of ``files``.

    ``seconds`` bounds the whole, ``test_seconds`` what one mutant's tests may take when they all pass.
    """

    root: Path
    files: Sequence[Path]
    seconds: float
    test_seconds: float
    jobs: int
    say: Callable[[str], None]
    verdicts: list[Verdict] = field(default_factory=list)
    untried: int = 0
    baseline_failed: list[str] = field(default_factory=list)
    _caches: list[Cache] = field(default_factory=list)

    def pytest_collection_modifyitems(self) -> None:
        """Generated examples are few, the same for every mutant, and kept nowhere."""
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
        for path in self.files:  # some are imported only when they are needed
            importlib.import_module(".".join(path.relative_to(self.root).with_suffix("").parts))
        self._caches, functions = _caches(), _functions({str(path) for path in self.files})
        gc.freeze()  # children then share what is here already
        calls, took = self._baseline(session.items)
        self.say(f"{len(items)} tests in {sum(took.values()):.0f} s; {len(calls)} functions are called")
        if self.baseline_failed:
            return True
        work = list(self._work())
        running: dict[int, tuple[str, Mutant, int]] = {}
        for number, (path, mutant) in enumerate(work):
            if time.monotonic() - began > self.seconds:
                self.untried = len(work) - number
                break
            chosen = self._chosen(calls.get((str(path), mutant.function), set()), took)
            module = str(path.relative_to(self.root))
            code = _code_of(mutant, path)
            living = functions.get((str(path), mutant.function))
            if not chosen or code is None or living is None:
                self.verdicts.append(Verdict(module, mutant, False, len(chosen)))
                continue
            while len(running) >= self.jobs:
                self._reap(running)
            limit = int(sum(took[name] for name in chosen) * SLOWER) + LEAST_SECONDS
            pid = os.fork()
            if pid == 0:
                for cache in self._caches:  # what was answered before says nothing about a mutant
                    cache.cache_clear()
                _child(living, code, [items[name] for name in chosen], limit)
            running[pid] = (module, mutant, len(chosen))
        while running:
            self._reap(running)
        return True

    def _work(self) -> Iterator[tuple[Path, Mutant]]:
        """All mutants, spread so that a run that is cut short has tried some of each module."""
        found = [(path, mutant) for path in self.files for mutant in mutants_of(path.read_text("utf-8"))]
        stride = 7
        for start in range(stride):
            yield from found[start::stride]

    def _chosen(self, tests: set[str], took: dict[str, float]) -> list[str]:
        chosen: list[str] = []
        left = self.test_seconds
        for name in sorted(tests, key=lambda name: (took[name], name)):
            left -= took[name]
            if left < 0 and chosen:
                break
            chosen.append(name)
        return chosen

    def _reap(self, running: dict[int, tuple[str, Mutant, int]]) -> None:
        pid, status = os.wait()
        module, mutant, tests = running.pop(pid)
        survived = os.WIFEXITED(status) and os.WEXITSTATUS(status) == SURVIVED
        self.verdicts.append(Verdict(module, mutant, not survived, tests))
        if len(self.verdicts) % 100 == 0:
            killed = sum(verdict.killed for verdict in self.verdicts)
            self.say(f"{len(self.verdicts)} tried, {killed} killed")

    def _baseline(self, items: Sequence[pytest.Item]) -> tuple[dict[Place, set[str]], dict[str, float]]:
        """Which tests call a function, and the seconds of each; measured in a child, so that nothing is left behind."""
        with tempfile.TemporaryDirectory() as folder:
            told = Path(folder) / "calls.json"
            pid = os.fork()
            if pid == 0:
                told.write_text(
                    json.dumps(_observed(items, {str(path) for path in self.files}, self._caches))
                )
                os._exit(0)
            os.waitpid(pid, 0)
            found = json.loads(told.read_text())
        calls: dict[Place, set[str]] = {}
        for name, (_, _, places) in found.items():
            for file, function in places:
                calls.setdefault((file, function), set()).add(name)
        self.baseline_failed = [name for name, (_, passed, _) in found.items() if not passed]
        return calls, {name: seconds for name, (seconds, _, _) in found.items()}


def _observed(
    items: Sequence[pytest.Item], files: set[str], caches: Sequence[Cache]
) -> dict[str, tuple[float, bool, list[tuple[str, str]]]]:
    found = {}
    for number, item in enumerate(items):
        for cache in caches:
            cache.cache_clear()
        places: set[Place] = set()

        def note(frame: types.FrameType, event: str, _: object, places: set[Place] = places) -> None:
            if event == "call" and frame.f_code.co_filename in files:
                places.add((frame.f_code.co_filename, _outermost(frame.f_code.co_qualname)))

        began = time.perf_counter()
        threading.setprofile(note)
        sys.setprofile(note)
        following = items[number + 1] if number + 1 < len(items) else None
        passed = _passes(item, following)
        sys.setprofile(None)
        threading.setprofile(None)
        found[item.nodeid] = (time.perf_counter() - began, passed, sorted(places))
    return found


def _passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


def _child(
    functions: Sequence[types.FunctionType], code: Code, items: Sequence[pytest.Item], limit: int
) -> None:
    """Never returns. An endless mutant is ended by the alarm, which counts as killed."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(limit)
    try:
        for function in functions:
            function.__code__ = code
        for number, item in enumerate(items):
            if not _passes(item, items[number + 1] if number + 1 < len(items) else None):
                os._exit(KILLED)
    except BaseException:
        os._exit(KILLED)
    os._exit(SURVIVED)


def _outermost(qualified: str) -> str:
    return qualified.partition(".<locals>")[0]


def _functions(files: set[str]) -> dict[Place, list[types.FunctionType]]:
    """The living function objects of the files, wherever they are kept (decorated, on classes, in tables)."""
    found: dict[Place, list[types.FunctionType]] = {}
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and thing.__code__.co_filename in files:
            found.setdefault((thing.__code__.co_filename, thing.__code__.co_qualname), []).append(thing)
    return found


def _code_of(mutant: Mutant, path: Path) -> Code | None:
    """The mutated function's code; ``None`` where Python itself refuses the mutant."""
    try:
        waiting = [compile(mutant.source, str(path), "exec", dont_inherit=True)]
    except SyntaxError:
        return None
    while waiting:
        code = waiting.pop()
        if code.co_qualname == mutant.function:
            return code
        waiting.extend(inner for inner in code.co_consts if isinstance(inner, Code))
    return None


def _caches() -> list[Cache]:
    """The product's functions that remember their answers."""
    found = (thing for thing in gc.get_objects() if isinstance(thing, functools._lru_cache_wrapper))
    return [thing for thing in found if (thing.__module__ or "").startswith("launcher.")]
