"""Listening sockets on the loopback address, bound by the shell so that a restarted child keeps its port."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

LOOPBACK = "127.0.0.1"


class PortTaken(Exception):
    """A port that the user named is in use."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} on {LOOPBACK} is taken by another program")
        self.port = port


def listen(port: int = 0) -> socket.socket:
    """A listening socket on 127.0.0.1; raises PortTaken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(512)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise PortTaken(port) from error
    return listener


def port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


class RememberedPort:
    """The gateway's port of this user; a taken one is replaced by a free one, which is remembered.

    ``keep`` False: it is not, since the taken one is that of another program of ours that is running.
    """

    def __init__(self, file: Path, *, keep: bool = True) -> None:
        self._file = file
        self._keep = keep

    def listen(self) -> tuple[socket.socket, bool]:
        """The socket, and whether the port is the remembered one (grants of another issuer are dropped)."""
        remembered = self._remembered()
        if remembered:
            try:
                return listen(remembered), True
            except PortTaken:
                pass
        listener = listen()
        if self._keep:
            self._file.write_text(f"{port_of(listener)}\n", encoding="ascii")
        return listener, False

    def _remembered(self) -> int | None:
        try:
            port = int(self._file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None
        return port if 1024 <= port <= 65535 else None
