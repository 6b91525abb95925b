"""``vaktrom app check`` and ``vaktrom app list``."""

from __future__ import annotations

import locale
import os
import re
from collections.abc import Sequence
from pathlib import Path

import typer

from plugins.errors import FolderMissing
from plugins.findings import Language, Text
from plugins.folder import check
from plugins.policy import Decision
from plugins.registry import NO_POLICY
from shell.command_line.app_policy import chosen_policy
from shell.command_line.chosen_settings import decided_app_policy
from shell.command_line.failures import WrongUse
from shell.composition.applications import registry

EXAMPLE_PORT = 8765
NORWEGIAN = ("nb", "nn", "no", "norwegian", "c", "posix")
"""First words of locales that get Norwegian: those of Norway, on Windows too, and those that name no language."""
EACH_USER = Text("Hver bruker bestemmer selv", "Each user decides for himself")
WITHOUT_PROOF_KEY = Text("Uten PKCE: godkjent unntak", "Without PKCE: approved exception")
CHANGES_PATIENT = Text("Får bytte pasient for alle", "May change the patient for everybody")
ABSENT = Text("Avgjort, men ikke installert her", "Decided, but not installed here")
MEANT = Text(" (mente du {nearest}?)", " (did you mean {nearest}?)")


def language() -> Language:
    """Norwegian unless the user's locale is another one, whether or not this machine has that locale's files."""
    asked = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    name = next(filter(None, asked), None) or locale.getlocale()[0] or "nb"
    word = re.split(r"[_.@ -]", name, maxsplit=1)[0].lower()
    return "nb" if word in NORWEGIAN else "en"


def check_app(folder: Path) -> int:
    """Print every finding; 0 when the app may be registered, 1 when not."""
    try:
        report = check(folder)
    except FolderMissing as error:
        raise WrongUse(f"there is no folder {folder}; name the folder that holds manifest.json") from error
    for line in report.lines(language()):
        typer.echo(line)
    return 0 if report.good else 1


def list_apps(folders: Sequence[Path], app_policy: Path | None = None) -> int:
    """Print one line for each app: id, name, vendor, state, what was decided about it, and why it may not run."""
    policy = chosen_policy(decided_app_policy(app_policy)) or NO_POLICY
    rows = registry(EXAMPLE_PORT, folders, policy).rows()
    for row in rows:
        manifest = row.report.manifest
        name = f"{manifest.name(language())} ({manifest.publisher})" if manifest else row.folder.name
        reasons = "; ".join(text.in_language(language()) for text in (*row.reasons, *decided(row.decision)))
        typer.echo(f"{row.app_id:<16} {row.state:<13} {name}" + (f": {reasons}" if reasons else ""))
    for app_id, nearest in policy.not_installed(row.app_id for row in rows).items():
        hint = MEANT.about(nearest=nearest) if nearest else Text("", "")
        typer.echo(f"{app_id:<16} {ABSENT.in_language(language())}{hint.in_language(language())}")
    return 0


def decided(decision: Decision) -> list[Text]:
    """What is told of an app that came in by more than plain approval."""
    found = []
    if decision.consent_allowed:
        found.append(EACH_USER)
    if decision.pkce_exempt:
        found.append(WITHOUT_PROOF_KEY)
    if decision.may_change_patient:
        found.append(CHANGES_PATIENT)
    return found
