"""The two ways on which a second start reaches the running desktop, and on which nobody else does.

Linux: a socket in a folder of the user's own, and both ends look who the other is (``SO_PEERCRED``). Windows has no such
socket for Python: there the desktop listens on 127.0.0.1, and what opens the door is a key in a file of the user's own. The
desktop shows first that it has the key, since another program may have taken a port that a killed one left; only then is
anything said to it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import os
import secrets
import socket
import struct
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from shell.composition.listeners import LOOPBACK, PortTaken, listen, port_of

LONGEST_MESSAGE = 80
LONGEST_LINE = 200
KEY_BYTES = 32
_HEX = 2 * KEY_BYTES

Visited = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class NotThereYet(Exception):
    """Nobody listens; who holds the lock may be about to."""


class DoorWay(Protocol):
    """``message_of`` and ``say`` are the two ends of one visit."""

    async def open(self, visited: Visited) -> None:
        """Listen on the running loop. Raises ``OSError``."""

    def close(self) -> None:
        """Listen no longer, and leave nothing."""

    async def message_of(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """The line that the same user's program says; empty for anybody else. Raises ``OSError``, ``ValueError``."""

    def connect(self, seconds: float) -> socket.socket:
        """Raises ``NotThereYet``, ``TimeoutError``, ``OSError``."""

    def say(self, door: socket.socket, message: bytes, until: float) -> bool:
        """Say it, once it is sure who listens; ``until`` in monotonic seconds. Raises ``OSError``."""


def way_to(socket_path: Path, key_path: Path) -> DoorWay:
    """That of this operating system."""
    return LoopbackWay(key_path) if sys.platform == "win32" else SocketFileWay(socket_path)


class SocketFileWay:
    """A Unix socket; one that a killed desktop left is taken away by the next."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._listener: socket.socket | None = None

    async def open(self, visited: Visited) -> None:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._path.unlink(missing_ok=True)
            listener.bind(str(self._path))
            self._path.chmod(0o600)
            listener.setblocking(False)
            await asyncio.start_unix_server(visited, sock=listener, limit=LONGEST_MESSAGE)
        except OSError:
            listener.close()
            raise
        self._listener = listener

    def close(self) -> None:
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()
            self._listener.close()
            self._listener = None

    async def message_of(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        if not is_this_user(writer.get_extra_info("socket")):
            return b""
        return await reader.readline()

    def connect(self, seconds: float) -> socket.socket:
        door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        door.settimeout(seconds)
        try:
            door.connect(str(self._path))
        except (FileNotFoundError, ConnectionRefusedError, BlockingIOError) as absent:
            door.close()
            raise NotThereYet from absent
        except OSError:
            door.close()
            raise
        return door

    def say(self, door: socket.socket, message: bytes, until: float) -> bool:
        if not is_this_user(door):
            return False
        door.settimeout(max(0.001, until - time.monotonic()))
        door.sendall(message)
        return True


class LoopbackWay:
    """A port of 127.0.0.1 and a key, both in one file that only this user can read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._listener: socket.socket | None = None
        self._key = b""

    async def open(self, visited: Visited) -> None:
        try:
            listener = listen()
        except PortTaken as none_free:
            raise OSError(f"{none_free}") from none_free
        try:
            self._key = secrets.token_bytes(KEY_BYTES)
            await asyncio.start_server(visited, sock=listener, limit=LONGEST_LINE)
            self._write(f"{port_of(listener)} {self._key.hex()}\n")
        except OSError:
            listener.close()
            raise
        self._listener = listener

    def close(self) -> None:
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()
            self._listener.close()
            self._listener = None

    async def message_of(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        asked = (await reader.readline()).strip()
        if len(asked) != _HEX:
            return b""
        own = _nonce()
        writer.write(_proof(self._key, b"door", asked) + b" " + own + b"\n")
        proof, _, message = (await reader.readline()).partition(b" ")
        return message if hmac.compare_digest(proof, _proof(self._key, b"visitor", own, message)) else b""

    def connect(self, seconds: float) -> socket.socket:
        port, self._key = self._read()
        try:
            return socket.create_connection((LOOPBACK, port), timeout=seconds)
        except ConnectionRefusedError as absent:
            raise NotThereYet from absent

    def say(self, door: socket.socket, message: bytes, until: float) -> bool:
        asked = _nonce()
        door.settimeout(max(0.001, until - time.monotonic()))
        door.sendall(asked + b"\n")
        proof, _, theirs = line_from(door, until).strip().partition(b" ")
        if not hmac.compare_digest(proof, _proof(self._key, b"door", asked)):
            return False
        door.sendall(_proof(self._key, b"visitor", theirs, message) + b" " + message)
        return True

    def _write(self, text: str) -> None:
        made = self._path.with_suffix(f".{secrets.token_hex(4)}")
        with os.fdopen(
            os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
        ) as file:
            file.write(text)
        os.replace(made, self._path)

    def _read(self) -> tuple[int, bytes]:
        try:
            port, _, key = self._path.read_text("ascii").strip().partition(" ")
            return int(port), bytes.fromhex(key)
        except (FileNotFoundError, PermissionError, ValueError) as absent:
            raise NotThereYet from absent


def line_from(door: socket.socket, until: float) -> bytes:
    """What comes until a line ends, the other end closes, or it is too long. Raises ``OSError`` when time is over."""
    heard = b""
    while not heard.endswith(b"\n") and len(heard) < LONGEST_LINE:
        door.settimeout(max(0.001, until - time.monotonic()))
        more = door.recv(LONGEST_LINE)
        if not more:
            break
        heard += more
    return heard


def is_this_user(connection: socket.socket) -> bool:
    """Whether the other end belongs to the same user; only Linux can tell, elsewhere the folder's rights decide."""
    if sys.platform != "linux":
        return True
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, user, _ = struct.unpack("3i", told)
    return bool(user == os.geteuid())


def _nonce() -> bytes:
    return secrets.token_hex(KEY_BYTES).encode("ascii")


def _proof(key: bytes, who: bytes, *said: bytes) -> bytes:
    return hmac.new(key, b"\n".join((who, *said)), hashlib.sha256).hexdigest().encode("ascii")
