"""FHIRcast scopes: ``fhircast/(Event|*).(read|write|*)`` (FC-04)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_PREFIX = "fhircast/"


@dataclass(frozen=True, slots=True)
class FhircastScopes:
    """What one grant may receive and post; event names are compared without case (FC-14)."""

    readable: frozenset[str]
    writable: frozenset[str]

    def may_read(self, event: str) -> bool:
        return "*" in self.readable or event.lower() in self.readable

    def may_write(self, event: str) -> bool:
        return "*" in self.writable or event.lower() in self.writable

    @property
    def may_read_anything(self) -> bool:
        return bool(self.readable)


def fhircast_scopes(scopes: Iterable[str]) -> FhircastScopes:
    """Pick the FHIRcast scopes out of a grant's scopes; anything that is not exactly one is ignored."""
    readable: set[str] = set()
    writable: set[str] = set()
    for scope in scopes:
        if not scope.startswith(_PREFIX):
            continue
        event, dot, access = scope.removeprefix(_PREFIX).rpartition(".")
        if not dot or not event:
            continue
        if access in ("read", "*"):
            readable.add(event.lower())
        if access in ("write", "*"):
            writable.add(event.lower())
    return FhircastScopes(frozenset(readable), frozenset(writable))
