"""Searches under a limited or granular grant: what is refused, and what is added so that the upstream narrows.

The answer is filtered all the same (``filter``); narrowing keeps pages full and totals true.
"""

from __future__ import annotations

import re

from launcher.gateway import compartments, granular
from launcher.gateway.compartments import PATIENT_COMPARTMENT, SUBJECT_PARAMETERS
from launcher.gateway.grant_facts import GrantFacts
from launcher.gateway.query import Parameters, base_name
from launcher.gateway.references import parse_reference
from launcher.gateway.resource_types import is_resource_id
from launcher.gateway.scope_rules import ResourceScope

FORBIDDEN_NAMES = frozenset({"_has", "_list", "_type", "_since"})
PATIENT_MODIFIERS = frozenset({"", "Patient"})
_MENTIONS_PATIENT = re.compile(r"(?:^|[/,$])Patient/([^/,|$]+)")


def empty_patient(resource_type: str, parameters: Parameters) -> str | None:
    """The name of a parameter that should name the patient and is empty, if there is one.

    FHIR lets a server pass over a parameter without value (R4 search.html), and what was meant to find one
    patient's records would then find everybody's.
    """
    narrow = PATIENT_COMPARTMENT[resource_type].narrow if resource_type in PATIENT_COMPARTMENT else "patient"
    for name, value in parameters:
        base = base_name(name)
        if base != narrow and base not in SUBJECT_PARAMETERS:
            continue
        if not all(part.strip() for part in value.split(",")):
            return base
    return None


class SearchRefused(Exception):
    """The search itself shows that it reaches beyond the grant."""


def narrow_search(
    facts: GrantFacts, resource_type: str, parameters: Parameters, rules: list[ResourceScope]
) -> tuple[Parameters, bool]:
    """The parameters to send up, and whether they keep everything outside the grant out of the upstream's count.

    Raises ``SearchRefused`` for chains, reverse chains, other patients and contradictory patient parameters.
    """
    limited = all(facts.limited(rule) for rule in rules)
    kept: list[tuple[str, str]] = []
    for name, value in parameters:
        _refuse_side_doors(name, value)
        if limited and resource_type in PATIENT_COMPARTMENT:
            _refuse_other_patients(facts, resource_type, name, value)
        kept.append((name, value))
    exact = True
    if limited and resource_type in PATIENT_COMPARTMENT:
        narrow = PATIENT_COMPARTMENT[resource_type].narrow
        patient = str(facts.patient)
        wanted = (narrow, patient if narrow == "_id" else f"Patient/{patient}")
        if wanted not in kept:
            kept.append(wanted)
    elif not limited and any(facts.limited(rule) for rule in rules):
        exact = False
    added, expressed = _granular_parameters(rules)
    kept.extend(pair for pair in added if pair not in kept)
    return _reshaped(resource_type, tuple(kept), rules, exact and expressed)


def _refuse_side_doors(name: str, value: str) -> None:
    base = base_name(name)
    if base in FORBIDDEN_NAMES:
        raise SearchRefused(f"The parameter {base} reaches beyond what the app was granted.")
    if "." in name or (base == "_sort" and "." in value):
        raise SearchRefused("A chained search reaches beyond what the app was granted.")


def _refuse_other_patients(facts: GrantFacts, resource_type: str, name: str, value: str) -> None:
    base, _, modifier = name.partition(":")
    is_patient_parameter = base in SUBJECT_PARAMETERS or base == PATIENT_COMPARTMENT[resource_type].narrow
    if is_patient_parameter or modifier == "Patient":
        if modifier not in PATIENT_MODIFIERS:
            raise SearchRefused("The patient is named by id alone.")
        if not all(_is_effective_patient(facts, part) for part in value.split(",")):
            raise SearchRefused("The search names another patient than the app's.")
    elif not base.startswith("_"):
        for mentioned in _MENTIONS_PATIENT.findall(value):
            if mentioned != facts.patient:
                raise SearchRefused("The search names another patient than the app's.")


def _is_effective_patient(facts: GrantFacts, value: str) -> bool:
    if is_resource_id(value):
        return value == facts.patient
    target = parse_reference(value, facts.bases)
    return target is not None and target.local and (target.type, target.id) == ("Patient", facts.patient)


def _granular_parameters(rules: list[ResourceScope]) -> tuple[Parameters, bool]:
    """What to add for granular scopes; several scopes on one parameter become one "or"; else only the filter acts."""
    if any(not rule.query for rule in rules):
        return (), True
    if len(rules) == 1:
        return rules[0].query, True
    names = {name for rule in rules for name, _ in rule.query}
    if len(names) == 1 and all(len(rule.query) == 1 for rule in rules):
        return ((names.pop(), ",".join(rule.query[0][1] for rule in rules)),), True
    return (), False


def _reshaped(
    resource_type: str, parameters: Parameters, rules: list[ResourceScope], exact: bool
) -> tuple[Parameters, bool]:
    """Keep in the answer what must be judged: ``_elements`` is widened, ``_summary`` asks for whole resources."""
    needed = compartments.element_names(resource_type)
    for rule in rules:
        needed |= granular.element_names(resource_type, rule.query)
    reshaped: list[tuple[str, str]] = []
    for name, value in parameters:
        base = base_name(name)
        if base == "_summary":
            if value == "count":
                if not exact:
                    raise SearchRefused("A count would include what the app was not granted.")
                reshaped.append((name, value))
        elif base == "_elements":
            elements = [part for part in value.split(",") if part and "." not in part and part not in needed]
            reshaped.append(("_elements", ",".join(elements + sorted(needed))))
        elif base == "_total" and not exact:
            continue
        else:
            reshaped.append((name, value))
    return tuple(reshaped), exact
