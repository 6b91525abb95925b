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
from shell.composition.hosted_key import StateKeyMissing, keys_of_file
from shell.composition.state_key import KeyFileStore, KeyringStore, KeyringUnusable, StateKeys

AUDIT_FILE = "audit.sqlite"


@dataclass(frozen=True, slots=True)
class OpenedLog:
    """A log whose key is there."""

    path: Path
    reader: AuditReader


def opened_log(state: Path | None, language: Language, key_file: Path | None = None) -> OpenedLog:
    """The log in the state directory. Raises WrongUse: no log, no key, or another key.

    ``key_file`` is that of a hosted gateway; no other key is tried then.
    """
    folder = state or Path(platformdirs.user_state_dir("vaktrom", appauthor=False))
    path = folder / AUDIT_FILE
    if not path.is_file():
        raise WrongUse(text("no_store", language, folder=folder))
    any_key = False
    for keys in _keys(folder) if key_file is None else _keys_of(key_file):
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


def _keys_of(file: Path) -> Iterator[StateKeys]:
    try:
        yield keys_of_file(file)
    except StateKeyMissing as error:
        raise WrongUse(f"--key-file: {error}") from error
