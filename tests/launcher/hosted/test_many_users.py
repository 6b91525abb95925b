"""Many users at once: twenty sessions, their tabs, apps and reads side by side; each token reads only its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tests.fakes.hosted_gateway import PACKAGED, HostedShell, HostedUnderTest
from tests.fakes.upstream_systems import ANNA, BERIT, CARL, DAGNY

NAMES = {"siri": "Siri Nordli", "jonas": "Jonas Berg", "helge": "Helge Solberg"}
OWN = {"siri": (ANNA, BERIT), "jonas": (BERIT, CARL), "helge": (DAGNY, DAGNY)}
EVERYBODY = (ANNA, BERIT, CARL, DAGNY)
SESSIONS = 20
AT_ONCE = 10


@dataclass
class Shift:
    """One user's session: whom it is about, and what his app got."""

    username: str
    patient: str
    shell: HostedShell
    topic: str
    app: dict[str, Any]

    @property
    def gateway(self) -> HostedUnderTest:
        assert isinstance(self.shell.gateway, HostedUnderTest)
        return self.shell.gateway


def begin(gateway: HostedUnderTest, number: int) -> Shift:
    """Sign in, open a patient, launch an app."""
    username = list(OWN)[number % len(OWN)]
    patient = OWN[username][number // len(OWN) % 2]
    shell = gateway.shell(username)
    topic = shell.context()
    shell.open_patient(topic, patient)
    return Shift(username, patient, shell, topic, shell.app(PACKAGED, topic))


def statuses(shift: Shift) -> dict[str, int]:
    """What the app's token reads of everybody."""
    headers = {"Authorization": f"Bearer {shift.app['access_token']}"}
    return {
        patient: shift.gateway.http.get(f"/fhir/Patient/{patient}", headers=headers).status_code
        for patient in EVERYBODY
    }


def session_facts(shift: Shift) -> tuple[str, list[str]]:
    """Whose session the shell's token is, and which patients its tabs show."""
    name = shift.shell.call("GET", "/workspace/session").json()["user"]["name"]
    contexts = shift.shell.call("GET", "/workspace/contexts").json()["contexts"]
    return name, [context["patient"] for context in contexts]


def test_twenty_sessions_do_not_mix(gateway: HostedUnderTest) -> None:
    """S6: also the other sessions of the same user keep their own patient; another's topic is out of reach."""
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        shifts = list(crowd.map(lambda number: begin(gateway, number), range(SESSIONS)))
        for shift, read in zip(shifts, crowd.map(statuses, shifts), strict=True):
            assert shift.app["patient"] == shift.patient
            assert [patient for patient, status in read.items() if status == 200] == [shift.patient]
        for shift, facts in zip(shifts, crowd.map(session_facts, shifts), strict=True):
            assert facts == (NAMES[shift.username], [shift.patient])
        neighbours = [*shifts[1:], shifts[0]]
        foreign = crowd.map(
            lambda pair: pair[0].shell.post_open(pair[1].topic, pair[0].patient).status_code,
            zip(shifts, neighbours, strict=True),
        )
        assert set(foreign) == {403}
        ended = [shift for shift in shifts if shift.username == "siri"]
        assert set(
            crowd.map(lambda shift: shift.shell.call("DELETE", "/workspace/session").status_code, ended)
        ) == {200}
        for shift, read in zip(shifts, crowd.map(statuses, shifts), strict=True):
            mine = 401 if shift in ended else 200
            assert read[shift.patient] == mine, shift.username
