"""The banner says what lies on the scratchpad, of its own patient and no other (SWM-10, S1)."""

from __future__ import annotations

from shell.presenters.scratchpad import Drafts

FACT = {
    "patient": "p-1",
    "drafts": [
        {"location": "ServiceRequest/1", "text": "Røntgen {thorax}", "client_id": "notat"},
        {"location": "Task/2", "text": "", "client_id": "gone"},
    ],
}
APPS = {"notat": "Notat"}


def test_each_draft_is_named_with_its_app() -> None:
    drafts = Drafts.from_fact(FACT)
    assert [flag.text for flag in drafts.flags("p-1", APPS, "nb")] == [
        "Utkast: Røntgen {thorax} · Notat",
        "Utkast: uten navn · gone",
    ]
    assert drafts.flags("p-1", APPS, "en")[1].text == "Draft: unnamed · gone"
    assert {flag.icon for flag in drafts.flags("p-1", APPS, "en")} == {"draft"}


def test_nothing_of_another_patient_is_said() -> None:
    drafts = Drafts.from_fact(FACT)
    assert drafts.flags("p-2", APPS, "nb") == drafts.flags(None, APPS, "nb") == ()
    assert Drafts().flags(None, APPS, "nb") == ()
