"""The gateway as a child process: ready line, end of input, kill -9 in mid-use (DESIGN section 3, S8)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.fakes.gateway import CLIENTS, Records, RunningGateway, Shell, gateway_configuration
from tests.fakes.gateway_process import GatewayProcess
from tests.fakes.upstream_systems import ANNA, UpstreamSystems


@pytest.fixture
def child(systems: UpstreamSystems, signing_record: Records, tmp_path: Path) -> Iterator[GatewayProcess]:
    configuration = gateway_configuration(systems, tmp_path, CLIENTS, 1)
    process = GatewayProcess(configuration, systems.gateway_sockets[1])
    process.records.update(signing_record)
    systems.clock.shift = 0.0
    process.start()
    yield process
    if process.process.poll() is None:
        process.kill()


@pytest.fixture
def gateway(child: GatewayProcess, systems: UpstreamSystems) -> Iterator[RunningGateway]:
    """The same questions as everywhere, asked of the child."""
    base_url = child.ready["base_url"]
    clients = {client["client_id"]: client for client in CLIENTS}
    with httpx2.Client(base_url=base_url, timeout=10, trust_env=False) as http:
        yield RunningGateway(base_url, systems.clock, child.records, http, clients)


def test_end_of_input_ends_it_within_two_seconds(child: GatewayProcess, gateway: RunningGateway) -> None:
    """Also while a stream is open; nothing is printed but records and the ready line."""
    shell = gateway.shell()
    opened = threading.Event()

    def listen() -> None:
        try:
            with gateway.http.stream("GET", "/workspace/events", headers=shell.bearer) as answer:
                for _ in answer.iter_lines():
                    opened.set()
        except httpx2.HTTPError:
            pass

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    assert opened.wait(5)
    begun = time.monotonic()
    assert child.close_input() == 0
    assert time.monotonic() - begun < 2
    thread.join(5)
    assert child.errors == ""


def test_kill_9_in_mid_use_loses_nothing(child: GatewayProcess, gateway: RunningGateway) -> None:
    """The next child has the same tokens, panes and patient; nobody signs in again."""
    shell = gateway.shell()
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    app = shell.app("notat", topic)
    renewed = gateway.refresh(app["refresh_token"], "notat").json()
    child.kill()
    with pytest.raises(httpx2.HTTPError):
        gateway.http.get("/health/live", timeout=0.3)
    begun = time.monotonic()
    child.start()
    assert time.monotonic() - begun < 5
    headers = {"Authorization": f"Bearer {renewed['access_token']}"}
    assert gateway.http.get(f"/fhir/Patient/{ANNA}", headers=headers).status_code == 200
    assert shell.call("GET", f"/workspace/contexts/{topic}").json()["patient"] == ANNA
    assert gateway.refresh(renewed["refresh_token"], "notat").status_code == 200
    shell = Shell(gateway, shell.browser, gateway.refresh(shell.tokens["refresh_token"]).json())
    assert shell.app("legemidler", topic)["patient"] == ANNA
    assert child.close_input() == 0
    assert child.errors == ""


def test_no_secret_on_its_output(child: GatewayProcess, gateway: RunningGateway) -> None:
    """S7: an error path leaves nothing on standard error either."""
    gateway.browser().send("GET", gateway.authorize_url(redirect_uri="http://evil.example/"))
    gateway.token(None, client_id="notat", grant_type="refresh_token", refresh_token="secret-token")
    gateway.http.get("/fhir/Patient/1", headers={"Authorization": "Bearer secret-token"})
    child.close_input()
    assert child.errors == ""
