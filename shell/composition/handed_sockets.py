"""Listening sockets that a child takes over from its parent: inherited by number, on Windows shared with its process."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

Handed = int | str
"""A descriptor's number; on Windows what ``WSADuplicateSocket`` gives for one process, Base64."""


def inherited(sockets: Sequence[socket.socket]) -> tuple[int, ...]:
    """The descriptors that the child must be started with."""
    return () if sys.platform == "win32" else tuple(one.fileno() for one in sockets)


def handed_to(process_id: int, sockets: Sequence[socket.socket]) -> list[Handed]:
    """What the child is told. ``process_id``: what the child itself said, since a starter may stand between."""
    if sys.platform == "win32":
        return [base64.b64encode(one.share(process_id)).decode("ascii") for one in sockets]
    return [one.fileno() for one in sockets]


def taken_over(handed: Sequence[Handed]) -> list[socket.socket]:
    """The sockets, in the child."""
    if sys.platform == "win32":
        return [socket.fromshare(base64.b64decode(str(one))) for one in handed]
    return [socket.socket(fileno=int(one)) for one in handed]


def introduce_yourself(say: Callable[[dict[str, Any]], None]) -> None:
    """Tell the parent who we are, where it has to know before it can hand anything over."""
    if sys.platform == "win32":
        say({"type": "here", "pid": os.getpid()})


def run_serving(serving: Coroutine[Any, Any, None]) -> None:
    """Run until it is done. On Windows two proactors cannot listen on one socket: there it is always a selector."""
    factory = asyncio.SelectorEventLoop if sys.platform == "win32" else None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serving)
