"""Resources as bytes: what is read of an answer and of a body, what is found inside, and what an outcome looks like."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from launcher.gateway.bodies import BodyRefused, read_body
from launcher.gateway.elements import all_references, values_at
from launcher.gateway.heads import HEAD_ELEMENTS, AnswerUnreadable, read_head
from launcher.gateway.outcomes import missing, operation_outcome

DEEP = b'{"resourceType":"Task","extension":' + b"[" * 5000 + b"]" * 5000 + b"}"


def test_the_head_holds_what_is_judged_and_nothing_else() -> None:
    task = {
        "resourceType": "Task",
        "id": "t-1",
        "meta": {"tag": [{"code": "a"}]},
        "for": {"reference": "Patient/p"},
        "code": {"text": "a"},
        "contained": [{"resourceType": "Patient", "id": "x"}],
    }
    written = {**task, "description": "Said in confidence", "note": [{"text": "Said in confidence"}]}
    assert read_head(json.dumps(written).encode()) == task
    assert read_head(msgspec.Raw(b'{"resourceType":"Encounter","class":{"code":"IMP"}}')) == {
        "resourceType": "Encounter",
        "class": {"code": "IMP"},
    }


@pytest.mark.parametrize(
    ("of", "names"),
    [
        ("every resource", {"resourceType", "id", "meta", "contained"}),
        ("a Binary, whose owner stands beside it", {"securityContext", "contentType"}),
        ("the compartment table", {"subject", "patient", "participant", "entry", "for", "deliverTo"}),
        ("granular queries", {"category", "class", "vaccineCode", "medicationCodeableConcept", "intent"}),
    ],
)
def test_the_elements_of_a_head(of: str, names: set[str]) -> None:
    assert names <= set(HEAD_ELEMENTS), of
    assert all("." not in name for name in HEAD_ELEMENTS)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<Task/>",
        b"[]",
        b"{}",
        b'{"resourceType":1}',
        b'{"resourceType":"\xff"}',
        b'{"resourceType":"Task","for":{"reference":"Patient/p"},"for":{"reference":"Patient/q"}}',
        DEEP,
    ],
)
def test_an_answer_that_is_no_resource(raw: bytes) -> None:
    with pytest.raises(AnswerUnreadable):
        read_head(raw)


def test_an_answer_without_a_type_is_named_so() -> None:
    with pytest.raises(AnswerUnreadable, match=r"^no resourceType$"):
        read_head(b'{"id":"t-1"}')


def test_a_body_is_read_with_its_numbers_as_they_were_written() -> None:
    assert read_body(b'{"resourceType":"Task","a":72.50,"b":[1e400,-0]}') == {
        "resourceType": "Task",
        "a": "72.50",
        "b": ["1e400", "-0"],
    }


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b'{"resourceType":"Task","id":"a","id":"b"}', "repeats a key"),
        (b'{"resourceType":"Task","for":{"reference":"a","reference":"b"}}', "repeats a key"),
        (b'{"resourceType":"Task","a":NaN}', "NaN is not JSON"),
        (b'{"resourceType":"Task","a":-Infinity}', "-Infinity is not JSON"),
        (b'{"resourceType":"\xff"}', "not UTF-8"),
        (b'{"resourceType":"Task"', "not JSON: Expecting ',' delimiter at line 1"),
        (b"[]", "not a FHIR resource"),
        (b"{}", "not a FHIR resource"),
        (b'{"resourceType":["Task"]}', "not a FHIR resource"),
        (b'{"resourceType":"Task","a":' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_body_that_could_mean_two_things_or_none(raw: bytes, words: str) -> None:
    with pytest.raises(BodyRefused) as refused:
        read_body(raw)
    assert words in str(refused.value)


RESOURCE: dict[str, Any] = {
    "one": "a",
    "list": ["a", "b"],
    "null": None,
    "zero": 0,
    "inner": {"one": "c", "list": ["d"]},
    "many": [{"one": "e"}, {"list": ["f", "g"]}, "text", {"one": None}, {"one": False}],
}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("one", ["a"]),
        ("list", ["a", "b"]),
        ("null", []),
        ("absent", []),
        ("zero", [0]),
        ("inner.one", ["c"]),
        ("inner.list", ["d"]),
        ("many.one", ["e", False]),
        ("many.list", ["f", "g"]),
        ("inner.absent", []),
        ("one.inner", []),
        ("absent.one.list", []),
    ],
)
def test_values_at_a_path(path: str, values: list[Any]) -> None:
    assert values_at(RESOURCE, path) == values


def test_references_are_found_wherever_they_stand() -> None:
    nested: dict[str, Any] = {"reference": "Patient/last"}
    for _ in range(5000):
        nested = {"extension": [nested]}
    body = {
        "subject": {"reference": "Patient/a"},
        "entry": [{"item": {"reference": "Patient/b", "extension": [{"x": {"reference": "Patient/c"}}]}}],
        "reference": {"reference": "Patient/d"},
        "odd": {"reference": 1},
        "deep": nested,
    }
    assert sorted(all_references(body)) == [f"Patient/{name}" for name in ("a", "b", "c", "d", "last")]


def test_outcomes_have_the_form_of_r4() -> None:
    assert json.loads(operation_outcome("forbidden", "No.")) == {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "forbidden", "diagnostics": "No."}],
    }
    told = json.loads(operation_outcome("value", "No.", severity="warning", expression=("Task.for",)))
    assert told["issue"] == [
        {"severity": "warning", "code": "value", "diagnostics": "No.", "expression": ["Task.for"]}
    ]


def test_what_is_missing_and_what_is_not_yours_differ_in_the_id_alone() -> None:
    told = json.loads(missing("Task", "t-1"))
    assert told["issue"][0]["code"] == "not-found"
    assert missing("Task", "t-1").replace(b"t-1", b"t-2") == missing("Task", "t-2")
    assert b"Task/t-1" in missing("Task", "t-1")
