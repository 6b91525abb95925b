r"""Where an installation was told that its machine file is: an address (``CONFIGURL``), a file (``CONFIGFILE``), or neither.

Windows: ``ConfigUrl``, ``ConfigSha256`` and ``ConfigFile`` in ``HKLM\Software\Vaktrom``, written by the installer. Elsewhere
``url``, ``sha256`` and ``file`` in ``source.toml`` of the machine's folder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from plugins.findings import Text
from shell.settings.files import NotSettings, toml_entries
from shell.settings.registry import Registry
from shell.settings.trusted_file import NotTrusted, Trust, read_trusted

INSTALLED = r"Software\Vaktrom"
REGISTRY_NAMES = {"ConfigUrl": "url", "ConfigSha256": "sha256", "ConfigFile": "file"}
MEMBERS = tuple(REGISTRY_NAMES.values())
DIGEST = re.compile(r"[0-9a-fA-F]{64}")

UNKNOWN = Text(
    "{place}: {name} er ukjent der; kjente er {known}",
    "{place}: {name} is not known there; known are {known}",
)
NOT_TEXT = Text(
    "{place}: {name} må være tekst; rett den der", "{place}: {name} must be text; correct it there"
)
BOTH = Text(
    "{place}: oppgi enten en adresse eller en fil, ikke begge",
    "{place}: name either an address or a file, not both",
)
NOT_HTTPS = Text(
    "{place}: {url} må begynne med https:// og ikke ha brukernavn; rett den der",
    "{place}: {url} must begin with https:// and have no user name; correct it there",
)
NOT_DIGEST = Text(
    "{place}: sha256 må være 64 heksadesimale tegn og høre til en adresse; rett den der",
    "{place}: sha256 must be 64 hexadecimal signs and belong to an address; correct it there",
)
NOT_PATH = Text(
    "{place}: file må være hele stien; rett den der", "{place}: file must be a whole path; correct it there"
)
UNREADABLE = Text("{place} kan ikke leses ({reason})", "{place} cannot be read ({reason})")


@dataclass(frozen=True, slots=True)
class ConfigurationSource:
    """At most one of ``url`` and ``file``; ``sha256`` (hexadecimal, small letters) pins what the address gives."""

    place: str
    url: str = ""
    sha256: str = ""
    file: Path | None = None


def source_of_file(file: Path, trust: Trust) -> ConfigurationSource:
    """From ``source.toml``; nothing named when there is none. Raises ``NotTrusted``."""
    content = read_trusted(file, trust)
    try:
        given = {} if content is None else toml_entries(content, str(file))
    except NotSettings as error:
        raise NotTrusted(error.text) from error
    unknown = next((name for name in given if name not in MEMBERS), None)
    if unknown is not None:
        raise NotTrusted(UNKNOWN.about(place=str(file), name=unknown, known=", ".join(MEMBERS)))
    return _checked(str(file), given)


def source_of_registry(registry: Registry) -> ConfigurationSource:
    """From what the installer wrote. Raises ``NotTrusted``."""
    place = f"HKLM\\{INSTALLED}"
    try:
        values = registry.values("HKLM", INSTALLED)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise NotTrusted(UNREADABLE.about(place=place, reason=reason)) from error
    return _checked(
        place, {member: values[name] for name, member in REGISTRY_NAMES.items() if name in values}
    )


def _checked(place: str, given: Mapping[str, Any]) -> ConfigurationSource:
    for name, value in given.items():
        if not isinstance(value, str):
            raise NotTrusted(NOT_TEXT.about(place=place, name=name))
    url, sha256, file = (str(given.get(name, "")).strip() for name in MEMBERS)
    if url and file:
        raise NotTrusted(BOTH.about(place=place))
    if url and not _is_https(url):
        raise NotTrusted(NOT_HTTPS.about(place=place, url=url))
    if sha256 and not (url and DIGEST.fullmatch(sha256)):
        raise NotTrusted(NOT_DIGEST.about(place=place))
    if file and not Path(file).is_absolute():
        raise NotTrusted(NOT_PATH.about(place=place))
    return ConfigurationSource(place, url, sha256.lower(), Path(file) if file else None)


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
        good = parts.port is None or parts.port > 0
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url
    return good and plain and parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
