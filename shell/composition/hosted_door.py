"""The door of a hosted gateway: its public name, where it listens, and the certificate that it shows (SAL-69)."""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys
from datetime import datetime
from pathlib import Path

from launcher.server.public_address import PublicAddress, checked_apps_domain, public_address
from launcher.server.tls import CertificateUnusable, tls_context
from launcher.upstream.identity_model import is_loopback_name

BACKLOG = 512


class HostedWrong(Exception):
    """Caller: the gateway cannot be started like this; one line that says what, where and what to do."""


def named_address(url: str | None) -> PublicAddress:
    """The public URL. Raises :class:`HostedWrong`."""
    if url is None:
        raise HostedWrong("--public-url is missing; give the https address that everybody will use")
    try:
        return public_address(url)
    except ValueError as error:
        raise HostedWrong(f"--public-url {url}: {error}") from error


def named_apps_domain(config: Path, domain: str | None, address: PublicAddress) -> str | None:
    """The domain of the packaged apps, if there is one. Raises :class:`HostedWrong`."""
    if domain is None:
        return None
    try:
        return checked_apps_domain(domain, address)
    except ValueError as error:
        raise HostedWrong(f"--config {config}: apps_domain: {error}") from error


def named_listener(named: str | None) -> tuple[str, int]:
    """Host and port to listen on. Raises :class:`HostedWrong`."""
    if named is None:
        raise HostedWrong("--listen is missing; give HOST:PORT, such as 0.0.0.0:443")
    host, _, port = named.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise HostedWrong(f"--listen {named}: it is HOST:PORT, such as 0.0.0.0:443 or [::]:443")
    return host, int(port)


def tls_of(
    certificate: Path | None, key: Path | None, hosts: list[str], listen: tuple[str, int], now: datetime
) -> ssl.SSLContext | None:
    """The certificate in use; ``None`` only where what ends TLS in front of the gateway runs on the same machine (SAL-69)."""
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


def bound(host: str, port: int) -> socket.socket:
    """A listening socket. Raises :class:`HostedWrong`."""
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
