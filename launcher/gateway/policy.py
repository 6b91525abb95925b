"""The policy: may this be done, may this resource be shown (S4; SAL-36 to SAL-41, SAL-61, SAL-64).

``decide`` looks at the request alone and answers ``Allow``, ``Narrow`` (the complete parameters to send instead)
or ``Deny``. ``judge_resource`` looks at one resource: of an answer, of a body, or the stored version of what a
write would change. A refusal by ``decide`` tells only what the request itself shows (403); what only a resource
shows is answered as if the resource did not exist (404).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from launcher.gateway import granular
from launcher.gateway.compartments import (
    PATIENT_COMPARTMENT,
    WITHOUT_COMPARTMENT,
    patients_of,
)
from launcher.gateway.elements import all_references
from launcher.gateway.grant_facts import GrantFacts
from launcher.gateway.interaction import WRITES, Interaction, Kind
from launcher.gateway.query import Parameters
from launcher.gateway.references import parse_reference
from launcher.gateway.scope_rules import ResourceScope
from launcher.gateway.search_rules import SearchRefused, empty_patient, narrow_search


@dataclass(frozen=True, slots=True)
class Allow:
    """Send it up as it is."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """Send it up with exactly these parameters (for a conditional create: these conditions).

    ``exact`` says that nothing outside the grant can be counted by the upstream, so its ``total`` may be shown.
    """

    parameters: Parameters
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Deny:
    """Refuse without asking the upstream: HTTP ``status``, FHIR issue ``code``, a plain ``reason``."""

    status: int
    code: str
    reason: str


Decision = Allow | Narrow | Deny

READABLE = frozenset("rs")
"""A resource that comes along (``_include``, ``$everything``, contained in an answer) needs read or search."""

NEVER_UNDER_A_PATIENT = "This type belongs to no patient and is not open to this app."


def decide(
    facts: GrantFacts,
    interaction: Interaction,
    body: Mapping[str, Any] | None = None,
    known_types: Mapping[str, str] | None = None,
) -> Decision:
    """Judge one interaction by the grant and the request alone; ``body`` is the resource it carries, if any.

    ``known_types`` gives the types behind ``urn:uuid:`` references of a transaction.
    """
    kind = interaction.kind
    if kind in (Kind.CAPABILITIES, Kind.BUNDLE, Kind.PAGE):
        return Allow()
    resource_type = interaction.type or ""
    empty = empty_patient(resource_type, (*interaction.parameters, *(interaction.if_none_exist or ())))
    if empty is not None:
        return Deny(
            403, "forbidden", f"The parameter {empty} names nobody; name the patient or leave it out."
        )
    if kind is Kind.READ and f"{resource_type}/{interaction.id}" in facts.implied_reads:
        return Allow()
    rules = facts.covering(resource_type, interaction.letter)
    if not rules:
        return Deny(403, "forbidden", f"The app was not granted {kind} on {resource_type}.")
    if any(not facts.limited(rule) and not rule.query for rule in rules):
        return _decide_open(facts, interaction)
    if kind is Kind.CREATE and resource_type == "Patient":
        return Deny(403, "forbidden", "A new patient lies outside what the app was granted.")
    if all(facts.limited(rule) for rule in rules):
        refusal = _decide_limited(facts, interaction, body)
        if refusal is not None:
            return refusal
    if kind in (Kind.CONDITIONAL_UPDATE, Kind.CONDITIONAL_DELETE, Kind.HISTORY_TYPE):
        return Deny(403, "forbidden", "This interaction reaches beyond what the app was granted.")
    if body is not None and not judge_resource(facts, body, interaction.letter, known_types):
        return Deny(403, "forbidden", "The resource lies outside what the app was granted.")
    if kind is Kind.SEARCH_TYPE:
        return _narrowed(facts, interaction, rules)
    if kind is Kind.CREATE and interaction.if_none_exist is not None:
        return _narrowed_condition(facts, interaction, rules)
    if kind in (Kind.READ, Kind.VREAD) and interaction.parameters:
        return Narrow(())
    return Allow()


def judge_resource(
    facts: GrantFacts,
    resource: Mapping[str, Any],
    letters: Iterable[str],
    known_types: Mapping[str, str] | None = None,
    about: set[str] | None = None,
) -> bool:
    """True when the grant covers this very resource for one of ``letters``: type, patient and granular query.

    ``known_types`` gives the types behind ``urn:uuid:`` references of a transaction; ``about`` is what
    ``compartments.patients_of`` said of this resource, when the caller has asked already.
    """
    resource_type = resource.get("resourceType")
    if not isinstance(resource_type, str):
        return False
    letters = frozenset(letters)
    for rule in facts.scopes:
        if rule.covers(resource_type, letters):
            if about is None and facts.limited(rule):
                about = patients_of(resource, facts.bases, known_types)
            if _rule_holds(facts, rule, resource, letters, about or set()):
                return True
    return False


def foreign_patient_in(facts: GrantFacts, body: Any) -> bool:
    """True when a body refers, anywhere, to a patient other than the effective one or to one that a search would find.

    Checked on what a limited grant writes: a reference is a way to move data to somebody else's record.
    """
    for reference in all_references(body):
        if "?" in reference:
            return True
        target = parse_reference(reference, facts.bases)
        if (
            target is not None
            and target.type == "Patient"
            and (target.id != facts.patient or not target.local)
        ):
            return True
    return False


def _rule_holds(
    facts: GrantFacts,
    rule: ResourceScope,
    resource: Mapping[str, Any],
    letters: frozenset[str],
    about: set[str],
) -> bool:
    if facts.limited(rule):
        resource_type = str(resource["resourceType"])
        if resource_type in WITHOUT_COMPARTMENT:
            # Nobody's record: may be read, never written, by somebody who holds one patient's grant, as long as it
            # holds nothing of anybody else.
            if rule.cruds.isdisjoint(letters & READABLE) or not about <= {facts.patient}:
                return False
        elif not facts.patient or about != {facts.patient}:
            return False
    return not rule.query or granular.matches(resource, rule.query)


def _decide_open(facts: GrantFacts, interaction: Interaction) -> Decision:
    """A plain ``user/`` or ``system/`` scope: only searches and conditions that look into other types need a look."""
    for name, value in (*interaction.parameters, *(interaction.if_none_exist or ())):
        wanted = _chained_types(name)
        if name == "_sort" and "." in value:
            wanted = {"*"}
        if any(not facts.open_for(resource_type, "s") for resource_type in wanted):
            return Deny(
                403, "forbidden", "A chained search needs the search right on every type it looks into."
            )
    return Allow()


def _chained_types(name: str) -> set[str]:
    """The types a chained or reverse-chained parameter looks into; ``*`` where it does not say."""
    if name == "_list":
        return {"List"}
    if name.startswith("_has"):
        parts = name.split(":")
        types = set(parts[1::3]) if len(parts) >= 4 else {"*"}
        return types | ({"*"} if "." in name else set())
    links = name.split(".")[:-1]
    return {link.split(":")[1] if ":" in link else "*" for link in links}


def _decide_limited(
    facts: GrantFacts, interaction: Interaction, body: Mapping[str, Any] | None
) -> Deny | None:
    """What a grant for one patient can never do, as far as the request shows it."""
    resource_type = interaction.type or ""
    belongs_to_a_patient = resource_type in PATIENT_COMPARTMENT
    if not belongs_to_a_patient:
        if resource_type == "Binary" and interaction.kind is Kind.READ and facts.patient is not None:
            return None  # Its owner is judged before a byte is shown.
        if resource_type not in WITHOUT_COMPARTMENT:
            return Deny(403, "forbidden", NEVER_UNDER_A_PATIENT)
        if interaction.kind in WRITES:
            return Deny(403, "forbidden", "A grant for one patient writes only to that patient's record.")
        return None
    if facts.patient is None:
        return Deny(403, "forbidden", "No patient is chosen for this app.")
    if resource_type == "Patient" and interaction.id is not None and interaction.id != facts.patient:
        return Deny(403, "forbidden", "This app holds a grant for another patient.")
    if body is not None and foreign_patient_in(facts, body):
        return Deny(403, "forbidden", "The resource refers to another patient.")
    return None


def _narrowed(facts: GrantFacts, interaction: Interaction, rules: list[ResourceScope]) -> Decision:
    try:
        parameters, exact = narrow_search(facts, interaction.type or "", interaction.parameters, rules)
    except SearchRefused as refusal:
        return Deny(403, "forbidden", str(refusal))
    return Narrow(parameters, exact)


def _narrowed_condition(facts: GrantFacts, interaction: Interaction, rules: list[ResourceScope]) -> Decision:
    """A conditional create looks for a match: only inside the grant, and only if the upstream can be told so."""
    try:
        parameters, exact = narrow_search(
            facts, interaction.type or "", interaction.if_none_exist or (), rules
        )
    except SearchRefused as refusal:
        return Deny(403, "forbidden", str(refusal))
    if not exact:
        return Deny(403, "forbidden", "The condition reaches beyond what the app was granted.")
    return Narrow(parameters)
