"""Processes as the kernel counts them: CPU seconds and proportional memory."""

from __future__ import annotations

import contextlib
import statistics
from collections.abc import Callable, Collection
from pathlib import Path

import psutil

ZYGOTE = "--type=zygote"


def cpu_seconds(pid: int) -> float:
    """User and system time of one process so far; on Linux in nanoseconds, where ticks of 10 ms would be too coarse."""
    tasks = list(Path(f"/proc/{pid}/task").glob("*/schedstat"))
    if tasks:
        total = 0
        for task in tasks:
            with contextlib.suppress(OSError):
                total += int(task.read_text().split()[0])
        return total / 1e9
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def main_thread_seconds(pid: int) -> float:
    """CPU seconds of a process's first thread; of all its threads where the kernel does not tell them apart."""
    try:
        return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return cpu_seconds(pid)


def child_named(pid: int, words: str) -> int:
    """The process below ``pid`` whose command line holds ``words``. Raises ``LookupError``."""
    for process in psutil.Process(pid).children(recursive=True):
        if words in " ".join(process.cmdline()):
            return int(process.pid)
    raise LookupError(words)


def memory_bytes(pid: int, left_out: Collection[int] = ()) -> int:
    """Proportional memory (PSS) of a process and everything below it: shared pages are counted once in all."""
    root = psutil.Process(pid)
    total = 0
    for process in [root, *root.children(recursive=True)]:
        if process.pid in left_out:
            continue
        try:
            memory = process.memory_full_info()
        except psutil.Error:
            continue
        total += int(getattr(memory, "pss", 0) or memory.uss)
    return total


def renderer_bytes(pid: int) -> int:
    """Proportional memory of the renderers below a process, as :func:`memory_bytes`."""
    children = psutil.Process(pid).children(recursive=True)
    others = [child.pid for child in children if not _is_renderer(child)]
    return memory_bytes(pid, [pid, *others])


def _is_renderer(process: psutil.Process) -> bool:
    """On Linux a renderer is a fork of Chromium's zygote and keeps its command line."""
    try:
        if "--type=renderer" in process.cmdline():
            return True
        parent = process.parent()
        return parent is not None and ZYGOTE in parent.cmdline() and ZYGOTE in process.cmdline()
    except psutil.Error:
        return False


def settled(measure: Callable[[], int], wait: Callable[[], None], rounds: int = 5) -> int:
    """The median of a few looks with a wait before each."""
    looks: list[int] = []
    for _ in range(rounds):
        wait()
        looks.append(measure())
    return int(statistics.median(looks))
