"""The practice environment on a thread of this process, its children's words on standard error kept in files."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from shell.command_line.sandbox_command import ready_line
from shell.composition import child as child_module
from shell.composition.clock import SystemClock
from shell.composition.practice import Environment, EnvironmentChoice, prepare

Result = TypeVar("Result")


@dataclass
class RunningEnvironment:
    """``words`` is the folder with what the children wrote to standard error; ``told`` what the shell heard, and when."""

    environment: Environment
    ready: Mapping[str, Any]
    state: Path
    words: Path
    loop: asyncio.AbstractEventLoop
    told: list[tuple[str, float]] = field(default_factory=list)

    def pid(self, name: str) -> int:
        """The process id of ``gateway`` or ``sandbox`` now."""
        child = getattr(self.environment, name)
        assert child is not None and child.pid is not None
        return int(child.pid)

    def told_after(self, what: str, since: float, within: float) -> float:
        """Seconds from ``since`` until the shell was told; fails when it is not told in time."""
        deadline = since + within
        while time.monotonic() < deadline:
            for word, moment in list(self.told):
                if word == what and moment >= since:
                    return moment - since
            threading.Event().wait(0.01)
        raise AssertionError(f"the shell was not told {what!r} within {within} s")


@contextmanager
def running_environment(state: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningEnvironment]:
    """Start both children, end them."""
    words = state.parent / "words"
    words.mkdir()
    state.mkdir(exist_ok=True)
    command_of = child_module.child_command

    def with_words_kept(name: str) -> list[str]:
        redirect = f'exec "$0" "$@" 2>>"{words / name}"'
        return ["/bin/sh", "-c", redirect, *command_of(name)]

    monkeypatch.setattr(child_module, "child_command", with_words_kept)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def wait_for(work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, loop).result(60)

    environment = prepare(EnvironmentChoice(state), SystemClock().now())
    running = RunningEnvironment(environment, ready_line(environment), state, words, loop)

    def tell(word: str) -> None:
        running.told.append((word, time.monotonic()))

    try:
        environment.on_up, environment.on_down = lambda: tell("up"), lambda: tell("down")
        wait_for(environment.start())
        yield running
    finally:
        wait_for(environment.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
