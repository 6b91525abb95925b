"""The real desktop on a real screen: real children, real Chromium panes, real input events, looked into over DevTools."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import trustme


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _home_that_trusts(authority: trustme.CA) -> Path:
    """A home folder whose certificate database, which Chromium reads, knows a municipality's own authority."""
    home = Path(tempfile.mkdtemp(prefix="vaktrom-home-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    certificate = home / "authority.pem"
    authority.cert_pem.write_to_path(certificate)
    for command in (["-N", "--empty-password"], ["-A", "-t", "C,,", "-n", "test", "-i", str(certificate)]):
        subprocess.run(["certutil", "-d", f"sql:{database}", *command], check=True, capture_output=True)
    return home


AUTHORITY = trustme.CA()
FOREIGN_HOST = "app.fjellkode.example"
DEBUG_PORT = _free_port()
os.environ["HOME"] = str(_home_that_trusts(AUTHORITY))
os.environ["QTWEBENGINE_REMOTE_DEBUGGING"] = f"127.0.0.1:{DEBUG_PORT}"

import pytest  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from plugins.policy import AppPolicy  # noqa: E402
from shell.bridge.application import build  # noqa: E402
from shell.composition.clock import SystemClock  # noqa: E402
from shell.composition.practice import Environment, EnvironmentChoice, prepare  # noqa: E402
from shell.web.chromium import program_arguments  # noqa: E402
from tests.fakes.practice_data import copy_practice_data, load_practice_data  # noqa: E402
from tests.story.devtools import DevTools  # noqa: E402
from tests.story.glance import Glance  # noqa: E402
from tests.story.story import Story  # noqa: E402
from tests.story.visits import Visits  # noqa: E402

Prepare = Callable[..., Environment]
Begin = Callable[..., Story]


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The program's own application, except that a foreign vendor's name leads to this machine."""
    flags = program_arguments(["vaktrom"])
    rules = next(flag for flag in flags if flag.startswith("--host-resolver-rules="))
    flags[flags.index(rules)] = f"{rules},MAP {FOREIGN_HOST} 127.0.0.1"
    return QApplication(flags)


@pytest.fixture(scope="session")
def devtools() -> Iterator[DevTools]:
    looking = DevTools(DEBUG_PORT)
    yield looking
    looking.end()


@pytest.fixture
def glance() -> Iterator[Glance]:
    looking = Glance(DEBUG_PORT)
    yield looking
    looking.end()


@pytest.fixture(scope="session")
def practice_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return load_practice_data(tmp_path_factory.mktemp("practice"))


@pytest.fixture
def prepare_environment(tmp_path: Path, request: pytest.FixtureRequest) -> Prepare:
    """Make the environment that a desktop starts; with ``first_start`` nothing has ever run on this disk."""

    def make(*folders: Path, first_start: bool = False, app_policy: AppPolicy | None = None) -> Environment:
        state = tmp_path / "state"
        state.mkdir(exist_ok=True)
        if not first_start:
            copy_practice_data(request.getfixturevalue("practice_data"), state)
        return prepare(EnvironmentChoice(state, folders=folders, app_policy=app_policy), SystemClock().now())

    return make


@pytest.fixture
def begin(qapp: QApplication, devtools: DevTools, monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    """Start the desktop in an environment; it is stopped after the test, whatever happened."""
    told: list[Story] = []
    visits = Visits(monkeypatch)

    def start(environment: Environment) -> Story:
        program = build(qapp, environment)
        story = Story(program, environment, devtools, visits)
        told.append(story)
        story.start()
        return story

    yield start
    for story in told:
        story.end()
