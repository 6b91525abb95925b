"""The state key: made, read and rotated through a real Secret Service, and the decided behaviour without one."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import keyring.backends.fail
import pytest

from shell.composition.state_key import (
    KEPT_KEYS,
    ROTATE_AFTER,
    KeyFileStore,
    KeyringStore,
    KeyringUnusable,
    StateKeys,
    load_state_keys,
)

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]

SECRET_SERVICE_STORY = """
import json, sys
from datetime import UTC, datetime, timedelta
from shell.composition.state_key import KeyringStore, load_state_keys
now = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
made = load_state_keys(KeyringStore(), now)
read = load_state_keys(KeyringStore(), now + timedelta(days=1))
rotated = load_state_keys(KeyringStore(), now + timedelta(days=120))
again = load_state_keys(KeyringStore(), now + timedelta(days=121))
print(json.dumps({
    "backend": type(KeyringStore()._backend).__module__,
    "same": made == read,
    "rotated": rotated.current != made.current and made.current in rotated.keys,
    "kept": again == rotated,
    "bytes": len(rotated.current[1]),
}))
"""


def test_real_secret_service_makes_reads_and_rotates_the_key(tmp_path: Path) -> None:
    script = (
        'printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$0" -c "$1"'
    )
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("PYTHON_KEYRING_BACKEND", None)
    ended = subprocess.run(
        ["dbus-run-session", "--", "bash", "-c", script, sys.executable, SECRET_SERVICE_STORY],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout.strip().splitlines()[-1])
    assert "SecretService" in told.pop("backend")
    assert told == {"same": True, "rotated": True, "kept": True, "bytes": 32}


def test_without_a_keyring_there_is_no_store() -> None:
    with pytest.raises(KeyringUnusable, match="no keyring service"):
        KeyringStore(keyring.backends.fail.Keyring())


def test_the_practice_key_file_is_marked_and_private(tmp_path: Path) -> None:
    keys = load_state_keys(KeyFileStore(tmp_path), NOW)
    (file,) = tmp_path.iterdir()
    assert file.name.startswith("PRACTICE-ONLY")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_state_keys(KeyFileStore(tmp_path), NOW) == keys


def test_a_key_older_than_ninety_days_is_rotated_and_still_opens_what_it_sealed(tmp_path: Path) -> None:
    store = KeyFileStore(tmp_path)
    first = load_state_keys(store, NOW)
    assert load_state_keys(store, NOW + ROTATE_AFTER) == first
    later = load_state_keys(store, NOW + ROTATE_AFTER + timedelta(seconds=1))
    assert later.current != first.current
    assert first.current in later.keys


def test_old_keys_are_bounded_so_that_they_fit_a_windows_credential() -> None:
    keys = StateKeys.fresh(NOW)
    for _ in range(KEPT_KEYS + 5):
        keys = keys.rotated(NOW)
    assert len(keys.keys) == KEPT_KEYS
    assert len(keys.to_text().encode("utf-16-le")) <= 2560


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"made_at":"x","keys":[]}', '{"made_at":"2026-01-01","keys":[["a","AA=="]]}']
)
def test_a_damaged_key_is_refused_and_not_replaced(text: str) -> None:
    with pytest.raises(KeyringUnusable, match="damaged"):
        StateKeys.from_text(text)
