"""Errors of commands: one line that says what is wrong, where and what to do; never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from plugins.errors import PolicyWrong
from plugins.findings import Text
from shell.composition.child import ChildFailed
from shell.composition.listeners import PortTaken
from shell.composition.record_system import UpstreamWrong
from shell.composition.state_directory import StateDirectoryUnusable
from shell.composition.state_key import KeyringUnusable
from shell.settings.demands import ClinicalAccessRefused, SettingsWrong

WRONG_USE = 2
SAID_NO = 1
NO_ACCESS = Text("ingen tilgang til pasienter", "no clinical access")


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
    except (SettingsWrong, UpstreamWrong) as error:
        return _say_all(texts_of(error), WRONG_USE)
    except ClinicalAccessRefused as error:
        return _say_all(texts_of(error), SAID_NO)
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


Unset = SettingsWrong | UpstreamWrong | ClinicalAccessRefused


def texts_of(error: Unset) -> list[str]:
    """What was wrong with the settings, one line each, in the language of whoever reads the terminal."""
    from shell.command_line.app_commands import language

    texts = [error.text] if isinstance(error, UpstreamWrong) else list(error.texts)
    lines = [text.in_language(language()) for text in texts]
    if isinstance(error, ClinicalAccessRefused):
        lines = [f"{NO_ACCESS.in_language(language())}: {line}" for line in lines]
    return lines


def _say_all(lines: Iterable[str], code: int) -> int:
    for line in lines:
        _say(line, code)
    return code


def _say(line: str, code: int) -> int:
    if sys.stderr is not None:  # a program without a console has none
        sys.stderr.write(f"vaktrom: {' '.join(line.split())}\n")
    return code
