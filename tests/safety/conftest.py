"""One practice environment for the tests that only ask it, and Chromium with the flags of the program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from shell.web.chromium import program_arguments
from tests.fakes.environment import sandbox
from tests.fakes.signed_in import SignedIn, sign_in
from tests.safety.patient_tab import Tab


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return program_arguments(["vaktrom-tests"])


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The ready line of a running sandbox; every test signs in for itself."""
    with sandbox(tmp_path_factory.mktemp("practice")) as line:
        yield line


@pytest.fixture
def tab(ready: dict[str, Any], qtbot: QtBot) -> Iterator[Tab]:
    """A patient tab with nobody in it yet."""
    made = Tab(ready, qtbot)
    yield made
    made.close()


@pytest.fixture
def signed(ready: dict[str, Any]) -> Iterator[SignedIn]:
    """Another login of the same user."""
    made = sign_in(ready)
    yield made
    made.close()
