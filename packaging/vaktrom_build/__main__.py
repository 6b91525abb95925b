"""``python3 dev.py build``: the frozen program in ``dist/vaktrom``, and what is made of it.

Builds the present commit: what is not committed is not in it, and that is said.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

from vaktrom_build.archive import make_archive
from vaktrom_build.completing import Incomplete, complete
from vaktrom_build.debian import make_package
from vaktrom_build.freezing import BUILD, DIST, FOLDER, Commit, export_source, freeze
from vaktrom_build.locked import LockUnreadable
from vaktrom_build.shipped import LockDisagrees, check_against_lock, locked_packages, shipped_packages
from vaktrom_build.windows_folder import FolderUnbuildable
from vaktrom_build.windows_installer import make_installer

MEBIBYTE = 1024 * 1024


def say(line: str) -> None:
    sys.stdout.write(f"build: {line}\n")
    sys.stdout.flush()


def size_of(folder: Path) -> float:
    """MiB of a folder's files."""
    return sum(path.lstat().st_size for path in folder.rglob("*")) / MEBIBYTE


def build_folder(commit: Commit) -> None:
    """Make ``dist/vaktrom``."""
    began = time.monotonic()
    source = export_source(commit)
    names = shipped_packages(source / "pyproject.toml")
    rows = locked_packages(source / "requirements.lock")
    check_against_lock(names, rows)
    made = freeze(commit, source)
    count = complete(made, source, commit, names, rows)
    shutil.rmtree(FOLDER, ignore_errors=True)
    DIST.mkdir(exist_ok=True)
    made.rename(FOLDER)
    seconds = time.monotonic() - began
    say(f"{FOLDER.name}: {size_of(FOLDER):.0f} MiB, {count} files, {seconds:.0f} s")


def main() -> int:
    parser = argparse.ArgumentParser(prog="dev.py build", description=__doc__)
    parser.add_argument("--tar", action="store_true", help="also a tar.xz of the folder")
    parser.add_argument("--deb", action="store_true", help="also a Debian package")
    parser.add_argument(
        "--msi", action="store_true", help="a Windows installer, made without Windows; alone, only that"
    )
    parser.add_argument(
        "--keep", action="store_true", help="use the frozen folder that is there, if it is this commit's"
    )
    arguments = parser.parse_args()
    BUILD.mkdir(exist_ok=True)
    commit = Commit.current()
    say(f"commit {commit.short}" + ("" if commit.clean else "; changes that are not committed are not in it"))
    try:
        for_linux = arguments.tar or arguments.deb or not arguments.msi
        if for_linux and not (arguments.keep and commit.is_built()):
            build_folder(commit)
        kinds = (
            (arguments.tar, make_archive),
            (arguments.deb, make_package),
            (arguments.msi, make_installer),
        )
        for wanted, make in kinds:
            if wanted:
                began = time.monotonic()
                file = make(commit)
                size = file.stat().st_size / MEBIBYTE
                say(f"{file.name}: {size:.0f} MiB, {time.monotonic() - began:.0f} s")
    except (LockDisagrees, LockUnreadable, Incomplete, FolderUnbuildable) as error:
        sys.stderr.write(f"build: {error}\n")
        return 1
    except subprocess.CalledProcessError as error:
        sys.stderr.write(
            f"build: failed ({error.returncode}): {' '.join(map(str, error.cmd))[:200]}; see build/*.log\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
