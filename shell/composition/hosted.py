"""The gateway as a server of its own: configuration file and command line in, one running gateway out (DESIGN section 3)."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from launcher.server.configuration import ConfigurationWrong, read_configuration
from launcher.server.dependencies import Clock, NewId
from launcher.server.public_address import PublicAddress
from launcher.server.serve import Hosting, Say, serve
from launcher.stores.errors import StateUnusable
from launcher.stores.sqlite_state import SqliteState
from plugins.policy import AppPolicy
from plugins.registry import NO_POLICY
from shell.composition.app_style import app_styles
from shell.composition.child import encode_key
from shell.composition.hosted_apps import HostedApps, HostedAppWrong, hosted_apps
from shell.composition.hosted_door import (
    HostedWrong,
    bound,
    named_address,
    named_apps_domain,
    named_listener,
    tls_of,
)
from shell.composition.hosted_file import HostedFile, HostedFileWrong, read_hosted_file, secret_of
from shell.composition.hosted_key import StateKeyMissing, hosted_keys
from shell.composition.program_version import installed_version
from shell.composition.state_directory import StateDirectoryUnusable, state_directory
from shell.composition.state_key import StateKeys
from shell.theme.tokens import Tokens

STATE_FILE = "gateway.sqlite"
AUDIT_FILE = "audit.sqlite"


@dataclass(frozen=True, slots=True)
class HostedChoice:
    """The command line; what it names counts before the file."""

    config: Path
    public_url: str | None = None
    listen: str | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    policy: AppPolicy = NO_POLICY


@dataclass(frozen=True, slots=True)
class HostedGateway:
    """Everything that one hosted gateway needs, checked; ``serve`` runs it."""

    address: PublicAddress
    listen: tuple[str, int]
    tls: ssl.SSLContext | None
    state: Path
    keys: StateKeys = field(repr=False)
    apps: HostedApps
    given: Mapping[str, Any] = field(repr=False)

    def listener(self) -> socket.socket:
        """Bind. Raises :class:`HostedWrong`."""
        return bound(*self.listen)

    async def serve(
        self,
        listener: socket.socket,
        say: Say,
        ended: asyncio.Event,
        *,
        clock: Clock,
        new_id: NewId,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        """Serve until ``ended``; what was told to anybody is on disk when it returns. Raises :class:`HostedWrong`."""
        try:
            state = SqliteState(self.state / STATE_FILE, self.address.base_url, self.keys.keys, random_bytes)
        except StateUnusable as error:
            raise HostedWrong(f"{error}; name another folder in the configuration: state") from error
        try:
            await serve(
                self.given,
                listener,
                say,
                ended,
                clock=clock,
                new_id=new_id,
                random_bytes=random_bytes,
                hosting=Hosting(state, self.tls),
            )
        finally:
            await state.close()


def prepare_hosted(choice: HostedChoice, now: datetime) -> HostedGateway:
    """Read and check everything that was configured; binds and opens nothing. Raises :class:`HostedWrong`."""
    try:
        return _prepare(choice, now)
    except (HostedFileWrong, StateDirectoryUnusable) as error:
        raise HostedWrong(str(error)) from error
    except (HostedAppWrong, StateKeyMissing, ConfigurationWrong) as error:
        raise HostedWrong(f"--config {choice.config}: {error}") from error


def _prepare(choice: HostedChoice, now: datetime) -> HostedGateway:
    file, base = read_hosted_file(choice.config), choice.config.parent
    address = named_address(choice.public_url or file.public_url)
    listen = named_listener(choice.listen or file.listen)
    domain = named_apps_domain(choice.config, file.apps_domain, address)
    apps = hosted_apps(_beside(base, file.apps), domain, address, file.clients, choice.policy)
    hosts = [address.host, *(str(site["host"]).partition(":")[0] for site in apps.sites)]
    tls = tls_of(
        choice.tls_cert or _beside(base, file.tls_cert),
        choice.tls_key or _beside(base, file.tls_key),
        hosts,
        listen,
        now,
    )
    state = state_directory(base / file.state)
    keys = hosted_keys(_beside(base, file.state_key_file), not (state / STATE_FILE).exists(), now)
    given = _given(choice.config, file, address, apps, state, keys)
    read_configuration(given)
    return HostedGateway(address, listen, tls, state, keys, apps, given)


def _given(
    config: Path, file: HostedFile, address: PublicAddress, apps: HostedApps, state: Path, keys: StateKeys
) -> dict[str, Any]:
    """What :func:`launcher.server.configuration.read_configuration` takes."""
    outbound = {"networks": file.outbound.networks}
    ca_file = _beside(config.parent, file.outbound.ca_file)
    further = {} if file.shared_read_seconds is None else {"shared_read_seconds": file.shared_read_seconds}
    return {
        "embedded": False,
        "base_url": address.base_url,
        "authority": address.authority,
        "upstream_fhir": file.upstream_fhir.rstrip("/"),
        "identity_provider": _identity_provider(config, file),
        "clients": apps.clients,
        "sites": apps.sites,
        "styles": app_styles(Tokens.read()),
        "audit_path": str(state / AUDIT_FILE),
        "audit_keys": [[name, encode_key(key)] for name, key in keys.keys],
        "audit_sink": _audit_sink(config, file),
        "state_key": encode_key(keys.current[1]),
        "outbound": outbound if ca_file is None else {**outbound, "ca_file": str(ca_file)},
        "upstream_ca": None if file.upstream_ca is None else str(config.parent / file.upstream_ca),
        "limits": file.limits,
        "hub_limits": file.hub_limits,
        "tenant": file.tenant,
        "version": installed_version(),
        **further,
    }


def _identity_provider(config: Path, file: HostedFile) -> dict[str, Any]:
    provider = file.identity_provider
    found: dict[str, Any] = {
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "method": provider.method,
    }
    for name in ("scope", "resource", "assertion_type"):
        value = getattr(provider, name)
        if value is not None:
            found[name] = value
    where = "identity_provider."
    if provider.method == "private_key_jwt":
        if provider.key_file is None:
            raise HostedFileWrong(f"--config {config}: {where}key_file is missing; it names a private JWK")
        found["key"] = _private_jwk(config, where + "key_file", provider.key_file)
    elif provider.method == "client_secret_basic":
        if provider.client_secret_file is None:
            raise HostedFileWrong(f"--config {config}: {where}client_secret_file is missing")
        found["client_secret"] = secret_of(config, where + "client_secret_file", provider.client_secret_file)
    return found


def _private_jwk(config: Path, member: str, named: str) -> dict[str, Any]:
    try:
        key = json.loads(secret_of(config, member, named))
    except ValueError:
        key = None
    if not isinstance(key, dict) or not {"kty", "kid", "d"} <= key.keys():
        raise HostedFileWrong(f"--config {config}: {member}: {named} holds no private JWK with a kid")
    return key


def _audit_sink(config: Path, file: HostedFile) -> dict[str, Any] | None:
    sink = file.audit_sink
    if sink is None:
        return None
    if sink.authorization_file is None:
        return {"base": sink.base}
    authorization = secret_of(config, "audit_sink.authorization_file", sink.authorization_file)
    return {"base": sink.base, "authorization": authorization}


def _beside(base: Path, named: str | None) -> Path | None:
    return None if named is None else base / named
