"""Files that decide for everybody on a machine: read whole, and only when nobody else could have written them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from plugins.findings import Text
from shell.settings.windows_owner import ADMINISTRATORS

MOST_BYTES = 262_144
ROOT = 0

OWNER = Text(
    "{file} eies av bruker {owner}, ikke av root; kjør: chown root {file}",
    "{file} belongs to user {owner}, not to root; run: chown root {file}",
)
NO_ADMINISTRATOR = Text(
    "{file} eies av {owner}, ikke av en administrator; la installasjonen eller en administrator lage den på nytt",
    "{file} belongs to {owner}, not to an administrator; let the installation or an administrator make it anew",
)
WRITABLE = Text(
    "{file} kan skrives av andre (rettigheter {mode}); kjør: chmod go-w {file}",
    "{file} can be written by others (mode {mode}); run: chmod go-w {file}",
)
UNREADABLE = Text(
    "{file} kan ikke leses ({reason}); gi alle lov til å lese den, eller fjern den",
    "{file} cannot be read ({reason}); let everybody read it, or take it away",
)
TOO_LARGE = Text(
    "{file} er større enn {most} byte; det er ikke en fil med innstillinger",
    "{file} is larger than {most} bytes; that is no file of settings",
)


class NotTrusted(Exception):
    """Our state: a file that is there and does not count; ``text`` says why and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose files count: ``owners`` are user ids (POSIX).

    With ``owner_of`` (Windows) it is an administrator's file, by the security identifier that it gives; the rights that
    others have are those of the folder, which the installer sets.
    """

    owners: Collection[int] = (ROOT,)
    owner_of: Callable[[Path], str] | None = None


def read_trusted(file: Path, trust: Trust | None) -> bytes | None:
    """The content of ``file``; None when there is none. Without ``trust`` anybody may have written it.

    The folder that holds it is looked at as well: who may write that can put another file there.
    Raises :class:`NotTrusted`.
    """
    try:
        with file.open("rb") as stream:
            if trust is not None and trust.owner_of is not None:
                _demand_administrator(file, trust.owner_of)
            elif trust is not None and os.name == "posix":
                _demand_owner(file, os.fstat(stream.fileno()), trust)
                _demand_owner(file.parent, file.parent.stat(), trust, folder=True)
            content = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise NotTrusted(UNREADABLE.about(file=str(file), reason=reason)) from error
    if len(content) > MOST_BYTES:
        raise NotTrusted(TOO_LARGE.about(file=str(file), most=str(MOST_BYTES)))
    return content


def _demand_administrator(file: Path, owner_of: Callable[[Path], str]) -> None:
    """Of the file and of its folder: who owns a folder may put another file there."""
    for path in (file, file.parent):
        owner = owner_of(path)
        if owner not in ADMINISTRATORS:
            raise NotTrusted(NO_ADMINISTRATOR.about(file=str(path), owner=owner))


def _demand_owner(path: Path, found: os.stat_result, trust: Trust, *, folder: bool = False) -> None:
    if found.st_uid not in trust.owners:
        raise NotTrusted(OWNER.about(file=str(path), owner=str(found.st_uid)))
    sticky = folder and found.st_mode & stat.S_ISVTX
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not sticky:
        mode = f"{stat.S_IMODE(found.st_mode):o}"
        raise NotTrusted(WRITABLE.about(file=str(path), mode=mode))
