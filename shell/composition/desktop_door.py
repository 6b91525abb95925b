"""One desktop of a user in a session: it holds a lock and listens, and the next start asks it to come to the front.

The lock goes with the process, however that ends. How the two reach each other, and nobody else: ``door_ways``.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable
from typing import IO, Literal

from shell.composition.door_ways import DoorWay, NotThereYet, line_from, way_to
from shell.composition.open_wish import OpenWish, message_of, wish_of_message
from shell.composition.session_place import SessionPlace
from shell.composition.state_use import lock_file

ASKED = b"show\n"
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
        self._lock: IO[bytes] | None = place.lock.open("ab")
        self.is_first = lock_file(self._lock)
        self._way = way_of(place)
        self._show: Show | None = None
        self._take: Take | None = None
        self._waits: OpenWish | None = None
        self._visitors = 0
        self._times: list[float] = []
        self._wishes: list[float] = []

    async def listen(self) -> None:
        """Serve on the running loop; for the first only. Raises ``OSError``."""
        await self._way.open(self._visited)

    def attend(self, show: Show, take: Take = lambda _: None) -> None:
        """On the loop's thread: from now on there is a window that can be shown; ``take`` gets what came before, too."""
        self._show, self._take = show, take
        waited, self._waits = self._waits, None
        if waited is not None:
            take(waited)

    def close(self) -> None:
        """Let the next one be the first."""
        if self.is_first:
            self._way.close()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    async def _visited(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._visitors += 1
        try:
            if self._visitors <= MOST_VISITORS:
                message = await asyncio.wait_for(self._way.message_of(reader, writer), READ_SECONDS)
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
    way = way_of(place)
    while (left := until - time.monotonic()) > 0:
        try:
            with way.connect(left) as door:
                return _said(way, door, until, message)
        except NotThereYet:
            time.sleep(min(AGAIN_SECONDS, left))  # it has its lock and is about to listen
        except OSError as error:
            raise DesktopHung from error
    raise DesktopHung


def way_of(place: SessionPlace) -> DoorWay:
    """How the desktop of this place is reached."""
    return way_to(place.socket, place.key)


def _said(way: DoorWay, door: socket.socket, until: float, message: bytes) -> Answer:
    heard = line_from(door, until) if way.say(door, message, until) else b""
    if heard == b"shown\n":
        return "shown"
    if heard == b"starting\n":
        return "starting"
    raise DesktopHung
