"""A child process of ours: started, told its configuration over a pipe, watched, and started again when it dies.

Configuration and secrets go over standard input, never over arguments, environment or files. The listening sockets
belong to the parent and are inherited, so a restarted child keeps its ports.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import re
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from shell.composition.handed_sockets import handed_to, inherited

READY_SECONDS = 60.0
"""A busy machine may need long to load its records; a child that dies is known at once."""
RESTART_SECONDS = (0.0, 0.2, 1.0, 3.0)
STOP_SECONDS = 3.0
LONGEST_LINE = 16 * 1024 * 1024

Message = dict[str, Any]


_LAST_LINE_OF_TRACEBACK = re.compile(r"(?:[A-Za-z_]\w*\.)*[A-Z]\w*: (?P<text>.+)")


class ChildFailed(Exception):
    """A child could not be started; ``detail`` says why, for the user."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"{name} did not start: {detail}")
        self.name = name
        self.detail = detail


class SealedRecords:
    """The gateway's state as the shell keeps it: sealed, in memory, never opened."""

    def __init__(self) -> None:
        self._records: dict[str, str] = {}

    def take(self, message: Message) -> None:
        key, sealed = str(message["key"]), message.get("sealed")
        if sealed is None:
            self._records.pop(key, None)
        else:
            self._records[key] = str(sealed)

    def as_list(self) -> list[dict[str, str]]:
        return [{"key": key, "sealed": sealed} for key, sealed in self._records.items()]

    def clear(self) -> None:
        self._records.clear()


def child_command(name: str) -> list[str]:
    """The command line of a child: this program again, told whose child it is."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "shell"]
    return [*program, "child", name, str(os.getpid())]


class Child:
    """One supervised process. All methods run on the event loop that started it."""

    def __init__(
        self,
        name: str,
        configuration: Callable[[], Awaitable[Mapping[str, Any]]],
        sockets: Sequence[socket.socket],
        *,
        records: SealedRecords | None = None,
        on_up: Callable[[], None] = lambda: None,
        on_down: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._configuration = configuration
        self._sockets = sockets
        self._records = records
        self._on_up = on_up
        self._on_down = on_down
        self._process: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._last_words: list[str] = []

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def start(self) -> Message:
        """Start and wait for the ready line; raises ChildFailed."""
        ready = await self._start_once()
        self._watcher = asyncio.create_task(self._watch())
        return ready

    async def stop(self) -> None:
        """End the child by closing its standard input; kill it when that does not help."""
        self._stopping.set()
        process = self._process
        if process and process.returncode is None:
            if process.stdin:
                process.stdin.close()
            try:
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
            except TimeoutError:
                _kill(process)
                await process.wait()
        if self._watcher:
            await asyncio.gather(self._watcher, return_exceptions=True)

    async def _start_once(self) -> Message:
        self._last_words.clear()
        process = await asyncio.create_subprocess_exec(
            *child_command(self._name),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE,
            pass_fds=inherited(self._sockets),
        )
        self._process = process
        assert process.stderr
        errors = asyncio.create_task(self._keep_last_words(process.stderr))
        try:
            return await self._configured(process)
        except BaseException as error:
            _kill(process)
            await process.wait()
            await errors
            if not isinstance(error, (TimeoutError, ConnectionError, EOFError)):
                raise
            raise ChildFailed(self._name, self._why(error)) from error

    async def _configured(self, process: asyncio.subprocess.Process) -> Message:
        """Tell the new process everything and hear that it is ready. Its configuration is made while it starts."""
        assert process.stdin and process.stdout
        made = await self._configuration()
        configuration = {**made, "listeners": handed_to(await self._process_id(process), self._sockets)}
        if self._stopping.is_set():  # told to stop while the operating system made it
            raise ChildFailed(self._name, "it was stopped")
        if self._records is not None:
            configuration["records"] = self._records.as_list()
        process.stdin.write(json.dumps(configuration).encode() + b"\n")
        await process.stdin.drain()
        return await asyncio.wait_for(self._read_until_ready(process.stdout), READY_SECONDS)

    def _why(self, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            return (
                f"it was not ready within {READY_SECONDS:g} seconds, perhaps because the machine is too busy"
            )
        if not self._last_words:
            return "it ended without a word"
        matched = _LAST_LINE_OF_TRACEBACK.fullmatch(self._last_words[-1])
        return matched["text"] if matched else self._last_words[-1]

    async def _process_id(self, process: asyncio.subprocess.Process) -> int:
        """On Windows as the child says it: what was started there may have started it in turn."""
        if sys.platform == "win32":
            assert process.stdout
            message = await asyncio.wait_for(self._next_message(process.stdout), READY_SECONDS)
            if message is None or message.get("type") != "here":
                raise EOFError
            return int(message["pid"])
        return process.pid

    async def _read_until_ready(self, stream: asyncio.StreamReader) -> Message:
        while True:
            message = await self._next_message(stream)
            if message is None:
                raise EOFError
            if message.get("type") == "ready":
                return message

    async def _next_message(self, stream: asyncio.StreamReader) -> Message | None:
        line = await stream.readline()
        if not line:
            return None
        try:
            message: Message = json.loads(line)
        except ValueError:
            return {}
        if message.get("type") == "record" and self._records is not None:
            self._records.take(message)
        return message

    async def _keep_last_words(self, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            text = line.decode("utf-8", "replace").rstrip()
            if text:
                self._last_words = [*self._last_words[-19:], text]

    async def _watch(self) -> None:
        """Read messages; when the process ends by itself, start it again."""
        attempt = 0
        while not self._stopping.is_set():
            process = self._process
            assert process and process.stdout
            self._on_up()
            try:
                while await self._next_message(process.stdout) is not None:
                    attempt = 0
            except (ValueError, TypeError, AttributeError):  # a child that speaks nonsense is of no use
                _kill(process)
            await process.wait()
            if self._stopping.is_set():
                return
            self._on_down()
            while not await self._stopped_within(RESTART_SECONDS[min(attempt, len(RESTART_SECONDS) - 1)]):
                attempt += 1
                with contextlib.suppress(ChildFailed, OSError, ValueError):
                    await self._start_once()
                    break

    async def _stopped_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return self._stopping.is_set()


def _kill(process: asyncio.subprocess.Process) -> None:
    """Kills it by its id; ``Process.kill`` would look whether it has ended, and take the answer from who waits for it."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.kill(process.pid, signal.SIGKILL)


def encode_key(key: bytes) -> str:
    return base64.b64encode(key).decode()
