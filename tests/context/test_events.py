"""The event table and what it refuses (FC-17, FC-21..23), timestamps (S5), scopes (FC-04), answers (FC-28)."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest

from context.acknowledgements import Answer, read_answer
from context.events import EVENT_KINDS, ContextEvent, MalformedEvent, find_kind, is_event_name, read_event
from context.messages import sync_error
from context.scopes import fhircast_scopes
from context.timestamps import Instant, parse_instant
from tests.context.playbook import START, encounter_body, patient_body

OUTCOME = sync_error(
    topic="topic-1",
    own_id="s",
    about_id="e",
    about_event="Patient-open",
    subscriber="A",
    now=START,
    diagnostics="d",
)
EXAMPLES: dict[str, dict[str, Any]] = {
    "Patient-open": patient_body("Patient-open", "p-1", "e1"),
    "Patient-close": patient_body("Patient-close", "p-1", "e1"),
    "Encounter-open": encounter_body("Encounter-open", "v-1", "p-1", "e1"),
    "Encounter-close": encounter_body("Encounter-close", "v-1", "p-1", "e1"),
    "SyncError": dict(OUTCOME),
}


def test_every_row_has_an_example() -> None:
    assert {kind.name for kind in EVENT_KINDS} == set(EXAMPLES)


@pytest.mark.parametrize("kind", EVENT_KINDS, ids=lambda kind: kind.name)
def test_example_of_each_row_is_accepted_and_every_key_is_demanded(kind: Any) -> None:
    """FC-22. Mutant: a key of a row becomes optional, may repeat, or may be of another type."""
    assert isinstance(read_event(EXAMPLES[kind.name]), ContextEvent)
    for index, key in enumerate(kind.keys):
        without, twice, typed, reference = (copy.deepcopy(EXAMPLES[kind.name]) for _ in range(4))
        entry = without["event"]["context"].pop(index)
        twice["event"]["context"].append(entry)
        typed["event"]["context"][index]["resource"]["resourceType"] = "Basic"
        reference["event"]["context"][index] = {"key": key.key, "reference": {"reference": "Patient/p-1"}}
        for broken in (without, twice, typed, reference):
            answer = read_event(broken)
            assert isinstance(answer, MalformedEvent)
            assert key.key in answer.reason


def changed(name: str, *path: Any, to: Any = None) -> dict[str, Any]:
    body = copy.deepcopy(EXAMPLES[name])
    at: Any = body
    for step in path[:-1]:
        at = at[step]
    if to is None:
        del at[path[-1]]
    else:
        at[path[-1]] = to
    return body


RESOURCE = ("event", "context", 0, "resource")
PATIENT = ("event", "context", 1, "resource")


@pytest.mark.parametrize(
    "body",
    [
        changed("Patient-open", "id"),
        changed("Patient-open", "id", to=""),
        changed("Patient-open", "id", to=7),
        changed("Patient-open", "id", to="x" * 257),
        changed("Patient-open", "timestamp"),
        changed("Patient-open", "timestamp", to="2026-11-23"),
        changed("Patient-open", "timestamp", to=1795400000),
        changed("Patient-open", "event"),
        changed("Patient-open", "event", to="Patient-open"),
        changed("Patient-open", "event", "hub.topic"),
        changed("Patient-open", "event", "hub.event"),
        changed("Patient-open", "event", "hub.event", to="ImagingStudy-open"),
        changed("Patient-open", "event", "hub.event", to="*"),
        changed("Patient-open", "event", "context"),
        changed("Patient-open", "event", "context", to={}),
        changed("Patient-open", "event", "context", 0, "key", to="Patient"),
        changed("Patient-open", "event", "context", 0, to="patient"),
        changed("Patient-open", *RESOURCE, "id"),
        changed("Patient-open", *RESOURCE, "id", to="a/b"),
        changed("Patient-open", *RESOURCE, "id", to="x" * 65),
        changed("Patient-open", *RESOURCE, "identifier"),
        changed("Patient-open", *RESOURCE, "identifier", to=[]),
        changed("Patient-open", *RESOURCE, "identifier", to=[{"system": "urn:x"}]),
        changed("Patient-open", *RESOURCE, "identifier", to=[{"system": 1, "value": "x"}]),
        changed("Patient-close", *RESOURCE, "id"),
        changed("Patient-close", *RESOURCE, "identifier", to="number"),
        changed("Encounter-open", *RESOURCE, "identifier"),
        changed("Encounter-open", *RESOURCE, "subject"),
        changed("Encounter-open", *RESOURCE, "subject", to={"reference": "Patient/p-2"}),
        changed("Encounter-open", *PATIENT, "identifier"),
        changed("Encounter-close", *RESOURCE, "subject", to={"reference": "Patient/p-2"}),
        changed("SyncError", *RESOURCE, "issue", to=[]),
        patient_body("Patient-open", "p-1", "e1") | {"event": None},
        [],
        None,
    ],
)
def test_malformed_posts_are_refused_with_a_reason(body: Any) -> None:
    """FC-17, FC-23. Mutant: any rule of a row removed."""
    answer = read_event(body)
    assert isinstance(answer, MalformedEvent)
    assert answer.reason


def test_close_needs_no_identifier() -> None:
    """FC-23: SHOULD only. Mutant: close as strict as open."""
    assert isinstance(read_event(changed("Patient-close", *RESOURCE, "identifier")), ContextEvent)


def test_an_encounter_key_in_patient_open_is_refused_and_an_extension_is_not() -> None:
    """FC-22. Mutant: unknown keys pass, or the reserved one does not."""
    extra = copy.deepcopy(EXAMPLES["Encounter-open"])
    extra["event"]["hub.event"] = "Patient-open"
    assert isinstance(read_event(extra), MalformedEvent)
    extended = copy.deepcopy(EXAMPLES["Patient-open"])
    extended["event"]["context"].append({"key": "extension", "data": {"any": 1}})
    assert isinstance(read_event(extended), ContextEvent)


def test_all_mistakes_of_a_context_are_named_at_once() -> None:
    body = changed("Encounter-open", *RESOURCE, "identifier")
    del body["event"]["context"][1]["resource"]["identifier"]
    answer = read_event(body)
    assert isinstance(answer, MalformedEvent)
    assert answer.reason.count("identifier") == 2


def test_message_keeps_unknown_members_and_drops_versions_that_are_the_hubs_to_give() -> None:
    """FC-36. Mutant: posted version is broadcast; unknown members lost."""
    body = copy.deepcopy(EXAMPLES["Patient-open"])
    body["x"] = 1
    body["event"] |= {"context.versionId": "mine", "versionId": "mine", "hub.event": "patient-OPEN", "y": 2}
    read = read_event(body)
    assert isinstance(read, ContextEvent)
    assert read.message["x"] == 1
    assert set(read.message["event"]) == {"hub.topic", "hub.event", "context", "y"}
    assert read.message["event"]["hub.event"] == "Patient-open"


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("Patient-open", True), ("imagingstudy-SELECT", True), ("UserLogout", True), ("Home-open", True),
        ("SyncError", True), ("com.example.foo", True), ("com.example.foo-open", False), ("*", False),
        ("Patient-*", False), ("Patient-peek", False), ("Patient", False), ("", False), ("Patient-open\n", False),
    ],
)  # fmt: skip
def test_event_names(name: str, good: bool) -> None:
    """FC-21."""
    assert is_event_name(name) is good


def test_kinds_are_found_without_case() -> None:
    kind = find_kind("encounter-OPEN")
    assert kind is not None
    assert (kind.name, kind.anchor_type, kind.implies) == ("Encounter-open", "Encounter", "Patient-open")


@pytest.mark.parametrize(
    ("first", "second", "earlier"),
    [
        ("2026-11-23T03:15:00Z", "2026-11-23T03:15:01Z", True),
        ("2026-11-23T03:15:00Z", "2026-11-23T03:15:00Z", False),
        ("2026-11-23T03:15:00Z", "2026-11-23T03:15:00.900Z", False),
        ("2026-11-23T03:15:00.100Z", "2026-11-23T03:15:00.200Z", True),
        ("2026-11-23T03:15:00.10Z", "2026-11-23T03:15:00.109Z", False),
        ("2026-11-23T03:15Z", "2026-11-23T03:15:59Z", False),
        ("2026-11-23T03:14Z", "2026-11-23T03:15:00Z", True),
        ("2026-11-23T03:14:59.999999999Z", "2026-11-23T03:15:00Z", True),
        ("2026-11-23T04:15:00+01:00", "2026-11-23T03:15:01Z", True),
        ("2026-11-23T04:15:01+01:00", "2026-11-23T03:15:01Z", False),
        ("2026-11-23T03:15:00", "2026-11-23T03:15:01Z", True),
    ],
)
def test_earlier_at_the_coarser_precision(first: str, second: str, earlier: bool) -> None:
    """S5. Mutant: compared as text, at the finer precision, or with <=."""
    a, b = parse_instant(first), parse_instant(second)
    assert a is not None
    assert b is not None
    assert a.is_earlier_than(b) is earlier


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23",
        "2026-13-23T00:00:00Z",
        "2026-11-23T010:50:22.16",
        "now",
        "",
        None,
        5,
        "2026-11-23T25:00:00Z",
    ],
)
def test_not_a_timestamp(text: object) -> None:
    assert parse_instant(text) is None


def test_ahead_means_more_than_the_allowed_time() -> None:
    """S5. Mutant: >= ; a fraction of a second lost."""
    at = int(START.timestamp()) * 1_000_000_000
    five = timedelta(seconds=5)
    assert not Instant(at + 5_000_000_000, 1).is_ahead_of(START, five)
    assert Instant(at + 5_000_001_000, 1).is_ahead_of(START, five)


@pytest.mark.parametrize(
    ("scope", "read", "write"),
    [
        ("fhircast/Patient-open.read", True, False),
        ("fhircast/Patient-open.write", False, True),
        ("fhircast/Patient-open.*", True, True),
        ("fhircast/*.read", True, False),
        ("fhircast/*.*", True, True),
        ("fhircast/PATIENT-open.read", True, False),
        ("fhircast/Encounter-open.*", False, False),
        ("fhircast/Patient-open", False, False),
        ("fhircast/Patient-open.rs", False, False),
        ("fhircast/.read", False, False),
        ("xfhircast/Patient-open.read", False, False),
        ("patient/*.*", False, False),
    ],
)
def test_scopes(scope: str, read: bool, write: bool) -> None:
    """FC-04."""
    scopes = fhircast_scopes(["openid", scope])
    assert (scopes.may_read("Patient-open"), scopes.may_write("patient-OPEN")) == (read, write)


@pytest.mark.parametrize(
    ("frame", "status"),
    [
        ('{"id":"e","status":200}', 200), ('{"id":"e","status":"200"}', 200), ('{"id":"e","status":"409"}', 409),
        ('{"id":"e","status":true}', None), ('{"id":"e","status":2000}', None), ('{"id":"e","status":"2e2"}', None),
        ('{"id":"e","status":99}', None), ('{"id":"e"}', None), ('{"status":200}', None), ('{"id":1,"status":200}', None),
        ("[]", None), ("x", None), ("[" * 100_000, None), ('{"id":"e","status":200.0}', None),
    ],
)  # fmt: skip
def test_answers_are_read_as_number_or_string(frame: str, status: int | None) -> None:
    """FC-28. Mutant: only numbers, or anything int() takes."""
    assert read_answer(frame) == (None if status is None else Answer("e", status))
