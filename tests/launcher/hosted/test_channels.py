"""FHIRcast sockets and event streams behind TLS, and their end when the gateway is told to end."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.fakes.hosted_gateway import ENDS_WITHIN, HostedShell, HostedUnderTest, Place, proof_of
from tests.fakes.hosted_names import GATEWAY_HOST, without_tickets
from tests.fakes.upstream_systems import ANNA, BERIT

SUBSCRIPTION = {
    "hub.channel.type": "websocket",
    "hub.mode": "subscribe",
    "hub.events": "Patient-open,Patient-close",
    "hub.lease_seconds": "600",
    "subscriber.name": "Prøve",
}


@contextmanager
def subscribed(shell: HostedShell, topic: str) -> Iterator[ClientConnection]:
    """The shell's own socket; the hub's confirmation has been read."""
    gateway = shell.gateway
    assert isinstance(gateway, HostedUnderTest)
    token = shell.tokens["access_token"]
    headers = {
        "Authorization": f"DPoP {token}",
        "DPoP": proof_of(gateway, shell.key, "POST", "/fhircast", token),
    }
    answer = gateway.http.post("/fhircast", data={**SUBSCRIPTION, "hub.topic": topic}, headers=headers)
    assert answer.status_code == 202, answer.text
    endpoint = answer.json()["hub.channel.endpoint"]
    parts = urlsplit(endpoint)
    assert (parts.scheme, parts.netloc) == ("wss", urlsplit(gateway.base_url).netloc)
    plain = socket.create_connection(("127.0.0.1", parts.port), 5)
    with connect(
        endpoint, sock=plain, ssl=without_tickets(gateway.trusting), server_hostname=GATEWAY_HOST, proxy=None
    ) as channel:
        assert json.loads(channel.recv(5))["hub.mode"] == "subscribe"
        yield channel


def until_closed(channel: ClientConnection) -> None:
    """Read what is still there, until the other side has closed."""
    while True:
        channel.recv(2)


def test_events_come_over_wss(shell: HostedShell, topic: str) -> None:
    """FC-02 behind TLS: the change of patient arrives, and another user's socket hears nothing of it."""
    gateway = shell.gateway
    assert isinstance(gateway, HostedUnderTest)
    other = gateway.shell("jonas")
    other_topic = other.context()
    other.open_patient(other_topic, BERIT)
    with subscribed(shell, topic) as mine, subscribed(other, other_topic) as foreign:
        assert json.loads(mine.recv(5))["event"]["context"][0]["resource"]["id"] == ANNA
        assert json.loads(foreign.recv(5))["event"]["context"][0]["resource"]["id"] == BERIT
        shell.open_patient(topic, BERIT)
        event = json.loads(mine.recv(5))
        assert (event["event"]["hub.event"], event["event"]["hub.topic"]) == ("Patient-open", topic)
        other.open_patient(other_topic, ANNA)
        assert json.loads(foreign.recv(5))["event"]["hub.topic"] == other_topic


def test_it_ends_in_time_with_everything_open(place: Place) -> None:
    """SIGTERM with a socket, an event stream and an idle connection: over within 5 s, exit code 0, each is told."""
    with place.process() as (gateway, command):
        shell = gateway.shell()
        topic = shell.context()
        shell.open_patient(topic, ANNA)
        token = shell.tokens["access_token"]
        headers = {
            "Authorization": f"DPoP {token}",
            "DPoP": proof_of(gateway, shell.key, "GET", "/workspace/events", token),
        }
        with (
            subscribed(shell, topic) as channel,
            gateway.http.stream("GET", "/workspace/events", headers=headers) as stream,
        ):
            lines = stream.iter_lines()
            next(lines)
            rest = threading.Thread(target=lambda: list(lines), daemon=True)
            rest.start()
            begun = time.monotonic()
            assert command.terminate()[0] == 0
            assert time.monotonic() - begun < ENDS_WITHIN
            rest.join(5)
            assert not rest.is_alive()
            with pytest.raises(ConnectionClosed):
                until_closed(channel)
