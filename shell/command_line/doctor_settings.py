"""``vaktrom doctor --settings``: each value, where it comes from, and what had no effect."""

from __future__ import annotations

import json
import os
from pathlib import Path

import platformdirs
import typer

from shell.command_line.app_commands import language
from shell.command_line.failures import SAID_NO
from shell.composition.preferences import load_choices
from shell.settings.read import Named, Places, read_settings, usual_places
from shell.settings.report import as_json as whole
from shell.settings.report import lines


def show_settings(state: Path | None, *, as_json: bool, places: Places | None = None) -> int:
    """Print all settings; 0 when the desktop would start with them, 1 when it would not."""
    folder = state or Path(platformdirs.user_state_dir("vaktrom", appauthor=False))
    named = Named(window=load_choices(folder), environment=os.environ)
    settings = read_settings(places or usual_places(), named)
    if as_json:
        typer.echo(json.dumps(whole(settings), ensure_ascii=False, indent=2))
    else:
        for line in lines(settings, language()):
            typer.echo(line)
    return SAID_NO if settings.mistakes or settings.refusals else 0
