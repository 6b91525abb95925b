"""Kill -9 of the shell: no process of ours after two seconds, nothing personal on disk (S6, S8)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from tests.fakes.environment import ROOT

GONE_WITHIN_SECONDS = 2.0
UP_WITHIN_SECONDS = 40.0


def family(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def names(processes: list[psutil.Process]) -> list[str]:
    found = []
    for process in processes:
        try:
            found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


def test_kill_9_of_the_shell_leaves_no_process_and_no_login_behind(tmp_path: Path) -> None:
    shell = subprocess.Popen(
        [sys.executable, "-m", "shell", "run", "--state", str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + UP_WITHIN_SECONDS
        while (
            not any("child gateway" in name for name in names(family(shell.pid)))
            or len(family(shell.pid)) < 4
        ):
            assert time.monotonic() < deadline, names(family(shell.pid))
            assert shell.poll() is None, "the desktop ended by itself"
            time.sleep(0.05)
        ours = family(shell.pid)
    finally:
        os.kill(shell.pid, signal.SIGKILL)
        shell.wait()
    _, alive = psutil.wait_procs(ours, timeout=GONE_WITHIN_SECONDS)
    alive = [
        process for process in alive if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    ]
    assert names(alive) == []
    left = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*") if path.is_file()}
    expected = {"gateway", "sandbox", "audit.sqlite", "PRACTICE", "in", "logs"}
    assert {name.split("-")[0] for name in left} <= expected
