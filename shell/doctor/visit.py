"""One short visit to a system that the settings name: how far it came, and what the system said of itself.

Directly, without a proxy and without redirects, as the gateway does; nobody is signed in and no patient is asked for.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from plugins.findings import Text

Stage = Literal["name", "connection", "certificate", "answer", "done"]
STEP_SECONDS = 2.0
WHOLE_SECONDS = 4.0
MOST_BYTES = 8 * 1024 * 1024
CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class System:
    """``base`` is what the settings say, ``path`` what is asked for below it."""

    key: str
    name: Text
    base: str
    path: str

    @property
    def place(self) -> str:
        """Host and port: what may be printed of an address."""
        parts = urlsplit(self.base)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.hostname}{port}"


@dataclass(frozen=True, slots=True)
class Visit:
    """``stage`` is where it ended, ``done`` with a whole answer; ``reason`` is a class of error, never its words."""

    stage: Stage
    reason: str = ""
    verify_code: int = 0
    expires: datetime | None = None
    status: int = 0
    content_type: str = ""
    body: bytes = b""
    clock_ahead: float | None = None
    """Seconds by which this machine's clock is ahead of the system's ``Date``."""


def visit(
    system: System,
    context: Callable[[], ssl.SSLContext],
    now: Callable[[], datetime],
    seconds: float = WHOLE_SECONDS,
) -> Visit:
    """Ask once; raises nothing that a network can cause."""
    until = time.monotonic() + seconds
    parts = urlsplit(system.base.rstrip("/") + system.path)
    host = parts.hostname or ""
    address = "127.0.0.1" if host == "localhost" or host.endswith(".localhost") else host
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return Visit("name", type(error).__name__)
    try:
        raw = _connected(found, until)
    except OSError as error:
        return Visit("connection", type(error).__name__)
    with contextlib.closing(raw):
        if parts.scheme != "https":
            return _asked(raw, host, parts.path, until, now, None)
        try:
            raw.settimeout(max(0.1, min(STEP_SECONDS, until - time.monotonic())))
            secured = context().wrap_socket(raw, server_hostname=host)
        except ssl.SSLCertVerificationError as error:
            return Visit("certificate", type(error).__name__, error.verify_code)
        except (OSError, ValueError) as error:
            return Visit("certificate", type(error).__name__)
        with contextlib.closing(secured):
            return _asked(secured, host, parts.path, until, now, _end_of(secured))


def _connected(found: Sequence[tuple[Any, ...]], until: float) -> socket.socket:
    failure: OSError = TimeoutError()
    for family, kind, protocol, _, address in found:
        left = until - time.monotonic()
        if left <= 0:
            break
        tried = socket.socket(family, kind, protocol)
        tried.settimeout(min(STEP_SECONDS, left))
        try:
            tried.connect(address)
        except OSError as error:
            tried.close()
            failure = error
        else:
            return tried
    raise failure


def _end_of(secured: ssl.SSLSocket) -> datetime | None:
    told = (secured.getpeercert() or {}).get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(told), UTC) if isinstance(told, str) else None


def _asked(
    connected: socket.socket,
    host: str,
    path: str,
    until: float,
    now: Callable[[], datetime],
    expires: datetime | None,
) -> Visit:
    connection = http.client.HTTPConnection(host)
    connection.sock = connected
    ahead: float | None = None
    left = max(0.0, until - time.monotonic())
    end = threading.Timer(
        left, _cut, (connected,)
    )  # a server that says a letter now and then meets no other limit
    end.daemon = True
    end.start()
    try:
        connected.settimeout(max(0.1, until - time.monotonic()))
        headers = {"Host": _authority(connected, host), "Accept": "application/json", "Connection": "close"}
        headers["Accept-Encoding"] = "identity"
        connection.request("GET", path or "/", headers=headers)
        response = connection.getresponse()
        ahead = _ahead(response.getheader("Date"), now())
        body = _body(response, until)
    except (OSError, http.client.HTTPException, ValueError) as error:
        failure = TimeoutError.__name__ if time.monotonic() >= until else type(error).__name__
        return Visit("answer", failure, expires=expires, clock_ahead=ahead)
    finally:
        end.cancel()
    kind = response.headers.get_content_type()
    return Visit("done", "", 0, expires, response.status, kind, body, ahead)


def _authority(connected: socket.socket, host: str) -> str:
    """The ``Host`` of a request: the name, and the port unless it is the usual one."""
    port = int(connected.getpeername()[1])
    usual = 443 if isinstance(connected, ssl.SSLSocket) else 80
    named = f"[{host}]" if ":" in host else host
    return named if port == usual else f"{named}:{port}"


def _body(response: http.client.HTTPResponse, until: float) -> bytes:
    content = bytearray()
    while chunk := response.read1(CHUNK):
        content += chunk
        if len(content) > MOST_BYTES:
            raise ValueError("too large")
    if time.monotonic() >= until:
        raise TimeoutError
    return bytes(content)


def _cut(connected: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(
            connected, socket.SHUT_RDWR
        )  # that of TLS would pull away what is being read from


def _ahead(date: str | None, now: datetime) -> float | None:
    if date is None:
        return None
    try:
        told = parsedate_to_datetime(date)
    except ValueError:
        return None
    return None if told.tzinfo is None else (now - told).total_seconds()
