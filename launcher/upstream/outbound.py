"""Fetches of addresses that somebody else wrote down: key sets of apps (DESIGN section 3, SAL-58).

https only, no redirect, no proxy, nothing private or on this machine unless a setting lists its network. The
address is checked after the name was resolved, and exactly the checked address is connected to.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from launcher.upstream.outbound_settings import OutboundSettings

if TYPE_CHECKING:  # imported at the first fetch: a start makes none
    import aiohttp

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class OutboundFailed(Exception):
    """Caller or remote system: the address is not one to fetch from, or gave no usable answer; says which."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A JSON object and the headers it came with (lower-case names)."""

    body: dict[str, Any]
    headers: Mapping[str, str]


class AddressRule:
    """Which addresses may be connected to."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = [ipaddress.ip_network(network) for network in networks]

    def allows(self, text: str) -> bool:
        """True for a public address, and for one in a listed network."""
        try:
            address: IPAddress = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            return False
        address = _unwrapped(address)
        if any(address in network for network in self._networks):
            return True
        if isinstance(address, ipaddress.IPv6Address) and address.is_site_local:
            return False
        return address.is_global and not address.is_multicast and not address.is_reserved


class OutboundFetch:
    """Fetches JSON objects; each fetch has its own connection."""

    def __init__(self, settings: OutboundSettings) -> None:
        self._settings = settings
        self._rule = AddressRule(settings.networks)
        self._context: ssl.SSLContext | None = None

    async def json_object(self, url: str) -> Fetched:
        """The JSON object at an https address. Raises :class:`OutboundFailed`."""
        import aiohttp

        self._check(url)
        try:
            async with asyncio.timeout(self._settings.whole_seconds):
                return await self._fetch(url)
        except TimeoutError:
            raise OutboundFailed("there was no answer in time") from None
        except (aiohttp.ClientError, OSError, ValueError) as failure:
            raise OutboundFailed(f"it cannot be reached ({type(failure).__name__})") from failure

    def _check(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            host = parts.hostname
            _ = parts.port
        except ValueError:
            raise OutboundFailed("the address is malformed") from None
        if parts.scheme != "https" or not host or parts.username is not None or parts.fragment:
            raise OutboundFailed("only plain https addresses are fetched")
        if _is_literal(host) and not self._rule.allows(host):
            raise OutboundFailed("the address is not a public one")

    async def _fetch(self, url: str) -> Fetched:
        import aiohttp
        import yarl

        from launcher.upstream.checked_resolver import CheckedResolver

        if self._context is None:
            self._context = await asyncio.to_thread(_tls_context, self._settings.ca_file)
        connector = aiohttp.TCPConnector(
            resolver=CheckedResolver(self._rule), ssl=self._context, force_close=True, use_dns_cache=False
        )
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "Cache-Control": "no-cache"}
        async with (
            aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
            ) as session,
            session.get(yarl.URL(url, encoded=True), headers=headers, allow_redirects=False) as response,
        ):
            if response.status != 200:
                raise OutboundFailed(f"it answered {response.status}")
            if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise OutboundFailed("it answered in an encoding that was not asked for")
            body = await self._whole(response)
            return Fetched(_object(body), {name.lower(): value for name, value in response.headers.items()})

    async def _whole(self, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > self._settings.body_bytes:
                raise OutboundFailed("the answer is too large")
        return bytes(body)


def _unwrapped(address: IPAddress) -> IPAddress:
    """The IPv4 address inside a mapped, 6to4, Teredo or NAT64 one: it is where the packets end."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    return inner or address


def _is_literal(host: str) -> bool:
    """True for an address in numbers, which is connected to without asking a resolver."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _tls_context(ca_file: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise OutboundFailed("the answer is no JSON") from None
    if not isinstance(value, dict):
        raise OutboundFailed("the answer is no JSON object")
    return value
