"""A vendor's page that says it can answer is asked for unsaved work in its own words, and believed when it says yes."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from pytestqt.qtbot import QtBot

from shell.bridge.pane_messaging import MessageEffects, PaneMessaging
from shell.bridge.services import Services
from shell.web.pane_view import PaneView
from shell.web.probes import NO_ANSWER_MS, Draft
from tests.shell.bridge.calls import FakeServices
from tests.shell.web.conftest import MakePane, Site
from tests.shell.web.test_messaging import HOST, WAIT, Ask, ask, go

__all__ = ["ask"]

APP = """<p>app</p><script>
  // Written by a vendor from the README alone.
  const host = window.parent;
  let draft = false, mute = false;
  const hands = answers => host.postMessage({messagingHandle: 'h', messageId: crypto.randomUUID(),
    messageType: 'status.handshake', payload: answers === null ? {} : {answers}}, 'HOST');
  const asked = [];
  window.addEventListener('message', event => {
    if (event.origin !== 'HOST' || event.source !== host || event.data.messageType !== 'unsaved.query') return;
    asked.push(event.data);
    if (mute) return;
    event.source.postMessage({messageId: crypto.randomUUID(), responseToMessageId: event.data.messageId,
      payload: draft ? {unsaved: true, since: '2026-11-23T02:04:00Z'} : {unsaved: false}}, event.origin);
  });
</script>""".replace("HOST", HOST)


class Gateway:
    """Takes every message as its sender's, unless it is told to refuse."""

    def __init__(self, pane: PaneView) -> None:
        self.services = FakeServices()
        assert pane.messaging is not None
        effects = MessageEffects(lambda: True, lambda: None, lambda effect, told: None)
        PaneMessaging(pane.messaging, pane.pane, cast(Services, self.services), effects)

    def takes(self, qtbot: QtBot, number: int, *, refused: bool = False) -> None:
        qtbot.waitUntil(lambda: len(self.services.named("_ask")) == number, timeout=WAIT)
        done = self.services.named("_ask")[-1].done
        assert done is not None
        done({"answer": None if refused else {"messageId": "a", "payload": {}}, "effect": None})


@pytest.fixture
def pane(make_pane: MakePane, site: Site, qtbot: QtBot) -> PaneView:
    site.html("/", APP)
    site.html("/next", APP)
    pane = make_pane(site.origin(), gateway=HOST, posts=True)
    go(qtbot, pane, site.origin() + "/")
    return pane


@pytest.fixture
def gateway(pane: PaneView) -> Gateway:
    return Gateway(pane)


def drafts_of(qtbot: QtBot, pane: PaneView) -> Draft:
    told: list[Draft] = []
    pane.ask_unsaved(told.append)
    qtbot.waitUntil(lambda: bool(told), timeout=NO_ANSWER_MS + WAIT)
    qtbot.wait(0)
    assert len(told) == 1
    return told[0]


def test_a_page_that_promised_is_asked_and_believed(
    qtbot: QtBot, pane: PaneView, ask: Ask, gateway: Gateway
) -> None:
    """Mutants: only ``beforeunload`` counts; the answer goes to the gateway as if it were a request."""
    ask("hands(['unsaved.query'])")
    gateway.takes(qtbot, 1)
    assert drafts_of(qtbot, pane) == Draft(False)
    ask("draft = true")
    draft = drafts_of(qtbot, pane)
    assert (draft.unsaved, draft.silent) == (True, False)
    assert draft.edited is not None and draft.edited.timestamp() == 1795399440
    assert len(gateway.services.named("_ask")) == 1
    [first, _] = ask("return asked")
    assert (first["messagingHandle"], first["payload"]) == ("h", {}) and first["messageId"]


def test_one_that_promised_and_says_nothing_in_time_counts_as_unsaved(
    qtbot: QtBot, pane: PaneView, ask: Ask, gateway: Gateway
) -> None:
    ask("hands(['unsaved.query']); mute = true")
    gateway.takes(qtbot, 1)
    assert drafts_of(qtbot, pane) == Draft(True, silent=True)
    ask("addEventListener('beforeunload', event => event.preventDefault())")
    assert not drafts_of(qtbot, pane).silent, "what it said without words is an answer"


@pytest.mark.parametrize(
    ("hands", "refused"),
    [("null", False), ("['something.else']", False), ("'unsaved.query'", False), ("['unsaved.query']", True)],
)  # fmt: skip
def test_one_that_never_promised_is_asked_without_words_only(
    qtbot: QtBot, pane: PaneView, ask: Ask, gateway: Gateway, hands: str, refused: bool
) -> None:
    """Mutants: silence of a page that knows nothing of the message is unsaved work; a wrong handle promises."""
    ask(f"hands({hands}); draft = true")
    gateway.takes(qtbot, 1, refused=refused)
    assert drafts_of(qtbot, pane) == Draft(False)
    assert ask("return asked") == []


def test_a_promise_ends_with_its_document(
    qtbot: QtBot, pane: PaneView, ask: Ask, gateway: Gateway, site: Site
) -> None:
    ask("hands(['unsaved.query'])")
    gateway.takes(qtbot, 1)
    go(qtbot, pane, site.origin() + "/next")
    ask("hands(null)")
    gateway.takes(qtbot, 2)
    assert drafts_of(qtbot, pane) == Draft(False) and ask("return asked") == []


@pytest.mark.parametrize("payload", [{}, {"unsaved": 0}, {"unsaved": None}, {"unsaved": "false"}, []])
def test_anything_but_a_plain_no_is_unsaved(
    qtbot: QtBot, pane: PaneView, ask: Ask, gateway: Gateway, payload: Any
) -> None:
    ask("hands(['unsaved.query']); mute = true")
    gateway.takes(qtbot, 1)
    told: list[Draft] = []
    assert pane.messaging is not None
    pane.messaging.query.ask(told.append)
    [question] = pane.messaging.query._open
    document = pane.messaging.query._open[question][0]
    text = json.dumps({"messageId": "x", "responseToMessageId": question, "payload": payload})
    assert not pane.messaging.query.take("another document", text)
    assert pane.messaging.query.take(document, text) and told[0].unsaved
    assert not pane.messaging.query.take(document, text), "answered once"
