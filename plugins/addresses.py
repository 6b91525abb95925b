"""Addresses in a manifest: exact, https or loopback http, relative ones only for packaged apps (SAL-22).

The patterns are written so that JSON Schema and Python read them alike; the published schema carries them.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL})*"
_LOOPBACK = rf"(?:127\.0\.0\.1|\[::1\]|(?:{_LABEL}\.)*localhost)"
_PORT = r"(?::[1-9][0-9]{0,4})?"
_STEP = r"(?!\.{1,2}(?:[/?]|$))[A-Za-z0-9._~!$&'()+,;=:@%-]*"
_QUERY = r"(?:\?[A-Za-z0-9._~!$&'()+,;=:@%/?-]*)?"
_NAME = r"[A-Za-z0-9_][A-Za-z0-9._~-]*"

ORIGIN = rf"(?:https://{_HOST}|http://{_LOOPBACK}){_PORT}"
ABSOLUTE = rf"{ORIGIN}(?:/{_STEP})*{_QUERY}"
RELATIVE = rf"{_NAME}(?:/{_NAME})*{_QUERY}"
EXACT = rf"^(?:{ABSOLUTE}|{RELATIVE})$"
"""Exact and absolute, or a file of a packaged app: ``launch.html``, ``pages/start.html?mode=a``."""


def is_relative(address: str) -> bool:
    """Whether ``address`` means a file of a packaged app."""
    return re.fullmatch(RELATIVE, address) is not None


def is_absolute(address: str) -> bool:
    """Whether ``address`` is https or loopback http with no wildcard, fragment, user name or step upwards."""
    return re.fullmatch(ABSOLUTE, address) is not None


def origin_of(address: str) -> str:
    """``scheme://host[:port]`` of an absolute address, lower case, without a default port."""
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    default = {"https": 443, "http": 80}.get(parts.scheme)
    port = f":{parts.port}" if parts.port and parts.port != default else ""
    return f"{parts.scheme}://{host}{port}"


def packaged_origin(app_id: str, port: int) -> str:
    """Where an embedded gateway serves a packaged app: ``http://{id}.localhost:{port}``."""
    return f"http://{app_id}.localhost:{port}"


def hosted_origin(app_id: str, apps_domain: str) -> str:
    """Where a hosted gateway serves a packaged app: ``https://{id}.{apps domain}``."""
    return f"https://{app_id}.{apps_domain}"


def resolve(address: str, origin: str) -> str:
    """The exact address: an absolute one unchanged, a relative one below ``origin``."""
    return urljoin(origin + "/", address) if is_relative(address) else address
