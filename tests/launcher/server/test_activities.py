"""``ui.launchActivity`` at the gateway: which apps can do it, and for whom (SWM-08, SWM-09)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes.gateway import Shell
from tests.fakes.upstream_systems import BERIT
from tests.launcher.server.test_web_messaging import ORIGIN, message


def ask(
    shell: Shell, tokens: dict[str, Any], name: object = "order-review", **parameters: Any
) -> dict[str, Any]:
    payload = {"activityType": name, "activityParameters": parameters}
    body = {"origin": ORIGIN, "message": json.dumps(message(tokens, "ui.launchActivity", payload=payload))}
    told: dict[str, Any] = shell.call("POST", f"/workspace/panes/{tokens['pane']}/messages", body).json()
    return told


@pytest.fixture
def melder(shell: Shell, topic: str) -> dict[str, Any]:
    return shell.app("melder", topic)


def test_apps_whose_manifest_declares_it_are_named(shell: Shell, melder: dict[str, Any]) -> None:
    """``ser`` declares it too, and has no address to be launched at."""
    told = ask(shell, melder, draftOrderLocations=["ServiceRequest/1"])
    assert told["answer"]["payload"] == {"status": "success"}
    assert told["effect"] == {
        "kind": "activity", "activity": "order-review", "fhirContext": [], "apps": ["skriver"]
    }  # fmt: skip


def test_what_it_is_about_goes_along(shell: Shell, melder: dict[str, Any]) -> None:
    told = ask(shell, melder, problemLocation="Condition/7", appointmentLocations=["Appointment/8"])
    assert told["effect"]["fhirContext"] == [{"reference": "Condition/7"}, {"reference": "Appointment/8"}]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("problem-review", {}),
        ("urn:x:look", {}),
        ("", {}),
        ("Order Review", {}),
        (7, {}),
        ("order-review", {"problemLocation": "Patient/1"}),
        ("order-review", {"problemLocation": "https://a.example/Condition/1"}),
        ("order-review", {"appointmentLocations": [1]}),
        ("order-review", {"appointmentLocations": ["Appointment/1"] * 21}),
    ],
)
def test_nobody_can_or_nobody_understands(
    shell: Shell, melder: dict[str, Any], name: object, parameters: dict[str, Any]
) -> None:
    told = ask(shell, melder, name, **parameters)
    assert (told["answer"]["payload"]["status"], told["effect"]) == ("failure", None)


def test_never_for_another_patient_than_the_page_s(shell: Shell, topic: str, melder: dict[str, Any]) -> None:
    shell.open_patient(topic, BERIT)
    told = ask(shell, melder)
    assert (told["answer"]["payload"]["status"], told["effect"]) == ("failure", None)


def test_without_the_scope_nothing_is_opened(shell: Shell, topic: str) -> None:
    tokens = shell.app("melder", topic, scope="launch patient/Patient.rs messaging/fhir")
    told = ask(shell, tokens)
    assert (told["answer"]["payload"]["status"], told["effect"]) == ("failure", None)
