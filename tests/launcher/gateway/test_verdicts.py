"""Verdicts on the raw bytes of an answer: the same as those of the policy on what a client reads in them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.gateway.grant_facts import GrantFacts
from launcher.gateway.heads import AnswerUnreadable
from launcher.gateway.policy import judge_resource
from launcher.gateway.scope_rules import parse_scopes
from launcher.gateway.verdicts import MOST_LEARNED, Judges, ResourceJudge, Verdict
from tests.launcher.gateway.support import MARIT, TORBJORN, observation

OWN, FOREIGN = (json.dumps({"reference": f"Patient/{patient}"}) for patient in (MARIT, TORBJORN))
OBSERVATION = '{"resourceType":"Observation","id":"o","note":[{"text":"*"}],'
TWICE = '[{"text":"a","text":"b"}]'
"""A value that can be read in two ways: whoever looks at it refuses the resource."""
SCOPES = {
    "limited": "patient/*.rs",
    "one type": "patient/Observation.rs",
    "search only": "patient/*.s",
    "granular": "patient/Observation.rs?category=vital-signs",
    "by id": "patient/Observation.rs?_id=o-1",
    "open": "user/*.rs",
}


def facts(*scopes: str) -> GrantFacts:
    return GrantFacts("g", parse_scopes(scopes or ("patient/*.rs",)), MARIT, False, frozenset(), ())


def shown(raw: str | bytes, *scopes: str) -> bool:
    body = raw.encode() if isinstance(raw, str) else raw
    try:
        return ResourceJudge(facts(*scopes)).begin(body).judge(body).verdict.covered
    except AnswerUnreadable:
        return False


REFERENCES = st.sampled_from(
    [{"reference": f"Patient/{MARIT}"}, {"reference": f"Patient/{TORBJORN}"}, {"reference": "Practitioner/p"}]
)
SOME = st.fixed_dictionaries(
    {
        "resourceType": st.sampled_from(["Observation", "Condition", "Patient", "Practitioner", "Bundle"]),
        "id": st.sampled_from(["o-1", "o-2", MARIT, TORBJORN]),
    },
    optional={
        "subject": REFERENCES,
        "performer": st.lists(REFERENCES, max_size=2),
        "category": st.sampled_from([observation("x", MARIT)["category"], []]),
        "contained": st.lists(
            st.sampled_from([observation("c", MARIT), observation("c", TORBJORN)]), max_size=1
        ),
        "note": st.just([{"text": 'Våken \u2014 "ja"'}]),
    },
)


@given(
    st.lists(st.tuples(SOME, st.booleans()), max_size=8),
    st.sampled_from(sorted(SCOPES)),
    st.sampled_from([None, 1]),
    st.booleans(),
    st.randoms(),
)
def test_bytes_are_judged_as_the_policy_judges_the_resource(
    resources: list[tuple[dict[str, Any], bool]], scope: str, indent: int | None, ascii_only: bool, order: Any
) -> None:
    known, written = facts(SCOPES[scope]), []
    for resource, included in resources:
        members = list(resource.items())
        order.shuffle(members)
        written.append((json.dumps(dict(members), indent=indent, ensure_ascii=ascii_only).encode(), included))
    judge = ResourceJudge(known, searched="Observation").begin(b"".join(raw for raw, _ in written))
    for (resource, included), (raw, _) in zip(resources, written, strict=True):
        letters = "s" if resource["resourceType"] == "Observation" and not included else "rs"
        judged = judge.judge(raw, included)
        assert (judged.type, judged.id) == (resource["resourceType"], resource["id"])
        assert judged.verdict.covered == judge_resource(known, resource, letters), raw


@pytest.mark.parametrize(
    "members",
    [
        f'"subject":{FOREIGN},"subject":{OWN}',
        f'"subject":{OWN},"subject":{FOREIGN}',
        f'"\\u0073ubject":{FOREIGN},"subject":{OWN}',
        f'"subject":{FOREIGN},"sub\\u006Aect":{OWN}',
        f'"subject":{{"reference":"Patient/{TORBJORN}","reference":"Patient/{MARIT}"}}',
        f'"subject":{{"\\u0072eference":"Patient/{TORBJORN}","reference":"Patient/{MARIT}"}}',
        f'"subject" : {FOREIGN} , "subject":{OWN}',
        f'"subject":{{"reference":"Patient/{TORBJORN}","reference":"Patient/{MARIT}"}},"performer":[{OWN}]',
        f'"subject":null,"subject":{OWN}',
        f'"subject":{OWN},"performer":[{FOREIGN}],"performer":[]',
        f'"subject":{OWN},"contained":[{json.dumps(observation("c", TORBJORN))}],"contained":[]',
        f'"subject":{OWN},"contained":[{{"resourceType":"Bundle"}}]',
        f'"subject":{OWN},"contained":[{{"resourceType":["Observation"]}}]',
        f'"subject":{OWN},"resourceType":"Condition"',
        f'"extension":[{{"subject":{OWN}}}],"subject":{FOREIGN},"subject":{OWN}',
        f'"a\\"subject":{OWN},"subject":{FOREIGN},"subject":{OWN}',
        f'"subject":{OWN},"subject":{FOREIGN},"subject":{OWN}',
    ],
)
def test_what_can_be_read_in_two_ways_is_not_shown(members: str) -> None:
    assert shown(f'{OBSERVATION}"subject":{OWN}}}'), "the rest of it is in order"
    assert not shown(f"{OBSERVATION}{members}}}")


def test_a_repetition_is_found_behind_one_of_the_same_kind() -> None:
    """What was learned of the first must not vouch for the bytes of the second."""
    plain = f'{OBSERVATION}"subject":{OWN}}}'.encode()
    twice = f'{OBSERVATION}"subject":{FOREIGN},"subject":{OWN}}}'.encode()
    judge = ResourceJudge(facts()).begin(plain + twice)
    assert judge.judge(plain).verdict.covered
    with pytest.raises(AnswerUnreadable):
        judge.judge(twice)


@pytest.mark.parametrize("first", [MARIT, TORBJORN])
def test_a_patient_with_two_ids_is_nobody(first: str) -> None:
    other = TORBJORN if first == MARIT else MARIT
    assert shown(f'{{"resourceType":"Patient","id":"{MARIT}"}}')
    assert not shown(f'{{"resourceType":"Patient","id":"{first}","id":"{other}"}}')
    assert not shown(
        f'{{"resourceType":"Patient","link":[{{"id":"{MARIT}"}}],"id":"{TORBJORN}","id":"{MARIT}"}}'
    )


@pytest.mark.parametrize("word", [b"\xe2", b"\xc0\xa2", b"V\xe5ken"])
def test_bytes_that_are_no_utf8_are_not_shown(word: bytes) -> None:
    """A decoder that takes more than one byte for such a letter, or less, finds other keys than ours."""
    members = b'"a":"%b","subject":' + OWN.encode() + b"}"
    assert shown(OBSERVATION.encode() + members % "Våken".encode())
    assert not shown(OBSERVATION.encode() + members % word)


@pytest.mark.parametrize("text", ["V\\u00e5ken", "a \\\\u0073ubject", 'the \\"subject\\": she', "\\n"])
def test_escapes_in_a_text_hide_nothing(text: str) -> None:
    assert shown(f'{OBSERVATION.replace("*", text)}"subject":{OWN}}}')
    assert not shown(f'{OBSERVATION.replace("*", text)}"subject":{FOREIGN}}}')


def test_an_element_of_the_same_name_further_in_is_another() -> None:
    inner = f'"extension":[{{"valueReference":{{"subject":{FOREIGN}}}}}],'
    assert shown(f'{OBSERVATION}{inner}"subject":{OWN}}}')
    assert not shown(f'{OBSERVATION}{inner}"subject":{FOREIGN}}}')


@pytest.mark.parametrize(
    "raw", [b"", b"null", b"[]", b'{"resourceType":"Note"}', b'{"resourceType":[]}', b"{}", b"\xff"]
)
def test_what_is_no_resource_of_r4(raw: bytes) -> None:
    with pytest.raises(AnswerUnreadable):
        ResourceJudge(facts("user/*.rs")).begin(raw).judge(raw)


def test_nobodys_resource_that_holds_somebody_elses_is_not_shown() -> None:
    def organization(patient: str) -> str:
        held = [observation("c", patient)]
        return json.dumps({"resourceType": "Organization", "id": "o", "contained": held})

    assert shown('{"resourceType":"Organization","id":"o"}')
    assert shown(organization(MARIT))
    assert not shown(organization(TORBJORN))
    assert shown(organization(TORBJORN), "user/*.rs")


def test_what_was_learned_holds_for_the_same_facts_only() -> None:
    judges, raw = Judges(most=2), f'{OBSERVATION}"subject":{OWN}}}'.encode()
    mine = facts()

    def covered(known: GrantFacts, searched: str | None = None) -> bool:
        return judges.judge(known, searched=searched).begin(raw).judge(raw).verdict.covered

    assert covered(mine)
    assert judges.judge(facts()) is judges.judge(mine)
    assert not covered(replace(mine, patient=TORBJORN))
    assert not covered(facts("patient/Condition.rs"))
    assert not covered(facts("patient/*.r"), "Observation")
    assert covered(mine)
    before = judges.judge(mine)
    judges.forget()
    assert judges.judge(mine) is not before


@pytest.mark.parametrize("letters", ["r", "s"])
def test_a_judge_asks_for_its_own_letters(letters: str) -> None:
    raw = f'{OBSERVATION}"subject":{OWN}}}'.encode()
    judges = Judges()
    for granted in ("r", "s"):
        judged = judges.judge(facts(f"patient/*.{granted}"), letters).begin(raw).judge(raw)
        assert judged.verdict.covered == (granted == letters)


def test_a_match_learns_nothing_from_what_came_along() -> None:
    raw = f'{OBSERVATION}"subject":{OWN}}}'.encode()
    judge = ResourceJudge(facts("patient/*.r"), searched="Observation").begin(raw)
    assert judge.judge(raw, True).verdict.covered
    assert not judge.judge(raw, False).verdict.covered
    assert judge.judge(raw, True).verdict.covered


@pytest.mark.parametrize(
    "members",
    [
        f'"subject":{OWN}',
        f'"subject" :\n\t{OWN}',
        f'"subject":{OWN},"performer":[{OWN}]',
        f'"contained":[],"subject":{OWN}',
        f'"subject":{OWN},"extension":[{{"id":"e"}}]',
        f'"subject":{OWN},"category":{TWICE}',
        f'"subject":{OWN},"code":{{"text":"it is the \\"code\\""}}',
    ],
)
def test_what_is_not_judged_is_not_read(members: str) -> None:
    """A page is judged by the few bytes that say whose they are; what stands beside them goes on untouched."""
    raw = f'{{"resourceType":"Observation","id":"o","note":{TWICE},"text":"Blåbær",{members}}}'.encode()
    judge = ResourceJudge(facts()).begin(raw)
    judged = judge.judge(raw)
    assert (judged.type, judged.id) == ("Observation", "o")
    assert judged.verdict == Verdict(True, frozenset({MARIT}))
    assert judge.begin(raw + b"\\u00e5").judge(raw).verdict.covered, "an escape stands in another resource"
    assert not shown(raw.replace(MARIT.encode(), TORBJORN.encode()))


def test_a_patient_is_judged_by_the_id_alone() -> None:
    raw = f'{{"resourceType":"Patient","name":{TWICE},"id" : "*"}}'
    assert shown(raw.replace("*", MARIT))
    assert not shown(raw.replace("*", TORBJORN))
    assert not shown(f'{{"resourceType":"Patient","name":{TWICE}}}')


@pytest.mark.parametrize("scope", ["patient/Observation.rs", "patient/Observation.rs?category=vital-signs"])
def test_codes_are_read_where_the_grant_asks_for_codes(scope: str) -> None:
    coded = json.dumps(observation("x", MARIT)["category"])
    begin = f'{{"resourceType":"Observation","id":"o","note":{TWICE},"subject":{OWN},"category":'
    assert shown(f"{begin}{coded}}}", scope)
    assert shown(f"{begin}{TWICE}}}", scope) == ("?" not in scope)
    assert shown(f"{begin}[]}}", scope) == ("?" not in scope)


@pytest.mark.parametrize("order", [["o-1", "o-2", "o-1"], ["o-2", "o-1", "o-2"]])
def test_resources_that_differ_in_nothing_but_the_id(order: list[str]) -> None:
    def raw(name: str) -> bytes:
        return f'{{"resourceType":"Observation","id":"{name}","note":{TWICE},"subject":{OWN}}}'.encode()

    by_id, whole = (ResourceJudge(facts(SCOPES[scope])) for scope in ("by id", "limited"))
    for name in order:
        for judge, covered in ((by_id, name == "o-1"), (whole, True)):
            judged = judge.begin(raw(name)).judge(raw(name))
            assert (judged.id, judged.verdict.covered) == (name, covered)


def test_a_judge_that_was_told_of_no_answer_looks_for_escapes_itself() -> None:
    hidden = f'{OBSERVATION}"\\u0073ubject":{FOREIGN},"subject":{OWN}}}'.encode()
    with pytest.raises(AnswerUnreadable):
        ResourceJudge(facts()).judge(hidden)


def test_a_judge_remembers_so_many_verdicts_and_not_more() -> None:
    judge = ResourceJudge(facts())
    for number in range(MOST_LEARNED):
        raw = f'{{"resourceType":"Patient","id":"p-{number}"}}'.encode()
        assert not judge.judge(raw).verdict.covered
        assert judge.learned == number + 1
    assert judge.judge(f'{{"resourceType":"Patient","id":"{MARIT}"}}'.encode()).verdict.covered
    assert judge.learned == 1


def test_there_are_so_many_judges_and_not_more() -> None:
    judges = Judges(most=2)
    grants = [replace(facts(), grant_id=name) for name in "abc"]
    first, second = (judges.judge(grant) for grant in grants[:2])
    assert [judges.judge(grant) for grant in grants[:2]] == [first, second]
    third = judges.judge(grants[2])
    assert judges.judge(grants[2]) is third
    assert judges.judge(grants[0]) is not first
