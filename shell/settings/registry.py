r"""Group policy as Windows delivers it: ``HKLM`` and ``HKCU`` below ``Software\Policies\Vaktrom``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Literal, Protocol

from plugins.findings import Text
from shell.settings.sources import Given, Source

POLICIES = r"Software\Policies\Vaktrom"
Hive = Literal["HKLM", "HKCU"]
HIVES: dict[Source, Hive] = {Source.MACHINE_POLICY: "HKLM", Source.USER_POLICY: "HKCU"}

UNREADABLE = Text(
    "reglene i {key} kan ikke leses ({reason}); se på rettighetene der",
    "the policy in {key} cannot be read ({reason}); look at the rights there",
)


class Registry(Protocol):
    """As much of the Windows registry as policies need; the 64-bit view."""

    def values(self, hive: Hive, key: str) -> Mapping[str, Any]:
        """The values of a key by name: str, int, list of str or bytes. Empty without the key. Raises ``OSError``."""

    def subkeys(self, hive: Hive, key: str) -> list[str]:
        """The names of the keys below. Empty without the key. Raises ``OSError``."""


def from_registry(source: Source, registry: Registry) -> Given:
    """The policy of machine or user: one key below for each group of settings, one value for each setting."""
    hive = HIVES[source]
    place = f"{hive}\\{POLICIES}"
    try:
        entries = {
            f"{group}.{name}": value
            for group in registry.subkeys(hive, POLICIES)
            for name, value in registry.values(hive, f"{POLICIES}\\{group}").items()
        }
        entries |= dict(registry.values(hive, POLICIES))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Given(source, place, form="registry", broken=UNREADABLE.about(key=place, reason=reason))
    return Given(source, place, entries, "registry")


if sys.platform == "win32":
    import winreg

    ROOTS = {"HKLM": winreg.HKEY_LOCAL_MACHINE, "HKCU": winreg.HKEY_CURRENT_USER}

    class WindowsRegistry:
        """The registry of this machine."""

        def values(self, hive: Hive, key: str) -> Mapping[str, Any]:
            """As :class:`Registry`."""
            try:
                with self._open(hive, key) as opened:
                    count = winreg.QueryInfoKey(opened)[1]
                    return {
                        name: value for name, value, _ in (winreg.EnumValue(opened, i) for i in range(count))
                    }
            except FileNotFoundError:
                return {}

        def subkeys(self, hive: Hive, key: str) -> list[str]:
            """As :class:`Registry`."""
            try:
                with self._open(hive, key) as opened:
                    return [winreg.EnumKey(opened, i) for i in range(winreg.QueryInfoKey(opened)[0])]
            except FileNotFoundError:
                return []

        def _open(self, hive: Hive, key: str) -> winreg.HKEYType:
            return winreg.OpenKey(ROOTS[hive], key, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY)
