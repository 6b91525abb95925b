"""A patient tab as the desktop makes it, on a real hub, without apps."""

from __future__ import annotations

import asyncio
from typing import Any

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from shell.bridge.loop_thread import LoopThread
from shell.bridge.services import Services
from shell.bridge.session_opening import new_connection
from shell.bridge.tab_controller import TabController
from shell.composition.clock import SystemClock, new_id
from shell.gateway_client.hub import HubPosts
from shell.gateway_client.login import authorization_request
from shell.gateway_client.records import Records
from shell.gateway_client.workspace import Workspace
from tests.fakes.browser import Browser

WAIT = 8000


class Tab:
    """A tab as the desktop makes it, and what it showed at each of its changes: (shown, waited for)."""

    def __init__(self, ready: dict[str, Any], qtbot: QtBot) -> None:
        self.threads = LoopThread()
        connection = new_connection(
            ready["gateway"], ready["shell"]["client_id"], ready["shell"]["client_secret"]
        )
        request = authorization_request(ready["gateway"], ready["shell"]["client_id"])
        browser = Browser((request.redirect_uri,))
        code = request.code_from(browser.sign_in(request.url).url)
        self.threads.run(connection.tokens.redeem(request, code)).result(10)
        workspace = Workspace(connection)
        self.services = Services(
            threads=self.threads,
            connection=connection,
            workspace=workspace,
            records=Records(connection),
            posts=HubPosts(connection, new_id, SystemClock().now),
            language=lambda: "nb",
        )
        topic = self.threads.run(workspace.new_context()).result(10)["topic"]
        holder = QWidget()
        qtbot.addWidget(holder)
        self.controller = TabController(topic, self.services, holder)
        self.shown: list[tuple[str | None, str | None]] = []
        self.confirmed: list[str] = []
        self.controller.changed.connect(self._changed)
        self.controller.patient_changed.connect(self.confirmed.append)
        with qtbot.waitSignal(self.controller.connected, timeout=WAIT):
            self.controller.start()

    def _changed(self) -> None:
        self.shown.append((self.controller.patient_id, self.controller.waiting_for))

    def close(self) -> None:
        self.controller.end()
        self.threads.run(_others_have_ended()).result(5)
        self.threads.run(self.services.connection.http.aclose()).result(5)
        self.threads.stop()


async def _others_have_ended() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        await asyncio.wait(others, timeout=4)
