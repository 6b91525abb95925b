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
