"""What goes into the frozen program and what is left out of it."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

OUR_PACKAGES = ("shell", "launcher", "context", "plugins")

WHOLE_PACKAGES = (*OUR_PACKAGES, "fhir.resources.R4B", "keyring.backends", "rich._unicode_data", "uvicorn")
"""Modules of these are imported by name while the program runs."""

BY_NAME = ("sqlalchemy.dialects.sqlite", "PySide6.QtPrintSupport")
WITH_METADATA = ("keyring",)
"""``keyring`` finds its backends by entry points."""

EXCLUDED_MODULES = (
    "tkinter", "test", "unittest.test", "lib2to3", "idlelib", "ensurepip", "pydoc_data", "keyrings.alt",
    "sqlalchemy.dialects.mysql", "sqlalchemy.dialects.oracle", "sqlalchemy.dialects.mssql",
    "PySide6.QtDesigner", "PySide6.QtAsyncio",
)  # fmt: skip

QT_LIBRARIES = (
    "Core", "DBus", "Gui", "Network", "OpenGL", "OpenGLWidgets", "Positioning", "PrintSupport", "Qml",
    "QmlMeta", "QmlModels", "QmlWorkerScript", "Quick", "QuickWidgets", "Svg", "Test", "WaylandClient",
    "WebChannel", "WebEngineCore", "WebEngineWidgets", "Widgets", "WlShellIntegration", "XcbQpa",
)  # fmt: skip
"""Of Qt's libraries, these; what they need of each other is proved by starting the program."""

QT_PLUGINS = (
    "iconengines/*", "imageformats/*", "platforminputcontexts/*compose*", "platforminputcontexts/*ibus*",
    "platforms/*minimal.*", "platforms/*offscreen.*", "platforms/*xcb.*", "platforms/*wayland*",
    "platforms/qwindows.dll", "platformthemes/*xdgdesktopportal*", "printsupport/*", "styles/*", "tls/*",
    "wayland-decoration-client/*", "wayland-graphics-integration-client/*", "wayland-shell-integration/*",
    "xcbglintegrations/*",
)  # fmt: skip

PAGE_LANGUAGES = ("nb", "en-US", "en-GB")

LIBRARIES_OF_PYTHON = (
    "libpython",
    "libssl",
    "libcrypto",
    "libffi",
    "libsqlite3",
    "liblzma",
    "libbz2",
    "libuuid",
)
"""On Linux the rest is the system's, above all what a graphics driver or the certificate store is made with."""

LEFT_OUT = (
    "PySide6/Qt/qml/*",
    "PySide6/qml/*",
    "*qtwebengine_devtools_resources.pak",
    "*/resources/*.debug.pak",
    "*/v8_context_snapshot.debug.bin",
    "*/imageformats/*qpdf*",
    "*.chk",
)


def data_files(source: Path) -> list[tuple[str, str]]:
    """Every file of our packages that is not code, and the folder below the program that it goes to."""
    found = []
    for package in OUR_PACKAGES:
        for path in sorted((source / package).rglob("*")):
            if path.is_file() and path.suffix not in (".py", ".pyc", ".ts"):
                found.append((str(path), path.parent.relative_to(source).as_posix()))
    return found


def kept(entries: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The entries of a PyInstaller table without what is left out, sorted."""
    return sorted(entry for entry in entries if not is_left_out(entry[0]))


def is_left_out(name: str) -> bool:
    """``name``: where it would lie in the folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    text = str(path)
    if any(fnmatch.fnmatchcase(text, pattern) for pattern in LEFT_OUT):
        return True
    if matched := re.match(r"(?:lib)?Qt6(\w+)\.(?:so|dll)", path.name):
        return matched[1] not in QT_LIBRARIES
    if "PySide6" in path.parts and "plugins" in path.parts:
        plugin = "/".join(path.parts[path.parts.index("plugins") + 1 :])
        return not any(fnmatch.fnmatchcase(plugin, pattern) for pattern in QT_PLUGINS)
    if "PySide6" in path.parts and "translations" in path.parts:
        return path.parent.name != "qtwebengine_locales" or path.stem not in PAGE_LANGUAGES
    if len(path.parts) == 1 and re.match(r"lib.*\.so", path.name):
        return not is_library_of_python(path.name)
    return False


def is_library_of_python(name: str) -> bool:
    """Whether a library beside the program is Python's own, or Qt for Python's (a link into its folder)."""
    return name.startswith((*LIBRARIES_OF_PYTHON, "libpyside6", "libshiboken6", "libicu"))
