"""Where timelines lie: one numbered series of small files per session, bounded in size and in age."""

from __future__ import annotations

import contextlib
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

FOLDER = "timeline"
PART_BYTES = 64 * 1024
PARTS_OF_A_SESSION = 8
ALL_BYTES = 1024 * 1024
KEPT_SECONDS = 7 * 24 * 3600
_NAME = re.compile(r"session-(\d{6})\.(\d{3,6})\.jsonl")


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One file: the session's number, its place in the session, and where it lies."""

    session: int
    place: int
    path: Path


def parts_in(folder: Path) -> list[Part]:
    """Every part, by session and place. Raises OSError except for a folder that is not there."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    found = [(match, folder / name) for name in names if (match := _NAME.fullmatch(name))]
    return sorted(Part(int(match[1]), int(match[2]), path) for match, path in found)


def part_path(folder: Path, session: int, place: int) -> Path:
    return folder / f"session-{session:06}.{place:03}.jsonl"


def open_new(path: Path) -> int:
    """A descriptor that only appends, to a file that was not there; raises FileExistsError, OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, 0o600)


def begin_session(folder: Path) -> tuple[int, int]:
    """A number that no other session has, also when two desktops begin at once, and the open first part."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = max((part.session for part in parts_in(folder)), default=0) + 1
    while True:
        try:
            return number, open_new(part_path(folder, number, 1))
        except FileExistsError:
            number += 1


def make_room(folder: Path, own: int) -> None:
    """Remove what is too old or too much: the oldest first, of ``own`` the middle first, never its beginning."""
    with contextlib.suppress(OSError):
        parts = parts_in(folder)
        mine = [part for part in parts if part.session == own]
        if len(mine) >= PARTS_OF_A_SESSION:
            _remove(mine[1])
            parts.remove(mine[1])
        sizes = {part: _size_and_age(part.path) for part in parts}
        room = ALL_BYTES - PART_BYTES - sum(sizes[part][0] for part in parts if part.session == own)
        others = [part for part in parts if part.session != own]
        for part in sorted(others, key=lambda part: sizes[part][1]):  # the youngest first
            size, age = sizes[part]
            room -= size
            if room < 0 or age > KEPT_SECONDS:
                _remove(part)


def _size_and_age(path: Path) -> tuple[int, float]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0.0
    return found.st_size, time.time() - found.st_mtime


def _remove(part: Part) -> None:
    with contextlib.suppress(OSError):
        part.path.unlink()
