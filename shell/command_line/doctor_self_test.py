"""``vaktrom doctor --self-test``: the program proves on this machine that it is whole. Needs no screen."""

from __future__ import annotations

import json
import os
from collections.abc import Callable

import typer

from plugins.findings import Text
from shell.command_line.app_commands import language
from shell.composition.program_version import version_line
from shell.self_test.files import check_files
from shell.self_test.result import Result
from shell.self_test.secret import check_secret

VERDICTS = {True: Text("bra", "good"), False: Text("FEIL", "FAILED")}


def run_self_test(*, as_json: bool) -> int:
    """Every part, one line each; 0 when all are good, 1 when one is not."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    told: dict[str, Result] = {}
    if not as_json:
        typer.echo(version_line())
    for name, title, check in parts():
        told[name] = guarded(check)
        if not as_json:
            verdict = VERDICTS[told[name].good].in_language(language())
            typer.echo(
                f"{title.in_language(language()):<12} {verdict}: {told[name].detail.in_language(language())}"
            )
    if as_json:
        rows = {
            name: {"good": one.good, "detail": one.detail.in_language("en")} for name, one in told.items()
        }
        typer.echo(json.dumps({"version": version_line(), "parts": rows}))
    return 0 if all(one.good for one in told.values()) else 1


def parts() -> tuple[tuple[str, Text, Callable[[], Result]], ...]:
    """Name, title and check, in order; what a later one needs, an earlier one has looked at."""
    return (
        ("files", Text("Filer", "Files"), check_files),
        ("secret", Text("Hemmelighet", "Secret"), check_secret),
        ("desktop", Text("Skrivebord", "Desktop"), _desktop),
        ("pages", Text("Utskrift, PDF", "Print, PDF"), _pages),
    )


def guarded(check: Callable[[], Result]) -> Result:
    """What the check found; whatever it raises is a failure with its words."""
    try:
        return check()
    except Exception as error:
        words = f"{type(error).__name__}: {error}"
        return Result(False, Text(words, words))


def _desktop() -> Result:
    from shell.bridge.application import new_application  # sets Chromium's flags before Qt WebEngine is there

    application = new_application()
    from shell.self_test.desktop import check_desktop

    return check_desktop(application)


def _pages() -> Result:
    from shell.self_test.pages import check_pages

    return check_pages()
