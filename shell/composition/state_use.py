"""Who uses a state directory now: a second program of this user beside the first leaves the first one's things alone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO


class StateUse:
    """Held from here until ``release`` or the end of the process, however that comes."""

    def __init__(self, state: Path) -> None:
        self._file: IO[bytes] | None = (state / "in-use").open("ab")
        self.is_first = lock_file(self._file)
        """True when no other living program uses the directory."""

    def release(self) -> None:
        """Leave the directory to the next one."""
        if self._file is not None:
            self._file.close()
            self._file = None


def lock_file(file: IO[bytes]) -> bool:
    """Lock a file that is open for writing until it is closed; False when somebody else has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
