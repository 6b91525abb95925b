"""Which packages are shipped: those that pyproject.toml names and what these need, on the system that is built for."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from vaktrom_build.locked import Locked, read_lock


class LockDisagrees(Exception):
    """What is installed is not what the lock says."""


def shipped_packages(pyproject: Path) -> list[str]:
    """Canonical names, sorted: the closure of the project's dependencies as they are installed here."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    waiting = [Requirement(text) for text in project["dependencies"]]
    found: set[tuple[str, str]] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        for extra in ("", *sorted(requirement.extras)):
            if (name, extra) not in found:
                found.add((name, extra))
                waiting.extend(_needed(name, extra))
    return sorted({name for name, _ in found})


def _needed(name: str, extra: str) -> Iterable[Requirement]:
    for text in metadata.requires(name) or ():
        requirement = Requirement(text)
        if requirement.marker is None:
            if not extra:
                yield requirement
        elif requirement.marker.evaluate({"extra": extra}):
            yield requirement


def locked_packages(lock: Path) -> dict[str, Locked]:
    """Canonical name -> row of the lock. Raises ``LockUnreadable``."""
    return {canonicalize_name(one.name): one for one in read_lock(lock)}


def check_against_lock(names: Iterable[str], rows: Mapping[str, Locked]) -> None:
    """Raises LockDisagrees when a shipped package is not installed in exactly the locked version."""
    for name in names:
        installed = metadata.version(name)
        if name not in rows or rows[name].version != installed:
            said = rows[name].version if name in rows else "nothing"
            raise LockDisagrees(f"{name} {installed} is installed, the lock says {said}")


def modules_of_others(names: Iterable[str], ours: Iterable[str]) -> list[str]:
    """The top-level modules that are installed here but belong to no shipped package: tests, checks, the build."""
    kept = set(names)
    return sorted(
        module
        for module, owners in metadata.packages_distributions().items()
        if module not in ours and not {canonicalize_name(owner) for owner in owners} & kept
    )
