"""Errors of commands: one line that says what is wrong, where and what to do; never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable

from plugins.errors import PolicyWrong
from shell.composition.child import ChildFailed
from shell.composition.listeners import PortTaken
from shell.composition.state_directory import StateDirectoryUnusable
from shell.composition.state_key import KeyringUnusable

WRONG_USE = 2
SAID_NO = 1


class WrongUse(Exception):
    """The command was used wrongly; the text is the whole line."""


def explained(command: Callable[[], int]) -> int:
    """Run a command; turn its failures into one line on standard error and an exit code."""
    try:
        return command()
    except (WrongUse, StateDirectoryUnusable) as error:
        return _say(str(error), WRONG_USE)
    except PolicyWrong as error:
        for mistake in error.mistakes:
            _say(mistake, WRONG_USE)
        return WRONG_USE
    except PortTaken as error:
        return _say(f"{error}; choose another with --port, or stop the other program", WRONG_USE)
    except KeyringUnusable as error:
        return _say(f"no usable keyring: {error}; clinical access is refused until it works", SAID_NO)
    except ChildFailed as error:
        return _say(f"{error}; run the command again, and report it if it stays", SAID_NO)
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        return _say(f"the operating system refused{where}: {error.strerror or type(error).__name__}", SAID_NO)
    except KeyboardInterrupt:
        return 130


def _say(line: str, code: int) -> int:
    sys.stderr.write(f"vaktrom: {' '.join(line.split())}\n")
    return code
