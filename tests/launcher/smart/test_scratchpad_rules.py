"""What lies on a scratchpad, and what is refused there (SWM-10)."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from launcher.smart.scratchpad import DEEPEST, LONGEST_TEXT, Draft, Scratchpad, ScratchpadLimits

WRONG_TYPES = (None, "Note", ["Task"], "Patient", "Bundle")
ROOMY = ScratchpadLimits()
MARIT, TORBJORN = "p-marit", "p-torbjorn"


def order(**members: Any) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest",
        "subject": {"reference": f"Patient/{MARIT}"},
        **members,
    }


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"extension": value}
    return value


class Pad:
    """A scratchpad and one app that writes on it."""

    def __init__(self, limits: ScratchpadLimits = ROOMY) -> None:
        self.own = Scratchpad(MARIT)
        self._limits = limits
        self._numbers = count(1)

    def say(self, what: str, **payload: Any) -> dict[str, Any]:
        return self.own.handle(
            f"scratchpad.{what}", payload, "app", lambda: f"d-{next(self._numbers)}", self._limits
        )


def refusal(answer: dict[str, Any]) -> tuple[str, str]:
    (issue,) = answer["outcome"]["issue"]
    assert (answer["outcome"]["resourceType"], issue["severity"]) == ("OperationOutcome", "error")
    assert " " in issue["diagnostics"]
    return answer.get("status", ""), issue["code"]


def test_a_draft_is_made_read_changed_and_taken_away() -> None:
    pad = Pad()
    made = pad.say("create", resource=order(id="mine", code={"text": "Røntgen"}))
    place = "ServiceRequest/d-1"
    assert made == {"status": "201 Created", "location": place}
    kept = order(id="d-1", code={"text": "Røntgen"})
    assert pad.say("read", location=place) == {"resource": kept}
    assert pad.say("read") == {"scratchpad": [kept]}
    assert pad.say("update", resource=order(id="d-1", priority="stat")) == {"status": "200 OK"}
    assert pad.say("read") == {"scratchpad": [order(id="d-1", priority="stat")]}
    assert pad.say("delete", location=place) == {"status": "200 OK"}
    assert pad.say("read") == {"scratchpad": []}


def test_a_draft_says_whose_it_is_and_what_it_is_called() -> None:
    pad = Pad()
    pad.say("create", resource=order(code={"text": "Røntgen"}))
    (draft,) = pad.own.drafts.values()
    assert (draft.client_id, draft.text) == ("app", "Røntgen")
    assert Draft("app", b"").text == ""


@pytest.mark.parametrize("location", ["ServiceRequest/d-2", None, 1, ["ServiceRequest/d-1"]])
def test_what_is_not_there(location: object) -> None:
    pad = Pad()
    pad.say("create", resource=order())
    assert refusal(pad.say("delete", location=location)) == ("404 Not Found", "not-found")
    assert refusal(pad.say("read", location=location)) == ("", "not-found")
    assert refusal(pad.say("update", resource=order(id="d-2"))) == ("404 Not Found", "not-found")
    assert len(pad.own.drafts) == 1


@pytest.mark.parametrize(
    "resource",
    [
        None,
        [],
        {},
        {"resourceType": "Note"},
        {"resourceType": ["Task"]},
        {"resourceType": "Patient", "id": MARIT},
        {"resourceType": "Bundle"},
        order(id=1),
        order(subject={"reference": f"Patient/{TORBJORN}"}),
        order(subject={"reference": f"https://elsewhere.example/fhir/Patient/{TORBJORN}"}),
        order(subject={"reference": f"Patient/{TORBJORN}/_history/1"}),
        order(contained=[{"resourceType": "Patient"}]),
        order(note=["a", {"reference": f"Patient/{TORBJORN}"}]),
        order(a={"reference": f"Patient/{MARIT}"}, b={"reference": f"Patient/{TORBJORN}"}),
        order(extension=nested(DEEPEST)),
    ],
)
def test_what_does_not_belong_on_this_patients_scratchpad(resource: object) -> None:
    pad = Pad()
    told = pad.say("create", resource=resource)
    assert refusal(told) == ("422 Unprocessable Content", "invalid")
    words = told["outcome"]["issue"][0]["diagnostics"]
    assert ("this type" in words) == (
        isinstance(resource, dict) and resource.get("resourceType") in WRONG_TYPES
    )
    assert refusal(pad.say("update", resource=resource)) == ("422 Unprocessable Content", "invalid")
    assert not pad.own.drafts


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Task"},
        order(subject={"reference": f"https://elsewhere.example/fhir/Patient/{MARIT}"}),
        order(subject={"reference": f"Patient/{MARIT}/_history/1"}),
        order(requester={"reference": "Practitioner/p"}),
        order(requester={"reference": 7}),
        order(text=f"Patient/{TORBJORN}"),
        order(extension=nested(DEEPEST - 1)),
    ],
)
def test_what_does_belong_there(resource: dict[str, Any]) -> None:
    assert Pad().say("create", resource=resource)["status"] == "201 Created"


def test_a_scratchpad_is_full_by_number() -> None:
    pad = Pad(ScratchpadLimits(resources=2))
    for _ in range(2):
        assert pad.say("create", resource=order())["status"] == "201 Created"
    assert refusal(pad.say("create", resource=order())) == ("413 Content Too Large", "too-costly")
    assert pad.say("update", resource=order(id="d-1", priority="stat"))["status"] == "200 OK"
    assert len(pad.own.drafts) == 2


def test_a_scratchpad_is_full_by_size() -> None:
    one = Pad()
    one.say("create", resource=order())
    size = sum(len(draft.content) for draft in one.own.drafts.values())
    for room, fits in ((2 * size, True), (2 * size - 1, False)):
        pad = Pad(ScratchpadLimits(bytes=room))
        assert pad.say("create", resource=order())["status"] == "201 Created"
        assert pad.say("create", resource=order())["status"].startswith("201") == fits
        assert pad.say("update", resource=order(id="d-1"))["status"] == "200 OK"


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"medicationCodeableConcept": {"text": "Paracet"}, "code": {"text": "later"}}, "Paracet"),
        ({"code": {"coding": [{"display": "CRP"}, {"display": "Hb"}]}}, "CRP"),
        ({"code": {"text": "CRP", "coding": [{"display": "other"}]}}, "CRP"),
        ({"code": {"coding": []}, "description": " a \n  note "}, "a note"),
        ({"code": {"coding": ["x"]}, "title": "t"}, "t"),
        ({"code": {"coding": "x"}, "type": {"text": "ty"}}, "ty"),
        ({"serviceType": [{"text": "first"}, {"text": "second"}]}, "first"),
        ({"serviceType": [], "title": "t"}, "t"),
        ({"description": "  ", "title": "t"}, "t"),
        ({"description": 7}, ""),
        ({"title": "x" * (LONGEST_TEXT + 1)}, "x" * LONGEST_TEXT),
        ({}, ""),
    ],
)
def test_what_a_person_calls_it(members: dict[str, Any], text: str) -> None:
    pad = Pad()
    pad.say("create", resource={"resourceType": "Task", **members})
    assert [draft.text for draft in pad.own.drafts.values()] == [text]
