"""Whether there is a screen that answers; Qt itself would abort the program where there is none."""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from shell.command_line.failures import WrongUse

WITHOUT_SCREEN = ("offscreen", "minimal")
WHAT_TO_DO = "start it in a desktop session, or under: xvfb-run -a vaktrom run"


def demand_display() -> None:
    """Raises WrongUse when there is no screen to draw on, or the one that is named does not let us in."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM") in WITHOUT_SCREEN:
        return
    named = [name for name in ("DISPLAY", "WAYLAND_DISPLAY") if os.environ.get(name)]
    if not named:
        raise WrongUse(f"there is no display; {WHAT_TO_DO}")
    answers = {"DISPLAY": _x11_answers, "WAYLAND_DISPLAY": _wayland_answers}
    if not any(answers[name]() for name in named):
        places = ", ".join(f"{name}={os.environ[name]}" for name in named)
        raise WrongUse(f"the display does not answer, or lets nobody in ({places}); {WHAT_TO_DO}")


def has_display() -> bool:
    """Whether a window would be seen."""
    try:
        demand_display()
    except WrongUse:
        return False
    return True


def _x11_answers() -> bool:
    """Connects as Qt will, with the same authorization; True also where the library for it is missing."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    with _quiet_standard_error():
        connection = xcb.xcb_connect(None, None)
        failed = xcb.xcb_connection_has_error(connection)
        xcb.xcb_disconnect(connection)
    return not failed


@contextlib.contextmanager
def _quiet_standard_error() -> Iterator[None]:
    """The library writes the server's refusal there, and our own line says it already."""
    try:
        kept = os.dup(2)
    except OSError:
        yield
        return
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _wayland_answers() -> bool:
    place = Path(os.environ.get("XDG_RUNTIME_DIR", "/run")) / os.environ["WAYLAND_DISPLAY"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(2)
        try:
            connection.connect(str(place))
        except OSError:
            return False
    return True
