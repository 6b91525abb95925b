"""The frozen folder as a tarball: sorted, owned by root, with the commit's time."""

from __future__ import annotations

import lzma
import tarfile
from pathlib import Path

from shell.composition.program_version import PROGRAM_VERSION
from vaktrom_build.freezing import DIST, FOLDER, Commit

PRESET = 6


def make_archive(commit: Commit) -> Path:
    """``dist/vaktrom-VERSION-linux-x86_64.tar.xz`` with one folder in it."""
    target = DIST / f"vaktrom-{PROGRAM_VERSION}-linux-x86_64.tar.xz"
    with lzma.open(target, "wb", preset=PRESET) as packed, tarfile.open(fileobj=packed, mode="w") as archive:
        for path in [FOLDER, *sorted(FOLDER.rglob("*"))]:
            name = path.relative_to(FOLDER.parent).as_posix()
            entry = archive.gettarinfo(path, name)
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = "root"
            entry.mtime = commit.epoch
            if entry.isreg():
                with path.open("rb") as content:
                    archive.addfile(entry, content)
            else:
                archive.addfile(entry)
    return target
