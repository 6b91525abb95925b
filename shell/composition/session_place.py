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
    if runtime:
        return Path(runtime) / "vaktrom"
    return state / "running"


def screen() -> str:
    """The session's screen: its X11 or Wayland display."""
    if os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
        return os.environ["QT_QPA_PLATFORM"]
    wayland = os.environ.get("WAYLAND_DISPLAY")
    return f"wayland {wayland}" if wayland else f"x11 {os.environ.get('DISPLAY', '').removesuffix('.0')}"
