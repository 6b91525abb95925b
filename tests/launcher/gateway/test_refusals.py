"""What a refusal is called, status and issue code, rule by rule; and the rules that only a written resource meets."""

from __future__ import annotations

from typing import Any

import pytest

from launcher.gateway.grant_facts import GrantFacts
from launcher.gateway.interaction import Interaction, Kind, Refusal, classify, is_form_search
from launcher.gateway.policy import Allow, Deny, Narrow, decide, foreign_patient_in, judge_resource
from launcher.gateway.query import (
    MAXIMUM_PARAMETERS,
    MAXIMUM_QUERY_BYTES,
    QueryError,
    base_name,
    parse_query,
    write_query,
)
from launcher.gateway.resource_types import is_resource_id
from launcher.gateway.scope_rules import parse_scopes
from tests.launcher.gateway.support import MARIT, TORBJORN

BASES = ("http://upstream.example/fhir",)
FORM = {b"content-type": b"application/x-www-form-urlencoded"}


def facts(*scopes: str, patient: str | None = MARIT) -> GrantFacts:
    return GrantFacts("g", parse_scopes(scopes), patient, False, frozenset(), BASES)


def asked(method: str, path: str, query: str = "", **headers: str) -> Interaction | Refusal:
    raw = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    return classify(method, path.encode(), query.encode(), raw)


@pytest.mark.parametrize(
    ("method", "path", "query", "status", "code"),
    [
        ("GET", "/Patient/..", "", 400, "invalid"),
        ("GET", "/..", "", 400, "invalid"),
        ("GET", "/Patient/p/.", "", 400, "invalid"),
        ("GET", "/Patient//p", "", 400, "invalid"),
        ("GET", "/Patient", "a=%zz", 400, "invalid"),
        ("GET", "/Patient", "a=" + "b" * 20_000, 414, "too-long"),
        ("GET", "/Patient", "_format=xml", 406, "not-supported"),
        ("GET", "/Nonsense", "", 404, "not-supported"),
        ("GET", "/X", "", 404, "not-supported"),
        ("GET", "/_history", "", 405, "not-supported"),
        ("GET", "/$export", "", 405, "not-supported"),
        ("POST", "/metadata", "", 405, "not-supported"),
        ("GET", "", "", 405, "not-supported"),
        ("POST", "", "code=a", 405, "not-supported"),
        ("GET", "/Patient/_nonsense", "", 405, "not-supported"),
        ("GET", "/Patient/$match", "", 405, "not-supported"),
        ("GET", "/Patient/p_1", "", 400, "invalid"),
        ("GET", "/Patient", "_page=a&_page=b", 400, "invalid"),
        ("GET", "/Patient/p", "name=x", 400, "not-supported"),
        ("GET", "/Patient", "Name=x", 400, "invalid"),
        ("GET", "/Patient", "_nonsense=x", 400, "not-supported"),
        ("PUT", "/Patient", "Name=x", 400, "invalid"),
        ("DELETE", "/Patient", "_nonsense=x", 400, "not-supported"),
        ("GET", "/Observation/o/$everything", "", 405, "not-supported"),
    ],
)
def test_what_a_refusal_is_called(method: str, path: str, query: str, status: int, code: str) -> None:
    answer = asked(method, path, query)
    assert isinstance(answer, Refusal)
    assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize(
    ("headers", "form", "status", "code"),
    [
        ({b"x-http-method-override": b"PUT"}, None, 400, "invalid"),
        ({b"if-none-exist": b""}, None, 400, "invalid"),
        ({b"if-none-exist": b"?"}, None, 400, "invalid"),
        ({b"if-none-exist": b"code=a&_tag=x"}, None, 400, "invalid"),
        ({}, b"name=x", 415, "not-supported"),
        ({b"content-type": b"application/json"}, b"name=x", 415, "not-supported"),
    ],
)
def test_what_headers_and_forms_are_refused_as(
    headers: dict[bytes, bytes], form: bytes | None, status: int, code: str
) -> None:
    answer = classify("POST", b"/Patient" if form is None else b"/Patient/_search", b"", headers, form=form)
    assert isinstance(answer, Refusal)
    assert (answer.status, answer.code) == (status, code)


def test_what_is_read_from_a_request() -> None:
    posted = classify("POST", b"/Patient/_search", b"_count=1", FORM, form=b"name=a+b")
    assert posted == Interaction(
        Kind.SEARCH_TYPE, "Patient", parameters=(("_count", "1"), ("name", "a b")), by_post=True
    )
    assert asked("POST", "/Task", if_none_exist="?_id=1&code=a") == Interaction(
        Kind.CREATE, "Task", if_none_exist=(("_id", "1"), ("code", "a"))
    )
    for written in ("application/fhir%2Bjson", "application/fhir+json", "json%3Bx%3D1", "JSON"):
        assert asked("GET", "/Task", f"_format={written}&_pretty=true") == Interaction(
            Kind.SEARCH_TYPE, "Task"
        )
    for other, name in (("Task", "patient"), ("Coverage", "beneficiary"), ("Location", "patient")):
        assert asked("GET", f"/Patient/{MARIT}/{other}") == Interaction(
            Kind.SEARCH_TYPE, other, parameters=((name, f"Patient/{MARIT}"),)
        )
    assert asked("GET", f"/Patient/{MARIT}/Patient") == Interaction(
        Kind.SEARCH_TYPE, "Patient", parameters=(("_id", MARIT),)
    )
    assert asked("GET", f"/Patient/{MARIT}/$everything", "_count=5") == Interaction(
        Kind.EVERYTHING, "Patient", MARIT, parameters=(("_count", "5"),)
    )
    assert asked("PUT", "/Task", "code=a") == Interaction(
        Kind.CONDITIONAL_UPDATE, "Task", parameters=(("code", "a"),)
    )
    assert Interaction(Kind.BUNDLE).letter == ""
    assert is_form_search("POST", b"/Task/_search")
    assert not is_form_search("GET", b"/Task/_search")
    assert not is_form_search("POST", b"/Task")


def test_a_query_is_read_as_it_is_written() -> None:
    assert parse_query(b"") == ()
    assert parse_query(b"a=1&&b=x+y%2B&c") == (("a", "1"), ("b", "x y+"), ("c", ""))
    assert write_query((("a", "1 2"), ("b", "&"))) == write_query(parse_query(b"a=1+2&b=%26"))
    assert "&" in write_query((("a", "1"), ("b", "2")))
    assert [base_name(name) for name in ("code:in", "patient.name", "code:a:b", "code")] == [
        "code",
        "patient",
        "code",
        "code",
    ]


def test_the_longest_query_and_the_most_parameters() -> None:
    assert parse_query(b"a=" + b"b" * (MAXIMUM_QUERY_BYTES - 2))
    assert len(parse_query(b"&".join([b"a=1"] * MAXIMUM_PARAMETERS))) == MAXIMUM_PARAMETERS
    for raw, status in (
        (b"a=" + b"b" * (MAXIMUM_QUERY_BYTES - 1), 414),
        (b"&".join([b"a=1"] * (MAXIMUM_PARAMETERS + 1)), 400),
    ):
        with pytest.raises(QueryError) as refused:
            parse_query(raw)
        assert refused.value.status == status


@pytest.mark.parametrize(
    ("text", "is_id"),
    [("a", True), ("X", True), ("a.b-1", True), (".a.", True), ("a" * 64, True)]
    + [(text, False) for text in ("", ".", "..", "...", "a" * 65, "a_b", "a/b", "a\n", "å")],
)
def test_what_is_an_id(text: str, is_id: bool) -> None:
    assert is_resource_id(text) is is_id


def observation(**changes: Any) -> dict[str, Any]:
    mine = {"reference": f"Patient/{MARIT}"}
    return {"resourceType": "Observation", "status": "final", "subject": mine, **changes}


@pytest.mark.parametrize(
    ("elsewhere", "refused"),
    [
        ({}, False),
        ({"focus": [{"reference": f"Patient/{MARIT}"}]}, False),
        ({"focus": [{"reference": "Practitioner/p"}]}, False),
        ({"focus": [{"reference": "#x"}]}, False),
        ({"focus": [{"reference": f"Patient/{TORBJORN}"}]}, True),
        ({"focus": [{"reference": f"http://elsewhere.example/Patient/{MARIT}"}]}, True),
        ({"extension": [{"valueReference": {"reference": f"Patient/{TORBJORN}"}}]}, True),
        ({"focus": [{"reference": "Practitioner?identifier=1"}]}, True),
    ],
)
def test_a_written_resource_refers_to_no_other_patient(elsewhere: dict[str, Any], refused: bool) -> None:
    body = observation(**elsewhere)
    assert foreign_patient_in(facts("patient/*.cruds"), body) is refused
    decision = decide(facts("patient/*.cruds"), Interaction(Kind.CREATE, "Observation"), body)
    if refused:
        assert isinstance(decision, Deny)
        assert (decision.status, decision.code) == (403, "forbidden")
    else:
        assert decision == Allow()


CREATE = Interaction(Kind.CREATE, "Observation")
CATEGORY = "patient/Observation.cruds?category=vital-signs"
CONDITIONS = (("code", "a"),)


@pytest.mark.parametrize(
    ("grant", "interaction", "body"),
    [
        (facts("patient/*.rs"), CREATE, observation()),
        (facts("patient/*.cruds"), Interaction(Kind.CREATE, "Patient"), {"resourceType": "Patient"}),
        (facts("patient/*.cruds"), CREATE, observation(subject={"reference": "Practitioner/p"})),
        (facts(CATEGORY), CREATE, observation()),
        (facts("patient/*.cruds"), Interaction(Kind.CREATE, "Location"), {"resourceType": "Location"}),
        (facts("patient/*.cruds"), Interaction(Kind.DELETE, "Location", "l"), None),
        (facts("patient/*.cruds"), Interaction(Kind.READ, "Bundle", "b"), None),
        (facts("patient/*.cruds", patient=None), Interaction(Kind.READ, "Observation", "o"), None),
        (facts("patient/*.cruds", patient=None), Interaction(Kind.READ, "Binary", "b"), None),
        (facts("patient/*.cruds"), Interaction(Kind.READ, "Patient", TORBJORN), None),
        (facts("patient/*.cruds"), Interaction(Kind.HISTORY_TYPE, "Observation"), None),
        (
            facts("patient/*.cruds"),
            Interaction(Kind.CONDITIONAL_DELETE, "Observation", parameters=CONDITIONS),
            None,
        ),
        (
            facts("patient/*.cruds"),
            Interaction(Kind.CREATE, "Observation", if_none_exist=(("patient", TORBJORN),)),
            observation(),
        ),
        (
            facts("user/Observation.rs"),
            Interaction(Kind.SEARCH_TYPE, "Observation", parameters=(("_list", "1"),)),
            None,
        ),
        (
            facts("user/Observation.rs"),
            Interaction(Kind.SEARCH_TYPE, "Observation", parameters=(("patient.name", "x"),)),
            None,
        ),
        (
            facts("patient/*.cruds"),
            Interaction(Kind.CREATE, "Patient"),
            {"resourceType": "Patient", "id": MARIT},
        ),
        (
            facts("patient/Observation.cruds?category=a", "patient/Observation.cruds?status=final"),
            Interaction(Kind.CREATE, "Observation", if_none_exist=CONDITIONS),
            observation(),
        ),
    ],
)
def test_what_is_refused_with_403(grant: GrantFacts, interaction: Interaction, body: Any) -> None:
    decision = decide(grant, interaction, body)
    assert isinstance(decision, Deny)
    assert (decision.status, decision.code) == (403, "forbidden")


def test_what_goes_on() -> None:
    assert decide(facts(), Interaction(Kind.CAPABILITIES)) == Allow()
    assert decide(facts(), Interaction(Kind.BUNDLE)) == Allow()
    assert decide(facts("patient/*.cruds"), Interaction(Kind.READ, "Binary", "b")) == Allow()
    condition = Interaction(Kind.CREATE, "Observation", if_none_exist=CONDITIONS)
    assert decide(facts("patient/*.cruds"), condition, observation()) == Narrow(
        (*CONDITIONS, ("patient", f"Patient/{MARIT}"))
    )
    listed = Interaction(Kind.SEARCH_TYPE, "Observation", parameters=(("_list", "1"),))
    assert decide(facts("user/Observation.rs", "user/List.s"), listed) == Allow()
    assert not judge_resource(facts("patient/*.rs"), {"resourceType": 1}, "r")
    assert not judge_resource(facts("patient/*.rs"), {}, "r")


SEARCH, WRITE = "user/Observation.cruds", Interaction(Kind.CREATE, "Observation")


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("_list", ("List",)),
        ("subject:Patient.name", ("Patient",)),
        ("encounter:Encounter.subject:Patient.name", ("Encounter", "Patient")),
        ("subject.name", ("*",)),
        ("_has:Encounter:subject:class", ("Encounter",)),
        ("_has:Encounter:subject:_has:Task:focus:code", ("Encounter", "Task")),
        ("_has:Encounter:subject:subject.name", ("*",)),
        ("_has:Encounter", ("*",)),
        ("_has", ("*",)),
    ],
)
def test_a_chain_needs_the_search_right_on_every_type_it_looks_into(
    name: str, needed: tuple[str, ...]
) -> None:
    """Searches, conditions of a write and If-None-Exist alike: each tells whether something was found."""
    asked_for = ((name, "x"),)
    interactions = [
        Interaction(kind, "Observation", parameters=asked_for)
        for kind in (Kind.SEARCH_TYPE, Kind.CONDITIONAL_UPDATE, Kind.CONDITIONAL_DELETE)
    ]
    interactions.append(Interaction(Kind.CREATE, "Observation", if_none_exist=asked_for))
    rights = [f"user/{resource_type}.s" for resource_type in needed]
    for interaction in interactions:
        assert decide(facts(SEARCH, *rights), interaction) == Allow()
        for number, right in enumerate(rights):
            less = "user/Encounter.s" if right == "user/*.s" else right.replace(".s", ".r")
            fewer = [*rights[:number], less, *rights[number + 1 :]]
            assert isinstance(decide(facts(SEARCH, *fewer), interaction), Deny)


def test_a_right_that_is_limited_by_codes_alone_needs_no_patient() -> None:
    """Beside it a right that needs one: what the first allows is not refused because of the second."""
    given = facts("patient/Observation.rs", "user/Observation.rs?category=a", patient=None)
    assert decide(given, Interaction(Kind.READ, "Observation", "o")) == Allow()
    vague = facts("patient/Observation.rs", patient=None)
    assert isinstance(decide(vague, Interaction(Kind.READ, "Observation", "o")), Deny)


@pytest.mark.parametrize("letters", ["r", "s", "rs", "cruds"])
def test_what_has_no_type_is_covered_by_nothing(letters: str) -> None:
    assert judge_resource(facts("user/*.cruds"), {"id": "x"}, letters) is False
    assert judge_resource(facts("user/*.cruds"), {"resourceType": 1}, letters) is False
