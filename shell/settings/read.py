"""The settings of this program on this machine: every source read, and resolved."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shell.composition.machine_files import (
    settings_copies,
    settings_machine_file,
    settings_policy_file,
    settings_source_file,
    settings_user_file,
)
from shell.settings.files import from_policy_file, from_toml
from shell.settings.machine_configuration import MachinePlaces, machine_configuration
from shell.settings.registry import Registry, from_registry
from shell.settings.resolve import Settings, resolve
from shell.settings.rows import TABLE
from shell.settings.sources import Given, Source, from_environment
from shell.settings.trusted_file import ROOT, Trust


@dataclass(frozen=True, slots=True)
class Places:
    """Where settings lie. With a ``registry`` the policy comes from there, otherwise from ``policy_file``."""

    policy_file: Path
    machine_file: Path
    user_file: Path
    registry: Registry | None = None
    frozen: bool = False
    owners: tuple[int, ...] = (ROOT,)
    """Whose policy and machine file count, by user id (POSIX)."""
    owner_of: Callable[[Path], str] | None = None
    """Gives the owner of a file on Windows, where the machine's file must be an administrator's."""
    source_file: Path | None = None
    """Where ``CONFIGURL`` and ``CONFIGFILE`` stand without a registry; beside the machine file unless named."""
    copies: Path | None = None
    """The user's folder for last good copies; beside his file unless named."""

    @property
    def machine(self) -> MachinePlaces:
        """What of this is about the machine file."""
        folder = self.machine_file.parent
        return MachinePlaces(
            self.machine_file,
            self.source_file or folder / "source.toml",
            folder,
            self.copies or self.user_file.parent,
            Trust(self.owners, self.owner_of),
            self.frozen,
            self.registry,
        )


@dataclass(frozen=True, slots=True)
class Named:
    """What the user of this start named: options, what he chose in the window before (by key), and variables."""

    options: tuple[Given, ...] = ()
    window: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


def usual_places() -> Places:
    """Those of this machine. An unfrozen program also takes files of the user who starts it."""
    frozen = bool(getattr(sys, "frozen", False))
    owners: tuple[int, ...] = (ROOT,)
    if sys.platform != "win32" and not frozen:
        owners = (ROOT, os.geteuid())
    registry: Registry | None = None
    owner: Callable[[Path], str] | None = None
    if sys.platform == "win32":
        from shell.settings.registry import WindowsRegistry
        from shell.settings.windows_owner import owner_of

        registry = WindowsRegistry()
        owner = owner_of if frozen else None
    return Places(
        settings_policy_file(),
        settings_machine_file(),
        settings_user_file(),
        registry,
        frozen,
        owners,
        owner,
        settings_source_file(),
        settings_copies(),
    )


def read_settings(places: Places, named: Named) -> Settings:
    """Read every source; raises nothing: mistakes and refusals stand in the answer."""
    return resolve(
        [
            *_policies(places),
            *named.options,
            from_environment(named.environment, TABLE),
            Given(Source.WINDOW, "", named.window),
            from_toml(Source.USER_FILE, places.user_file),
            machine_configuration(places.machine),
        ],
        frozen=places.frozen,
    )


def _policies(places: Places) -> list[Given]:
    if places.registry is None:
        return [from_policy_file(places.policy_file, Trust(places.owners))]
    return [from_registry(source, places.registry) for source in (Source.MACHINE_POLICY, Source.USER_POLICY)]
