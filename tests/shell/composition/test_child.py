"""Children are started, watched and stopped: none outlives its stop, and a failed start can be tried again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from shell.composition import child
from shell.composition.child import Child, ChildFailed
from shell.composition.clock import SystemClock
from shell.composition.practice import Environment, EnvironmentChoice, prepare

PROGRAM = (
    'import sys; sys.stdin.readline(); sys.stdout.write(\'{"type": "ready"}\\n\'); sys.stdout.flush();'
    " sys.stdin.read()"
)
SHORT_SECONDS = 10.0


@pytest.fixture
def small_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children that only say that they are ready."""
    monkeypatch.setattr(child, "child_command", lambda name: [sys.executable, "-I", "-S", "-c", PROGRAM])


async def nothing() -> dict[str, Any]:
    return {}


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class HeldCreation:
    """The operating system making a process slowly: it is there, and we have not been told yet."""

    def __init__(self) -> None:
        self.make: Callable[..., Awaitable[Any]] = asyncio.create_subprocess_exec
        self.made: list[asyncio.subprocess.Process] = []
        self.holding = False
        self.held = asyncio.Event()
        self.go = asyncio.Event()

    async def __call__(self, *command: Any, **options: Any) -> asyncio.subprocess.Process:
        process: asyncio.subprocess.Process = await self.make(*command, **options)
        self.made.append(process)
        if self.holding:
            self.held.set()
            await self.go.wait()
        return process


async def stopped_while_made(monkeypatch: pytest.MonkeyPatch, *, restarting: bool) -> list[int]:
    """Stop a child while its process is being made; the process ids of all its processes."""
    creation = HeldCreation()
    monkeypatch.setattr(asyncio, "create_subprocess_exec", creation)
    one = Child("small", nothing, [])
    creation.holding = not restarting
    starting = asyncio.create_task(one.start())
    if restarting:
        await starting
        creation.holding = True
        os.kill(creation.made[0].pid, signal.SIGKILL)
    await creation.held.wait()
    stopping = asyncio.create_task(one.stop())
    await asyncio.sleep(0)
    creation.go.set()
    await stopping
    await asyncio.gather(starting, return_exceptions=True)
    return [process.pid for process in creation.made]


@pytest.mark.usefixtures("small_program")
@pytest.mark.parametrize("restarting", [True, False])
def test_no_process_outlives_a_stop_that_comes_while_it_is_made(
    restarting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = asyncio.run(
        asyncio.wait_for(stopped_while_made(monkeypatch, restarting=restarting), SHORT_SECONDS)
    )
    assert len(pids) == 1 + restarting
    assert not [pid for pid in pids if alive(pid)]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return prepare(EnvironmentChoice(tmp_path), SystemClock().now())


@pytest.mark.usefixtures("small_program")
def test_any_failed_start_can_be_tried_again(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def twice() -> tuple[BaseException, bool]:
        with monkeypatch.context() as broken:
            broken.setattr(child, "child_command", lambda name: ["/nowhere/vaktrom"])
            with pytest.raises(OSError) as refused:
                await environment.start()
        await environment.start()
        up = environment.gateway is not None and environment.gateway.pid is not None
        await environment.stop()
        return refused.value, up

    error, up = asyncio.run(asyncio.wait_for(twice(), SHORT_SECONDS))
    assert isinstance(error, FileNotFoundError)
    assert up


@pytest.mark.usefixtures("small_program")
def test_who_stops_waiting_for_a_start_does_not_end_it(environment: Environment) -> None:
    async def impatient() -> None:
        first = asyncio.create_task(environment.start())
        await asyncio.sleep(0)
        first.cancel()
        await environment.start()
        assert environment.gateway is not None and environment.gateway.pid is not None
        await environment.stop()
        with pytest.raises(ChildFailed):
            await environment.start()

    asyncio.run(asyncio.wait_for(impatient(), SHORT_SECONDS))


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("raise LookupError('the record is gone')", "the record is gone"),
        ("import asyncio; raise asyncio.InvalidStateError('too late')", "too late"),
        ("import sys; sys.exit('no room: on the disk')", "no room: on the disk"),
        ("pass", "it ended without a word"),
        ("import sys; sys.stdin.read()", "it was not ready within 0.2 seconds"),
    ],
)
def test_why_a_child_did_not_start(
    program: str, says: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In words without class names; asyncio has nothing to say about a process that was killed."""
    monkeypatch.setattr(child, "child_command", lambda name: [sys.executable, "-I", "-S", "-c", program])
    monkeypatch.setattr(child, "READY_SECONDS", 0.2 if "not ready" in says else SHORT_SECONDS)
    with pytest.raises(ChildFailed) as failed:
        asyncio.run(Child("small", nothing, []).start())
    assert failed.value.detail.startswith(says)
    assert "Error" not in str(failed.value)
    assert "Unknown child process" not in caplog.text
