"""What a refusal is called, status and issue code, rule by rule; and the rules that only a written resource meets."""

from __future__ import annotations

from typing import Any

import pytest

from launcher.gateway.grant_facts import GrantFacts
from launcher.gateway.interaction import Interaction, Kind, Refusal, classify, is_form_search
from launcher.gateway.policy import Allow, Deny, Narrow, decide, foreign_patient_in, judge_resource
from launcher.gateway.query import QueryError, base_name, parse_query, write_query
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
    ("answer", "status", "code"),
    [
        (asked("GET", "/Patient", x_http_method_override="PUT"), 400, "invalid"),
        (asked("GET", "/Patient/.."), 400, "invalid"),
        (asked("GET", "/Patient", "a=%zz"), 400, "invalid"),
        (asked("GET", "/Patient", "a=" + "b" * 20_000), 414, "too-long"),
        (asked("GET", "/Patient", "_format=xml"), 406, "not-supported"),
        (asked("GET", "/Nonsense"), 404, "not-supported"),
        (asked("GET", "/_history"), 405, "not-supported"),
        (asked("GET", "/$export"), 405, "not-supported"),
        (asked("POST", "/metadata"), 405, "not-supported"),
        (asked("GET", "/Patient/_nonsense"), 405, "not-supported"),
        (asked("GET", "/Patient/p_1"), 400, "invalid"),
        (asked("GET", "/Patient", "_page=a&_page=b"), 400, "invalid"),
        (asked("GET", "/Patient/p", "name=x"), 400, "not-supported"),
        (asked("GET", "/Patient", "Name=x"), 400, "invalid"),
        (asked("GET", "/Patient", "_nonsense=x"), 400, "not-supported"),
        (asked("GET", "/Observation/o/$everything"), 405, "not-supported"),
        (asked("POST", "/Observation", if_none_exist=""), 400, "invalid"),
        (asked("POST", "/Observation", if_none_exist="_tag=x"), 400, "invalid"),
        (classify("POST", b"/Patient/_search", b"", {}, form=b"name=x"), 415, "not-supported"),
    ],
)
def test_what_a_refusal_is_called(answer: Interaction | Refusal, status: int, code: str) -> None:
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
    with pytest.raises(QueryError):
        parse_query(b"&".join(b"a=1" for _ in range(2000)))


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
            facts("user/Observation.rs user/Encounter.rs"),
            Interaction(
                Kind.SEARCH_TYPE, "Observation", parameters=(("_has:Encounter:x:subject.name", "x"),)
            ),
            None,
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
