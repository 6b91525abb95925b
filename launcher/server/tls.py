"""TLS of a hosted gateway: version 1.2 or later, and a certificate that is ours, whole, and for our names (SAL-69)."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509


class CertificateUnusable(Exception):
    """Caller: the certificate or its key cannot serve these names; one line."""


def tls_context(certificate: Path, key: Path, hosts: Sequence[str], now: datetime) -> ssl.SSLContext:
    """A server's context; raises :class:`CertificateUnusable`.

    ``certificate`` holds the chain in PEM, the server's own first; each of ``hosts`` must be among its names.
    """
    for file in (certificate, key):
        try:
            file.read_bytes()
        except OSError as error:
            raise CertificateUnusable(f"{file} cannot be read: {error.strerror}") from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except (ssl.SSLError, ValueError) as error:
        raise CertificateUnusable(f"{certificate} and {key} are no pair of certificate and key") from error
    _check(x509.load_pem_x509_certificates(certificate.read_bytes())[0], certificate, hosts, now)
    return context


def _check(found: x509.Certificate, file: Path, hosts: Sequence[str], now: datetime) -> None:
    if not found.not_valid_before_utc <= now < found.not_valid_after_utc:
        raise CertificateUnusable(f"{file} is valid until {found.not_valid_after_utc:%Y-%m-%d} and not today")
    try:
        extension = found.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names = extension.value.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        names = []
    for host in hosts:
        if not any(covers(name.lower(), host) for name in names):
            raise CertificateUnusable(f"{file} is not for {host}; it names {', '.join(names) or 'nothing'}")


def covers(name: str, host: str) -> bool:
    """Whether a certificate's name is for ``host``; ``*`` stands for one whole first label (RFC 9525 6.3)."""
    if name.startswith("*."):
        return "." in host and host.partition(".")[2] == name[2:]
    return name == host


def _no_password() -> str:
    raise ValueError("a key with a password cannot be used")
