"""Where the next start finds the running desktop of this user in this session of the operating system."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path


class PlaceUnsafe(Exception):
    """The folder belongs to somebody else, or others may write in it; one line."""


@dataclass(frozen=True, slots=True)
class SessionPlace:
    """``folder`` is the user's own; ``name`` tells sessions and state folders apart."""

    folder: Path
    name: str

    @property
    def lock(self) -> Path:
        """Held by the desktop for as long as it lives."""
        return self.folder / f"{self.name}.lock"

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / f"{self.name}.s"

    @property
    def key(self) -> Path:
        """What opens its door where there are no such sockets (Windows)."""
        return self.folder / f"{self.name}.key"


def session_place(state: Path) -> SessionPlace:
    """That of the desktop which keeps its things in ``state``; makes the folder. Raises ``PlaceUnsafe``, ``OSError``.

    A session is a screen: a user of a terminal server with two of them has a window on each.
    """
    folder = _folder(state)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if sys.platform != "win32" and (
        not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077
    ):
        raise PlaceUnsafe(f"the folder {folder} is not yours alone; run: chmod 700 {folder}")
    told = f"{screen()}\n{state.resolve()}"
    return SessionPlace(folder, f"{hashlib.sha256(told.encode()).hexdigest()[:16]}")


def _folder(state: Path) -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and sys.platform != "win32":
        return Path(runtime) / "vaktrom"
    return state / "running"


def screen() -> str:
    """The session's screen: its X11 or Wayland display; on Windows the number of the session."""
    if sys.platform == "win32":
        return f"windows {windows_session()}"
    if os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
        return os.environ["QT_QPA_PLATFORM"]
    wayland = os.environ.get("WAYLAND_DISPLAY")
    return f"wayland {wayland}" if wayland else f"x11 {os.environ.get('DISPLAY', '').removesuffix('.0')}"


def windows_session() -> int:
    """Which session of a Windows machine this process belongs to; a user of a terminal server may have several."""
    if sys.platform == "win32":
        import ctypes

        number = ctypes.c_ulong(0)
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        if not kernel.ProcessIdToSessionId(os.getpid(), ctypes.byref(number)):
            raise ctypes.WinError(ctypes.get_last_error())
        return int(number.value)
    return 0
