"""The one 32-byte key under which everything that survives is encrypted; it lives in the operating system's keyring.

Without a usable keyring, production refuses clinical access. The practice environment uses a marked key file in its
own folder, which protects nothing but synthetic people.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keyring.backend

SERVICE = "vaktrom"
ENTRY = "state-keys"
KEY_BYTES = 32
KEPT_KEYS = 8
ROTATE_AFTER = timedelta(days=90)
KEY_FILE = "PRACTICE-ONLY-state-keys.json"


class KeyringUnusable(Exception):
    """No keyring that keeps secrets: production may not give clinical access."""


@dataclass(frozen=True, slots=True)
class StateKeys:
    """The current key and the older ones that still open what they sealed; newest last."""

    keys: tuple[tuple[str, bytes], ...]
    made_at: datetime

    @property
    def current(self) -> tuple[str, bytes]:
        return self.keys[-1]

    def rotated(self, now: datetime) -> StateKeys:
        """A new current key; the oldest beyond KEPT_KEYS are dropped."""
        return StateKeys((*self.keys, _new_key())[-KEPT_KEYS:], now)

    def to_text(self) -> str:
        keys = [[name, base64.b64encode(key).decode()] for name, key in self.keys]
        return json.dumps({"made_at": self.made_at.isoformat(), "keys": keys}, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> StateKeys:
        """Raises KeyringUnusable for anything that is not ours."""
        try:
            stored = json.loads(text)
            keys = tuple((str(name), base64.b64decode(key, validate=True)) for name, key in stored["keys"])
            made_at = datetime.fromisoformat(stored["made_at"])
        except (ValueError, KeyError, TypeError) as error:
            raise KeyringUnusable("the stored key is damaged") from error
        if not keys or any(len(key) != KEY_BYTES for _, key in keys):
            raise KeyringUnusable("the stored key is damaged")
        return cls(keys, made_at)

    @classmethod
    def fresh(cls, now: datetime) -> StateKeys:
        return cls((_new_key(),), now)


def _new_key() -> tuple[str, bytes]:
    return secrets.token_hex(4), secrets.token_bytes(KEY_BYTES)


class KeyringStore:
    """Reads and writes the keys in the operating system's keyring; raises KeyringUnusable."""

    def __init__(self, backend: keyring.backend.KeyringBackend | None = None) -> None:
        import keyring

        self._backend = backend or keyring.get_keyring()
        if self._backend.priority < 1 or "alt" in type(self._backend).__module__:
            raise KeyringUnusable("this computer has no keyring service")

    def read(self) -> str | None:
        import keyring.errors

        try:
            return self._backend.get_password(SERVICE, ENTRY)
        except (keyring.errors.KeyringError, RuntimeError) as error:
            raise KeyringUnusable(str(error)) from error

    def write(self, text: str) -> None:
        import keyring.errors

        try:
            self._backend.set_password(SERVICE, ENTRY, text)
        except (keyring.errors.KeyringError, RuntimeError) as error:
            raise KeyringUnusable(str(error)) from error


class KeyFileStore:
    """The practice environment's marked key file (mode 0600)."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / KEY_FILE

    def read(self) -> str | None:
        try:
            return self._file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def write(self, text: str) -> None:
        temporary = self._file.with_suffix(".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, self._file)


def load_state_keys(store: KeyringStore | KeyFileStore, now: datetime) -> StateKeys:
    """Read the keys; make them the first time, rotate them when they are older than ROTATE_AFTER."""
    text = store.read()
    keys = StateKeys.from_text(text) if text else StateKeys.fresh(now)
    changed = text is None
    if now - keys.made_at > ROTATE_AFTER:
        keys, changed = keys.rotated(now), True
    if changed:
        store.write(keys.to_text())
        if store.read() != keys.to_text():
            raise KeyringUnusable("the keyring did not keep the key")
    return keys
