"""The launch context beside the token, and what a ``fhirContext`` may hold (SAL-23, SAL-28, SAL-29, NAV-10)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from launcher.smart.launch_context import context_members, fhir_context_mistake, implied_references
from tests.launcher.gateway.support import MARIT, grant

HUB = "https://gateway.example/fhircast"


def test_members_of_a_whole_context() -> None:
    full = replace(
        grant("fhircast/*.*"),
        encounter="e-1",
        fhir_context=[{"reference": "Task/1"}],
        intent="order",
        tenant="t",
        style_url="https://gateway.example/style/1",
        need_patient_banner=False,
    )
    assert context_members(full, HUB) == {
        "need_patient_banner": False,
        "patient": MARIT,
        "encounter": "e-1",
        "fhirContext": [{"reference": "Task/1"}],
        "intent": "order",
        "tenant": "t",
        "smart_style_url": "https://gateway.example/style/1",
        "hub.url": HUB,
        "hub.topic": "t1",
    }


def test_what_there_is_not_is_left_out() -> None:
    bare = replace(grant("patient/*.rs", patient=None), need_patient_banner=True)
    assert context_members(bare, HUB) == {"need_patient_banner": True}
    without_topic = replace(grant("fhircast/*.*", patient=None), topic=None)
    assert set(context_members(without_topic, HUB)) == {"need_patient_banner"}


ROLE = "https://example.org/role"


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"reference": "Task/1"}, None),
        ({"reference": "Task/1/_history/2"}, None),
        ({"reference": "Task/1", "role": "launch"}, None),
        ({"reference": "Patient/1", "role": ROLE}, None),
        ({"canonical": "https://example.org/Questionnaire/1|2"}, None),
        ({"identifier": {"value": "1"}, "type": "Task"}, None),
        ("Task/1", "not an object"),
        ({}, "neither reference"),
        ({"type": "Task"}, "neither reference"),
        ({"reference": "Task/1", "role": ""}, "role in fhirContext is empty"),
        ({"reference": "Task/1", "role": 1}, "role in fhirContext is empty"),
        ({"reference": "Task/1", "role": "x"}, "role in fhirContext is not a URI"),
        ({"reference": "https://example.org/Task/1"}, "not relative"),
        ({"reference": 1}, "not relative"),
        ({"reference": "Task"}, "not relative"),
        ({"reference": "Patient/1"}, "belong beside"),
        ({"reference": "Encounter/1"}, "belong beside"),
        ({"canonical": "x"}, "canonical in fhirContext"),
        ({"canonical": 1}, "canonical in fhirContext"),
        ({"canonical": "http://[x"}, "canonical in fhirContext"),
        ({"identifier": {}}, "identifier in fhirContext"),
        ({"identifier": "1"}, "identifier in fhirContext"),
        ({"reference": "Task/1", "type": "Nonsense"}, "type in fhirContext"),
        ({"reference": "Task/1", "type": 1}, "type in fhirContext"),
    ],
)
def test_an_item_of_fhir_context(item: Any, words: str | None) -> None:
    mistake = fhir_context_mistake([{"canonical": "urn:x:1"}, item])
    assert mistake is None if words is None else words in str(mistake)


def test_an_encounter_implies_its_organisation_and_staff_and_nothing_else() -> None:
    encounter = {
        "serviceProvider": {"reference": "Organization/o"},
        "participant": [
            {"individual": {"reference": "Practitioner/p"}},
            {"individual": {"reference": "PractitionerRole/r"}},
            {"individual": {"reference": "RelatedPerson/x"}},
            {"individual": {"reference": 1}},
            {"individual": {}},
            {},
        ],
        "subject": {"reference": "Patient/p"},
    }
    assert implied_references(encounter) == {"Organization/o", "Practitioner/p", "PractitionerRole/r"}
    assert implied_references({}) == frozenset()
    assert implied_references(None) == frozenset()
