"""S1 in a real patient tab on a real hub: what is shown is what the hub has confirmed, by name as the record has it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from shell.composition.clock import new_id
from tests.fakes.signed_in import SignedIn, sign_in
from tests.safety.patient_tab import WAIT, Tab


def test_nothing_is_shown_before_the_hub_has_confirmed(tab: Tab, signed: SignedIn, qtbot: QtBot) -> None:
    """Mutant: the tab shows whom the user clicked."""
    chosen = signed.residents()[0]["id"]
    with qtbot.waitSignal(tab.controller.patient_changed, timeout=WAIT):
        tab.controller.open_patient(chosen)
        assert tab.shown == [(None, chosen)]
        assert tab.controller.patient is None
    assert tab.confirmed == [chosen]
    assert tab.controller.patient_id == chosen
    hub = tab.threads.run(_context(tab)).result(5)
    assert hub["patient"] == chosen


async def _context(tab: Tab) -> dict[str, Any]:
    path = f"/workspace/contexts/{tab.controller.topic}"
    context: dict[str, Any] = await tab.services.connection.json("GET", path)
    return context


def test_a_refused_patient_is_never_shown(tab: Tab, signed: SignedIn, qtbot: QtBot) -> None:
    """The record names another identity number than the event: the hub refuses, the patient in front stays."""
    first, second = signed.residents()[:2]
    with qtbot.waitSignal(tab.controller.patient_changed, timeout=WAIT):
        tab.controller.open_patient(first["id"])
    mixed = {**second, "identifier": first["identifier"]}

    async def read_something_else(patient_id: str) -> dict[str, Any]:
        return mixed

    tab.services.records.chosen_patient = read_something_else  # type: ignore[method-assign]
    with qtbot.waitSignal(tab.controller.choice_failed, timeout=WAIT):
        tab.controller.open_patient(second["id"])
    assert {shown for shown, _ in tab.shown} <= {None, first["id"]}
    assert (tab.controller.patient_id, tab.controller.waiting_for) == (first["id"], None)


@pytest.mark.parametrize("known", [False, True])
def test_a_patient_of_others_is_refused_in_words(
    tab: Tab, signed: SignedIn, qtbot: QtBot, known: bool
) -> None:
    """On the GP's list, unknown to the ward: said so, also when the shell had his record from somewhere (the hub refuses)."""
    doctor = sign_in(signed.ready, "helge")
    stranger = doctor.fhir("Patient", _count="1")[0]
    doctor.close()

    async def read_before(patient_id: str) -> dict[str, Any]:
        return stranger

    if known:
        tab.services.records.chosen_patient = read_before  # type: ignore[method-assign]
    with qtbot.waitSignal(tab.controller.choice_failed, timeout=WAIT) as failed:
        tab.controller.open_patient(stranger["id"])
    assert failed.args == [stranger["id"], "patient_gone"]
    assert {shown for shown, _ in tab.shown} <= {None}
    assert tab.controller.patient_id is None


def test_name_and_number_come_from_the_record(tab: Tab, signed: SignedIn, qtbot: QtBot) -> None:
    """Another subscriber's event says the id only as far as the banner goes: its name is nobody's."""
    patient = signed.residents()[1]
    resource = {
        **{key: patient[key] for key in ("resourceType", "id", "identifier")},
        "name": [{"family": "Feilnavn", "given": ["Falsk"]}],
        "birthDate": "1900-01-01",
    }
    with qtbot.waitSignal(tab.controller.patient_changed, timeout=WAIT):
        post = tab.services.connection.request(
            "POST", "/fhircast", json=_opening(tab.controller.topic, resource)
        )
        tab.threads.run(post).result(5)
    qtbot.waitUntil(lambda: tab.controller.patient is not None, timeout=WAIT)
    assert tab.controller.patient is not None
    facts = tab.controller.patient.facts
    assert (facts.patient_id, facts.family) == (patient["id"], patient["name"][0]["family"])
    assert facts.birth_date is not None and facts.birth_date.isoformat() == patient["birthDate"]


def _opening(topic: str, resource: dict[str, Any]) -> dict[str, Any]:
    return {
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "id": new_id(),
        "event": {
            "hub.topic": topic,
            "hub.event": "Patient-open",
            "context": [{"key": "patient", "resource": resource}],
        },
    }
