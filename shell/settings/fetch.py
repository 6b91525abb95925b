"""A machine file from an address: https alone, the operating system's authorities, every limit named."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ssl
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from plugins.findings import Text
from shell.settings.trusted_file import MOST_BYTES

TYPES = ("application/toml", "text/toml", "text/plain", "application/octet-stream")
CHUNK = 16_384
BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
"""Where Debian, Red Hat and others keep the authorities that the administrator of the machine trusts."""

UNREACHABLE = Text("{url} svarer ikke ({reason})", "{url} does not answer ({reason})")
CERTIFICATE = Text(
    "{url} har ikke et sertifikat som denne maskinen stoler på ({reason})",
    "{url} has no certificate that this machine trusts ({reason})",
)
REDIRECTED = Text("{url} viser videre; det følges ikke", "{url} redirects; that is not followed")
STATUS = Text("{url} svarte {status}", "{url} answered {status}")
WRONG_TYPE = Text("{url} svarte med {type}, ikke TOML", "{url} answered with {type}, not TOML")
TOO_LARGE = Text("{url} svarte med mer enn {most} byte", "{url} answered with more than {most} bytes")
TRUNCATED = Text("svaret fra {url} er ikke helt", "the answer of {url} is not whole")
SLOW = Text("{url} brukte mer enn {seconds} sekunder", "{url} took more than {seconds} seconds")
OTHER_CONTENT = Text(
    "innholdet i {url} har en annen sha256 ({found})", "the content of {url} has another sha256 ({found})"
)


class NotFetched(Exception):
    """Remote system: the address gave nothing that may be used; ``text`` says why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Seconds and bytes: a start waits no longer than that for a configuration."""

    step_seconds: float = 2.0
    whole_seconds: float = 4.0
    body_bytes: int = MOST_BYTES


def operating_system_trust() -> ssl.SSLContext:
    """The authorities of the machine; variables of the user add none (``SSL_CERT_FILE`` is not read). TLS 1.2 or later."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if sys.platform == "win32":
        for store in ("ROOT", "CA"):
            for certificate, encoding, trust in ssl.enum_certificates(store):
                purposes = trust if isinstance(trust, set) else {ssl.Purpose.SERVER_AUTH.oid}
                if encoding == "x509_asn" and ssl.Purpose.SERVER_AUTH.oid in purposes:
                    context.load_verify_locations(cadata=certificate)
        return context
    built_in = ssl.get_default_verify_paths()
    for file in dict.fromkeys((built_in.openssl_cafile, *BUNDLES)):
        if Path(file).is_file():
            context.load_verify_locations(file)
            break
    if Path(built_in.openssl_capath).is_dir():
        context.load_verify_locations(capath=built_in.openssl_capath)
    return context


def fetch(
    url: str,
    sha256: str,
    context: ssl.SSLContext,
    limits: FetchLimits,
    monotonic: Callable[[], float] = time.monotonic,
) -> bytes:
    """What ``url`` (https) gives, directly and without redirects; with ``sha256`` nothing else. Raises :class:`NotFetched`."""
    parts = urlsplit(url)
    assert parts.scheme == "https" and parts.hostname
    connection = http.client.HTTPSConnection(
        parts.hostname, parts.port, timeout=limits.step_seconds, context=context
    )
    try:
        content = _asked(connection, url, limits, monotonic() + limits.whole_seconds, monotonic)
    except ssl.SSLCertVerificationError as error:
        raise NotFetched(CERTIFICATE.about(url=url, reason=error.verify_message)) from error
    except http.client.IncompleteRead as error:
        raise NotFetched(TRUNCATED.about(url=url)) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotFetched(UNREACHABLE.about(url=url, reason=type(error).__name__)) from error
    finally:
        connection.close()
    found = hashlib.sha256(content).hexdigest()
    if sha256 and not hmac.compare_digest(found, sha256):
        raise NotFetched(OTHER_CONTENT.about(url=url, found=found))
    return content


def _asked(
    connection: http.client.HTTPSConnection,
    url: str,
    limits: FetchLimits,
    until: float,
    monotonic: Callable[[], float],
) -> bytes:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    accepted = {"Accept": ", ".join(TYPES), "Accept-Encoding": "identity", "Connection": "close"}
    connection.request("GET", target, headers=accepted)
    response = connection.getresponse()
    _demand_usable(url, response)
    announced, content = response.length, bytearray()
    while announced is None or len(content) < announced:
        chunk = response.read1(CHUNK if announced is None else min(CHUNK, announced - len(content)))
        content += chunk
        if len(content) > limits.body_bytes:
            raise NotFetched(TOO_LARGE.about(url=url, most=str(limits.body_bytes)))
        if monotonic() > until:
            raise NotFetched(SLOW.about(url=url, seconds=f"{limits.whole_seconds:g}"))
        if not chunk:
            break
    if announced is not None and len(content) < announced:
        raise NotFetched(TRUNCATED.about(url=url))
    return bytes(content)


def _demand_usable(url: str, response: http.client.HTTPResponse) -> None:
    if 300 <= response.status < 400:
        raise NotFetched(REDIRECTED.about(url=url))
    if response.status != 200:
        raise NotFetched(STATUS.about(url=url, status=str(response.status)))
    kind = response.headers.get_content_type()
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if kind not in TYPES or encoding != "identity":
        raise NotFetched(WRONG_TYPE.about(url=url, type=kind if encoding == "identity" else encoding))
    if not response.chunked and response.length is None:  # its end could not be told from a broken connection
        raise NotFetched(TRUNCATED.about(url=url))
