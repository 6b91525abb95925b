"""The audit log that a command is about, opened with the key of the user who runs it; nothing is made or changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from launcher.stores.audit_reader import AuditMissing, AuditReader
from plugins.findings import Language
from shell.command_line.audit_texts import text
from shell.command_line.failures import WrongUse
from shell.composition.state_key import KeyFileStore, KeyringStore, KeyringUnusable, StateKeys

AUDIT_FILE = "audit.sqlite"


@dataclass(frozen=True, slots=True)
class OpenedLog:
    """A log whose key is there."""

    path: Path
    reader: AuditReader


def opened_log(state: Path | None, language: Language) -> OpenedLog:
    """The log in the state directory. Raises WrongUse: no log, no key, or another key."""
    folder = state or Path(platformdirs.user_state_dir("vaktrom", appauthor=False))
    path = folder / AUDIT_FILE
    if not path.is_file():
        raise WrongUse(text("no_store", language, folder=folder))
    any_key = False
    for keys in _keys(folder):
        any_key = True
        reader = AuditReader(path, [key for _, key in keys.keys])
        try:
            if reader.opens():
                return OpenedLog(path, reader)
        except AuditMissing:
            raise WrongUse(text("no_store", language, folder=folder)) from None
    raise WrongUse(text("wrong_key" if any_key else "no_key", language, folder=folder))


def _keys(folder: Path) -> Iterator[StateKeys]:
    """From the keyring, then from the practice environment's marked file."""
    try:
        stored = KeyringStore().read()
        if stored is not None:
            yield StateKeys.from_text(stored)
    except KeyringUnusable:
        pass
    try:
        stored = KeyFileStore(folder).read()
        if stored is not None:
            yield StateKeys.from_text(stored)
    except KeyringUnusable:
        pass
