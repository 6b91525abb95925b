"""Names of a hosted gateway that lead to this machine, a test certificate authority for them, and clients that trust it."""

from __future__ import annotations

import http.client
import socket
import ssl
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import trustme

from tests.fakes.browser import Browser

GATEWAY_HOST = "vaktrom.fjordvik.example"
APPS_DOMAIN = "fjordvik-apper.example"
VENDOR = "https://leverandor.example"


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate for the gateway and its apps and its issuer's, in files; a context that trusts only the issuer."""

    certificate: Path
    key: Path
    issuer: Path
    trusting: ssl.SSLContext


def authority(folder: Path, names: Sequence[str] = (GATEWAY_HOST, f"*.{APPS_DOMAIN}")) -> Authority:
    """Make both."""
    issuer = trustme.CA()
    issued = issuer.issue_cert(*names)
    certificate, key, trusted = (folder / f"{name}.pem" for name in ("certificate", "key", "issuer"))
    certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    trusted.write_bytes(issuer.cert_pem.bytes())
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    issuer.configure_trust(trusting)
    return Authority(certificate, key, trusted, trusting)


def without_tickets(trusting: ssl.SSLContext) -> ssl.SSLContext:
    """The same trust for a client that reads in one thread and writes in another (``websockets.sync``).

    Under TLS 1.3 the server's tickets are read while the first request is written, and nothing guards that under
    Python 3.11: now and then the request is lost.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    for one in trusting.get_ca_certs(binary_form=True):
        context.load_verify_locations(cadata=one)
    return context


def spoken_version(
    port: int, version: ssl.TLSVersion, host: str = "127.0.0.1", name: str = GATEWAY_HOST
) -> str | None:
    """The TLS version of a connection that offers only ``version``; ``None`` when the server takes none of it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = context.maximum_version = version
    with socket.create_connection((host, port), 5) as plain:
        try:
            with context.wrap_socket(plain, server_hostname=name) as secure:
                return secure.version()
        except (ssl.SSLError, ConnectionError):
            return None


class LocalNames(httpx2.BaseTransport):
    """Every name is 127.0.0.1; certificates are checked against the name that was asked for."""

    def __init__(self, trusting: ssl.SSLContext) -> None:
        self._inner = httpx2.HTTPTransport(verify=trusting, trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it to this machine."""
        request.extensions["sni_hostname"] = request.url.host
        request.url = request.url.copy_with(host="127.0.0.1")
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the pool."""
        self._inner.close()


def client(trusting: ssl.SSLContext, base_url: str = "") -> httpx2.Client:
    """A vendor's server as a client."""
    return httpx2.Client(base_url=base_url, transport=LocalNames(trusting), timeout=10, trust_env=False)


class _NamedConnection(http.client.HTTPSConnection):
    """To 127.0.0.1, with the certificate of ``name``."""

    def __init__(self, name: str, port: int | None, trusting: ssl.SSLContext) -> None:
        super().__init__("127.0.0.1", port, timeout=10, context=trusting)
        self._name, self._trusting = name, trusting

    def connect(self) -> None:
        """Connect; raises ``ssl.SSLError`` for another's certificate."""
        plain = socket.create_connection((self.host, self.port), self.timeout)
        self.sock = self._trusting.wrap_socket(plain, server_hostname=self._name)


class SecureBrowser(Browser):
    """A browser that speaks https, and treats ``__Host-`` and Secure cookies as browsers do."""

    def __init__(self, stops: tuple[str, ...], trusting: ssl.SSLContext) -> None:
        super().__init__(stops)
        self._trusting = trusting

    def cookies_for(self, url: str) -> dict[str, str]:
        """Secure cookies travel over https only."""
        found = super().cookies_for(url)
        return found if url.startswith("https:") else {k: v for k, v in found.items() if "__Host-" not in k}

    def _connection(self, url: str) -> http.client.HTTPConnection:
        parts = urlsplit(url)
        if parts.scheme != "https":
            return super()._connection(url)
        return _NamedConnection(str(parts.hostname), parts.port, self._trusting)

    def _keep(self, host: str, line: str) -> None:
        attributes = {part.strip().lower() for part in line.split(";")[1:]}
        if line.startswith("__Host-"):
            kept = {"secure", "path=/"} <= attributes and not any(a.startswith("domain") for a in attributes)
            assert kept, f"a browser refuses {line}"
        super()._keep(host, line)
