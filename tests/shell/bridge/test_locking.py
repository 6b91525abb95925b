"""Locking when the gateway does not listen: told until confirmed, and unlocked only after that (S6)."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shell.bridge.desktop import Desktop
from shell.bridge.locking import TELL_AFTER, SessionLock
from shell.bridge.loop_thread import LoopThread
from shell.bridge.services import Services
from shell.bridge.workspace_controller import WorkspaceController
from shell.composition.practice import Environment
from shell.gateway_client.errors import GatewayUnreachable, NotSignedIn, SourceUnavailable
from shell.gateway_client.login import AuthorizationRequest
from shell.presenters.texts import sentence
from shell.windows.main_window import MainWindow
from tests.shell.bridge.calls import FakeServices
from tests.shell.bridge.test_patient_tabs import confirm

REQUEST = AuthorizationRequest("url", "redirect", "state", "verifier")


class Gateway:
    """Refuses ``errors`` in turn, then takes the lock."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.heard: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def lock(self) -> None:
        await self.may_answer.wait()
        self.heard.append("lock")
        if self.errors:
            raise self.errors.pop(0)

    async def unlock(self, request: AuthorizationRequest, code: str) -> None:
        self.heard.append("unlock")


def lock_of(gateway: Gateway, told: list[str]) -> SessionLock:
    services = FakeServices()
    services.workspace = gateway

    def say(what: str) -> Any:
        return lambda: told.append(what)

    return SessionLock(
        cast(Services, services), say("unconfirmed"), say("confirmed"), say("lost"), again=(0.0,)
    )


@pytest.mark.parametrize("failures", [0, 1, TELL_AFTER, TELL_AFTER + 2])
async def test_told_until_confirmed(failures: int) -> None:
    """Mutant: one lost request, and the gateway goes on answering apps of a locked screen."""
    told: list[str] = []
    gateway = Gateway(*[GatewayUnreachable(), SourceUnavailable()][:1] * failures)
    await lock_of(gateway, told).tell()
    assert gateway.heard == ["lock"] * (failures + 1)
    assert told == (["unconfirmed"] if failures >= TELL_AFTER else [])


async def test_no_session_is_not_asked_again() -> None:
    gateway = Gateway(NotSignedIn())
    with pytest.raises(NotSignedIn):
        await lock_of(gateway, []).tell()
    assert gateway.heard == ["lock"]


async def test_unlocking_waits_for_the_lock() -> None:
    """Mutant: a lock that arrives after the unlocking locks the session under an open screen."""
    gateway = Gateway(GatewayUnreachable())
    gateway.may_answer.clear()
    lock = lock_of(gateway, [])
    telling = asyncio.create_task(lock.tell())
    unlocking = asyncio.create_task(lock.unlock(REQUEST, "code"))
    await asyncio.sleep(0)
    assert gateway.heard == []
    gateway.may_answer.set()
    await asyncio.gather(telling, unlocking)
    assert gateway.heard == ["lock", "lock", "unlock"]


@pytest.fixture
def desktop(window: MainWindow, workspace: WorkspaceController, services: FakeServices) -> Desktop:
    """Signed in, with the start list in front."""
    environment = SimpleNamespace(base_url=services.base_url, shell_secret="secret")
    threads = cast(LoopThread, services)
    made = Desktop(window, cast(Environment, environment), threads, services.language)
    made._services, made.workspace = cast(Services, services), workspace
    made._session = {"user": {"name": "Siri Dahl"}, "role": "Sykepleier"}
    return made


def test_nothing_of_a_patient_is_said_or_shown_over_a_locked_screen(
    desktop: Desktop, workspace: WorkspaceController, services: FakeServices, window: MainWindow
) -> None:
    """Mutant: a change that comes late is read aloud in the corridor."""
    workspace.open_patient("p-1")
    desktop.lock()
    said: list[str] = []
    window.announcer.announced.connect(lambda text, _: said.append(text))
    confirm(workspace.tabs[0], "p-1")
    window.area("topic-1").state_told.emit("Notat følger Haugen, Marit")
    workspace._choice_failed("topic-1", "p-2", "patient_gone")
    assert said == []
    assert window.page is window.lock
    assert not window.night_toasts.isVisible()
    assert len(services.named("tell")) == 1
    desktop.lock()
    assert len(services.named("tell")) == 1, "one locking is told once"


def test_a_lock_that_is_not_confirmed_is_told_on_the_lock_page(desktop: Desktop, window: MainWindow) -> None:
    desktop.lock()
    before = window.lock.text.text()
    said: list[str] = []
    window.announcer.announced.connect(lambda text, _: said.append(text))
    desktop._lock_unconfirmed()
    words = sentence("lock_unconfirmed", "nb")
    assert (window.lock.text.text(), said) == (words, [words])
    desktop._lock_confirmed()
    assert window.lock.text.text() == before
