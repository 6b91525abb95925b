"""The shell's own channel to the hub is cut, frozen or restored: the user is told before she reads a number (S1, FC-40)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from pytestqt.qtbot import QtBot

from context.pane_state import State
from shell.bridge.desktop import Desktop
from shell.bridge.loop_thread import LoopThread
from shell.bridge.patient_tabs import pane_key
from shell.bridge.services import AppFacts
from shell.bridge.session_opening import open_session
from shell.bridge.tab_controller import SAID_AFTER_MS, TabController
from shell.bridge.workspace_controller import WorkspaceController
from shell.gateway_client.hub import CLOSE_SECONDS, PING_SECONDS, PONG_SECONDS
from shell.gateway_client.login import authorization_request
from shell.web.probes import NOTHING_UNSAVED
from shell.widgets.pane_frame import PaneFrame
from shell.windows.main_window import MainWindow
from tests.fakes.browser import Browser
from tests.fakes.faulty_relay import LineRelay
from tests.fakes.gateway import SHELL, SHELL_SECRET, running_gateway
from tests.fakes.upstream_systems import ANNA, BERIT, UpstreamSystems, upstream_systems
from tests.shell.bridge.test_patient_tabs import usable

WAIT = 10_000
APPS = [AppFacts(name, name, "En leverandør", "relaunch", frozenset()) for name in ("melder", "skriver")]
SLOW_MACHINE = 1.0
"""Seconds that a loaded machine may add to a bound."""


class Line:
    """A desk with a patient and two apps in use, whose gateway is reached over ``relay``."""

    def __init__(self, relay: LineRelay, window: MainWindow, qtbot: QtBot, base_url: str) -> None:
        self.relay = relay
        self.window = window
        self.qtbot = qtbot
        self.threads = LoopThread()
        request = authorization_request(base_url, SHELL)
        code = request.code_from(Browser((request.redirect_uri,)).sign_in(request.url).url)
        opening = open_session(base_url, SHELL_SECRET, self.threads, lambda: "nb", request, code)
        self.services, session, _, topic = self.threads.run(opening).result(20)
        self.workspace = WorkspaceController(window, self.services, session, APPS, topic, window)
        self.workspace.start()
        self.tab: TabController = self.workspace.tabs[0]
        self.until(lambda: self.tab.channel_is_up)
        self.workspace.open_patient(ANNA)
        self.until(lambda: self.tab.patient is not None and self.tab.patient.warnings is not None)
        for app in APPS:
            pane = self.tab.open_app(app)
            assert pane is not None
            pane._generation += 1  # what is being launched is dropped; a page stands there instead
            usable(pane, patient=ANNA)

    def until(self, true: Callable[[], object], seconds: float = WAIT / 1000) -> float:
        began = time.monotonic()
        self.qtbot.waitUntil(lambda: bool(true()), timeout=int(seconds * 1000))
        return time.monotonic() - began

    def frames(self) -> list[PaneFrame]:
        area = self.window.area(self.tab.topic)
        return [area.pane(pane_key(self.tab, pane)) for pane in self.tab.panes]

    @property
    def marked(self) -> bool:
        banner = self.window.desk.banner
        return "Ikke bekreftet" in banner.shown_chips() and "Ikke bekreftet" in banner.sentence()

    @property
    def covered(self) -> bool:
        return all(frame.covered and frame.curtain.isVisible() for frame in self.frames())

    def close(self) -> None:
        self.workspace.end()
        self.threads.run(self.services.connection.close()).result(5)
        self.threads.stop()


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpstreamSystems]:
    with upstream_systems(tmp_path_factory.mktemp("upstream"), gateways=2) as running:
        yield running


@pytest.fixture
def line(
    systems: UpstreamSystems, tmp_path: Path, window: MainWindow, qtbot: QtBot
) -> Iterator[tuple[Line, Any]]:
    """The gateway listens on one socket and is known by the other, behind which the relay stands."""
    known, behind = systems.gateway_sockets
    port = known.getsockname()[1]
    relay = LineRelay(known.dup(), behind.getsockname()[1])
    address: dict[str, Any] = {"base_url": f"http://127.0.0.1:{port}", "authority": f"127.0.0.1:{port}"}
    with running_gateway(systems, tmp_path, which=1, **address) as gateway:
        made = Line(relay, window, qtbot, address["base_url"])
        yield made, gateway
        made.close()
        relay.close()


def strip_of(window: MainWindow) -> str | None:
    model = window.desk.strip.model
    return model.kind if model is not None else None


def desktop_over(line: Line) -> Desktop:
    """As much of the desktop as draws the strip."""
    made = Desktop(line.window, _Nowhere(), line.threads, lambda: "nb")  # type: ignore[arg-type]
    made._services, made.workspace = line.services, line.workspace
    line.workspace.unconfirmed_changed.connect(made._say_connection)
    return made


class _Nowhere:
    base_url, shell_secret = "http://127.0.0.1:1", ""


def test_a_line_that_is_cut_covers_and_marks_within_a_second_and_comes_back_by_itself(
    line: tuple[Line, Any],
) -> None:
    """Mutants: nobody listens; the curtain waits for the next attempt; it stays when the hub is heard again."""
    desk, _ = line
    assert desktop_over(desk).workspace is desk.workspace
    before = [frame.model.shown_state for frame in desk.frames()]
    assert before == [State.FOLLOWING, State.FOLLOWING] and not desk.marked
    desk.relay.cut(refuse=True)
    assert desk.until(lambda: desk.covered) < 1.0
    assert desk.until(lambda: desk.marked) < 1.0
    assert strip_of(desk.window) == "unconfirmed"
    frame = desk.frames()[0]
    assert "bekreftet" in frame.curtain.text.text() and frame.header.sentence().endswith("Kobler til")
    assert all("Kobler til" in item.accessibleName() for item in desk.window.desk.rail.items())
    desk.relay.restore()
    desk.until(lambda: not desk.covered)
    assert not desk.marked and strip_of(desk.window) is None
    assert [frame.model.shown_state for frame in desk.frames()] == before


def test_a_line_without_bytes_is_found_by_its_silence(line: tuple[Line, Any]) -> None:
    """Mutants: only a socket that was closed counts; the ping's own bound is the library's 40 seconds."""
    desk, _ = line
    desk.relay.freeze()
    bound = PING_SECONDS + PONG_SECONDS + CLOSE_SECONDS
    assert desk.until(lambda: desk.covered) < bound + SLOW_MACHINE
    desk.until(lambda: desk.marked)
    desk.relay.restore()
    desk.until(lambda: not desk.covered and not desk.marked)


def test_a_short_loss_is_covered_and_not_spoken_of(line: tuple[Line, Any]) -> None:
    """Mutants: mark and strip flash up and away; a pane stays usable for the moment."""
    desk, _ = line
    seen: list[tuple[bool, bool]] = []
    desk.tab.connected.connect(lambda _: seen.append((desk.covered, desk.marked)))
    desk.relay.cut()
    elapsed = desk.until(lambda: len(seen) == 2)
    if elapsed < SAID_AFTER_MS / 1000:
        assert seen == [(True, False), (False, False)]
    assert seen[0] == (True, False)
    assert not desk.marked


def test_whoever_changed_meanwhile_is_in_the_banner_before_the_curtain_goes(line: tuple[Line, Any]) -> None:
    """S1. Mutant: the socket is back, the curtain is gone, and the banner names the last patient."""
    desk, gateway = line
    shown: list[str | None] = []
    desk.tab.connected.connect(lambda up: shown.append(desk.tab.patient_id) if up else None)
    for pane in list(desk.tab.panes):
        pane.close()
    desk.relay.cut(refuse=True)
    desk.until(lambda: desk.marked)
    token = desk.threads.run(desk.services.connection.tokens.access_token()).result(5)
    headers = {"Authorization": f"Bearer {token}", "Host": desk.services.base_url.removeprefix("http://")}
    now = gateway.clock.now().isoformat().replace("+00:00", "Z")
    other = gateway.http.post("/fhircast", json=open_event(desk.tab.topic, BERIT, now), headers=headers)
    assert other.status_code == 202, other.text
    desk.relay.restore()
    desk.until(lambda: shown)
    assert shown == [BERIT]


@pytest.mark.long
def test_a_line_that_is_cut_in_the_middle_of_a_change_shows_nobody_until_hub_and_banner_agree(
    line: tuple[Line, Any],
) -> None:
    """S1, S3. Mutants: the change is taken for done and a pane for in step; the half-open line leaves the desk usable."""
    desk, _ = line
    for pane in desk.tab.panes:
        cast(Any, pane._page).ask_unsaved = lambda answered: answered(NOTHING_UNSAVED)
    desk.tab.change_begun.connect(lambda _: desk.relay.freeze())
    desk.workspace.open_patient(BERIT)
    desk.until(lambda: desk.covered and desk.marked)
    desk.relay.cut(refuse=True)
    assert desk.covered and desk.marked
    desk.relay.restore()
    desk.until(lambda: desk.tab.channel_is_up and not desk.marked)
    desk.until(lambda: desk.tab.patient is not None)
    context = desk.threads.run(desk.services.workspace.context(desk.tab.topic)).result(5)
    assert context["patient"] == desk.tab.patient_id == BERIT
    shown = [pane.effective_patient for pane in desk.tab.panes if not pane.covered]
    assert set(shown) <= {BERIT}
    for pane in list(desk.tab.panes):
        pane.close()
    desk.qtbot.wait(50)  # their pages go before their profiles


def open_event(topic: str, patient: str, now: str) -> dict[str, Any]:
    identifier = [{"system": "urn:example:number", "value": patient}]
    resource = {"resourceType": "Patient", "id": patient, "identifier": identifier}
    event = {
        "hub.topic": topic,
        "hub.event": "Patient-open",
        "context": [{"key": "patient", "resource": resource}],
    }
    return {"timestamp": now, "id": "from-elsewhere", "event": event}
