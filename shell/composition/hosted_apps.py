"""Which apps a hosted gateway serves and knows: a folder of plugins, and what the administrator adds to each."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any

from launcher.oauth.model import RegisteredClient
from launcher.server.public_address import PublicAddress
from plugins.policy import AppPolicy
from plugins.registry import AppRegistry, AppRow, Surroundings
from shell.composition.applications import registered_client

NOT_SERVED = "app-is-not-served.invalid"
"""Stands for the apps domain where there is none: no packaged app can have an address there."""

REGISTERED = ("enabled", "unapproved")
ADDITIONS = frozenset({"client_id", "secret_sha256", "scope"})
"""What the administrator adds to an app: its secret, and scopes that no app gets by itself (FC-04)."""
NEEDED = tuple(
    item.name
    for item in fields(RegisteredClient)
    if item.default is MISSING and item.default_factory is MISSING
)
"""Members that a client without a folder has to have."""
NOT_BUNDLED = Path(os.devnull)
"""The apps that come along for practice are not approved by anybody: no folder at all."""


class HostedAppWrong(Exception):
    """Caller: an app or a client that cannot be registered as it is; says which and why."""


@dataclass(frozen=True, slots=True)
class HostedApps:
    """``clients`` and ``sites`` as the gateway's configuration takes them; ``left_out`` says why, in one line each."""

    clients: Sequence[Mapping[str, Any]]
    sites: Sequence[Mapping[str, Any]]
    left_out: Sequence[str]


def hosted_apps(
    folder: Path | None,
    apps_domain: str | None,
    address: PublicAddress,
    given: Sequence[Mapping[str, Any]],
    policy: AppPolicy,
) -> HostedApps:
    """The apps below ``folder`` with what ``given`` adds. Raises :class:`HostedAppWrong`.

    An app that a vendor's server must call back for (``server_side``) may run here, unlike beside a desktop.
    """
    apps = _registry(folder, apps_domain, address, policy)
    added = _by_id(given)
    clients: list[Mapping[str, Any]] = []
    sites: list[Mapping[str, Any]] = []
    left_out: list[str] = []
    for row in apps.rows():
        more = _additions(row.app_id, added.pop(row.app_id, {}))
        reason = _why_not(apps, row, apps_domain)
        if reason is not None:
            left_out.append(f"{row.folder}: {reason}")
            continue
        client: dict[str, Any] = {**asdict(registered_client(apps, row)), **more}
        authority = address.app_authority(row.app_id, apps_domain or NOT_SERVED)
        if f"https://{authority}" in client["origins"] and row.state == "enabled":
            sites.append({"host": authority, "root": str(row.folder)})
        clients.append(client)
    clients += [_whole(client) for client in added.values()]
    for registered in clients:
        _demand_secret(registered)
    return HostedApps(clients, sites, left_out)


def _why_not(apps: AppRegistry, row: AppRow, apps_domain: str | None) -> str | None:
    """Why an app is not registered at all; ``None`` when it is."""
    if row.state not in REGISTERED:
        return "; ".join(reason.in_language("en") for reason in row.reasons)
    if apps_domain is None and any(NOT_SERVED in origin for origin in apps.addresses(row).origins):
        return "it is served by the gateway, which needs apps_domain for that"
    return None


def _additions(app_id: str, more: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the configuration says of an app that has a manifest; everything else stands there or in the policy."""
    unknown = sorted(more.keys() - ADDITIONS)
    if unknown:
        raise HostedAppWrong(
            f"clients: {app_id} is an app with a folder, so {unknown[0]} is not set here; its manifest or the app "
            "policy says it"
        )
    return more


def _registry(
    folder: Path | None, apps_domain: str | None, address: PublicAddress, policy: AppPolicy
) -> AppRegistry:
    surroundings = Surroundings(
        own_origin=lambda app_id: f"https://{address.app_authority(app_id, apps_domain or NOT_SERVED)}",
        loopback=False,
    )
    if folder is None:
        return AppRegistry(surroundings, bundled=NOT_BUNDLED)
    if not folder.is_dir():
        raise HostedAppWrong(f"apps: {folder} is not there; name the folder that holds the apps' folders")
    unpacked = sorted(path for path in folder.iterdir() if (path / "manifest.json").exists())
    return AppRegistry(surroundings, bundled=NOT_BUNDLED, unpacked=unpacked, policy=policy)


def _by_id(given: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for client in given:
        name = client.get("client_id")
        if not isinstance(name, str) or name in found:
            raise HostedAppWrong(f"clients: each has a client_id of its own, and one has {name!r}")
        found[name] = client
    return found


def _whole(client: Mapping[str, Any]) -> Mapping[str, Any]:
    """A client without a folder; one that nobody starts has no ``launch_uri``, which TOML cannot say."""
    whole = {"launch_uri": None, **client}
    lacks = [name for name in NEEDED if name not in whole]
    if lacks:
        raise HostedAppWrong(
            f"clients: {client['client_id']} is no app of the folder and lacks {', '.join(lacks)}; "
            "correct the name, or write the client out whole"
        )
    return whole


def _demand_secret(client: Mapping[str, Any]) -> None:
    if client.get("token_endpoint_auth_method") == "client_secret_basic" and not client.get("secret_sha256"):
        raise HostedAppWrong(
            f"clients: {client['client_id']} signs in with a secret; give its secret_sha256 (64 hexadecimal digits)"
        )
