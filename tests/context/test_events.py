"""The event table and what it refuses (FC-17, FC-21..23), timestamps (S5), scopes (FC-04), answers (FC-28)."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest

from context.acknowledgements import Answer, read_answer
from context.event_kinds import EVENT_KINDS, find_kind, is_event_name
from context.events import ContextEvent, MalformedEvent, read_event
from context.messages import sync_error
from context.scopes import fhircast_scopes
from context.timestamps import Instant, parse_instant
from tests.context.playbook import (
    START,
    body,
    deletion,
    encounter_body,
    ending_body,
    patient_body,
    put,
    report_body,
    select_body,
    study_body,
    update_body,
)

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
    "ImagingStudy-open": study_body("ImagingStudy-open", "i-1", "p-1", "e1"),
    "ImagingStudy-close": study_body("ImagingStudy-close", "i-1", "p-1", "e1"),
    "DiagnosticReport-open": report_body("DiagnosticReport-open", "r-1", "p-1", "e1", ("i-1", "i-2")),
    "DiagnosticReport-close": report_body("DiagnosticReport-close", "r-1", "p-1", "e1", ("i-1", "i-2")),
    "DiagnosticReport-update": update_body(
        "r-1", "e1", "v", put("Observation", "o-1"), deletion("Observation/o-2"), patient="p-1"
    ),
    "DiagnosticReport-select": select_body("r-1", "e1", "Observation/o-1", "Observation/o-2", patient="p-1"),
    "Home-open": body("Home-open", "e1", []),
    "UserLogout": ending_body("UserLogout", "e1"),
    "UserHibernate": ending_body("UserHibernate", "e1", "system-timeout"),
}


def test_every_row_has_an_example() -> None:
    assert {kind.name for kind in EVENT_KINDS} == set(EXAMPLES)


def entries_of(posted: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return [entry for entry in posted["event"]["context"] if entry["key"] == key]


@pytest.mark.parametrize("kind", EVENT_KINDS, ids=lambda kind: kind.name)
def test_example_of_each_row_is_accepted_and_every_key_is_demanded(kind: Any) -> None:
    """FC-22. Mutant: a key of a row becomes optional, may repeat, or may be of another type or form."""
    assert isinstance(read_event(EXAMPLES[kind.name]), ContextEvent)
    for key in kind.keys:
        without, twice, typed, formed = (copy.deepcopy(EXAMPLES[kind.name]) for _ in range(4))
        without["event"]["context"] = [e for e in without["event"]["context"] if e["key"] != key.key]
        broken = [without] if key.least else []
        for posted in [] if key.least else [without]:
            assert isinstance(read_event(posted), ContextEvent), f"{key.key} may be left out"
        held = entries_of(twice, key.key)
        twice["event"]["context"] += copy.deepcopy(held[:1])
        broken += [twice] if held and key.most == 1 else []
        for entry in entries_of(typed, key.key)[:1]:
            if key.by_reference:
                entry["reference"] = {"reference": "Basic/x" if key.resource_type else "nobody"}
            else:
                entry["resource"]["resourceType"] = "Basic"
            broken.append(typed)
        for entry in entries_of(formed, key.key)[:1]:
            known = entry.pop("reference", None)
            entry.pop("resource", None)
            entry["resource" if known else "reference"] = known or {"reference": "Patient/p-1"}
            broken += [] if key.by_reference and key.least == 0 and key.most is None else [formed]
        for posted in broken:
            answer = read_event(posted)
            assert isinstance(answer, MalformedEvent), (key.key, posted)
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
UPDATES = ("event", "context", 2, "resource")


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
        changed("Patient-open", "event", "hub.event", to="ServiceRequest-open"),
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
        changed("ImagingStudy-open", *RESOURCE, "identifier"),
        changed("ImagingStudy-open", *RESOURCE, "status"),
        changed("ImagingStudy-open", *RESOURCE, "subject", to={"reference": "Patient/p-2"}),
        changed("DiagnosticReport-open", *RESOURCE, "status"),
        changed("DiagnosticReport-open", *RESOURCE, "subject", to={"reference": "Patient/p-2"}),
        changed(
            "DiagnosticReport-open",
            "event",
            "context",
            3,
            "resource",
            "subject",
            "reference",
            to="Patient/p-2",
        ),
        changed("DiagnosticReport-update", *UPDATES, "type", to="batch"),
        changed("DiagnosticReport-update", *UPDATES, "entry", to={}),
        changed("DiagnosticReport-update", *UPDATES, "entry", 0, "request", "method", to="POST"),
        changed("DiagnosticReport-update", *UPDATES, "entry", 0, "resource", "id"),
        changed("DiagnosticReport-update", *UPDATES, "entry", 0, "resource"),
        changed("DiagnosticReport-update", *UPDATES, "entry", 1, "fullUrl"),
        changed("DiagnosticReport-update", *UPDATES, "entry", 1, "fullUrl", to="https://somewhere/o-2"),
        changed("DiagnosticReport-update", *UPDATES, "entry", 1, "fullUrl", to="Observation/o-1"),
        changed(
            "DiagnosticReport-update", *UPDATES, "entry", 1, "resource", to={"resourceType": "Observation"}
        ),
        changed("DiagnosticReport-select", "event", "context", 2, "reference", to="Observation/o-1"),
        changed("Home-open", "event", "context", to=[{"key": "patient", "resource": {}}]),
        changed("UserLogout", *RESOURCE, "parameter", to=[]),
        changed("UserLogout", *RESOURCE, "parameter", 0, "valueCoding", "code"),
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


@pytest.mark.parametrize(
    ("at", "more"),
    [
        (1, {"key": "extension", "resource": {"resourceType": "Patient", "id": "p-2"}}),
        (1, {"key": "extension", "reference": {"reference": "Patient/p-2"}}),
        (0, {"reference": {"reference": "Patient/p-2"}}),
    ],
)
def test_no_other_patient_comes_along_unchecked(at: int, more: dict[str, Any]) -> None:
    """S1. Mutant: what stands in an extension, or beside the resource, is passed on to every app."""
    posted = patient_body("Patient-open", "p-1", "e1")
    entries = posted["event"]["context"]
    entries[at:] = [{**entries[at], **more}] if at < len(entries) else [more]
    assert isinstance(read_event(posted), MalformedEvent)


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
    assert (kind.name, kind.anchor_type, kind.implies) == (
        "Encounter-open",
        "Encounter",
        (("patient", "Patient-open"),),
    )


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
