"""A hub as any FHIRcast client sees it: forms and events over HTTP, one WebSocket for each subscription."""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.conformance.asking import Gateway, Shell
from tests.conformance.lines import Line, Lines
from tests.conformance.steps import signed_in
from tests.conformance.table import Target

SOON = 5.0
"""Seconds in which a frame that has to come has come."""
CONNECTED_WITHIN = 30.0
"""Seconds for a connection to be there: on a machine with much to do the disk alone may take some."""
SILENCE = 0.3
"""Seconds without a frame that count as silence."""
PATIENT_EVENTS = ("Patient-open", "Patient-close")
Frame = dict[str, Any]


class Subscriber:
    """One channel. Every event is answered with ``answers`` (``None``: not at all) as soon as it is read."""

    def __init__(self, line: Line, endpoint: str, answers: int | str | None) -> None:
        self.endpoint = endpoint
        self._answers = answers
        self._line = line

    def frame(self, seconds: float | None = None) -> Frame:
        """The next frame, as ``SOON`` as it has to come; raises ``TimeoutError`` or ``ConnectionClosed``."""
        frame: Frame = json.loads(self._line.recv(SOON if seconds is None else seconds))
        if "event" in frame and self._answers is not None and frame["event"]["hub.event"] != "SyncError":
            self.say({"id": frame["id"], "status": self._answers})
        return frame

    def event(self, name: str) -> Frame:
        """The next event, which must be this one."""
        frame = self.frame()
        while "event" not in frame:
            frame = self.frame()
        assert frame["event"]["hub.event"] == name, frame
        return frame

    def is_silent(self) -> bool:
        """True when no event comes for a while."""
        try:
            return "event" not in self.frame(SILENCE) and self.is_silent()
        except (TimeoutError, ConnectionClosed):
            return True

    def ends(self) -> list[Frame]:
        """Every frame until the hub closes the channel."""
        frames = []
        try:
            while True:
                frames.append(self.frame())
        except ConnectionClosed:
            return frames

    def say(self, frame: object) -> None:
        self._line.send(json.dumps(frame))

    def leave(self, code: int = 1000) -> None:
        self._line.close(code)

    def break_off(self) -> None:
        """The connection is gone without a word."""
        self._line.break_off()


class Hub:
    """One topic of one signed-in user; subscribers are closed when the block of :func:`hub_of` ends."""

    def __init__(self, gateway: Gateway, shell: Shell, topic: str, lines: Lines) -> None:
        self.gateway, self.shell, self.topic = gateway, shell, topic
        self.address = gateway.facts.hub
        self._lines = lines

    def other_topic(self) -> Hub:
        """Another patient tab of the same user."""
        return Hub(self.gateway, self.shell, self.shell.context(), self._lines)

    def form(self, form: Mapping[str, str] | str, token: str | None = None) -> httpx2.Response:
        """A form as it is given; with the desktop's token unless another one is."""
        own = self.shell.headers("POST", self.address)
        headers = own if token is None else {"Authorization": f"Bearer {token}"}
        headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        content = form if isinstance(form, str) else str(httpx2.QueryParams(dict(form)))
        return self.gateway.http.post(self.address, content=content, headers=headers)

    def asked(self, *events: str, **more: str) -> dict[str, str]:
        """A good subscribe form."""
        return {
            "hub.channel.type": "websocket",
            "hub.mode": "subscribe",
            "hub.topic": self.topic,
            "hub.events": ",".join(events or PATIENT_EVENTS),
            **{name.replace("__", "."): value for name, value in more.items()},
        }

    def endpoint(self, *events: str, token: str | None = None, **more: str) -> str:
        """Subscribe; the channel's address."""
        answer = self.form(self.asked(*events, **more), token)
        assert answer.status_code == 202, (answer.status_code, answer.text)
        address: str = answer.json()["hub.channel.endpoint"]
        return address

    def connected(self, endpoint: str, answers: int | str | None = 200) -> Subscriber:
        """Connect to an endpoint; nothing is read."""
        return Subscriber(self._line(endpoint), endpoint, answers)

    def joins(self, *events: str, answers: int | str | None = 200, **more: str) -> Subscriber:
        """Subscribe, connect, and read the confirmation."""
        subscriber = self.connected(self.endpoint(*events, **more), answers)
        assert subscriber.frame()["hub.mode"] == "subscribe"
        return subscriber

    def refuses(self, endpoint: str) -> bool:
        """Whether nobody may connect there."""
        try:
            self.connected(endpoint).frame(SILENCE)
        except TimeoutError:
            return False
        except (ConnectionClosed, InvalidHandshake):
            return True
        return False

    def _line(self, endpoint: str) -> Line:
        """A native client's connection: no Origin, no cookie."""
        parts, network = urlsplit(endpoint), self.gateway.network
        secure = parts.scheme == "wss"
        address = (network.address(str(parts.hostname)), parts.port or (443 if secure else 80))
        reached = socket.create_connection(address, CONNECTED_WITHIN)
        return self._lines.connected(
            endpoint, reached, network.trusting if secure else None, CONNECTED_WITHIN
        )

    # events

    def stamp(self, seconds: float = 0) -> str:
        at = datetime.fromtimestamp(self.gateway.clock.now() + seconds, UTC)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def body(self, name: str, context: list[Frame], seconds: float = 0, **event: str) -> Frame:
        """An event that this hub's topic may be sent."""
        members = {key.replace("__", "."): value for key, value in event.items()}
        return {
            "timestamp": self.stamp(seconds),
            "id": secrets.token_hex(8),
            "event": {"hub.topic": self.topic, "hub.event": name, "context": context, **members},
        }

    def post(self, body: Frame, media_type: str = "application/json") -> httpx2.Response:
        """Post it with the desktop's token."""
        headers = {**self.shell.headers("POST", self.address), "Content-Type": media_type}
        return self.gateway.http.post(self.address, content=json.dumps(body), headers=headers)

    def posted(self, name: str, context: list[Frame], seconds: float = 0, **event: str) -> Frame:
        """Post an event that has to be accepted; its body."""
        body = self.body(name, context, seconds, **event)
        answer = self.post(body)
        assert answer.status_code // 100 == 2, (answer.status_code, answer.text)
        return body

    def current(self) -> httpx2.Response:
        """get-current-context."""
        return self.shell.call("GET", f"{self.address}/{self.topic}")


@contextmanager
def hub_of(target: Target, *, with_patient: bool = False) -> Iterator[Hub]:
    """A fresh topic."""
    shell, topic = signed_in(target, with_patient=with_patient)
    with Lines() as lines:
        yield Hub(target, shell, topic, lines)


def patient(resource: Mapping[str, Any]) -> list[Frame]:
    """The context of an event about a patient."""
    kept = {name: resource[name] for name in ("resourceType", "id", "identifier")}
    return [{"key": "patient", "resource": kept}]


def about(resource_type: str, key: str, who: Mapping[str, Any], **more: Any) -> list[Frame]:
    """The context of an event about a resource of a patient."""
    resource = {
        "resourceType": resource_type,
        "id": "konformitet-1",
        "identifier": [{"system": "urn:konformitet", "value": "1"}],
        "subject": {"reference": f"Patient/{who['id']}"},
        **more,
    }
    return [{"key": key, "resource": resource}, *patient(who)]


def encounter(who: Mapping[str, Any]) -> list[Frame]:
    return about("Encounter", "encounter", who)


def report(who: Mapping[str, Any]) -> list[Frame]:
    return about("DiagnosticReport", "report", who, status="preliminary")


def update(*entries: Frame, resource_id: str = "konformitet-1") -> list[Frame]:
    """The context of an update of the report."""
    bundle = {"resourceType": "Bundle", "id": "update-1", "type": "transaction", "entry": list(entries)}
    return [*meant(resource_id), {"key": "updates", "resource": bundle}]


def meant(resource_id: str = "konformitet-1") -> list[Frame]:
    return [{"key": "report", "reference": {"reference": f"DiagnosticReport/{resource_id}"}}]


def entry(method: str, resource_id: str, who: Mapping[str, Any]) -> Frame:
    """One entry of an update."""
    target = f"Observation/{resource_id}"
    if method == "DELETE":
        return {"fullUrl": target, "request": {"method": method, "url": target}}
    resource = {
        "resourceType": "Observation",
        "id": resource_id,
        "status": "preliminary",
        "code": {"text": "konformitet"},
        "subject": {"reference": f"Patient/{who['id']}"},
    }
    return {"fullUrl": target, "request": {"method": method, "url": target}, "resource": resource}
