"""Completes the frozen folder: symbols off, licences, list of what is shipped, and the list of files with their sha256."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from shell.composition.program_files import FACTS, missing_files, write_list
from shell.composition.program_version import PROGRAM_VERSION
from vaktrom_build.bill_of_materials import bill_of_materials, licence_of
from vaktrom_build.freezing import Commit
from vaktrom_build.locked import Locked

LICENCE_WORDS = ("licen", "copying", "notice", "authors")
UNSTRIPPED = (
    "libpython*",
    "python3*/lib-dynload/*.so",
    "aiohttp/**/*.so",
    "cryptography/**/*.so",
    "sqlalchemy/**/*.so",
)
KIND = "frozen"


class Incomplete(Exception):
    """The folder lacks something that the program needs; the lines of the content list."""


def complete(
    program: Path, source: Path, commit: Commit, names: Iterable[str], rows: dict[str, Locked]
) -> int:
    """Finish the ``program`` folder; how many files it has. Raises Incomplete."""
    folder, packages = program / "_internal", list(names)
    if sys.platform.startswith("linux"):
        strip_symbols(folder)
        one_program(program)
    add_licences(folder, source, packages)
    (folder / "licences.txt").write_text(licence_report(packages), encoding="utf-8")
    bill = bill_of_materials(PROGRAM_VERSION, commit.number, packages, rows)
    (folder / "sbom.cdx.json").write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
    facts = {"commit": commit.short, "kind": KIND}
    (folder / FACTS).write_text(json.dumps(facts) + "\n", encoding="utf-8")
    set_times_and_modes(program, commit.epoch)
    count = write_list(program, folder)
    os.utime(folder / "files.sha256", (commit.epoch, commit.epoch))
    (folder / "files.sha256").chmod(0o644)
    if missing := missing_files(folder, frozen=True):
        raise Incomplete("; ".join(missing))
    return count


def strip_symbols(folder: Path) -> None:
    """Take the symbols off libraries that came with them."""
    found = sorted({path for pattern in UNSTRIPPED for path in folder.glob(pattern) if path.is_file()})
    subprocess.run(["strip", "--strip-unneeded", *map(str, found)], check=True)


def one_program(program: Path) -> None:
    """Linux knows no windowed program: the second name is a link to the first."""
    second = program / "vaktrom-desktop"
    second.unlink()
    second.symlink_to("vaktrom")


def add_licences(folder: Path, source: Path, packages: Iterable[str]) -> None:
    """Our licence, those of Qt, Chromium and Python, and what each shipped package brings."""
    target = folder / "licences"
    target.mkdir()
    shutil.copyfile(source / "LICENSE", target / "LICENSE.txt")
    for notice in sorted((source / "packaging" / "notices").iterdir()):
        shutil.copyfile(notice, target / notice.name)
    for name in packages:
        (target / name).mkdir()
        for path in licence_files(name):
            shutil.copyfile(path, target / name / path.name)
        text = f"{name} {metadata.version(name)}\n{licence_of(name)}\n"
        (target / name / "licence.txt").write_text(text, encoding="utf-8")


def licence_files(name: str) -> list[Path]:
    """The licence files in a package's own description."""
    files = metadata.files(name) or ()
    named = [file for file in files if ".dist-info" in file.parts[0]]
    return sorted(
        Path(str(file.locate())) for file in named if any(word in file.name.lower() for word in LICENCE_WORDS)
    )


def licence_report(packages: Iterable[str]) -> str:
    """One line per shipped package: name, version, licence."""
    lines = [f"{name} {metadata.version(name)}: {licence_of(name)}" for name in packages]
    return "\n".join(["What Vaktrom is shipped with; the texts are in the folder licences.", "", *lines, ""])


def set_times_and_modes(program: Path, epoch: int) -> None:
    """Every file gets the commit's time; folders and programs 0755, the rest 0644."""
    for path in sorted(program.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or (
                os.access(path, os.X_OK) and (path.parent == program or path.parent.name == "libexec")
            )
            path.chmod(0o755 if runs else 0o644)
        os.utime(path, (epoch, epoch), follow_symlinks=not path.is_symlink())
