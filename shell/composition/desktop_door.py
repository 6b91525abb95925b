"""One desktop of a user in a session: it holds a lock and listens, and the next start asks it to come to the front.

The lock goes with the process, however that ends; a socket that a kill leaves behind is taken away by the next desktop.
Both ends look who the other is (``SO_PEERCRED``). Windows has no such door yet: there each start is a desktop of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import IO, Literal

from shell.composition.open_wish import OpenWish, message_of, wish_of_message
from shell.composition.session_place import SessionPlace
from shell.composition.state_use import lock_file

ASKED = b"show\n"
LONGEST_MESSAGE = 80
MOST_VISITORS = 8
READ_SECONDS = 2.0
HUNG_SECONDS = 5.0
"""How long a running desktop may keep a second start waiting."""
MOST_ASKED, WITHIN_SECONDS = 10, 10.0
"""What is asked more often than that is told that the window has been shown just now."""
AGAIN_SECONDS = 0.05

Answer = Literal["shown", "starting"]
Show = Callable[[Callable[[], None]], None]
"""Called on the loop's thread; calls back from any thread when the window has come to the front."""
Take = Callable[[OpenWish], None]
"""Called on the loop's thread, with what another program asks for."""


class DesktopHung(Exception):
    """A desktop of this user and session runs and does not answer."""


class DesktopDoor:
    """Held from here until ``close`` or the end of the process. ``is_first``: no other desktop has it."""

    def __init__(self, place: SessionPlace) -> None:
        self._place = place
        self._lock: IO[bytes] | None = place.lock.open("ab")
        self.is_first = lock_file(self._lock)
        self._listener: socket.socket | None = None
        self._show: Show | None = None
        self._take: Take | None = None
        self._waits: OpenWish | None = None
        self._visitors = 0
        self._times: list[float] = []
        self._wishes: list[float] = []

    async def listen(self) -> None:
        """Serve on the running loop; for the first only. Raises ``OSError``."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._place.socket.unlink(missing_ok=True)
            listener.bind(str(self._place.socket))
            self._place.socket.chmod(0o600)
            listener.setblocking(False)
            await asyncio.start_unix_server(self._visited, sock=listener, limit=LONGEST_MESSAGE)
        except OSError:
            listener.close()
            raise
        self._listener = listener

    def attend(self, show: Show, take: Take = lambda _: None) -> None:
        """On the loop's thread: from now on there is a window that can be shown; ``take`` gets what came before, too."""
        self._show, self._take = show, take
        waited, self._waits = self._waits, None
        if waited is not None:
            take(waited)

    def close(self) -> None:
        """Let the next one be the first."""
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._place.socket.unlink()
            self._listener.close()
            self._listener = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    async def _visited(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._visitors += 1
        try:
            if self._visitors <= MOST_VISITORS and is_this_user(writer.get_extra_info("socket")):
                message = await asyncio.wait_for(reader.readline(), READ_SECONDS)
                wish = wish_of_message(message)
                if wish is not None:
                    self._wished(wish)
                if message == ASKED or wish is not None:
                    writer.write(f"{await self._shown()}\n".encode("ascii"))
                    await asyncio.wait_for(writer.drain(), READ_SECONDS)
        except (OSError, TimeoutError, ValueError):
            pass  # whoever says nothing, too much or something else gets no answer
        finally:
            self._visitors -= 1
            writer.close()

    def _wished(self, wish: OpenWish) -> None:
        """The newest counts; more often than a window is shown, nothing is asked for: each wish reads a record."""
        now = time.monotonic()
        self._wishes = [moment for moment in self._wishes if now - moment < WITHIN_SECONDS]
        if len(self._wishes) >= MOST_ASKED:
            return
        self._wishes.append(now)
        if self._take is None:
            self._waits = wish
        else:
            self._take(wish)

    async def _shown(self) -> Answer:
        """Raises ``TimeoutError`` when the window does not answer."""
        if self._show is None:
            return "starting"
        loop = asyncio.get_running_loop()
        self._times = [moment for moment in self._times if loop.time() - moment < WITHIN_SECONDS]
        if len(self._times) < MOST_ASKED:
            self._times.append(loop.time())
            shown = asyncio.Event()

            def told() -> None:
                with contextlib.suppress(RuntimeError):  # the program is ending
                    loop.call_soon_threadsafe(shown.set)

            self._show(told)
            await asyncio.wait_for(shown.wait(), 2 * HUNG_SECONDS)
        return "shown"


def ask_to_show(place: SessionPlace, seconds: float = HUNG_SECONDS, wish: OpenWish | None = None) -> Answer:
    """Ask the running desktop to come to the front, with a wish or without.

    Raises ``DesktopHung`` when it says nothing for ``seconds``.
    """
    message = message_of(wish) if wish is not None else ASKED
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.settimeout(left)
            try:
                door.connect(str(place.socket))
            except (FileNotFoundError, ConnectionRefusedError, BlockingIOError):
                time.sleep(min(AGAIN_SECONDS, left))  # it has its lock and is about to listen
                continue
            except TimeoutError:
                break
            return _said(door, until, message)
    raise DesktopHung


def _said(door: socket.socket, until: float, message: bytes) -> Answer:
    heard = b""
    try:
        if is_this_user(door):
            door.sendall(message)
            while not heard.endswith(b"\n") and len(heard) < LONGEST_MESSAGE:
                door.settimeout(max(0.001, until - time.monotonic()))
                more = door.recv(LONGEST_MESSAGE)
                if not more:
                    break
                heard += more
    except OSError as error:
        raise DesktopHung from error
    if heard == b"shown\n":
        return "shown"
    if heard == b"starting\n":
        return "starting"
    raise DesktopHung


def is_this_user(connection: socket.socket) -> bool:
    """Whether the other end belongs to the same user; only Linux can tell, elsewhere the folder's rights decide."""
    if sys.platform != "linux":
        return True
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, user, _ = struct.unpack("3i", told)
    return bool(user == os.geteuid())
