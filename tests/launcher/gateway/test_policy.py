"""The policy as a table: interaction x scope x compartment x granular query."""

from __future__ import annotations

from typing import Any

import pytest

from launcher.gateway.compartments import PATIENT_COMPARTMENT, WITHOUT_COMPARTMENT, in_compartment
from launcher.gateway.grant_facts import GrantFacts, facts_of
from launcher.gateway.interaction import Interaction, Kind, Refusal, classify
from launcher.gateway.policy import Allow, Decision, Deny, Narrow, decide, judge_resource
from launcher.gateway.resource_types import RESOURCE_TYPES
from tests.launcher.gateway.support import MARIT, TORBJORN, grant, observation, patient

BASES = ("http://upstream.example/fhir", "http://127.0.0.1:1/fhir")
LAB = "patient/Observation.cruds?category=laboratory"


def facts(*scopes: str, **options: Any) -> GrantFacts:
    return facts_of(grant(*scopes, **options), BASES)


def asked(method: str, path: str, query: str = "") -> Interaction:
    found = classify(method, path.encode(), query.encode(), {})
    assert not isinstance(found, Refusal), found
    return found


def outcome(decision: Decision) -> str:
    return {Allow: "allow", Narrow: "narrow", Deny: "deny"}[type(decision)]


INTERACTIONS = {
    "read": ("GET", "/Observation/o-1", "r"),
    "vread": ("GET", "/Observation/o-1/_history/1", "r"),
    "history": ("GET", "/Observation/o-1/_history", "r"),
    "history-type": ("GET", "/Observation/_history", "s"),
    "search": ("GET", "/Observation", "s"),
    "create": ("POST", "/Observation", "c"),
    "update": ("PUT", "/Observation/o-1", "u"),
    "delete": ("DELETE", "/Observation/o-1", "d"),
    "conditional-update": ("PUT", "/Observation?code=1", "u"),
    "conditional-delete": ("DELETE", "/Observation?code=1", "d"),
}
OPEN_ONLY = {"history-type", "conditional-update", "conditional-delete"}
CONTEXTS = {
    "patient": {"context": "patient", "fenced": False, "limited": True},
    "fenced": {"context": "user", "fenced": True, "limited": True},
    "user": {"context": "user", "fenced": False, "limited": False},
    "system": {"context": "system", "fenced": False, "limited": False},
}


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("query", ["", "?category=vital-signs"])
@pytest.mark.parametrize("letter", "cruds")
@pytest.mark.parametrize("name", INTERACTIONS)
def test_table(context: str, query: str, letter: str, name: str) -> None:
    method, path, needed = INTERACTIONS[name]
    row = CONTEXTS[context]
    path, _, parameters = path.partition("?")
    given = facts(f"{row['context']}/Observation.{letter}{query}", fenced=bool(row["fenced"]))
    body = observation("o-1", MARIT) if name in ("create", "update") else None
    found = outcome(decide(given, asked(method, path, parameters), body))
    if letter != needed:
        wanted = "deny"
    elif not row["limited"] and not query:
        wanted = "allow"
    elif name in OPEN_ONLY:
        wanted = "deny"
    else:
        wanted = "narrow" if name == "search" else "allow"
    assert found == wanted


@pytest.mark.parametrize(
    ("scope", "fenced", "owner", "category", "covered"),
    [
        ("patient/Observation.rs", False, MARIT, "vital-signs", True),
        ("patient/Observation.rs", False, TORBJORN, "vital-signs", False),
        ("patient/Condition.rs", False, MARIT, "vital-signs", False),
        ("patient/*.rs", False, MARIT, "vital-signs", True),
        (LAB, False, MARIT, "laboratory", True),
        (LAB, False, MARIT, "vital-signs", False),
        (LAB, False, TORBJORN, "laboratory", False),
        ("user/Observation.rs", True, MARIT, "vital-signs", True),
        ("user/Observation.rs", True, TORBJORN, "vital-signs", False),
        ("user/Observation.rs", False, TORBJORN, "vital-signs", True),
        ("user/Observation.rs?category=laboratory", False, TORBJORN, "laboratory", True),
        ("user/Observation.rs?category=laboratory", False, TORBJORN, "vital-signs", False),
        ("system/*.rs", False, TORBJORN, "vital-signs", True),
    ],
)
def test_resources(scope: str, fenced: bool, owner: str, category: str, covered: bool) -> None:
    given = facts(scope, fenced=fenced)
    assert judge_resource(given, observation("o", owner, category), "r") is covered


NAMED = [
    ("/Observation", f"patient={MARIT}", "narrow"),
    ("/Observation", f"patient=Patient/{MARIT}", "narrow"),
    ("/Observation", f"patient={BASES[1]}/Patient/{MARIT}", "narrow"),
    ("/Observation", f"subject:Patient={MARIT}", "narrow"),
    ("/Observation", f"patient={TORBJORN}", "deny"),
    ("/Observation", f"patient={MARIT}&patient={TORBJORN}", "deny"),
    ("/Observation", f"patient={MARIT},{TORBJORN}", "deny"),
    ("/Observation", f"patient={MARIT}&subject=Patient/{TORBJORN}", "deny"),
    ("/Observation", f"subject={TORBJORN}", "deny"),
    ("/Observation", f"subject:Patient={TORBJORN}", "deny"),
    ("/Observation", f"patient=http://elsewhere.example/fhir/Patient/{MARIT}", "deny"),
    ("/Observation", "patient=", "deny"),
    ("/Observation", "patient:missing=true", "deny"),
    ("/Observation", f"patient:not={MARIT}", "deny"),
    ("/Observation", "patient:identifier=1", "deny"),
    ("/Observation", "patient.name=Haugen", "deny"),
    ("/Observation", "subject:Patient.name=Haugen", "deny"),
    ("/Observation", f"performer=Patient/{TORBJORN}", "deny"),
    ("/Observation", f"performer:Patient={TORBJORN}", "deny"),
    ("/Observation", "performer=Practitioner/x", "narrow"),
    ("/Observation", f"focus={BASES[0]}/Patient/{TORBJORN}", "deny"),
    ("/Observation", "_has:Provenance:target:agent=x", "deny"),
    ("/Observation", "_list=l-1", "deny"),
    ("/Observation", "_sort=patient.name", "deny"),
    ("/Observation", "_sort=-date", "narrow"),
    ("/Observation", "_include=Observation:subject", "narrow"),
    ("/Patient", f"_id={MARIT}", "narrow"),
    ("/Patient", f"_id={TORBJORN}", "deny"),
    ("/Patient", f"_id={MARIT},{TORBJORN}", "deny"),
    ("/Patient", "name=Lien", "narrow"),
    ("/Patient", f"link=Patient/{TORBJORN}", "deny"),
    ("/Patient/" + TORBJORN, "", "deny"),
    ("/Patient/" + MARIT, "", "allow"),
    ("/Practitioner", "name=Nordli", "narrow"),
    ("/Practitioner", "_has:Observation:performer:code=1", "deny"),
    ("/Binary/b-1", "", "allow"),
    ("/Binary", "", "deny"),
    ("/Bundle/b-1", "", "deny"),
    ("/Subscription", "", "deny"),
    ("/Linkage/l-1", "", "deny"),
    ("/MessageHeader/m-1", "", "deny"),
]


@pytest.mark.parametrize(("path", "query", "wanted"), NAMED)
@pytest.mark.parametrize("context", ["patient", "fenced"])
def test_what_a_limited_request_shows(path: str, query: str, wanted: str, context: str) -> None:
    row = CONTEXTS[context]
    given = facts(f"{row['context']}/*.cruds", fenced=bool(row["fenced"]))
    decision = decide(given, asked("GET", path, query))
    assert outcome(decision) == wanted
    if isinstance(decision, Deny):
        assert decision.status == 403


def narrowed(scopes: tuple[str, ...], path: str, query: str = "") -> Narrow:
    decision = decide(facts(*scopes), asked("GET", path, query))
    assert isinstance(decision, Narrow)
    return decision


def test_what_is_added() -> None:
    assert narrowed(("patient/Observation.rs",), "/Observation").parameters == (
        ("patient", f"Patient/{MARIT}"),
    )
    assert narrowed(("patient/Patient.rs",), "/Patient", "name=x").parameters == (
        ("name", "x"),
        ("_id", MARIT),
    )
    lab = narrowed((LAB,), "/Observation", "category=vital-signs")
    assert lab.parameters == (
        ("category", "vital-signs"),
        ("patient", f"Patient/{MARIT}"),
        ("category", "laboratory"),
    )
    both = narrowed((LAB, "patient/Observation.s?category=vital-signs"), "/Observation")
    assert ("category", "laboratory,vital-signs") in both.parameters
    assert both.exact


def test_two_kinds_of_granular_scopes_are_left_to_the_filter() -> None:
    mixed = narrowed((LAB, "patient/Observation.s?status=final"), "/Observation", "_total=accurate")
    assert not mixed.exact
    assert all(name != "_total" for name, _ in mixed.parameters)


def test_a_count_is_given_only_where_the_upstream_can_be_told() -> None:
    assert ("_summary", "count") in narrowed(
        ("patient/Observation.s",), "/Observation", "_summary=count"
    ).parameters
    given = facts(LAB, "patient/Observation.s?status=final")
    assert isinstance(decide(given, asked("GET", "/Observation", "_summary=count")), Deny)


def test_elements_and_summary_cannot_hide_what_is_judged() -> None:
    parameters = dict(narrowed((LAB,), "/Observation", "_elements=code").parameters)
    assert set(parameters["_elements"].split(",")) >= {"code", "subject", "performer", "category"}
    for value in ("true", "text", "data", "false"):
        assert "_summary" not in dict(narrowed((LAB,), "/Observation", f"_summary={value}").parameters)
    decision = decide(facts("patient/Observation.r"), asked("GET", "/Observation/o", "_elements=code"))
    assert decision == Narrow(())


def test_an_open_grant_needs_the_right_on_what_a_chain_looks_into() -> None:
    wide, one = facts("user/*.rs"), facts("user/Observation.rs")
    two = facts("user/Observation.rs", "user/Patient.s")
    for query, types in (
        ("subject:Patient.name=x", "two"),
        ("subject.name=x", "wide"),
        ("_has:Patient:general-practitioner:name=x", "two"),
        ("_sort=subject.name", "wide"),
    ):
        interaction = asked("GET", "/Observation", query)
        assert outcome(decide(wide, interaction)) == "allow"
        assert outcome(decide(one, interaction)) == "deny"
        assert outcome(decide(two, interaction)) == ("allow" if types == "two" else "deny")


def test_nobodys_resources_are_read_but_never_written_under_a_limited_grant() -> None:
    given = facts("patient/*.cruds")
    practitioner = {"resourceType": "Practitioner", "id": "x"}
    assert judge_resource(given, practitioner, "r")
    assert not judge_resource(given, practitioner, "u")
    for method in ("PUT", "DELETE"):
        assert outcome(decide(given, asked(method, "/Practitioner/x"), practitioner)) == "deny"


def test_implied_reads_are_for_reading_that_instance_only() -> None:
    given = facts("patient/Observation.r", implied=("Organization/vestfloyen",))
    assert outcome(decide(given, asked("GET", "/Organization/vestfloyen"))) == "allow"
    for method, path in (
        ("GET", "/Organization/ostfloyen"),
        ("GET", "/Organization/vestfloyen/_history/1"),
        ("PUT", "/Organization/vestfloyen"),
        ("GET", "/Organization"),
    ):
        assert outcome(decide(given, asked(method, path))) == "deny"


def test_no_scope_no_access() -> None:
    for method, path, _ in INTERACTIONS.values():
        path, _, query = path.partition("?")
        assert outcome(decide(facts("openid", "launch"), asked(method, path, query))) == "deny"


MEMBERSHIP: list[tuple[dict[str, Any], bool]] = [
    (patient(MARIT), True),
    (patient(TORBJORN), False),
    (observation("o", MARIT), True),
    ({"resourceType": "Observation", "subject": {"reference": f"{BASES[0]}/Patient/{MARIT}"}}, True),
    ({"resourceType": "Observation", "subject": {"reference": f"Patient/{MARIT}/_history/2"}}, True),
    (
        {"resourceType": "Observation", "subject": {"reference": f"http://other.example/Patient/{MARIT}"}},
        False,
    ),
    ({"resourceType": "Observation", "subject": {"reference": f"//x/Patient/{MARIT}"}}, False),
    ({"resourceType": "Observation", "subject": {"reference": f"Group/{MARIT}"}}, False),
    ({"resourceType": "Observation", "subject": {"identifier": {"value": "1"}}}, False),
    ({"resourceType": "Observation"}, False),
    ({"resourceType": "Observation", "performer": [{"reference": f"Patient/{MARIT}"}]}, True),
    (
        {
            "resourceType": "Observation",
            "subject": {"identifier": {"value": "1"}},
            "performer": [{"reference": f"Patient/{MARIT}"}],
        },
        False,
    ),
    (
        {
            "resourceType": "Observation",
            "subject": {"reference": f"Patient/{MARIT}"},
            "performer": [{"identifier": {"system": "hpr", "value": "9144900"}}, {"display": "Siri"}],
        },
        True,
    ),
    (
        {
            "resourceType": "Observation",
            "contained": [{"resourceType": "Practitioner", "id": "a"}],
            "subject": {"reference": f"Patient/{MARIT}"},
            "performer": [{"reference": "#a"}],
        },
        True,
    ),
    (
        {
            "resourceType": "Observation",
            "contained": [{"resourceType": "Patient", "id": "a"}],
            "subject": {"reference": "#a"},
        },
        False,
    ),
    (
        {
            "resourceType": "Appointment",
            "participant": [
                {"actor": {"reference": f"Patient/{MARIT}"}},
                {"actor": {"reference": "Practitioner/helge-solberg"}},
            ],
        },
        True,
    ),
    (
        {
            "resourceType": "Appointment",
            "participant": [
                {"actor": {"reference": f"Patient/{MARIT}"}},
                {"actor": {"reference": f"Patient/{TORBJORN}"}},
            ],
        },
        False,
    ),
    ({"resourceType": "Group", "member": [{"entity": {"reference": f"Patient/{MARIT}"}}]}, True),
    (
        {
            "resourceType": "Group",
            "member": [{"entity": {"reference": f"Patient/{p}"}} for p in (MARIT, TORBJORN)],
        },
        False,
    ),
    (
        {
            "resourceType": "List",
            "subject": {"reference": f"Patient/{MARIT}"},
            "entry": [{"item": {"reference": f"Patient/{TORBJORN}"}}],
        },
        False,
    ),
    ({"resourceType": "Provenance", "target": [{"reference": "Observation/o-torbjorn"}]}, False),
    ({"resourceType": "Provenance", "target": [{"reference": f"Patient/{MARIT}"}]}, True),
    (
        {
            "resourceType": "AuditEvent",
            "agent": [{"who": {"reference": "Practitioner/x"}}],
            "entity": [{"what": {"reference": f"Patient/{MARIT}"}}],
        },
        True,
    ),
    ({"resourceType": "Task", "for": {"reference": f"Patient/{MARIT}"}}, True),
    ({"resourceType": "Binary", "securityContext": {"reference": f"Patient/{MARIT}"}}, False),
    ({"resourceType": "Bundle", "entry": [{"resource": patient(MARIT)}]}, False),
    ({"resourceType": "Practitioner", "id": "x"}, False),
]


@pytest.mark.parametrize(("resource", "inside"), MEMBERSHIP)
def test_membership(resource: dict[str, Any], inside: bool) -> None:
    assert in_compartment(resource, MARIT, BASES) is inside


def test_no_patient_is_in_no_compartment() -> None:
    assert not in_compartment({"resourceType": "Patient", "id": ""}, "", BASES)
    assert not in_compartment({"resourceType": "Patient"}, None, BASES)


def test_the_tables_speak_of_known_types() -> None:
    assert set(PATIENT_COMPARTMENT) <= RESOURCE_TYPES
    assert WITHOUT_COMPARTMENT <= RESOURCE_TYPES
    assert not WITHOUT_COMPARTMENT & set(PATIENT_COMPARTMENT)
    assert {"Binary", "Bundle", "Parameters"}.isdisjoint(WITHOUT_COMPARTMENT | set(PATIENT_COMPARTMENT))


def test_every_compartment_type_is_narrowed() -> None:
    given = facts("patient/*.rs")
    for resource_type in PATIENT_COMPARTMENT:
        decision = decide(given, Interaction(Kind.SEARCH_TYPE, resource_type))
        assert isinstance(decision, Narrow)
        assert any(MARIT in value for _, value in decision.parameters)


@pytest.mark.parametrize(
    "scope", ["user/*.cruds", "system/*.cruds", "patient/*.cruds", "user/Observation.rs?code=1"]
)
@pytest.mark.parametrize(
    "query",
    [
        "patient=",
        "subject=",
        "subject:Patient=",
        "code=1&patient=",
        "patient=,",
        "patient=%20",
        f"patient={MARIT},",
    ],
)
def test_a_search_for_nobody_does_not_become_a_search_for_everybody(scope: str, query: str) -> None:
    refused = decide(facts(scope), asked("GET", "/Observation", query))
    assert isinstance(refused, Deny) and (refused.status, refused.code) == (403, "forbidden")
    assert not isinstance(decide(facts(scope), asked("GET", "/Observation", f"patient={MARIT}")), Deny)


def test_nor_does_a_condition_or_a_search_for_a_patient_without_id() -> None:
    given = facts("user/*.cruds")
    empty = classify("POST", b"/Observation", b"", {b"if-none-exist": b"patient="})
    for interaction in (empty, asked("GET", "/Patient", "_id="), asked("DELETE", "/Observation", "patient=")):
        assert not isinstance(interaction, Refusal)
        decision = decide(given, interaction)
        assert isinstance(decision, Deny) and decision.status == 403
    assert isinstance(decide(given, asked("GET", "/Observation", "code=")), Allow)
