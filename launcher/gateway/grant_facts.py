"""The part of a grant that the policy looks at, taken at one moment (DESIGN section 4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from launcher.gateway.scope_rules import ResourceScope, parse_scopes
from launcher.oauth.model import Grant


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """``patient`` is the effective patient; ``bases`` are the absolute FHIR bases that mean "here"."""

    grant_id: str
    scopes: tuple[ResourceScope, ...]
    patient: str | None
    fenced: bool
    implied_reads: frozenset[str]
    bases: tuple[str, ...]

    def limited(self, scope: ResourceScope) -> bool:
        """True when this scope reaches one patient only: ``patient/``, or ``user/`` behind a fence."""
        return scope.context == "patient" or (scope.context == "user" and self.fenced)

    def covering(self, resource_type: str, letters: Iterable[str]) -> list[ResourceScope]:
        """The scopes that grant one of ``letters`` on the type."""
        letters = frozenset(letters)
        return [scope for scope in self.scopes if scope.covers(resource_type, letters)]

    def open_for(self, resource_type: str, letters: Iterable[str]) -> bool:
        """True when a scope covers every resource of the type: not limited to a patient, no granular query."""
        return any(
            not self.limited(scope) and not scope.query for scope in self.covering(resource_type, letters)
        )


def facts_of(grant: Grant, bases: tuple[str, ...]) -> GrantFacts:
    """Read the facts of a live grant now; call again after waiting, since a fence may have moved."""
    patient = grant.effective_patient
    if not grant.fenced and patient is None:
        patient = grant.patient
    return GrantFacts(
        grant.grant_id, parse_scopes(grant.scopes), patient, grant.fenced, grant.implied_reads, bases
    )
