"""``vaktrom app check`` and ``vaktrom app list``."""

from __future__ import annotations

import locale
from collections.abc import Sequence
from pathlib import Path

import typer

from plugins.errors import FolderMissing
from plugins.findings import Language
from plugins.folder import check
from shell.command_line.failures import WrongUse
from shell.composition.applications import registry

EXAMPLE_PORT = 8765


def language() -> Language:
    """Norwegian unless the user's locale is another one."""
    name = locale.getlocale()[0] or "nb"
    return "nb" if name[:2] in ("nb", "nn", "no", "C") else "en"


def check_app(folder: Path) -> int:
    """Print every finding; 0 when the app may be registered, 1 when not."""
    try:
        report = check(folder)
    except FolderMissing as error:
        raise WrongUse(f"there is no folder {folder}; name the folder that holds manifest.json") from error
    for line in report.lines(language()):
        typer.echo(line)
    return 0 if report.good else 1


def list_apps(folders: Sequence[Path]) -> int:
    """Print one line for each app: id, name, vendor, state, and why it may not run."""
    for row in registry(EXAMPLE_PORT, folders).rows():
        manifest = row.report.manifest
        name = f"{manifest.name(language())} ({manifest.publisher})" if manifest else row.folder.name
        reasons = "; ".join(reason.in_language(language()) for reason in row.reasons)
        typer.echo(f"{row.app_id:<16} {row.state:<13} {name}" + (f": {reasons}" if reasons else ""))
    return 0
