"""Searches under a limited or granular grant: the very parameters that go upstream, and whether its total may be shown."""

from __future__ import annotations

import pytest

from launcher.gateway.compartments import SUBJECT_PARAMETERS
from launcher.gateway.grant_facts import GrantFacts
from launcher.gateway.interaction import Interaction, Kind
from launcher.gateway.policy import Decision, Deny, Narrow, decide
from launcher.gateway.query import Parameters, parse_query
from launcher.gateway.scope_rules import parse_scopes
from launcher.gateway.search_rules import empty_patient
from tests.launcher.gateway.support import MARIT, TORBJORN

MINE = ("patient", f"Patient/{MARIT}")
LAB, FINAL = "patient/Observation.cruds?category=laboratory", "patient/Observation.cruds?status=final"
ALL, OWN = "user/Observation.rs", "patient/Observation.rs"
SOME = "user/Observation.rs?category=laboratory"
JUDGED = "performer,subject"


def decided(scopes: tuple[str, ...], query: str, patient: str | None = MARIT) -> Decision:
    facts = GrantFacts("g", parse_scopes(scopes), patient, False, frozenset(), ("http://upstream.example",))
    assert len(facts.scopes) == len(scopes)
    return decide(facts, Interaction(Kind.SEARCH_TYPE, "Observation", parameters=parse_query(query.encode())))


@pytest.mark.parametrize(
    ("scopes", "query", "sent", "exact"),
    [
        ((OWN,), "", (MINE,), True),
        ((OWN,), f"patient=Patient/{MARIT}", (MINE,), True),
        ((OWN,), f"patient={MARIT}", (("patient", MARIT), MINE), True),
        ((OWN,), f"patient={MARIT},Patient/{MARIT}", (("patient", f"{MARIT},Patient/{MARIT}"), MINE), True),
        ((OWN,), f"performer=Patient/{MARIT}", (("performer", f"Patient/{MARIT}"), MINE), True),
        ((OWN,), "_tag=http://x/Patient/y|z", (("_tag", "http://x/Patient/y|z"), MINE), True),
        ((LAB,), "", (MINE, ("category", "laboratory")), True),
        ((LAB,), "category=laboratory", (("category", "laboratory"), MINE), True),
        ((LAB, OWN), "", (MINE,), True),
        ((SOME,), "", (("category", "laboratory"),), True),
        (
            ("patient/Observation.s?category=laboratory&status=final",),
            "",
            (MINE, ("category", "laboratory"), ("status", "final")),
            True,
        ),
        (
            (LAB, "patient/Observation.s?category=vital-signs"),
            "",
            (MINE, ("category", "laboratory,vital-signs")),
            True,
        ),
        ((LAB, FINAL), "", (MINE,), False),
        ((LAB, "patient/Observation.s?category=a&status=final"), "", (MINE,), False),
        ((OWN, SOME), "", (), False),
        ((LAB, SOME), "", (("category", "laboratory,laboratory"),), False),
    ],
)
def test_what_is_sent(scopes: tuple[str, ...], query: str, sent: Parameters, exact: bool) -> None:
    assert decided(scopes, query) == Narrow(sent, exact)


@pytest.mark.parametrize(
    ("scopes", "query", "sent"),
    [
        (
            (OWN,),
            "_elements=code,,subject.display,subject,value",
            (("_elements", f"code,value,{JUDGED}"), MINE),
        ),
        (
            (LAB,),
            "_elements=code",
            (("_elements", f"code,category,{JUDGED}"), MINE, ("category", "laboratory")),
        ),
        (
            ("patient/Observation.rs?_tag=a",),
            "_elements=code",
            (("_elements", f"code,meta,{JUDGED}"), MINE, ("_tag", "a")),
        ),
        ((OWN,), "_summary=true&code=a", (("code", "a"), MINE)),
        ((OWN,), "_summary=count", (("_summary", "count"), MINE)),
        ((OWN,), "_total=accurate&code=a", (("_total", "accurate"), ("code", "a"), MINE)),
        ((LAB, FINAL), "_total=accurate&code=a", (("code", "a"), MINE)),
    ],
)
def test_what_must_be_judged_comes_along(scopes: tuple[str, ...], query: str, sent: Parameters) -> None:
    found = decided(scopes, query)
    assert isinstance(found, Narrow)
    assert found.parameters == sent


@pytest.mark.parametrize(
    ("scopes", "query"),
    [
        ((OWN,), f"performer=Patient/{MARIT},Patient/{TORBJORN}"),
        ((OWN,), f"performer=Practitioner/p,http://upstream.example/Patient/{TORBJORN}"),
        ((OWN,), f"code-value-x=a$Patient/{TORBJORN}"),
        ((OWN,), f"subject:Patient={TORBJORN}"),
        ((OWN,), "subject:Device=d"),
        ((OWN,), f"performer:Patient={TORBJORN}"),
        ((OWN,), "patient.name=x"),
        ((OWN,), "_sort=subject.name"),
        ((SOME,), "_has:Provenance:target:agent=x"),
        ((LAB, FINAL), "_summary=count"),
        ((OWN, SOME), "_summary=count"),
    ],
)
def test_what_is_refused(scopes: tuple[str, ...], query: str) -> None:
    found = decided(scopes, query)
    assert isinstance(found, Deny)
    assert (found.status, found.code) == (403, "forbidden")


def test_a_granular_right_without_a_patient_stands_beside_one_that_needs_him() -> None:
    assert isinstance(decided((OWN,), "", patient=None), Deny)
    assert decided((OWN, SOME), "", patient=None) == Narrow((), False)


@pytest.mark.parametrize("name", sorted(SUBJECT_PARAMETERS))
@pytest.mark.parametrize("resource_type", ["Observation", "Coverage", "Location"])
def test_a_parameter_for_a_person_names_somebody(name: str, resource_type: str) -> None:
    assert empty_patient(resource_type, ((name, ""),)) == name
    assert empty_patient(resource_type, (("code", ""), (name, "a, "))) == name
    assert empty_patient(resource_type, ((name, "a"), ("code", ""))) is None


@pytest.mark.parametrize(
    ("resource_type", "name", "told"),
    [
        ("Patient", "_id", "_id"),
        ("Observation", "_id", None),
        ("Schedule", "actor", "actor"),
        ("Task", "actor", None),
    ],
)
def test_what_names_the_patient_depends_on_the_type(resource_type: str, name: str, told: str | None) -> None:
    assert empty_patient(resource_type, ((name, ""),)) == told
