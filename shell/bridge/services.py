"""What every controller works with; made once when the user has signed in."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from launcher.smart.web_messaging import grants_messaging
from shell.bridge.loop_thread import LoopThread
from shell.gateway_client.connection import Connection
from shell.gateway_client.hub import HubPosts
from shell.gateway_client.records import Records
from shell.gateway_client.workspace import Workspace
from shell.presenters.view_models import AppModel
from shell.timeline.session_timeline import SessionTimeline

Result = TypeVar("Result")
Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class AppFacts:
    """One enabled app as the gateway names it."""

    client_id: str
    name: str
    vendor: str
    follows: str
    origins: frozenset[str]
    icon_svg: bytes = b""
    pkce_exempt: bool = False
    names_encounter: bool = False
    """Its scope has ``launch/encounter``: it is asked about whenever none is in progress."""
    posts_messages: bool = False
    """Its scope has ``messaging/``: its page has a host to post to (SMART Web Messaging)."""

    @property
    def model(self) -> AppModel:
        """The app as widgets draw it."""
        return AppModel(self.client_id, self.name, self.vendor, self.icon_svg, pkce_exempt=self.pkce_exempt)

    @classmethod
    def from_answer(cls, answer: dict[str, Any]) -> AppFacts:
        """From an item of ``GET /workspace/apps``."""
        facts = answer.get("facts") or answer
        return cls(
            client_id=answer["client_id"],
            name=answer["client_name"],
            vendor=answer["publisher"],
            follows=answer["follows"],
            origins=frozenset(answer.get("origins", ())),
            icon_svg=base64.b64decode(facts.get("icon_svg", "")),
            pkce_exempt=bool(answer.get("pkce_exempt")),
            names_encounter="launch/encounter" in str(answer.get("scope", "")).split(),
            posts_messages=grants_messaging(str(answer.get("scope", "")).split()),
        )


@dataclass(slots=True)
class Services:
    """The connection of one session and the ways through it."""

    threads: LoopThread
    connection: Connection
    workspace: Workspace
    records: Records
    posts: HubPosts
    language: Callable[[], str]
    monotonic: Callable[[], float] = field(default=time.monotonic)

    style: Callable[[], str] = lambda: ""
    """Name of the theme in which apps are opened."""

    timeline: SessionTimeline = field(default_factory=SessionTimeline)
    """What happened, for support; without a writer nothing is remembered."""

    ended: bool = False
    """Set when the user has left: what still comes back from the loop's thread is dropped (S6)."""

    def run(
        self,
        work: Coroutine[Any, Any, Result],
        done: Callable[[Result], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
    ) -> Future[Result]:
        """As ``LoopThread.run``, for as long as the session lasts."""
        return self.threads.run(work, self._while_here(done), self._while_here(failed))

    def post(self, call: Callable[[], None]) -> None:
        """As ``LoopThread.post``, for as long as the session lasts."""
        self.threads.post(lambda: None if self.ended else call())

    def _while_here(self, call: Callable[[Given], None] | None) -> Callable[[Given], None] | None:
        if call is None:
            return None

        def guarded(given: Given) -> None:
            if not self.ended:
                call(given)

        return guarded

    @property
    def base_url(self) -> str:
        return self.connection.base_url
