"""Completes the frozen folder: symbols off, licences, list of what is shipped, and the list of files with their sha256."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

from shell.composition.program_files import FACTS, missing_files, write_list
from shell.composition.program_version import PROGRAM_VERSION
from vaktrom_build.bill_of_materials import bill_of_materials
from vaktrom_build.freezing import Commit
from vaktrom_build.licences import Shipped, add_licences, by_name, licence_report
from vaktrom_build.locked import Locked

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
    folder, packages = program / "_internal", by_name(map(metadata.distribution, names))
    if sys.platform.startswith("linux"):
        strip_symbols(folder)
        one_program(program)
    account(folder, source, commit, KIND, platform.python_version(), packages, rows)
    set_times_and_modes(program, commit.epoch)
    count = write_list(program, folder)
    os.utime(folder / "files.sha256", (commit.epoch, commit.epoch))
    (folder / "files.sha256").chmod(0o644)
    if missing := missing_files(folder, frozen=True):
        raise Incomplete("; ".join(missing))
    return count


def account(
    folder: Path,
    source: Path,
    commit: Commit,
    kind: str,
    python: str,
    packages: Shipped,
    rows: Mapping[str, Locked],
) -> None:
    """Say in ``folder`` which build it is, what is in it and under which licences."""
    add_licences(folder / "licences", source, packages)
    bill = bill_of_materials(PROGRAM_VERSION, commit.number, python, packages, rows)
    texts = {
        "licences.txt": licence_report(packages),
        "sbom.cdx.json": json.dumps(bill, indent=1) + "\n",
        FACTS: json.dumps({"commit": commit.short, "kind": kind}) + "\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def strip_symbols(folder: Path) -> None:
    """Take the symbols off libraries that came with them."""
    found = sorted({path for pattern in UNSTRIPPED for path in folder.glob(pattern) if path.is_file()})
    subprocess.run(["strip", "--strip-unneeded", *map(str, found)], check=True)


def one_program(program: Path) -> None:
    """Linux knows no windowed program: the second name is a link to the first."""
    second = program / "vaktrom-desktop"
    second.unlink()
    second.symlink_to("vaktrom")


def set_times_and_modes(program: Path, epoch: int) -> None:
    """Every file gets the commit's time; folders and programs 0755, the rest 0644."""
    for path in sorted(program.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or (
                os.access(path, os.X_OK) and (path.parent == program or path.parent.name == "libexec")
            )
            path.chmod(0o755 if runs else 0o644)
        os.utime(path, (epoch, epoch), follow_symlinks=not path.is_symlink())
