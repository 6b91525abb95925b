"""S1: the record system decides who may be opened, and the hub's refusal follows it."""

from __future__ import annotations

import pytest

from tests.fakes.gateway import RunningGateway
from tests.fakes.upstream_systems import ANNA, BERIT, DAGNY


@pytest.mark.parametrize(
    ("username", "may", "may_not"),
    [("siri", [ANNA, BERIT], [DAGNY]), ("helge", [DAGNY], [ANNA]), ("kari", [], [ANNA, DAGNY])],
)
def test_only_a_patient_whom_the_user_may_read_is_opened(
    gateway: RunningGateway, username: str, may: list[str], may_not: list[str]
) -> None:
    shell = gateway.shell(username)
    topic = shell.context()
    for patient in may:
        assert shell.post_open(topic, patient).status_code == 202
        assert shell.call("GET", f"/fhir/Patient/{patient}").status_code == 200
    for patient in may_not:
        refused = shell.post_open(topic, patient)
        assert (refused.status_code, refused.text) == (
            403,
            "there is no such patient that this user may read",
        )
        assert shell.call("GET", f"/fhir/Patient/{patient}").status_code == 403
        written = shell.call("POST", "/fhir/Flag", {
            "resourceType": "Flag", "status": "active", "code": {"text": "x"},
            "subject": {"reference": f"Patient/{patient}"},
        })  # fmt: skip
        assert written.status_code == 403
    found = shell.call("GET", "/fhir/Patient").json()
    listed = {entry["resource"]["id"] for entry in found.get("entry", [])}
    assert listed >= set(may) and not listed & set(may_not)
    current = shell.call("GET", f"/fhircast/{topic}").json()["context"]
    assert [entry["resource"]["id"] for entry in current if entry["key"] == "patient"] == may[-1:]
