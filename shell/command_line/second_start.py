"""A second start of the desktop brings the first one to the front instead of starting another."""

from __future__ import annotations

import sys
from pathlib import Path

from plugins.findings import Text
from shell.command_line.app_commands import language
from shell.command_line.failures import SAID_NO, WrongUse
from shell.composition.desktop_door import DesktopDoor, DesktopHung, ask_to_show
from shell.composition.io_loop import IoLoop
from shell.composition.open_wish import OpenWish
from shell.composition.session_place import PlaceUnsafe, SessionPlace, session_place

RUNS = Text(
    "Vaktrom er alt åpent. Vinduet er hentet fram.", "Vaktrom is open already. Its window is in front."
)
ASKED_THERE = Text(
    "Vaktrom er åpent, og spør der om pasienten skal åpnes.",
    "Vaktrom is open, and asks there whether the patient is to be opened.",
)
STARTS = Text("Vaktrom er i ferd med å starte.", "Vaktrom is starting already.")
NOT_TAKEN = Text(
    "Det du oppga, gjelder ikke et Vaktrom som alt er åpent. Lukk det først.",
    "What you named does not count for a Vaktrom that is open already. Close it first.",
)
HUNG = Text(
    "Vaktrom er alt åpent, men svarer ikke. Vent litt, eller avslutt det og start på nytt.",
    "Vaktrom is open already but does not answer. Wait a little, or end it and start again.",
)
LISTEN_SECONDS = 2.0


def first_or_none(state: Path) -> tuple[DesktopDoor | None, SessionPlace | None]:
    """The door of the only desktop, or no door but the place of the one that runs already.

    Raises ``WrongUse`` when the folder for it is not the user's own.
    """
    try:
        place = session_place(state)
    except PlaceUnsafe as error:
        raise WrongUse(str(error)) from error
    door = DesktopDoor(place)
    if door.is_first:
        return door, None
    door.close()
    return None, place


def listen(door: DesktopDoor, io: IoLoop) -> None:
    """Where it cannot listen (a path that is too long for a socket) the door is given up, and every start is its own."""
    try:
        io.submit(door.listen()).result(LISTEN_SECONDS)
    except (OSError, TimeoutError):
        door.close()


def show_the_first(place: SessionPlace, options: bool, wish: OpenWish | None = None) -> tuple[Text, int]:
    """What is to be said, and the exit code; ``options``: the user named some that only a new desktop could take."""
    _may_come_forward()
    try:
        answer = ask_to_show(place, wish=wish)
    except DesktopHung:
        return HUNG, SAID_NO
    if options:
        return NOT_TAKEN, SAID_NO
    if wish is not None:
        return ASKED_THERE, 0
    return (RUNS if answer == "shown" else STARTS), 0


def _may_come_forward() -> None:
    """Windows lets a window come to the front only with the leave of the program that the user has just started."""
    if sys.platform == "win32":
        import ctypes

        ctypes.WinDLL("user32").AllowSetForegroundWindow(-1)


def told(text: Text) -> None:
    """On standard error, when there is one."""
    if sys.stderr is not None:
        sys.stderr.write(f"vaktrom: {text.in_language(language())}\n")
