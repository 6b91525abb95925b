"""A page of an app in a pane of a desktop, and what it does there as any page would: post, and hear."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tests.conformance.messages import ALL_GROUPS, HANDLE, ORIGIN

if TYPE_CHECKING:
    from tests.conformance.table import Target

LONG = 20.0
"""Seconds in which a host that still hears has answered, on any machine."""
DEAF = "the host answers no more"
A_MOMENT = 0.3
"""Seconds after which a handshake is tried again: a page that has posted much is not heard for a while."""

APP = """<!doctype html><html lang="nb"><head><meta charset="utf-8"><title>App</title></head><body><script>
  // As in the examples of SMART Web Messaging 1.0: whoever embeds or has opened the app is its host.
  const host = window.parent !== window.self ? window.parent : window.opener;
  const heard = [];
  window.addEventListener('message', event => heard.push({
    answer: event.data, origin: event.origin,
    fromHost: event.source === host, fromParent: event.source === window.parent, fromOpener: event.source === window.opener,
  }));
</script></body></html>"""
"""The document at ``/index.html``: it knows nothing of the desktop."""

FRAME = """<!doctype html><script>
  const [message, origin] = JSON.parse(window.name);
  for (const whom of [parent, top]) for (const where of ['*', origin, '/']) whom.postMessage(message, where);
</script>"""
"""The document at ``/frame.html``, of whatever origin: it posts the message in its name to all who are above it."""

STRANGER = "strange.localhost"
"""A host of the same server that is not one of the app's."""


class Page(Protocol):
    """The app's page, launched once. Whoever waits does so for as long as the desktop under test may take."""

    tokens: Mapping[str, Any]
    closed: int
    """How often the desktop was asked to close the app."""
    activities: list[dict[str, Any]]
    """What the desktop was asked to open."""
    opens: bool
    """Whether it does."""

    def script(self, source: str) -> Any:
        """The value of a function's body in the page's own world, through JSON."""

    def go(self, address: str) -> None:
        """Load another document: a path of the app, or a whole address."""

    def until(self, condition: Callable[[], Any], seconds: float | None = None) -> bool:
        """Whether it became true in time."""

    def rest(self) -> None:
        """Return when everything that has reached the desktop is decided."""

    def noted(self) -> list[str]:
        """What the access log says of this page's messages that were not heard."""

    def sibling(self) -> Mapping[str, Any]:
        """The token response of another pane of the same app, which stays open."""

    def relaunch(self) -> None:
        """Launch once more in the same pane; ``tokens`` are new ones."""


class Pane(Protocol):
    """What opens pages of the client ``wide``; each has a patient tab of its own about the first patient."""

    def page(self, scope: str) -> AbstractContextManager[Page]:
        """The app, launched with these scopes."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as the page's listener was given it."""

    answer: dict[str, Any]
    origin: str
    from_host: bool
    from_parent: bool
    from_opener: bool

    @property
    def payload(self) -> dict[str, Any]:
        """What the answer says."""
        payload: dict[str, Any] = self.answer["payload"]
        return payload


class Poster:
    """Posts from a page as an app does."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._numbers = itertools.count(1)

    def message(self, kind: str, payload: object = None, **changes: object) -> dict[str, Any]:
        """A good request with an id of its own, but for ``changes``; ``None`` leaves a member out."""
        members = {
            "messagingHandle": self.page.tokens[HANDLE],
            "messageId": f"message-{next(self._numbers)}",
            "messageType": kind,
            "payload": {} if payload is None else payload,
            **changes,
        }
        return {name: value for name, value in members.items() if value is not None}

    def post(self, message: object, to: str = "host", origin: str | None = None) -> None:
        """``postMessage`` on a window that the page can name."""
        target = json.dumps(self.page.tokens[ORIGIN] if origin is None else origin)
        self.page.script(f"{to}.postMessage({json.dumps(message)}, {target})")

    def heard(self, message_id: object | None = None) -> list[Heard]:
        """Everything that was heard, or the answers to one message."""
        found = [
            Heard(one["answer"], one["origin"], one["fromHost"], one["fromParent"], one["fromOpener"])
            for one in self.page.script("return heard")
        ]
        return [one for one in found if message_id in (None, one.answer.get("responseToMessageId"))]

    def ask(self, kind: str, payload: object = None, to: str = "host", **changes: object) -> Heard:
        """The one answer to a request."""
        message = self.message(kind, payload, **changes)
        self.post(message, to)
        assert self.page.until(lambda: self.heard(message["messageId"])), f"{kind} is not answered"
        self.settle()
        answers = self.heard(message["messageId"])
        assert len(answers) == 1, f"{kind} is answered {len(answers)} times"
        return answers[0]

    def settle(self) -> None:
        """Whatever was posted so far is decided, and the page has every answer to it.

        Two handshakes, since messages and answers keep their order: one behind what was posted, one behind the answers.
        """
        for _ in range(2):
            sent: set[object] = set()
            assert self.page.until(lambda: self._shakes_hands(sent), LONG), DEAF  # noqa: B023
            self.page.rest()

    def _shakes_hands(self, sent: set[object]) -> bool:
        """One more handshake; whether any of those that were ``sent`` is answered. After a flood not every one is heard."""
        message = self.message("status.handshake")
        sent.add(message["messageId"])
        self.post(message)
        self.page.rest()
        return self.page.until(
            lambda: sent & {one.answer.get("responseToMessageId") for one in self.heard()}, A_MOMENT
        )

    def is_silent_to(self, *messages: Mapping[str, Any]) -> bool:
        """Whether none of these is answered, closes the app or opens another one."""
        self.settle()
        answered = [one for one in messages if self.heard(one.get("messageId", 0))]
        return not answered and self.page.closed == 0 and self.page.activities == []

    def is_noted(self, reason: str) -> bool:
        """Whether the access log comes to say so."""
        return self.page.until(lambda: any(one.split(" ")[0] == reason for one in self.page.noted()))


@contextmanager
def page_of(target: Target, scope: str = ALL_GROUPS) -> Iterator[Poster]:
    """A page of the app with these scopes."""
    with target.pane.page(scope) as page:
        yield Poster(page)
