"""What comes down a WebSocket or the event stream is searched for everybody else's canaries, frame by frame.

Three patients are open at once: two in tabs of one user, one at a colleague's. Each open carries the canary of its
patient in the resource; no stranger's frame may hold it, the tab's own must.
"""

from __future__ import annotations

import contextlib
import json
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.fakes.gateway import RunningGateway, Shell
from tests.fakes.upstream_systems import ANNA, BERIT, CARL
from tests.launcher.attacks.conftest import FOLLOWER
from tests.launcher.attacks.test_hub import channel, event
from tests.launcher.server.test_panes import event_stream

LAST = "the last frame that is read"


def canary(patient: str) -> str:
    return f"canary-of-{patient}"


def tell(shell: Shell, topic: str, patient: str, name: str = "Patient-open", mark: str = "") -> None:
    """The shell posts an event that carries the patient's canary, and a mark."""
    posted = event(shell.gateway, topic, patient, name)
    posted["id"] = f"{mark}{topic}-{patient}-{name}"
    posted["event"]["context"][0]["resource"]["name"] = [{"family": canary(patient), "text": mark}]
    answer = shell.gateway.http.post("/fhircast", json=posted, headers=shell.bearer)
    assert answer.status_code == 202, answer.text


def read_all(socket: ClientConnection) -> str:
    """Every frame up to the marked one; each is acknowledged, as a follower does."""
    frames = ""
    while LAST not in frames:
        frame = socket.recv(5)
        assert isinstance(frame, str)
        frames += frame
        message: dict[str, Any] = json.loads(frame)
        if "event" in message:
            socket.send(json.dumps({"id": message["id"], "status": 200}))
    return frames


def test_a_channel_carries_the_patients_of_its_own_tab_only(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    jonas = gateway.shell("jonas")
    tabs = {
        ANNA: (shell, topic),
        BERIT: (shell, shell.context()),
        CARL: (jonas, jonas.context()),
    }
    for patient, (owner, place) in tabs.items():
        owner.open_patient(place, patient)
    apps = {patient: owner.app(FOLLOWER, place) for patient, (owner, place) in tabs.items()}
    with (
        channel(gateway, apps[ANNA], tabs[ANNA][1]) as annas,
        channel(gateway, apps[BERIT], tabs[BERIT][1]) as berits,
        channel(gateway, apps[CARL], tabs[CARL][1]) as carls,
    ):
        sockets = {ANNA: annas, BERIT: berits, CARL: carls}
        for name in ("Patient-open", "Patient-close", "Patient-open"):
            for patient, (owner, place) in tabs.items():
                tell(owner, place, patient, name, "again " if name == "Patient-close" else "")
        for patient, (owner, place) in tabs.items():
            tell(owner, place, patient, mark=LAST)
        for patient, socket in sockets.items():
            frames = read_all(socket)
            assert canary(patient) in frames, "the twin: one's own patient does arrive"
            for other, (_, place) in tabs.items():
                if other != patient:
                    told = [word for word in (other, canary(other), place) if word in frames]
                    assert told == [], (patient, told)


def test_a_pinned_follower_hears_nothing_of_the_next_patient(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    tokens = shell.app(FOLLOWER, topic)
    with channel(gateway, tokens, topic) as socket:
        tell(shell, topic, ANNA, mark=LAST)
        assert canary(ANNA) in read_all(socket)
        assert shell.call("PATCH", f"/workspace/panes/{tokens['pane']}", {"pinned": True}).status_code == 200
        tell(shell, topic, BERIT)
        frames = ""
        with contextlib.suppress(ConnectionClosed):
            while True:
                frames += str(socket.recv(5))
        assert "denied" in frames
        assert BERIT not in frames
        assert canary(BERIT) not in frames


def test_the_event_stream_tells_nothing_of_a_colleague(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    jonas = gateway.shell("jonas")
    place = jonas.context()
    with event_stream(shell) as found:
        jonas.open_patient(place, CARL)
        jonas_app = jonas.app(FOLLOWER, place)
        tell(jonas, place, CARL)
        pane = shell.app(FOLLOWER, topic)["pane"]
        facts = ""
        while pane not in facts:
            facts += json.dumps(found.get(timeout=5))
        assert topic in facts, "the twin: one's own tab is told"
        told = [word for word in (CARL, canary(CARL), place, jonas_app["pane"]) if word in facts]
        assert told == []
