"""Where a machine keeps what its administrator decided; no user and no environment variable moves it."""

from __future__ import annotations

import sys
from pathlib import Path

import platformdirs


def machine_folder() -> Path:
    """``/etc/vaktrom``; on Windows ``ProgramData\\vaktrom``, as the system names that folder."""
    if sys.platform == "win32":
        return Path(platformdirs.site_config_dir("vaktrom", appauthor=False))
    if sys.platform == "darwin":
        return Path("/Library/Application Support/vaktrom")
    return Path("/etc/vaktrom")


def machine_policy_file() -> Path:
    """The administrator's decisions about apps (:mod:`plugins.policy`); it need not exist."""
    return machine_folder() / "app-policy.json"


def settings_policy_file() -> Path:
    """What the administrator fixed (:mod:`shell.settings`), on machines without group policy; it need not exist."""
    return machine_folder() / "policy.json"


def settings_machine_file() -> Path:
    """What the administrator set for everybody on the machine; it need not exist."""
    return machine_folder() / "settings.toml"


def settings_user_file() -> Path:
    """``~/.config/vaktrom/settings.toml``; on Windows in the roaming ``AppData``. It need not exist."""
    return Path(platformdirs.user_config_dir("vaktrom", appauthor=False, roaming=True)) / "settings.toml"


def settings_source_file() -> Path:
    """Where the machine file is to be had from, when it is not beside this one; it need not exist."""
    return machine_folder() / "source.toml"


def settings_copies() -> Path:
    """A user's copies of fetched machine files: local, never roaming."""
    return Path(platformdirs.user_cache_dir("vaktrom", appauthor=False)) / "settings"
