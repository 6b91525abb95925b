"""What two scopes have in common, written as a scope again (SAL-34..SAL-38, FC-04)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from launcher.gateway.scope_rules import CRUDS, V1_LETTERS, is_v1, parse_scope

V1_WORDS = {letters: word for word, letters in V1_LETTERS.items()}
RESOURCE_SCOPE = re.compile(r"(patient|user|system)/([A-Z][A-Za-z]{1,63}|\*)\.([a-z]+|\*)(?:\?(.+))?")
FHIRCAST_SCOPE = re.compile(r"fhircast/([A-Za-z][A-Za-z0-9.-]*|\*)\.(read|write|\*)")


@dataclass(frozen=True, slots=True)
class ResourceScope:
    """``level/resource_type.interactions?query``; ``interactions`` are letters of ``cruds`` in their order."""

    level: str
    resource_type: str
    interactions: str
    query: str = ""
    version_1: bool = False

    def text(self) -> str:
        """The scope as it is written in a token response; v1 where v1 was asked for and fits exactly."""
        suffix = self.interactions
        if self.version_1 and not self.query:
            suffix = V1_WORDS.get(self.interactions, suffix)
        return f"{self.level}/{self.resource_type}.{suffix}" + (f"?{self.query}" if self.query else "")


def parse_resource_scope(text: str) -> ResourceScope | None:
    """The scope's parts; ``None`` for what the gateway could not enforce (SAL-35, SAL-37)."""
    match = RESOURCE_SCOPE.fullmatch(text)
    parsed = parse_scope(text)
    if match is None or parsed is None:
        return None
    level, resource_type, _, query = match.groups()
    letters = "".join(letter for letter in CRUDS if letter in parsed.cruds)
    return ResourceScope(level, resource_type, letters, query or "", is_v1(text))


def common_part(asked: ResourceScope, approved: ResourceScope) -> ResourceScope | None:
    """What ``asked`` and ``approved`` both allow; ``None`` when that is nothing or cannot be written as one."""
    if asked.level != approved.level:
        return None
    types = {asked.resource_type, approved.resource_type} - {"*"}
    queries = {asked.query, approved.query} - {""}
    letters = "".join(letter for letter in asked.interactions if letter in approved.interactions)
    if len(types) > 1 or len(queries) > 1 or not letters:
        return None
    return ResourceScope(
        asked.level, types.pop() if types else "*", letters, queries.pop() if queries else "", asked.version_1
    )


def common_fhircast(asked: str, approved: str) -> str | None:
    """The common part of two FHIRcast scopes (FC-04), or ``None``."""
    ours, theirs = FHIRCAST_SCOPE.fullmatch(approved), FHIRCAST_SCOPE.fullmatch(asked)
    if ours is None or theirs is None:
        return None
    if ours[1] == "*":
        event = theirs[1]
    elif theirs[1] == "*" or theirs[1].lower() == ours[1].lower():
        event = ours[1]
    else:
        return None
    kinds = {ours[2], theirs[2]} - {"*"}
    if len(kinds) > 1:
        return None
    return f"fhircast/{event}.{kinds.pop() if kinds else '*'}"
