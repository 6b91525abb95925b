"""Roads to a gateway: HTTP and a browser without JavaScript, by names that this machine may not know."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from tests.fakes.browser import Browser, Page

PATIENCE = 30.0
"""Seconds for one answer; another machine may be slow."""


class Network:
    """Where names lead, and whose certificates count (``None``: those that the machine trusts)."""

    def __init__(self, addresses: Mapping[str, str], ca_file: Path | None) -> None:
        self.crashes: list[str] = []
        """What was answered with a status of 500 or more that is no known outage (503)."""
        self._addresses = addresses
        self._ca_file = ca_file
        self._trusting: ssl.SSLContext | None = None

    @property
    def trusting(self) -> ssl.SSLContext:
        """Checks certificates against the name that was asked for."""
        if self._trusting is None:
            self._trusting = ssl.create_default_context(cafile=self._ca_file)
        return self._trusting

    def seen(self, status: int, url: str) -> None:
        """Remember an answer that no gateway should give."""
        if status >= 500 and status != 503:
            self.crashes.append(f"{status} {url.partition('?')[0]}")

    def address(self, name: str) -> str:
        """Where a name leads; ``localhost`` and all below it stay on this machine (RFC 6761 6.3)."""
        if name == "localhost" or name.endswith(".localhost"):
            return "127.0.0.1"
        return self._addresses.get(name, name)

    def http(self, base_url: str = "") -> httpx2.Client:
        """A client that follows nothing."""
        return httpx2.Client(
            base_url=base_url,
            transport=_Transport(self, base_url.startswith("https:")),
            timeout=PATIENCE,
            trust_env=False,
        )

    def connection(self, url: str) -> HTTPConnection:
        """A connection to the host of a URL."""
        parts = urlsplit(url)
        name = str(parts.hostname)
        if parts.scheme == "https":
            return _Secure(name, self.address(name), parts.port, self.trusting)
        return HTTPConnection(self.address(name), parts.port, timeout=PATIENCE)


class _Transport(httpx2.BaseTransport):
    def __init__(self, network: Network, secure: bool) -> None:
        self._network = network
        self._inner = httpx2.HTTPTransport(verify=network.trusting if secure else False, trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        name = request.url.host
        request.extensions["sni_hostname"] = name
        request.url = request.url.copy_with(host=self._network.address(name))
        answer = self._inner.handle_request(request)
        self._network.seen(answer.status_code, str(request.url))
        return answer

    def close(self) -> None:
        self._inner.close()


class _Secure(HTTPSConnection):
    def __init__(self, name: str, address: str, port: int | None, trusting: ssl.SSLContext) -> None:
        super().__init__(address, port, timeout=PATIENCE, context=trusting)
        self._name, self._trusting = name, trusting

    def connect(self) -> None:
        plain = socket.create_connection((self.host, self.port), self.timeout)
        self.sock = self._trusting.wrap_socket(plain, server_hostname=self._name)


class NamedBrowser(Browser):
    """A browser that goes where the network leads it."""

    def __init__(self, stops: tuple[str, ...], network: Network) -> None:
        super().__init__(stops)
        self._network = network

    def cookies_for(self, url: str) -> dict[str, str]:
        """``__Host-`` cookies travel over https only."""
        found = super().cookies_for(url)
        if url.startswith("https:"):
            return found
        return {name: value for name, value in found.items() if not name.startswith("__Host-")}

    def send(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """One request; nothing is followed."""
        page = super().send(method, url, form, headers)
        self._network.seen(page.status, url)
        return page

    def _connection(self, url: str) -> HTTPConnection:
        return self._network.connection(url)
