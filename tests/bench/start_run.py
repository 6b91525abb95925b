"""The program as its users start it, until the sign-in page is shown; prints one JSON line and ends.

``python -m tests.bench.start_run run --state DIR --began SECONDS`` imports nothing of the program before the program does.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shell.bridge.application import Program


def main() -> None:
    """Watch the moments, then start."""
    began = float(sys.argv.pop())
    sys.argv.pop()
    import shell.command_line.desktop_command as command
    from shell.__main__ import main as start

    command.run_desktop = functools.partial(command.run_desktop, opened=lambda program: watch(program, began))
    start()


def watch(program: Program, began: float) -> None:
    """Called when the window is shown; seconds from ``began`` (the parent's clock)."""
    window = time.time() - began

    def shown() -> None:
        told = {"all": time.time() - began, "window": window}
        program.stop()
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        os._exit(0)

    program.desktop._sign_in.page_shown.connect(shown)


if __name__ == "__main__":
    main()
