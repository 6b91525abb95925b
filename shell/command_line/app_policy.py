"""Which file decides about apps: the machine's own, else the one named with ``--app-policy``."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from shell.command_line.failures import WrongUse
from shell.composition.machine_files import machine_policy_file

if TYPE_CHECKING:  # a start without a policy does not wait for its reader
    from plugins.policy import AppPolicy


def chosen_policy(named: Path | None, machine: Path | None = None) -> AppPolicy | None:
    """The decisions of the file that counts; None when there is none.

    ``machine`` is the machine's own file, by default where it always lies. Raises ``WrongUse`` when both are there (a
    user does not outvote his machine), the file cannot be read or others may write it, ``PolicyWrong`` for one with mistakes.
    """
    machine = machine or machine_policy_file()
    if machine.exists():
        if named is not None and named.resolve() != machine.resolve():
            raise WrongUse(
                f"--app-policy {named}: this machine's own policy {machine} decides; leave the option out"
            )
        named = machine
    if named is None:
        return None
    from plugins.policy import read_policy

    try:
        _demand_own(named)
        return read_policy(named)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WrongUse(f"the app policy {named} cannot be read: {reason}; name another file") from error


def _demand_own(file: Path) -> None:
    """Whoever writes this file decides about apps: nobody but root or the user who starts the program (POSIX).

    On Windows the folder's own rights decide. Raises ``WrongUse``, ``OSError`` when the file cannot be looked at.
    """
    if os.name != "posix":
        return
    found = file.stat()
    if found.st_uid not in (0, os.geteuid()):
        raise WrongUse(
            f"the app policy {file} belongs to user {found.st_uid}, neither root nor you; run: chown root {file}"
        )
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        mode = stat.S_IMODE(found.st_mode)
        raise WrongUse(
            f"the app policy {file} can be written by others (mode {mode:o}); run: chmod go-w {file}"
        )
