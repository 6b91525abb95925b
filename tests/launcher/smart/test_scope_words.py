"""Scopes as words: what two have in common, and the questions that are asked of granted ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from launcher.oauth.model import RegisteredClient
from launcher.smart.scope_words import common_fhircast, common_part, parse_resource_scope
from launcher.smart.scopes import (
    follower_scopes,
    granted_scopes,
    has_fhircast,
    narrowed_scopes,
    needs_patient,
    system_scopes,
    wants_encounter,
)

CLIENT = RegisteredClient("app", "App", "Prøve AS", ("https://app.example/cb",), None, "")


def common(asked: str, approved: str) -> str | None:
    ours, theirs = parse_resource_scope(asked), parse_resource_scope(approved)
    assert ours is not None and theirs is not None
    part = common_part(ours, theirs)
    return part.text() if part is not None else None


@pytest.mark.parametrize(
    ("asked", "approved", "part"),
    [
        ("patient/*.cruds", "patient/Task.rs", "patient/Task.rs"),
        ("patient/Task.rs", "patient/*.cruds", "patient/Task.rs"),
        ("patient/*.rs", "patient/*.cruds", "patient/*.rs"),
        ("patient/Task.rs", "patient/Task.rs", "patient/Task.rs"),
        ("patient/Task.rs", "patient/Flag.rs", None),
        ("patient/Task.rs", "patient/Task.cud", None),
        ("patient/Task.rs", "user/Task.rs", None),
        ("patient/Task.read", "patient/Task.cruds", "patient/Task.read"),
        ("patient/Task.*", "patient/Task.r", "patient/Task.r"),
        ("patient/Task.rs", "patient/Task.*", "patient/Task.rs"),
        (
            "patient/Observation.rs?category=a",
            "patient/Observation.*",
            "patient/Observation.rs?category=a",
        ),
        (
            "patient/Observation.read",
            "patient/Observation.rs?category=a",
            "patient/Observation.rs?category=a",
        ),
        ("patient/Observation.rs?category=a", "patient/Observation.rs?category=b", None),
        (
            "patient/Observation.rs?category=a",
            "patient/Observation.rs?category=a",
            "patient/Observation.rs?category=a",
        ),
    ],
)
def test_common_part(asked: str, approved: str, part: str | None) -> None:
    assert common(asked, approved) == part


@pytest.mark.parametrize(
    "text", ["patient/Task.sr", "patient/Nonsense.r", "openid", "patient/Task", "x/Task.r", ""]
)
def test_what_is_no_resource_scope(text: str) -> None:
    assert parse_resource_scope(text) is None


@pytest.mark.parametrize(
    ("asked", "approved", "part"),
    [
        ("fhircast/Patient-open.read", "fhircast/*.*", "fhircast/Patient-open.read"),
        ("fhircast/*.read", "fhircast/Patient-open.*", "fhircast/Patient-open.read"),
        ("fhircast/patient-OPEN.read", "fhircast/Patient-open.read", "fhircast/Patient-open.read"),
        ("fhircast/*.*", "fhircast/*.*", "fhircast/*.*"),
        ("fhircast/Patient-open.*", "fhircast/Patient-open.write", "fhircast/Patient-open.write"),
        ("fhircast/Patient-open.read", "fhircast/Patient-open.write", None),
        ("fhircast/Patient-open.read", "fhircast/Patient-close.read", None),
        ("fhircast/Patient-open", "fhircast/*.*", None),
        ("fhircast/Patient-open.read", "fhircast/", None),
    ],
)
def test_common_fhircast(asked: str, approved: str, part: str | None) -> None:
    assert common_fhircast(asked, approved) == part


@pytest.mark.parametrize(
    ("approved", "asked", "granted"),
    [
        ("launch/task?role=x", "launch/task", ("launch/task",)),
        ("launch/task", "launch/task?role=x", ("launch/task?role=x",)),
        ("launch", "launch/task", ()),
        ("launch/patient", "launch/patient launch/encounter", ("launch/patient",)),
        ("fhircast/*.*", "fhircast/*.* fhircast/nonsense", ("fhircast/*.*",)),
        ("patient/*.rs patient/Task.cruds", "patient/Task.rs", ("patient/Task.rs",)),
        ("patient/Task.rs openid", "system/Task.rs openid", ("openid",)),
        ("system/Task.rs __introspect", "system/Task.rs __introspect", ()),
    ],
)
def test_granted(approved: str, asked: str, granted: tuple[str, ...]) -> None:
    assert granted_scopes(replace(CLIENT, scope=approved), asked.split()) == granted


def test_a_backend_service_gets_system_scopes_and_introspection_where_approved() -> None:
    client = replace(CLIENT, scope="system/Task.rs patient/Task.rs openid __introspect")
    asked = ("__introspect", "system/*.cruds", "patient/Task.rs", "openid")
    assert system_scopes(client, asked) == ("__introspect", "system/Task.rs")
    assert system_scopes(CLIENT, asked) == ()


def test_questions_about_granted_scopes() -> None:
    assert narrowed_scopes(("a", "b"), ("b", "b")) == ("b",)
    assert narrowed_scopes(("a",), ("a", "b")) is None
    assert needs_patient(["openid", "patient/Task.rs"]) and not needs_patient(
        ["user/Task.rs", "launch/patient"]
    )
    assert wants_encounter(["launch/encounter"]) and wants_encounter(["patient/Encounter.r"])
    assert wants_encounter(["openid", "user/*.rs"]) and not wants_encounter(["openid", "patient/Task.rs"])
    assert follower_scopes(["patient/Task.rs", "user/Task.rs", "offline_access", "online_access"]) == (
        "user/Task.rs",
        "online_access",
    )
    assert has_fhircast(["openid", "fhircast/*.read"]) and not has_fhircast(["openid"])
