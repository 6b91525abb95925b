"""The name under which the world knows a hosted gateway, and the domain of its apps (DESIGN section 3)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

HTTPS_PORT = 443
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """``base_url`` is the issuer, without trailing slash; ``port`` is the public one, 443 unless named."""

    base_url: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """The Host of every request to the gateway."""
        return self._with_port(self.host)

    def app_authority(self, app_id: str, apps_domain: str) -> str:
        """The Host of one packaged app."""
        return self._with_port(f"{app_id}.{apps_domain}")

    def _with_port(self, host: str) -> str:
        return host if self.port == HTTPS_PORT else f"{host}:{self.port}"


def public_address(url: str) -> PublicAddress:
    """Read a public URL: https, a name, no path. Raises ``ValueError`` that says what is wrong."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ValueError(f"it is not a URL ({error})") from error
    if parts.scheme != "https":
        raise ValueError("it must begin with https://")
    if parts.username is not None or parts.query or parts.fragment or parts.path not in ("", "/"):
        raise ValueError("it has a name and perhaps a port, and nothing after them")
    if not _NAME.fullmatch(host) or _is_address(host):
        raise ValueError("it needs a full name in lower case, such as https://vaktrom.example.no")
    address = PublicAddress(f"https://{parts.netloc}", host, port or HTTPS_PORT)
    if parts.netloc != address.authority:
        raise ValueError(f"write it as https://{address.authority}")
    return address


def checked_apps_domain(domain: str, gateway: PublicAddress) -> str:
    """The domain below which packaged apps are served. Raises ``ValueError``.

    A cookie of the gateway must never be within reach of an app, so the two may not share a registrable domain. Names
    that share their last two labels count as sharing one: that is too strict for suffixes such as ``kommune.no`` and
    never too lax.
    """
    if not _NAME.fullmatch(domain) or _is_address(domain):
        raise ValueError("it is a domain in lower case, such as vaktrom-apps.example")
    if domain.split(".")[-2:] == gateway.host.split(".")[-2:]:
        raise ValueError(
            f"{domain} and {gateway.host} are parts of one domain, so apps could reach the gateway's cookies; "
            "give the apps a domain of their own"
        )
    return domain


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
