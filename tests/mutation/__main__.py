"""``python -m tests.mutation``: mutants of the gateway's pure rules against their tests (in ``dev.py test --long``).

It fails when fewer than ``FLOOR`` are killed, when a survivor has no line in ``survivors.txt`` that says why, and when
a line there has no survivor any more. The floor only ever rises.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import pytest

from tests.mutation.runner import MutationRun, Verdict
from tests.mutation.survivors import complaints, lines_of

ROOT = Path(__file__).resolve().parents[2]
SURVIVORS = Path(__file__).with_name("survivors.txt")
FOLDERS = ("launcher/gateway", "launcher/smart")
TESTS = ("tests/launcher/gateway", "tests/launcher/oauth", "tests/launcher/smart")
LEFT_OUT = ("test_audit_log.py", "test_upstream_fhir.py", "test_shared_reads.py", "test_isolation.py")
FLOOR = 0.9
SECONDS = 2700.0
BUDGET = 2500
"""Nominal milliseconds that the tests of one mutant may take when they all pass."""


def say(line: str) -> None:
    sys.__stdout__.write(f"{line}\n")  # type: ignore[union-attr]  # pytest captures the other
    sys.__stdout__.flush()  # type: ignore[union-attr]


def tried(files: list[Path], tests: list[str], seconds: float, jobs: int) -> MutationRun:
    """Run every mutant of the files."""
    run = MutationRun(ROOT, files, seconds, BUDGET, jobs, say)
    left_out = [f"--ignore-glob=*/{name}" for name in LEFT_OUT]
    pytest.main([*tests, *left_out, "-m", "not long", "-o", "timeout=0", "-p", "no:cacheprovider"], [run])
    return run


def told(run: MutationRun) -> bool:
    """Print module by module, and the survivors; true when all is as it should be."""
    modules: dict[str, list[Verdict]] = {}
    for verdict in sorted(run.verdicts, key=lambda verdict: (verdict.module, verdict.mutant.line)):
        modules.setdefault(verdict.module, []).append(verdict)
    for module, verdicts in modules.items():
        killed = sum(verdict.killed for verdict in verdicts)
        say(f"{module:<40} {killed:5} of {len(verdicts):5} {killed / len(verdicts):7.1%}")
    survivors = sum(not verdict.killed for verdict in run.verdicts)
    rate = 1 - survivors / max(1, len(run.verdicts))
    files = {str(path.relative_to(ROOT)) for path in run.files}
    whole = not run.untried and not run.baseline_failed
    wrong = list(complaints(run.verdicts, lines_of(SURVIVORS.read_text("utf-8")), files, whole=whole))
    for line in wrong:
        say(line)
    say(
        f"{len(run.verdicts)} mutants, {rate:.1%} killed, {survivors} survivors; {len(wrong)} to be looked at"
    )
    if run.untried:
        say(f"{run.untried} mutants were not tried: the time was up")
    for name in run.baseline_failed:
        say(f"FAILED without any mutant: {name}")
    return whole and bool(run.verdicts) and rate >= FLOOR and not wrong


def main() -> int:
    """Everything, or the modules that are named."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("module", nargs="*", help="files below launcher/gateway and launcher/smart")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    every = [path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.py"))]
    files = [ROOT / name for name in arguments.module] or every
    tests = [str(ROOT / name) for name in TESTS if (ROOT / name).is_dir()]
    return 0 if told(tried(files, tests, arguments.seconds, arguments.jobs)) else 1


if __name__ == "__main__":
    sys.exit(main())
