"""The real desktop on a real screen: real children, real Chromium panes, real input events, looked into over DevTools."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


DEBUG_PORT = _free_port()
os.environ["QTWEBENGINE_REMOTE_DEBUGGING"] = f"127.0.0.1:{DEBUG_PORT}"

import pytest  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from shell.bridge.application import build, new_application  # noqa: E402
from shell.composition.clock import SystemClock  # noqa: E402
from shell.composition.practice import Environment, EnvironmentChoice, prepare  # noqa: E402
from tests.story.story import Story  # noqa: E402

Prepare = Callable[..., Environment]
Begin = Callable[..., Story]


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    return new_application()


@pytest.fixture
def prepare_environment(tmp_path: Path) -> Prepare:
    def make(*folders: Path) -> Environment:
        state = tmp_path / "state"
        state.mkdir(exist_ok=True)
        return prepare(EnvironmentChoice(state, folders=folders), SystemClock().now())

    return make


@pytest.fixture
def begin(qapp: QApplication) -> Iterator[Begin]:
    """Start the desktop in an environment; it is stopped after the test, whatever happened."""
    told: list[Story] = []

    def start(environment: Environment) -> Story:
        program = build(qapp, environment)
        story = Story(program, environment, DEBUG_PORT)
        told.append(story)
        story.start()
        return story

    yield start
    for story in told:
        story.end()
