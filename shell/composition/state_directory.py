"""Where this user's state lies, private to him."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs


class StateDirectoryUnusable(Exception):
    """The directory cannot be made or written; one line that says which and what to do."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"cannot write the state directory {path}: {reason}; choose another with --state DIR"
        )
        self.path = path


def state_directory(named: Path | None) -> Path:
    """The named or the user's default directory, made with mode 0700; raises StateDirectoryUnusable."""
    path = named or Path(platformdirs.user_state_dir("vaktrom", appauthor=False))
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
        if sys.platform != "win32" and named is None:
            os.chmod(path, 0o700)
    except OSError as error:
        raise StateDirectoryUnusable(path, error.strerror or type(error).__name__) from error
    return path
