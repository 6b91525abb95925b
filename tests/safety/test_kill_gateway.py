"""S8: kill -9 of the gateway in the middle of writes; what an app was told is stored is stored, and the shell knows."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.fakes.signed_in import SignedIn, sign_in
from tests.safety.environment_processes import RunningEnvironment, running_environment

SCOPE = "launch openid fhirUser online_access patient/Patient.rs patient/Observation.crus"
BEFORE_THE_KILL, WRITERS = 40, 3
TOLD_WITHIN, BACK_WITHIN = 1.0, 5.0


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningEnvironment]:
    with running_environment(tmp_path / "state", monkeypatch) as running:
        yield running


def weight(identifier: str, patient: str, value: int) -> dict[str, object]:
    return {
        "resourceType": "Observation",
        "id": identifier,
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": "2026-11-20T08:00:00+01:00",
        "valueQuantity": {"value": value, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
    }


class Writer(threading.Thread):
    """Writes one weight after the other until it is told to stop; ``stored`` is what it was told is stored."""

    def __init__(self, base: str, token: str, patient: str, number: int) -> None:
        super().__init__(daemon=True)
        self.stored: dict[str, int] = {}
        self.stopping = threading.Event()
        self._base, self._patient, self._number = base, patient, number
        self._headers = {"Authorization": f"Bearer {token}"}

    def run(self) -> None:
        with httpx2.Client(base_url=self._base, headers=self._headers, timeout=3, trust_env=False) as http:
            turn = 0
            while not self.stopping.is_set():
                turn += 1
                identifier = f"kill-{self._number}-{turn}"
                try:
                    body = weight(identifier, self._patient, turn)
                    answer = http.put(f"/fhir/Observation/{identifier}", json=body)
                except httpx2.HTTPError:
                    return  # the gateway is gone: nothing was promised
                if answer.status_code in (200, 201):
                    self.stored[identifier] = turn


def writers_for(signed: SignedIn) -> tuple[list[Writer], dict[str, str]]:
    """Writers with the token of an app that was launched for one resident; they have begun."""
    patient = signed.residents()[0]
    topic = signed.context()
    signed.open_patient(topic, patient)
    app = next(app for app in signed.ready["apps"] if app["client_id"] == "notat")
    redirect_uri = app["launch_uri"].replace("launch.html", "index.html")
    token = signed.launch("notat", topic, redirect_uri, SCOPE)["access_token"]
    writers = [Writer(signed.ready["gateway"], token, patient["id"], number) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    return writers, {"Authorization": f"Bearer {token}"}


def test_kill_9_in_the_middle_of_writes(environment: RunningEnvironment) -> None:
    signed = sign_in(environment.ready)
    try:
        writers, bearer = writers_for(signed)
        deadline = time.monotonic() + 30
        while sum(len(writer.stored) for writer in writers) < BEFORE_THE_KILL:
            assert time.monotonic() < deadline
            threading.Event().wait(0.005)
        killed = time.monotonic()
        os.kill(environment.pid("gateway"), signal.SIGKILL)
        environment.told_after("down", killed, TOLD_WITHIN)
        environment.told_after("up", killed, BACK_WITHIN)
        for writer in writers:
            writer.stopping.set()
            writer.join(10)
            assert not writer.is_alive()
        promised = {name: value for writer in writers for name, value in writer.stored.items()}
        found: dict[str, int] = {}
        for name in promised:  # with the same token, at the next gateway
            answer = signed.http.get(f"/fhir/Observation/{name}", headers=bearer)
            assert answer.status_code == 200, (name, answer.status_code, answer.text)
            found[name] = answer.json()["valueQuantity"]["value"]
        assert found == promised
    finally:
        signed.close()


def test_after_a_kill_each_of_two_tabs_has_its_own_patient_and_the_same_app_in_both_reads_nobody_else(
    environment: RunningEnvironment,
) -> None:
    """Mutants: panes and grants come back under one topic; the next gateway knows one context only."""
    signed = sign_in(environment.ready)
    try:
        patients = signed.residents()[:2]
        app = next(app for app in signed.ready["apps"] if app["client_id"] == "notat")
        redirect_uri = app["launch_uri"].replace("launch.html", "index.html")
        topics, tokens = [], []
        for patient in patients:
            topics.append(signed.context())
            signed.open_patient(topics[-1], patient)
            tokens.append(signed.launch("notat", topics[-1], redirect_uri, SCOPE)["access_token"])
        killed = time.monotonic()
        os.kill(environment.pid("gateway"), signal.SIGKILL)
        environment.told_after("up", killed, BACK_WITHIN)
        for own, other, topic, token in zip(patients, reversed(patients), topics, tokens, strict=True):
            assert signed.call("GET", f"/workspace/contexts/{topic}")["patient"] == own["id"]
            bearer = {"Authorization": f"Bearer {token}"}
            assert signed.http.get(f"/fhir/Patient/{own['id']}", headers=bearer).status_code == 200
            assert signed.http.get(f"/fhir/Patient/{other['id']}", headers=bearer).status_code in (403, 404)
        panes = {
            pane["topic"]: pane["effective_patient"]
            for pane in signed.call("GET", "/workspace/panes")["panes"]
        }
        assert panes == {topic: patient["id"] for topic, patient in zip(topics, patients, strict=True)}
    finally:
        signed.close()
