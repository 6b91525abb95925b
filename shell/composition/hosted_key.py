"""The state key of a hosted gateway: in the keyring, or in a marked file that the configuration names.

There is no third way: without a key the gateway does not start. The file is the administrator's; it is made once, for
a state folder that is new, and never changed afterwards.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from datetime import datetime
from pathlib import Path

from shell.composition.state_key import KeyringStore, KeyringUnusable, StateKeys, load_state_keys

MARK = "vaktrom gateway state keys"


class StateKeyMissing(Exception):
    """There is no key that may be used; one line that says why and what to do."""


def hosted_keys(file: Path | None, state_is_new: bool, now: datetime) -> StateKeys:
    """The keys, newest last. Raises :class:`StateKeyMissing`."""
    if file is None:
        return _from_keyring(now)
    if not file.exists() and state_is_new:
        _make(file, now)
    return keys_of_file(file)


def _from_keyring(now: datetime) -> StateKeys:
    try:
        return load_state_keys(KeyringStore(), now)
    except KeyringUnusable as error:
        raise StateKeyMissing(
            f"no usable keyring ({error}), and nothing is stored without a key; name a key file in the "
            "configuration: state_key_file"
        ) from error


def _make(file: Path, now: datetime) -> None:
    content = {"mark": MARK, **json.loads(StateKeys.fresh(now).to_text())}
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            json.dump(content, stream)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise StateKeyMissing(f"state_key_file {file} cannot be made: {error.strerror}") from error


def keys_of_file(file: Path) -> StateKeys:
    """The keys of a marked file that nobody else can read. Raises :class:`StateKeyMissing`."""
    try:
        mode, text = stat.S_IMODE(file.stat().st_mode), file.read_text(encoding="utf-8")
        marked = json.loads(text).get("mark") == MARK
    except OSError as error:
        raise StateKeyMissing(
            f"state_key_file {file} cannot be read: {error.strerror}; the state that lies there opens with no other key"
        ) from error
    except (ValueError, AttributeError):
        marked = False
    if not marked:
        raise StateKeyMissing(f"state_key_file {file} is no key file of a gateway; name another")
    if sys.platform != "win32" and mode & 0o077:
        raise StateKeyMissing(f"state_key_file {file} can be read by others; run: chmod 600 {file}")
    try:
        return StateKeys.from_text(text)
    except KeyringUnusable as error:
        raise StateKeyMissing(f"state_key_file {file} is damaged; put back the copy that was kept") from error
