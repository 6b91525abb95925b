"""What every controller works with; made once when the user has signed in."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shell.bridge.loop_thread import LoopThread
from shell.gateway_client.connection import Connection
from shell.gateway_client.hub import HubPosts
from shell.gateway_client.records import Records
from shell.gateway_client.workspace import Workspace


@dataclass(frozen=True, slots=True)
class AppFacts:
    """One enabled app as the gateway names it."""

    client_id: str
    name: str
    vendor: str
    follows: str
    origins: frozenset[str]
    icon_svg: bytes = b""

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

    @property
    def base_url(self) -> str:
        return self.connection.base_url
