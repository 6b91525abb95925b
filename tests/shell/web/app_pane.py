"""A pane of the desktop's own web layer with a gateway behind it, for the rows of tests/conformance that ask a page."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from launcher.stores.audit_reader import AuditReader
from shell.actions.page_policy import DeclaredOrigins
from shell.bridge.loop_thread import LoopThread
from shell.bridge.pane_messaging import MessageEffects, PaneMessaging
from shell.bridge.services import Services
from shell.gateway_client.connection import Connection, new_http_client
from shell.gateway_client.hub import HubPosts
from shell.gateway_client.login import ShellTokens
from shell.gateway_client.records import Records
from shell.gateway_client.workspace import OpenedPane, Workspace
from shell.web.pane_view import PaneView
from tests.conformance.asking import Shell
from tests.conformance.facts import facts_of
from tests.conformance.messages import ALL_GROUPS
from tests.conformance.own_server import MovedTime
from tests.conformance.pages import APP, FRAME
from tests.conformance.registration import Credentials
from tests.conformance.table import Steering, Target
from tests.fakes.gateway import SHELL, SHELL_SECRET, STATE_KEY, app_client, running_gateway
from tests.fakes.upstream_systems import upstream_systems
from tests.shell.web.conftest import Site

CLIENT = "wide"
LOAD_SECONDS = 15.0
PATIENCE = 15.0
IMPATIENCE = 1.0
"""Seconds for what has to come, and where it may be that it never does."""
INTENTS = ["appointment-book", "order-review", "problem-review", "https://konformitet.example/own"]


class HeldToken:
    """The shell's token of a login that was made over HTTP."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def access_token(self) -> str:
        return self._token

    def forget(self) -> None:
        self._token = ""


class AppPage:
    """One launch of the app in one pane, as ``tests.conformance.pages.Page``."""

    def __init__(self, place: AppPane, topic: str, scope: str) -> None:
        self._place = place
        self._topic, self._scope = topic, scope
        self.closed = 0
        self.opens = True
        self.activities: list[dict[str, Any]] = []
        self._since = place.last_row()
        self._pane, self._browser, opened = place.new_pane(topic)
        self.tokens: Mapping[str, Any] = {}
        self.relaunch()
        client = place.target.client(CLIENT)
        gateway = place.target.base_url
        self._origin = client.origin
        origins = DeclaredOrigins(frozenset({client.origin}), gateway)
        self._view = PaneView(opened, gateway, origins, "nb", place.holder, posts_messages=True)
        self._view.resize(400, 300)
        self._view.show()
        assert self._view.messaging is not None
        self._channel = self._view.messaging
        effects = MessageEffects(lambda: self.closed == 0, self._close, self._launch)
        PaneMessaging(self._channel, self._pane, place.services, effects)
        self.go("/index.html")

    def script(self, source: str) -> Any:
        answers: list[Any] = []
        self._view.pane_page.runJavaScript(f"JSON.stringify((() => {{ {source} }})())", 0, answers.append)
        assert wait(lambda: answers, LOAD_SECONDS), "the page does not answer"
        return json.loads(answers[0]) if answers[0] else None

    def go(self, address: str) -> None:
        loaded: list[bool] = []
        self._view.pane_page.loadFinished.connect(loaded.append)
        self._view.open(address if address.startswith("about:") else urljoin(self._origin, address))
        assert wait(lambda: loaded, LOAD_SECONDS), "the page does not load"

    def until(self, condition: Callable[[], Any], seconds: float | None = None) -> bool:
        return wait(condition, self._place.patience if seconds is None else seconds)

    def rest(self) -> None:
        wait(lambda: self._channel._under_way <= 0, LOAD_SECONDS)

    def noted(self) -> list[str]:
        return self._place.noted(self._since)

    def sibling(self) -> Mapping[str, Any]:
        pane, browser, _ = self._place.new_pane(self._topic)
        return self._place.tokens(pane, browser, self._topic, self._scope)

    def relaunch(self) -> None:
        self.tokens = self._place.tokens(self._pane, self._browser, self._topic, self._scope)

    def end(self) -> None:
        """The page goes before its profile."""
        self._view.end()
        for _ in range(3):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            QCoreApplication.processEvents()

    def _close(self) -> None:
        self.closed += 1

    def _launch(self, effect: dict[str, Any], told: Callable[[bool], None]) -> None:
        self.activities.append(effect)
        told(self.opens)


class AppPane:
    """One signed-in desktop, as ``tests.conformance.pages.Pane``; give it its ``target`` before the first page."""

    target: Target
    services: Services

    def __init__(self, audit: Path, holder: QWidget) -> None:
        self._audit = AuditReader(audit, [STATE_KEY])
        self.holder = holder
        self.patience = PATIENCE
        self._shell: Shell

    @contextmanager
    def signed_in(self, target: Target) -> Iterator[None]:
        """One login for all pages."""
        self.target = target
        self._shell = target.shell()
        threads = LoopThread()
        http = new_http_client(target.base_url)
        connection = Connection(http, cast(ShellTokens, HeldToken(self._shell.tokens["access_token"])))
        self.services = Services(
            threads,
            connection,
            Workspace(connection),
            cast(Records, None),
            cast(HubPosts, None),
            lambda: "nb",
        )
        try:
            yield
        finally:
            self.services.run(connection.close()).result(LOAD_SECONDS)
            threads.stop()

    @contextmanager
    def page(self, scope: str = ALL_GROUPS) -> Iterator[AppPage]:
        topic = self._shell.context()
        try:
            self._shell.open_patient(topic, self.target.people.first)
            page = AppPage(self, topic, scope)
            try:
                yield page
            finally:
                page.end()
        finally:
            self._shell.call("DELETE", f"{self.target.facts.workspace}/contexts/{topic}")

    def new_pane(self, topic: str) -> tuple[str, Any, OpenedPane]:
        """A pane at the gateway, a browser that has its cookie, and the same for a page of Chromium."""
        pane, browser = self._shell.pane(CLIENT, topic)
        [((_, path, name), value)] = browser.cookies.items()
        return pane, browser, OpenedPane(pane, name, value, path)

    def tokens(self, pane: str, browser: Any, topic: str, scope: str) -> dict[str, Any]:
        """The token response of one launch."""
        launched = self._shell.launch(CLIENT, topic, pane)
        assert launched.status_code == 201, launched.text
        return self.target.app_tokens(browser, CLIENT, launched.json()["launch"], scope)

    def last_row(self) -> int:
        """The number of the newest row of the access log."""
        return max((row.seq for row in self._audit.entries()), default=0)

    def noted(self, since: int) -> list[str]:
        """What was said of messages that were not heard."""
        rows = self._audit.entries(since)
        return [row.facts.outcome_text for row in rows if row.facts.kind == "web-message"]


def wait(condition: Callable[[], Any], seconds: float) -> bool:
    """Let Qt run until it holds; false when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        QTest.qWait(2)
    return True


@contextmanager
def app_pane(folder: Path, holder: QWidget) -> Iterator[tuple[Target, AppPane]]:
    """A gateway, the app's server, and a desktop that is signed in."""
    site = Site()
    site.pages = {
        path: ("text/html; charset=utf-8", text.encode())
        for path, text in (("/index.html", APP), ("/frame.html", FRAME))
    }
    registered, clients = Credentials().everywhere(site.origin("konformitet.localhost"))
    opener = app_client("konformitet-opener", facts={"intents": INTENTS})
    try:
        with (
            upstream_systems(folder) as systems,
            running_gateway(systems, folder, clients=[*registered, opener]) as running,
        ):
            pane = AppPane(folder / "audit.sqlite", holder)
            base = running.base_url
            facts = facts_of(
                {
                    "gateway": base,
                    "users": [{"username": "siri", "password": "vaktrom"}],
                    "shell": {
                        "client_id": SHELL,
                        "client_secret": SHELL_SECRET,
                        "redirect_uri": f"{base}/callback",
                    },
                    "clients": clients,
                }
            )
            target = Target(facts, Steering(MovedTime(systems.clock), pane=pane))
            try:
                with pane.signed_in(target):
                    yield target, pane
            finally:
                target.close()
    finally:
        site.close()
