"""What the policy sees of a grant: whom its scopes reach, and whose record is meant at this moment (DESIGN section 4)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from launcher.gateway.grant_facts import GrantFacts, facts_of
from launcher.gateway.scope_rules import parse_scopes
from tests.launcher.gateway.support import MARIT, TORBJORN, grant

BASES = ("http://upstream.example/fhir", "http://127.0.0.1:1/fhir")


def facts(*scopes: str, fenced: bool = False) -> GrantFacts:
    return GrantFacts("g", parse_scopes(scopes), MARIT, fenced, frozenset(), BASES)


@pytest.mark.parametrize(
    ("scope", "fenced", "limited"),
    [
        ("patient/*.rs", False, True),
        ("patient/*.rs", True, True),
        ("user/*.rs", False, False),
        ("user/*.rs", True, True),
        ("system/*.rs", False, False),
        ("system/*.rs", True, False),
    ],
)
def test_a_scope_reaches_one_patient_only(scope: str, fenced: bool, limited: bool) -> None:
    found = facts(scope, fenced=fenced)
    assert found.limited(found.scopes[0]) is limited


@pytest.mark.parametrize(
    ("scopes", "resource_type", "letters", "covering"),
    [
        (("user/Task.rs", "user/Flag.rs"), "Task", "r", [0]),
        (("user/Task.r", "user/*.s", "user/Task.cud"), "Task", "rs", [0, 1]),
        (("user/Task.r",), "Task", "s", []),
        (("user/Task.r",), "Flag", "r", []),
    ],
)
def test_the_scopes_that_grant_one_of_the_letters(
    scopes: tuple[str, ...], resource_type: str, letters: str, covering: list[int]
) -> None:
    found = facts(*scopes)
    assert found.covering(resource_type, iter(letters)) == [found.scopes[at] for at in covering]


@pytest.mark.parametrize(
    ("scopes", "fenced", "every_task"),
    [
        (("user/*.rs",), False, True),
        (("user/*.rs",), True, False),
        (("system/*.rs",), True, True),
        (("patient/*.rs",), False, False),
        (("user/Task.rs?status=ready",), False, False),
        (("patient/*.rs", "user/Task.rs?status=ready"), False, False),
        (("patient/*.rs", "user/Task.rs"), False, True),
        (("user/Flag.rs",), False, False),
        (("user/Task.cud",), False, False),
        ((), False, False),
    ],
)
def test_who_may_see_every_task(scopes: tuple[str, ...], fenced: bool, every_task: bool) -> None:
    assert facts(*scopes, fenced=fenced).open_for("Task", "rs") is every_task


@pytest.mark.parametrize(
    ("at_launch", "now", "fenced", "seen"),
    [
        (MARIT, MARIT, False, MARIT),
        (MARIT, None, False, MARIT),
        (MARIT, TORBJORN, True, TORBJORN),
        (MARIT, None, True, None),
        (None, None, False, None),
    ],
)
def test_whose_record_is_meant(
    at_launch: str | None, now: str | None, fenced: bool, seen: str | None
) -> None:
    """A fence without a patient is empty: the patient of the launch does not count there (S3)."""
    live = replace(grant("user/*.rs", fenced=fenced), patient=at_launch, effective_patient=now)
    assert facts_of(live, BASES).patient == seen


def test_everything_that_is_taken_from_a_grant() -> None:
    live = grant("openid", "patient/Task.rs", name="g-7", implied=("Organization/o",))
    assert facts_of(live, BASES) == GrantFacts(
        "g-7", parse_scopes(("patient/Task.rs",)), MARIT, False, frozenset({"Organization/o"}), BASES
    )
