"""A page that posts to its host as fast as it can, in the desktop's own web layer; prints what keeps the GUI thread.

``python -m tests.bench.messages_run many|huge|large [--began SECONDS]``. Whoever is asked beyond the GUI thread answers
at once, with as much as came.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, cast

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from shell.actions.page_policy import DeclaredOrigins
from shell.bridge.application import new_application
from shell.bridge.pane_messaging import MessageEffects, PaneMessaging
from shell.bridge.services import Services
from shell.gateway_client.workspace import OpenedPane
from shell.web.pane_view import PaneView
from tests.bench.slots import SlotProfile
from tests.shell.web.conftest import OPENED, Site

GATEWAY = "http://127.0.0.1:1"
WATCHED_MS = 4000
POSTS = {"many": (1000, 100), "huge": (20, 1024 * 1024), "large": (16, 120 * 1024)}
"""Messages, and the characters of each."""
PAGE = """<script>
  function post(count, size) {
    for (let number = 0; number < count; number += 1)
      window.parent.postMessage({messagingHandle: 'h', messageId: 'm-' + number,
        messageType: 'scratchpad.create', payload: {resource: {resourceType: 'Basic', text: 'x'.repeat(size)}}}, '%s');
  }
</script>"""


@dataclass
class Answering:
    """Stands for ``Services``: every call is answered in the next turn of the loop."""

    refused: dict[str, int] = field(default_factory=dict)
    taken: int = 0

    @property
    def workspace(self) -> Answering:
        return self

    async def web_message(self, pane: str, origin: str, text: str) -> dict[str, Any]:
        self.taken += 1
        posted = json.loads(text)
        answer = {"messageId": "a", "responseToMessageId": posted["messageId"], "payload": posted["payload"]}
        return {"answer": answer, "effect": None}

    async def web_messages_refused(self, pane: str, origin: str, reason: str, count: int) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + count

    def run(
        self,
        work: Coroutine[Any, Any, Any],
        done: Callable[[Any], None] | None,
        failed: Callable[[BaseException], None],
    ) -> None:
        try:
            work.send(None)
        except StopIteration as end:
            if done is not None:
                QTimer.singleShot(0, functools.partial(done, end.value))


def main() -> None:
    """Post, watch, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=[*POSTS])
    parser.add_argument("--began", type=float, default=0.0)
    what = parser.parse_args().what
    application, site, services = new_application(), Site(), Answering()
    assert isinstance(application, QApplication)
    site.html("/", PAGE % GATEWAY)
    holder = QWidget()
    holder.show()
    pane = shown(site, OPENED, holder)
    assert pane.messaging is not None
    effects = MessageEffects(lambda: True, lambda: None, lambda effect, told: told(False))
    PaneMessaging(pane.messaging, "pane-1", cast(Services, services), effects)
    count, size = POSTS[what]
    profile = SlotProfile()
    profile.start()
    pane.pane_page.runJavaScript(f"post({count}, {size})", 0)
    wait(WATCHED_MS)
    profile.stop()
    told = {"own": profile.own, "qt": profile.qt, "taken": services.taken, "refused": services.refused}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    os._exit(0)


def shown(site: Site, opened: OpenedPane, holder: QWidget) -> PaneView:
    """The page, loaded."""
    origins = DeclaredOrigins(frozenset({site.origin()}), GATEWAY)
    pane = PaneView(opened, GATEWAY, origins, "nb", holder, posts_messages=True)
    pane.resize(500, 400)
    pane.show()
    loop = QEventLoop()
    pane.pane_page.loadFinished.connect(loop.quit)
    pane.open(site.origin() + "/")
    loop.exec()
    return pane


def wait(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


if __name__ == "__main__":
    main()
