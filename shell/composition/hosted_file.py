"""The configuration file of a hosted gateway: TOML or JSON, every member known, every mistake told in one line."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from launcher.upstream.identity_model import ClientMethod, is_safe_url


class HostedFileWrong(Exception):
    """Caller: the file says something that cannot be; one line that says what, where and what to do."""


class IdentityProviderFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How the gateway is registered at the organisation's identity provider. Secrets stand in files of their own."""

    issuer: str
    client_id: str
    method: ClientMethod = "private_key_jwt"
    key_file: str | None = None
    client_secret_file: str | None = None
    scope: str | None = None
    resource: str | None = None
    assertion_type: str | None = None


class AuditSinkFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Where the audit log is forwarded to; ``authorization_file`` holds the header's value."""

    base: str
    authorization_file: str | None = None


class OutboundFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Private networks in which vendors' keys may be fetched, and the authorities trusted for that."""

    networks: list[str] = []
    ca_file: str | None = None


class HostedFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The whole file. Paths are relative to it.

    ``apps`` is a folder with one folder for each app; ``apps_domain`` is where packaged ones are served. A member of
    ``clients`` adds ``secret_sha256`` or a wider ``scope`` to the app of its ``client_id``, or is a whole client without a
    folder (members of ``RegisteredClient``). ``upstream_ca`` holds authorities trusted beside the usual ones for record
    system, identity provider and audit sink; ``limits`` are names of ``GatewayLimits``, ``hub_limits`` of
    ``HubSettings``. ``state_key_file`` absent: the keyring holds the key.
    """

    state: str
    upstream_fhir: str
    identity_provider: IdentityProviderFile
    public_url: str | None = None
    listen: str | None = None
    tls_cert: str | None = None
    tls_key: str | None = None
    state_key_file: str | None = None
    apps: str | None = None
    apps_domain: str | None = None
    clients: list[dict[str, Any]] = []
    audit_sink: AuditSinkFile | None = None
    outbound: OutboundFile = OutboundFile()
    tenant: str | None = None
    shared_read_seconds: float | None = None
    upstream_ca: str | None = None
    limits: dict[str, int] = {}
    hub_limits: dict[str, int] = {}


PARTS: tuple[type[msgspec.Struct], ...] = (HostedFile, IdentityProviderFile, AuditSinkFile, OutboundFile)
UNKNOWN_MEMBER = re.compile(r"unknown field `(?P<name>[^`]+)`")


def read_hosted_file(file: Path) -> HostedFile:
    """Read and check the file. Raises :class:`HostedFileWrong`."""
    try:
        text = file.read_text(encoding="utf-8")
        given = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
        found = msgspec.convert(given, HostedFile)
    except OSError as error:
        raise HostedFileWrong(
            f"--config {file}: cannot be read ({error.strerror}); name a TOML or JSON file"
        ) from error
    except msgspec.ValidationError as error:
        raise HostedFileWrong(f"--config {file}: {error}{_nearest(str(error))}; correct it there") from error
    except ValueError as error:
        kind = "TOML" if file.suffix == ".toml" else "JSON"
        raise HostedFileWrong(f"--config {file}: it is not {kind} ({error}); correct it there") from error
    _demand_safe(file, "upstream_fhir", found.upstream_fhir)
    _demand_safe(file, "identity_provider.issuer", found.identity_provider.issuer)
    return found


def _nearest(mistake: str) -> str:
    """The member that somebody may have meant who wrote an unknown one."""
    unknown = UNKNOWN_MEMBER.search(mistake)
    if unknown is None:
        return ""
    known = {name for part in PARTS for name in part.__struct_fields__}
    found = difflib.get_close_matches(unknown["name"], sorted(known), 1)
    return f", did you mean {found[0]}?" if found else ""


def secret_of(config: Path, member: str, named: str) -> str:
    """What stands in the file that a member names, without white space around it. Raises :class:`HostedFileWrong`."""
    file = config.parent / named
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise HostedFileWrong(f"--config {config}: {member}: {file} cannot be read ({reason})") from error
    if not text:
        raise HostedFileWrong(f"--config {config}: {member}: {file} is empty")
    return text


def _demand_safe(file: Path, member: str, url: str) -> None:
    """SAL-69: tokens travel behind TLS, or not beyond this machine."""
    if not is_safe_url(url):
        raise HostedFileWrong(
            f"--config {file}: {member}: {url} must be https, or http on a loopback name; correct it there"
        )
