"""What ``requirements.lock`` says of the distributions that are shipped: the SBOM and the Windows folder are made from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker

_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+?))? \\\Z")
_HASH = re.compile(r" +--hash=sha256:(?P<hash>[0-9a-f]{64})")
_VIA = re.compile(r" +# +(?:via )?(?P<via>[A-Za-z0-9._-]+(?: \(pyproject\.toml(?::\w+)?\))?)\Z")
ROOT = "vaktrom (pyproject.toml)"
"""What the lock calls the product itself, without its groups for tests, checks and builds."""

WINDOWS: Mapping[str, str] = {
    "sys_platform": "win32",
    "platform_system": "Windows",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "python_version": "3.11",
    "python_full_version": "3.11.9",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "extra": "",
}
LINUX: Mapping[str, str] = {
    **WINDOWS,
    "sys_platform": "linux",
    "platform_system": "Linux",
    "os_name": "posix",
    "platform_machine": "x86_64",
}


class LockUnreadable(ValueError):
    """A line of the lock that says nothing we know; names it."""


@dataclass(frozen=True, slots=True)
class Locked:
    """One pinned distribution: its files' SHA-256 (hexadecimal) and who asks for it."""

    name: str
    version: str
    marker: str | None
    sha256: tuple[str, ...]
    asked_by: frozenset[str]

    def is_for(self, platform: Mapping[str, str]) -> bool:
        """Whether it is installed there."""
        return self.marker is None or Marker(self.marker).evaluate(dict(platform))

    def requirement(self) -> str:
        """As pip reads it with ``--require-hashes``."""
        return f"{self.name}=={self.version} " + " ".join(f"--hash=sha256:{one}" for one in self.sha256)


def read_lock(path: Path) -> list[Locked]:
    """Every distribution of the lock, in its order. Raises ``LockUnreadable``."""
    found: list[Locked] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        if not line.startswith(" "):
            pin = _PIN.match(line)
            if pin is None:
                raise LockUnreadable(f"{path.name}, line {number}: not a pinned distribution: {line[:60]}")
            found.append(Locked(pin["name"], pin["version"], pin["marker"], (), frozenset()))
        elif found:
            found[-1] = _told_more(found[-1], line)
    return found


def shipped(locked: Iterable[Locked], platform: Mapping[str, str]) -> list[Locked]:
    """What the product itself needs there, directly or through others; without tests, checks and builds."""
    there = [one for one in locked if one.is_for(platform)]
    needed = {ROOT}
    while True:
        more = {one.name for one in there if one.asked_by & needed} - needed
        if not more:
            return [one for one in there if one.name in needed]
        needed |= more


def _told_more(one: Locked, line: str) -> Locked:
    digest, via = _HASH.match(line), _VIA.match(line)
    if digest:
        return Locked(one.name, one.version, one.marker, (*one.sha256, digest["hash"]), one.asked_by)
    if via and via["via"] != "via":
        return Locked(one.name, one.version, one.marker, one.sha256, one.asked_by | {via["via"]})
    return one
