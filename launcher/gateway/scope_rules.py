"""Clinical scopes, parsed (SMART App Launch 2.2.0 section 3; SAL-34 to SAL-37, SAL-43).

``parse_scope`` gives ``None`` for everything that is not a well-formed clinical scope: an out-of-order suffix
(``.dus``) is refused whole, never read letter by letter (SAL-35).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal, cast
from urllib.parse import unquote_plus

from launcher.gateway.granular import is_evaluable
from launcher.gateway.resource_types import RESOURCE_TYPES

ScopeContext = Literal["patient", "user", "system"]

CRUDS = "cruds"
V1_LETTERS = {"read": "rs", "write": "cud", "*": "cruds"}
_SCOPE = re.compile(r"(patient|user|system)/([A-Za-z]+|\*)\.([a-z]+|\*)(?:\?(.+))?\Z")


@dataclass(frozen=True, slots=True)
class ResourceScope:
    """One clinical scope: ``type`` may be ``*``; ``query`` is the decoded granular part, empty when there is none."""

    context: ScopeContext
    type: str
    cruds: frozenset[str]
    query: tuple[tuple[str, str], ...] = ()

    def covers(self, resource_type: str, letters: Iterable[str]) -> bool:
        """True when the type is covered and at least one of ``letters`` is granted."""
        return self.type in ("*", resource_type) and not self.cruds.isdisjoint(letters)


def is_ordered_subset(suffix: str) -> bool:
    """True for a non-empty subsequence of ``cruds`` (SAL-34)."""
    positions = [CRUDS.find(letter) for letter in suffix]
    return bool(suffix) and -1 not in positions and all(a < b for a, b in pairwise(positions))


@lru_cache(maxsize=4096)
def parse_scope(scope: str) -> ResourceScope | None:
    """Parse one scope, v1 or v2; ``None`` when it is no clinical scope we can keep.

    A scope has one form here, the short one; its form as a URI (SAL-43) is no scope.

    A granular query that the gateway could not judge on a resource makes the scope unusable (SAL-37): the
    authorization server must then not grant it.
    """
    match = _SCOPE.match(scope)
    if match is None:
        return None
    context, resource_type, suffix, query_text = match.groups()
    if resource_type != "*" and resource_type not in RESOURCE_TYPES:
        return None
    if suffix in V1_LETTERS:
        if query_text is not None:
            return None
        letters = V1_LETTERS[suffix]
    elif is_ordered_subset(suffix):
        letters = suffix
    else:
        return None
    query = _parse_query(resource_type, query_text)
    if query is None:
        return None
    return ResourceScope(cast(ScopeContext, context), resource_type, frozenset(letters), query)


@lru_cache(maxsize=1024)
def parse_scopes(scopes: tuple[str, ...]) -> tuple[ResourceScope, ...]:
    """The clinical scopes among the granted ones, in order; all others (``openid``, ``launch``) are left out."""
    return tuple(parsed for scope in scopes if (parsed := parse_scope(scope)) is not None)


def is_v1(scope: str) -> bool:
    """True for a clinical scope in v1 notation, which is answered as v1 (SAL-36)."""
    match = _SCOPE.match(scope)
    return match is not None and match.group(3) in V1_LETTERS


def _parse_query(resource_type: str, text: str | None) -> tuple[tuple[str, str], ...] | None:
    if text is None:
        return ()
    pairs: list[tuple[str, str]] = []
    for part in text.split("&"):
        name, separator, value = part.partition("=")
        pair = (unquote_plus(name), unquote_plus(value))
        if not separator or not is_evaluable(resource_type, *pair):
            return None
        pairs.append(pair)
    return tuple(pairs)
