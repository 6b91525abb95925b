"""A clean Debian in a folder, as a machine is before anything of ours was on it; needs root and debootstrap."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

MOUNTS = ("proc", "sys", "dev", "dev/pts", "dev/shm")
CHANGES = ("proc", "sys", "dev", "run", "tmp", "var/cache", "var/log", "var/lib/apt", "var/lib/dpkg", "home")
"""What changes by itself, or is the system's own book of what is installed."""
USER = "siri"
COMMAND_SECONDS = 900


def mirror() -> tuple[str, str]:
    """Address and name of the release that this machine itself installs packages from."""
    told = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    release = next(
        line.partition("=")[2].strip('"\n')
        for line in Path("/etc/os-release").read_text("utf-8").splitlines()
        if line.startswith("VERSION_CODENAME=")
    )
    return next(told[at] for at in range(0, len(told), 2) if told[at + 1] == release), release


class CleanDebian:
    """One folder; ``run`` is a command inside, as root or as a user without rights."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *command: str, user: str = "", good: bool = True) -> subprocess.CompletedProcess[str]:
        """Raises ``CalledProcessError`` with what was said when ``good`` and the command failed."""
        name = user or "root"
        inside = ["runuser", "-u", user, "--", *command] if user else [*command]
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": f"/home/{user}" if user else "/root",
            "USER": name,
            "LANG": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
            "XDG_RUNTIME_DIR": f"/tmp/runtime-{name}",
            "QTWEBENGINE_DISABLE_SANDBOX": "1",  # a changed root may not make namespaces
        }
        done = subprocess.run(
            ["chroot", str(self.root), *inside],
            env=environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if good and done.returncode:
            said = f"{done.stdout[-1500:]}\n{done.stderr[-1500:]}"
            raise AssertionError(f"{' '.join(command)}: exit code {done.returncode}\n{said}")
        return done

    def give(self, file: Path) -> str:
        """Lay a file in the system's ``/tmp``; its path inside."""
        shutil.copy2(file, self.root / "tmp" / file.name)
        return f"/tmp/{file.name}"

    def add_user(self) -> None:
        """Somebody without rights, with a place for what runs."""
        self.run("useradd", "--create-home", USER)
        for name in (USER, "root"):
            self.run("install", "-d", "-m", "0700", "-o", name, f"/tmp/runtime-{name}")

    def files(self) -> set[str]:
        """Every path that does not change by itself."""
        found: set[str] = set()
        for folder, folders, names in os.walk(self.root):
            place = Path(folder).relative_to(self.root).as_posix()
            folders[:] = [name for name in folders if f"{place}/{name}".removeprefix("./") not in CHANGES]
            found.update(f"{place}/{name}".removeprefix("./") for name in (*folders, *names))
        return found


@contextlib.contextmanager
def clean_debian(root: Path) -> Iterator[CleanDebian]:
    """Made for one test; whatever was mounted is let go first, or removing the folder would reach this machine."""
    address, release = mirror()
    subprocess.run(
        ["debootstrap", "--variant=minbase", "--include=ca-certificates", release, str(root), address],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    (root / "etc/apt/sources.list").write_text(f"deb {address} {release} main\n", encoding="utf-8")
    shutil.copy2("/etc/resolv.conf", root / "etc/resolv.conf")
    mounted: list[Path] = []
    try:
        for name in MOUNTS:
            place = root / name
            place.mkdir(exist_ok=True)
            subprocess.run(["mount", "--bind", f"/{name}", str(place)], check=True)
            mounted.append(place)
        yield CleanDebian(root)
    finally:
        for place in reversed(mounted):
            subprocess.run(["umount", "--lazy", str(place)], check=False)
        still = [line for line in Path("/proc/mounts").read_text("utf-8").splitlines() if str(root) in line]
        if not still:
            shutil.rmtree(root, ignore_errors=True)
