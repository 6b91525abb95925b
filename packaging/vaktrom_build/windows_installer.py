"""``dev.py build --msi``: the folder for Windows made without Windows, and the installer of it."""

from __future__ import annotations

import shutil
from pathlib import Path

from shell.composition.program_version import PROGRAM_VERSION
from vaktrom_build import windows_folder
from vaktrom_build.freezing import BUILD, DIST, Commit, export_source
from vaktrom_build.windows_package import make_msi

KIND = "stand-in"
"""What ``vaktrom --version`` calls it: the folder of a release is made on Windows."""
WHEELS = BUILD / "windows-wheels"
FOLDER = BUILD / "windows" / "Vaktrom"
COMMENTS = "Laget uten Windows, for utprøving (made without Windows, for trying)"


def make_installer(commit: Commit) -> Path:
    """``dist/vaktrom-VERSION-windows-x64-stand-in.msi``. Raises ``FolderUnbuildable`` and ``CalledProcessError``."""
    source = export_source(commit)
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    DIST.mkdir(exist_ok=True)
    windows_folder.fetch(source, WHEELS)
    windows_folder.build(source, WHEELS, FOLDER, commit, KIND)
    packaging = source / "packaging"
    description, icon = packaging / "windows" / "vaktrom.wxs", packaging / "icons" / "vaktrom.ico"
    target = DIST / f"vaktrom-{PROGRAM_VERSION}-windows-x64-{KIND}.msi"
    make_msi(FOLDER, description, icon, PROGRAM_VERSION, f"{COMMENTS}: {commit.short}", target)
    shutil.rmtree(FOLDER)
    return target
