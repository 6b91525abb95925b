"""The settings of a command: what the machine decides, and what the command line may still name."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from shell.composition.preferences import load_choices
from shell.settings.demands import demand_sound
from shell.settings.read import Named, Places, read_settings, usual_places
from shell.settings.resolve import Settings
from shell.settings.row import Row
from shell.settings.rows import APP_POLICY, ISSUER, PORT
from shell.settings.sources import Given, Source


def option(name: str, row: Row[Any], value: Any) -> Given:
    """What the command line names with ``name``."""
    return Given(Source.COMMAND_LINE, name, {row.key: value})


def app_policy_option(file: Path | None) -> list[Given]:
    """``--app-policy`` as an option of its row."""
    return [] if file is None else [option("--app-policy", APP_POLICY, str(file.absolute()))]


def provider_option(file: Path | None, issuer: str) -> list[Given]:
    """``--identity-provider`` as an option of its row."""
    return [] if file is None else [option(f"--identity-provider {file}", ISSUER, issuer)]


def port_option(port: int) -> list[Given]:
    """``--port`` as an option of its row; 0 names none."""
    return [] if port == 0 else [option("--port", PORT, port)]


def sound_settings(
    options: Iterable[Given] = (), state: Path | None = None, places: Places | None = None
) -> Settings:
    """The settings of this machine and user. Raises ``SettingsWrong`` or ``ClinicalAccessRefused``."""
    window = load_choices(state) if state is not None else {}
    named = Named(tuple(options), window, os.environ)
    return demand_sound(read_settings(places or usual_places(), named))


def decided_app_policy(named: Path | None) -> Path | None:
    """The file that decides about apps beside the machine's own. Raises as :func:`sound_settings`."""
    file = sound_settings(app_policy_option(named)).value(APP_POLICY)
    return Path(file) if file else None
