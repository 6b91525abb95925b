"""Which version of the program this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from shell.composition.program_files import build_facts

PROGRAM_VERSION = "0.1.0"


def installed_version() -> str:
    """The version of this installation; of a source tree that is not installed, the one it will have."""
    try:
        return version("vaktrom")
    except PackageNotFoundError:
        return PROGRAM_VERSION


def version_line() -> str:
    """``vaktrom 0.1.0``; of a frozen program also the commit and the kind of build."""
    facts = build_facts()
    return f"vaktrom {installed_version()}" + (f" ({facts['commit']}, {facts['kind']})" if facts else "")
