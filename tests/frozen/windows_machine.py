"""A Windows that is made for one test file: wine with a prefix and a home of its own, on a screen of its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

REGISTRY = (
    r"HKEY_LOCAL_MACHINE\Software",
    r"HKEY_LOCAL_MACHINE\System\CurrentControlSet\Services\Eventlog",
)


class WindowsMachine:
    """``C:`` and the registry of ``folder``. Exit codes are cut to 8 bits by wine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.drive = folder / "prefix" / "drive_c"
        home = folder / "home"
        home.mkdir(parents=True)
        self._environment = {
            **os.environ,
            "HOME": str(home),
            "WINEPREFIX": str(folder / "prefix"),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "winemenubuilder.exe,mscoree,mshtml=;bcryptprimitives=n,b",
        }
        self.run("wineboot", "-i")
        self.run("winecfg", "-v", "win10")

    def run(self, *command: str, wanted: int | None = 0) -> str:
        """What a program says on both streams; fails when it ends otherwise than ``wanted``."""
        ended = subprocess.run(
            ["xvfb-run", "-a", "wine", *command],
            env=self._environment, capture_output=True, timeout=300, check=False, cwd=self.folder,
        )  # fmt: skip
        subprocess.run(["wineserver", "-w"], env=self._environment, timeout=120, check=True)
        said = (ended.stdout + ended.stderr).decode("utf-8", "replace")
        assert wanted is None or ended.returncode == wanted, (command, ended.returncode, said[-2000:])
        return said

    def stop(self) -> None:
        subprocess.run(["wineserver", "-k"], env=self._environment, timeout=60, check=False)

    def installer(self, action: str, package: Path, *properties: str, wanted: int = 0) -> None:
        """``msiexec`` without a window; ``wanted`` is the whole exit code."""
        self.run("msiexec", action, windows(package), "/qn", *properties, wanted=wanted & 0xFF)

    def files(self) -> set[str]:
        """Every file of the machine but wine's own, its temporary ones and the registry."""
        roots = (self.drive, self.folder / "home")
        return {
            str(path.relative_to(self.folder))
            for root in roots
            for path in root.rglob("*")
            if not path.is_symlink() and path.is_file() and "Temp" not in path.parts
        }

    def registry(self) -> dict[str, str]:
        """``key\\name`` -> value as ``regedit`` writes it, of the places where programs and event sources are."""
        found: dict[str, str] = {}
        for number, root in enumerate(REGISTRY):
            target = self.folder / f"registry{number}.txt"
            self.run("regedit", "/E", windows(target), root)
            key = ""
            for line in target.read_text(encoding="utf-16").replace("\\\n  ", "").splitlines():
                if line.startswith("["):
                    key = line[1:-1]
                    found[key] = ""
                elif "=" in line:
                    name, _, value = line.partition("=")
                    found[f"{key}\\{name.strip(chr(34))}"] = value.strip('"').replace("\\\\", "\\")
            target.unlink()
        return found


def windows(path: Path) -> str:
    """A path of this machine as the other one names it."""
    return "Z:" + str(path).replace("/", "\\")
