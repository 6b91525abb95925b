"""The gateway as a server of its own: configuration file and command line in, one running gateway out (DESIGN section 3)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from launcher.server.configuration import ConfigurationWrong, read_configuration
from launcher.server.dependencies import Clock, NewId
from launcher.server.public_address import PublicAddress, checked_apps_domain, public_address
from launcher.server.serve import Hosting, Say, serve
from launcher.server.tls import CertificateUnusable, tls_context
from launcher.stores.errors import StateUnusable
from launcher.stores.sqlite_state import SqliteState
from launcher.upstream.identity_model import is_loopback_name
from plugins.policy import AppPolicy
from plugins.registry import NO_POLICY
from shell.composition.app_style import app_styles
from shell.composition.child import encode_key
from shell.composition.hosted_apps import HostedApps, HostedAppWrong, hosted_apps
from shell.composition.hosted_file import HostedFile, HostedFileWrong, read_hosted_file, secret_of
from shell.composition.hosted_key import StateKeyMissing, hosted_keys
from shell.composition.program_version import installed_version
from shell.composition.state_directory import StateDirectoryUnusable, state_directory
from shell.composition.state_key import StateKeys
from shell.theme.tokens import Tokens

STATE_FILE = "gateway.sqlite"
AUDIT_FILE = "audit.sqlite"
BACKLOG = 512


class HostedWrong(Exception):
    """Caller: the gateway cannot be started like this; one line that says what, where and what to do."""


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
        return _listener(*self.listen)

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
    address = _address(choice.public_url or file.public_url)
    listen = _listen(choice.listen or file.listen)
    domain = _apps_domain(choice.config, file.apps_domain, address)
    apps = hosted_apps(_beside(base, file.apps), domain, address, file.clients, choice.policy)
    hosts = [address.host, *(str(site["host"]).partition(":")[0] for site in apps.sites)]
    tls = _tls(
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


def _address(url: str | None) -> PublicAddress:
    if url is None:
        raise HostedWrong("--public-url is missing; give the https address that everybody will use")
    try:
        return public_address(url)
    except ValueError as error:
        raise HostedWrong(f"--public-url {url}: {error}") from error


def _apps_domain(config: Path, domain: str | None, address: PublicAddress) -> str | None:
    if domain is None:
        return None
    try:
        return checked_apps_domain(domain, address)
    except ValueError as error:
        raise HostedWrong(f"--config {config}: apps_domain: {error}") from error


def _listen(named: str | None) -> tuple[str, int]:
    if named is None:
        raise HostedWrong("--listen is missing; give HOST:PORT, such as 0.0.0.0:443")
    host, _, port = named.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise HostedWrong(f"--listen {named}: it is HOST:PORT, such as 0.0.0.0:443 or [::]:443")
    return host, int(port)


def _tls(
    certificate: Path | None, key: Path | None, hosts: list[str], listen: tuple[str, int], now: datetime
) -> ssl.SSLContext | None:
    """``None`` only where what ends TLS in front of the gateway runs on the same machine (SAL-69)."""
    if certificate is None and key is None:
        if is_loopback_name(listen[0]):
            return None
        raise HostedWrong(
            f"--listen {listen[0]}:{listen[1]}: without --tls-cert and --tls-key everybody could read along; "
            "give both, or listen on 127.0.0.1 behind a server that speaks TLS"
        )
    if certificate is None or key is None:
        raise HostedWrong("--tls-cert and --tls-key go together; give both")
    try:
        return tls_context(certificate, key, hosts, now)
    except CertificateUnusable as error:
        raise HostedWrong(f"--tls-cert: {error}; give another certificate") from error


def _listener(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise HostedWrong(
            f"--listen {host}:{port}: {error.strerror}; name an address of this machine"
        ) from error
    try:
        if sys.platform == "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        with contextlib.suppress(OSError):
            listener.close()
        raise HostedWrong(
            f"--listen {host}:{port}: {error.strerror}; choose another, or stop what uses it"
        ) from error
    return listener


def _beside(base: Path, named: str | None) -> Path | None:
    return None if named is None else base / named
