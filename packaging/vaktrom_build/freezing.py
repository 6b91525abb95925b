"""Freezes one commit: its source is taken out of the repository, so that no other change gets in."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
DIST = ROOT / "dist"
PACKAGING = ROOT / "packaging"
FOLDER = DIST / "vaktrom"


@dataclass(frozen=True, slots=True)
class Commit:
    """What is built; ``epoch``: seconds since 1970 of the commit, the time that every file gets."""

    number: str
    epoch: int
    clean: bool

    @classmethod
    def current(cls) -> Commit:
        """The repository's present commit; raises CalledProcessError outside of one."""
        number, epoch = _git("log", "-1", "--format=%H %ct").split()
        return cls(number, int(epoch), not _git("status", "--porcelain", "--untracked-files=no"))

    def is_built(self) -> bool:
        """Whether ``dist/vaktrom`` is this commit's."""
        try:
            told = json.loads((FOLDER / "_internal" / "build.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return bool(told.get("commit") == self.short)

    @property
    def short(self) -> str:
        return self.number[:12]


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def export_source(commit: Commit) -> Path:
    """The files of the commit below ``build/source``."""
    source = BUILD / "source"
    shutil.rmtree(source, ignore_errors=True)
    archive = subprocess.run(
        ["git", "archive", "--format=tar", commit.number], cwd=ROOT, check=True, capture_output=True
    )
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(source, filter="data")
    return source


def freeze(commit: Commit, source: Path) -> Path:
    """Run PyInstaller on ``source``; the frozen folder, not yet complete. Raises CalledProcessError."""
    target = BUILD / "frozen"
    for folder in (target, BUILD / "pyinstaller"):
        shutil.rmtree(folder, ignore_errors=True)
    environment = {
        **os.environ,
        "VAKTROM_SOURCE": str(source),
        "PYTHONPATH": os.pathsep.join((str(source), str(source / "packaging"))),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "SOURCE_DATE_EPOCH": str(commit.epoch),
        "PYINSTALLER_CONFIG_DIR": str(BUILD / "pyinstaller-cache"),
    }
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--workpath", str(BUILD / "pyinstaller"), "--distpath", str(target)]
    command.append(str(source / "packaging" / "vaktrom.spec"))
    with (BUILD / "pyinstaller.log").open("wb") as log:
        subprocess.run(command, cwd=BUILD, env=environment, check=True, stdout=log, stderr=subprocess.STDOUT)
    return target / "vaktrom"
