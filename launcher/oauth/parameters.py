"""Parameters of a query or form, with repeated names refused (RFC 6749 3.1) and bytes kept (SAL-17)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from launcher.oauth.errors import InvalidRequest

MAX_FIELDS = 100
NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""Names that are told back; others may hold bytes that no JSON can carry (RFC 6749 5.2)."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Decoded names and values; ``repeated`` are the names that came more than once."""

    values: Mapping[str, str]
    repeated: frozenset[str] = field(default_factory=frozenset)

    def get(self, name: str) -> str | None:
        """The value of ``name``; ``None`` when missing or empty (RFC 6749 3.1); raises ``InvalidRequest``."""
        if name in self.repeated:
            raise InvalidRequest(f"{name} is repeated")
        return self.values.get(name) or None

    def need(self, name: str) -> str:
        """The value of ``name``; raises ``InvalidRequest`` when it is missing, empty or repeated."""
        value = self.get(name)
        if value is None:
            raise InvalidRequest(f"{name} is missing")
        return value

    def refuse_repeated(self) -> None:
        """Raise ``InvalidRequest`` when any name came more than once."""
        if self.repeated:
            name = min(self.repeated)
            shown = name if NAME.fullmatch(name) else "a parameter"
            raise InvalidRequest(f"{shown} is repeated")


def parse_parameters(raw: str | bytes) -> Parameters:
    """Parse ``application/x-www-form-urlencoded``; bytes that are not UTF-8 survive as surrogates."""
    text = raw.decode("latin-1") if isinstance(raw, bytes) else raw
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="surrogateescape", max_num_fields=MAX_FIELDS)
    except ValueError as too_many:
        raise InvalidRequest("too many parameters") from too_many
    values: dict[str, str] = {}
    repeated = set()
    for name, value in pairs:
        if name in values:
            repeated.add(name)
        values[name] = value
    return Parameters(values, frozenset(repeated))


def with_query(uri: str, parameters: Mapping[str, str | None]) -> str:
    """``uri`` with the parameters that have a value added to its query; an existing query stays first."""
    parts = urlsplit(uri)
    added = "&".join(
        f"{quote(name, safe='')}={quote(value, safe='', errors='surrogateescape')}"
        for name, value in parameters.items()
        if value is not None
    )
    query = f"{parts.query}&{added}" if parts.query and added else parts.query or added
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, parts.fragment))
