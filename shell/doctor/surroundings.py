"""What the rows of ``vaktrom doctor`` look at: settings, systems and the machine, each of which a test can replace."""

from __future__ import annotations

import shutil
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import getproxies, proxy_bypass

from plugins.findings import Text
from shell.doctor.visit import System, Visit, visit
from shell.settings.resolve import Settings
from shell.settings.rows import AUDIT_SINK, FHIR_BASE, ISSUER, UPSTREAM_CA

KINDS = (
    (FHIR_BASE, Text("journalsystemet", "the record system"), "/metadata"),
    (ISSUER, Text("innloggingstjenesten", "the identity provider"), "/.well-known/openid-configuration"),
    (AUDIT_SINK, Text("mottakeren av innsynsloggen", "the audit sink"), "/metadata"),
)


def free_bytes(folder: Path) -> int:
    """What this user may still write where ``folder`` is or will be. Raises OSError."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Surroundings:
    """Each system is visited once, by whichever row asks first; the others wait for that visit."""

    settings: Settings
    state: Path
    now: Callable[[], datetime] = utc_now
    free: Callable[[Path], int] = free_bytes
    proxies: Callable[[], Mapping[str, str]] = getproxies
    bypassed: Callable[[str], bool] = lambda host: bool(proxy_bypass(host))
    _visits: dict[str, Visit] = field(default_factory=dict)
    _locks: dict[str, threading.Lock] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._locks = {system.key: threading.Lock() for system in self.systems}

    @property
    def systems(self) -> list[System]:
        """Those that the settings name; none in the practice environment."""
        values = ((row, name, path, self.settings.value(row)) for row, name, path in KINDS)
        return [System(row.key, name, value, path) for row, name, path, value in values if value]

    def system(self, key: str) -> System | None:
        return next((system for system in self.systems if system.key == key), None)

    def visit(self, system: System) -> Visit:
        """How the visit went; made at the first call."""
        with self._locks[system.key]:
            if system.key not in self._visits:
                self._visits[system.key] = visit(system, self.authorities, self.now)
            return self._visits[system.key]

    def authorities(self) -> ssl.SSLContext:
        """Whom the gateway trusts. Raises ValueError for a file of the settings that holds none."""
        from launcher.upstream.trusted_authorities import upstream_context

        file = self.settings.value(UPSTREAM_CA)
        return upstream_context(file) if file else ssl.create_default_context()
