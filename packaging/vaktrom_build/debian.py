"""The Debian package: the frozen folder in ``/usr/lib/vaktrom``, desktop file, icon, and the gateway's service."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from pathlib import Path

from dev import DESKTOP_LIBRARIES
from shell.composition.program_version import PROGRAM_VERSION
from vaktrom_build.freezing import BUILD, DIST, FOLDER, Commit

NAME = "vaktrom"
LINKS = {
    "usr/bin/vaktrom": "../lib/vaktrom/vaktrom",
    "usr/bin/vaktrom-desktop": "../lib/vaktrom/vaktrom-desktop",
}
FILES = {
    "debian/vaktrom.desktop": "usr/share/applications/vaktrom.desktop",
    "debian/vaktrom-link.desktop": "usr/share/applications/vaktrom-link.desktop",
    "icons/vaktrom.svg": "usr/share/icons/hicolor/scalable/apps/vaktrom.svg",
    "debian/vaktrom-gateway.service": "lib/systemd/system/vaktrom-gateway.service",
    "debian/gateway.toml": "etc/vaktrom/gateway.toml",
    "debian/copyright.in": "usr/share/doc/vaktrom/copyright",
    "../launcher/HOSTED.md": "usr/share/doc/vaktrom/HOSTED.md",
}
CONFIGURATION = ("/etc/vaktrom/gateway.toml",)
SCRIPTS = ("postinst", "prerm", "postrm")
MORE_LIBRARIES = (
    "libc6 (>= 2.36)", "libstdc++6", "zlib1g", "libexpat1", "ca-certificates", "libgssapi-krb5-2", "libreadline8",
    "libwayland-client0", "libwayland-cursor0", "libwayland-egl1", "libxkbfile1",
)  # fmt: skip
XZ = ("-Zxz", "-z6", "--threads-max=2")


def make_package(commit: Commit) -> Path:
    """``dist/vaktrom_VERSION_amd64.deb``; the same commit gives the same bytes."""
    source, tree = BUILD / "source", BUILD / "debian"
    shutil.rmtree(tree, ignore_errors=True)
    version = package_version(commit)
    program = tree / "usr" / "lib" / NAME
    program.parent.mkdir(parents=True)
    shutil.copytree(FOLDER, program, symlinks=True, copy_function=os.link)
    for name, place in FILES.items():
        (tree / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile((source / "packaging" / name).resolve(), tree / place)
    for name, points_to in LINKS.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).symlink_to(points_to)
    changes = gzip.compress((source / "CHANGELOG.md").read_bytes(), mtime=0)
    (tree / "usr/share/doc/vaktrom/changelog.gz").write_bytes(changes)
    write_control(source, tree, version)
    set_modes(tree, program)
    target = DIST / f"{NAME}_{version}_amd64.deb"
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(commit.epoch)}
    command = ["dpkg-deb", *XZ, "--root-owner-group", "--build", str(tree), str(target)]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    shutil.rmtree(tree)
    return target


def package_version(commit: Commit) -> str:
    """A build between releases sorts before the release, by the commit's time."""
    return f"{PROGRAM_VERSION}~{commit.epoch}.{commit.number[:7]}"


def dependencies() -> list[str]:
    """The system libraries that ``dev.py`` names for the desktop, and those that every program needs."""
    return sorted([*DESKTOP_LIBRARIES, *MORE_LIBRARIES])


def write_control(source: Path, tree: Path, version: str) -> None:
    control = tree / "DEBIAN"
    control.mkdir()
    kibibytes = sum(path.lstat().st_size for path in tree.rglob("*") if not path.is_dir()) // 1024
    template = (source / "packaging/debian/control.in").read_text(encoding="utf-8")
    filled = template.format(version=version, kibibytes=kibibytes, depends=", ".join(dependencies()))
    (control / "control").write_text(filled, encoding="utf-8")
    (control / "conffiles").write_text("".join(f"{name}\n" for name in CONFIGURATION), encoding="utf-8")
    for name in SCRIPTS:
        shutil.copyfile(source / "packaging/debian" / name, control / name)


def set_modes(tree: Path, program: Path) -> None:
    """Folders and scripts 0755, files 0644; those of the frozen program have theirs already."""
    for path in sorted(tree.rglob("*")):
        if (program in path.parents and not path.is_dir()) or path.is_symlink():
            continue
        runs = path.is_dir() or path.name in SCRIPTS
        path.chmod(0o755 if runs else 0o644)
