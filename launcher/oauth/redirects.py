"""Which redirect URIs a client may use: exact strings, and one rule for loopback (SAL-22, RFC 8252 7.3)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from launcher.oauth.model import RegisteredClient


def redirect_is_registered(client: RegisteredClient, redirect_uri: str) -> bool:
    """True when the URI equals a registered one, or, for a program (RFC 8252), is a loopback one with another port."""
    return uri_is_registered(
        client.redirect_uris, redirect_uri, any_loopback_port=client.first_party or client.native
    )


def uri_is_registered(registered: Iterable[str], uri: str, *, any_loopback_port: bool) -> bool:
    """Compare ``uri`` with ``registered``; only ``http://127.0.0.1`` may differ in its port, and only if asked."""
    return any(
        uri == candidate or (any_loopback_port and _same_but_for_port(candidate, uri))
        for candidate in registered
    )


def _same_but_for_port(registered: str, uri: str) -> bool:
    try:
        ours, theirs = urlsplit(registered), urlsplit(uri)
        port = theirs.port
    except ValueError:
        return False
    if ours.scheme != "http" or ours.hostname != "127.0.0.1" or port is None:
        return False
    return uri == f"http://127.0.0.1:{port}{ours.path}" and not ours.query
