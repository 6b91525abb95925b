"""``vaktrom doctor --bundle FILE.zip``: everything that support asks for, without tokens, numbers and names."""

from __future__ import annotations

import getpass
import json
import os
import platform
import socket
import sys
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import typer

from launcher.stores.audit_reader import AuditUnavailable
from plugins.findings import Text
from shell.command_line.app_commands import language
from shell.command_line.audit_store import AUDIT_FILE, opened_log
from shell.command_line.doctor_context import session_as_json
from shell.command_line.doctor_rows import examined
from shell.command_line.failures import SAID_NO, WrongUse
from shell.composition.program_log import kept_files
from shell.composition.program_version import version_line
from shell.doctor.bundle import BundleRefused, write_bundle
from shell.doctor.surroundings import Surroundings
from shell.settings.report import as_json as settings_as_json
from shell.timeline.folder import FOLDER
from shell.timeline.reader import read_session, session_numbers
from shell.timeline.summary import summary_of

SESSIONS = 5
NAMES_SECONDS = 10.0
LIBRARIES = ("pyside6", "aiohttp", "httpx2", "starlette", "uvicorn", "sqlalchemy", "keyring", "cryptography")
EXISTS = Text("{file} finnes allerede; velg et annet navn", "{file} is there already; choose another name")
NO_FOLDER = Text("mappen til {file} finnes ikke", "there is no folder for {file}")
REFUSED = Text(
    "det er noe igjen i {part} som ikke kan sendes; ingenting er skrevet",
    "something that may not be sent is still in {part}; nothing was written",
)
WRITTEN = Text("{file} er skrevet; tatt ut: {found}", "{file} is written; taken out: {found}")
NOTHING = Text("ingenting", "nothing")
UNNAMED = Text(
    "innsynsloggen kunne ikke leses, så navn på innloggede ble ikke lett etter; se over filen før den sendes",
    "the access log could not be read, so names of users were not searched for; look at the file before it is sent",
)
GATHERING = Text("undersøker maskinen ...", "looking at the machine ...")


def make_bundle(file: Path, look: Surroundings) -> int:
    """Write the zip; 1 when it was refused. Raises WrongUse, OSError."""
    chosen = language()
    if not file.absolute().parent.is_dir():
        raise WrongUse(NO_FOLDER.about(file=str(file)).in_language(chosen))
    if file.exists():
        raise WrongUse(EXISTS.about(file=str(file)).in_language(chosen))
    typer.echo(GATHERING.in_language(chosen), err=True)
    users, complete = names_of_users(look.state)
    try:
        found = write_bundle(file, parts(look), [*users, *names_of_machine()])
    except BundleRefused as error:
        typer.echo(f"vaktrom: {REFUSED.about(part=error.name).in_language(chosen)}", err=True)
        return SAID_NO
    except FileExistsError as error:
        raise WrongUse(EXISTS.about(file=str(file)).in_language(chosen)) from error
    told = ", ".join(f"{kind} x {count}" for kind, count in found.items()) or NOTHING.in_language(chosen)
    typer.echo(WRITTEN.about(file=str(file), found=told).in_language(chosen))
    if not complete:
        typer.echo(f"vaktrom: {UNNAMED.in_language(chosen)}", err=True)
    return 0


def parts(look: Surroundings) -> dict[str, str]:
    """What goes into the zip, by name, before anything is taken out of it."""
    told: dict[str, Any] = {
        "doctor.json": examined(look),
        "settings.json": settings_as_json(look.settings),
        "versions.json": versions(),
    }
    folder = look.state / FOLDER
    numbers = session_numbers(folder)
    for number in numbers[-SESSIONS:]:
        session = read_session(folder, number)
        told[f"timeline-{number}.json"] = session_as_json(session, summary_of(session), numbers)
    logs = {name: _without_home(text) for name, text in kept_files(look.state)}
    return {name: _written(value) for name, value in told.items()} | logs


def _written(value: Any) -> str:
    return _without_home(json.dumps(value, ensure_ascii=False, indent=1))


def _without_home(told: str) -> str:
    return told.replace(str(Path.home()), "~")


def versions() -> dict[str, str]:
    """Program, operating system and the libraries that matter."""
    found = {"vaktrom": version_line(), "python": platform.python_version(), "system": platform.system()}
    found |= {"release": platform.release(), "machine": platform.machine(), "platform": sys.platform}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = "-"
    return found


def names_of_users(state: Path) -> tuple[set[str], bool]:
    """Who has signed in here by the access log, and whether that was read to its end; the log stays where it is."""
    until, found = time.monotonic() + NAMES_SECONDS, set[str]()
    if not (state / AUDIT_FILE).exists():
        return found, True
    try:
        for row in opened_log(state, language()).reader.entries():
            found.update(filter(None, (row.facts.user_name, row.facts.user_sub)))
            if time.monotonic() > until:
                return found, False
    except (WrongUse, AuditUnavailable, OSError):
        return found, False
    return found, True


def names_of_machine() -> Iterator[str]:
    """The account and the computer."""
    for ask in (getpass.getuser, socket.gethostname):
        try:
            yield ask()
        except (OSError, KeyError):
            continue
    yield os.environ.get("USERDOMAIN", "")
