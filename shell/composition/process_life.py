"""How a child process of ours lives: told over standard input, ended by its end of file, never an orphan."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """On Linux the kernel ends this process with its ``parent`` (a process id); elsewhere the pipe's end of file does."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)


def read_configuration() -> dict[str, Any]:
    """The first line of standard input; what a child writes from now on is this user's alone. Raises ValueError."""
    os.umask(0o077)
    configuration = json.loads(sys.stdin.buffer.readline())
    if not isinstance(configuration, dict):
        raise ValueError("the configuration is not an object")
    return configuration


def say(message: dict[str, Any]) -> None:
    """One JSON line to the parent, at once."""
    sys.stdout.buffer.write(json.dumps(message, ensure_ascii=False).encode() + b"\n")
    sys.stdout.buffer.flush()


def on_end_of_input(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    """Set ``ended`` on ``loop`` when the parent closes our standard input or dies."""

    def wait() -> None:
        with contextlib.suppress(OSError, ValueError):
            while os.read(
                sys.stdin.fileno(), 4096
            ):  # not through the buffer: its lock would outlive the program
                pass
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait, name="parent-watch", daemon=True).start()
