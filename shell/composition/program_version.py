"""Which version of the program this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

PROGRAM_VERSION = "0.1.0"


def installed_version() -> str:
    """The version of this installation; of a source tree that is not installed, the one it will have."""
    try:
        return version("vaktrom")
    except PackageNotFoundError:
        return PROGRAM_VERSION
