"""A page that knows nothing of us posts to its parent or opener and is answered by a window of the right origin."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from shell.actions.page_policy import Kind
from shell.web.messaging_channel import DELIVERED_MS, MessagingChannel, PostedMessage
from shell.web.messaging_scripts import LONGEST_MESSAGE, MESSAGES_AT_ONCE
from shell.web.pane_view import PaneView
from tests.shell.web.conftest import MakePane, Site
from tests.shell.web.test_page_policy import button, click

WAIT = 15_000
HOST = "http://127.0.0.1:1"
APP = """<script>
  // As in the examples of SMART Web Messaging 1.0: whoever embeds or has opened the app is its host.
  const host = window.parent !== window.self ? window.parent : window.opener;
  const heard = [];
  window.addEventListener('message', event => heard.push(
    [event.data, event.origin, event.source === host, event.source === window.parent]));
  const send = (message, origin = '%s') => host.postMessage(message, origin);
</script>"""


class Host:
    """The shell's end: what came, and answers on request."""

    def __init__(self, channel: MessagingChannel) -> None:
        self.channel = channel
        self.posted: list[PostedMessage] = []
        self.refused: list[tuple[str, str, int]] = []
        self.answers = True
        channel.posted.connect(self._posted)
        channel.refused.connect(lambda *what: self.refused.append(what))

    def _posted(self, message: PostedMessage) -> None:
        self.posted.append(message)
        if self.answers:
            self.channel.answer(message, json.dumps({"to": json.loads(message.text)}))


Ask = Callable[[str], Any]


@pytest.fixture
def ask(qtbot: QtBot, pane: PaneView) -> Ask:
    """Run a script in the page's own world; its value, through JSON."""

    def asked(script: str) -> Any:
        answers: list[Any] = []
        pane.pane_page.runJavaScript(f"JSON.stringify((() => {{ {script} }})())", 0, answers.append)
        qtbot.waitUntil(lambda: bool(answers), timeout=WAIT)
        return json.loads(answers[0]) if answers[0] else None

    return asked


@pytest.fixture
def pane(make_pane: MakePane, site: Site, qtbot: QtBot) -> PaneView:
    site.html("/", APP % HOST)
    site.html("/next", APP % HOST)
    pane = make_pane(site.origin(), gateway=HOST, posts=True)
    go(qtbot, pane, site.origin() + "/")
    return pane


@pytest.fixture
def host(pane: PaneView) -> Host:
    assert pane.messaging is not None
    return Host(pane.messaging)


def go(qtbot: QtBot, pane: PaneView, url: str) -> None:
    with qtbot.waitSignal(pane.pane_page.loadFinished, timeout=WAIT):
        pane.open(url)


def test_parent_answers_with_its_origin_and_itself_as_source(
    qtbot: QtBot, ask: Ask, host: Host, site: Site
) -> None:
    ask("send({messageId: 'é1', payload: {n: 1.5}})")
    qtbot.waitUntil(lambda: len(ask("return heard")) == 1, timeout=WAIT)
    assert ask("return heard[0]") == [{"to": {"messageId": "é1", "payload": {"n": 1.5}}}, HOST, True, True]
    assert [message.origin for message in host.posted] == [site.origin()]


def test_what_comes_after_an_answer_waits_until_the_page_has_it(qtbot: QtBot, ask: Ask, host: Host) -> None:
    """An app that is done hears so before its page is gone (SWM-08); a page that hangs is not waited for."""
    host.answers = False
    ask("send({messageId: 'done'})")
    qtbot.waitUntil(lambda: len(host.posted) == 1, timeout=WAIT)
    ended: list[object] = []
    host.channel.answer(host.posted[0], "{}", lambda: ended.append(None))
    assert ended == []
    qtbot.waitUntil(lambda: bool(ended), timeout=WAIT)
    assert len(ask("return heard")) == 1
    qtbot.wait(DELIVERED_MS + 100)
    assert len(ended) == 1


def test_opener_is_the_same_window_and_top_the_page_itself(qtbot: QtBot, ask: Ask, host: Host) -> None:
    """fhirclient takes a page for a popup when it has an opener and a name, for a frame when ``self !== top``."""
    assert ask("return [opener === parent, parent !== self, top === self, window.name, parent.parent === parent]") == [
        True, True, True, "", True,
    ]  # fmt: skip
    ask(f"window.opener.postMessage({{messageId: '2'}}, {{targetOrigin: '{HOST}'}})")
    qtbot.waitUntil(lambda: len(ask("return heard")) == 1, timeout=WAIT)


def test_a_document_that_follows_has_its_own_answers(
    qtbot: QtBot, pane: PaneView, ask: Ask, host: Host, site: Site
) -> None:
    host.answers = False
    ask("send({messageId: 'old'})")
    qtbot.waitUntil(lambda: len(host.posted) == 1, timeout=WAIT)
    go(qtbot, pane, site.origin() + "/next")
    host.channel.answer(host.posted[0], '{"late": true}')
    host.answers = True
    ask("send({messageId: 'new'})")
    qtbot.waitUntil(lambda: len(ask("return heard")) == 1, timeout=WAIT)
    assert ask("return heard[0][0]") == {"to": {"messageId": "new"}}


@pytest.mark.parametrize(
    ("target", "told"),
    [("'*'", "any_origin"), ("'https://elsewhere.example'", ""), ("undefined", ""), ("'/'", ""), ("location.origin", "")],
)  # fmt: skip
def test_only_the_host_s_own_origin_is_posted_to(
    qtbot: QtBot, ask: Ask, host: Host, target: str, told: str
) -> None:
    ask(f"parent.postMessage({{messageId: 'stray'}}, {target}); send({{messageId: 'meant'}})")
    qtbot.waitUntil(lambda: len(host.posted) == 1 and (not told or bool(host.refused)), timeout=WAIT)
    assert json.loads(host.posted[0].text) == {"messageId": "meant"}
    assert [what[1] for what in host.refused] == ([told] if told else [])


def test_an_address_that_is_none_is_an_error_of_the_page(ask: Ask, host: Host) -> None:
    assert ask("try { send({}, 'not an origin'); } catch (error) { return error.name; }") == "SyntaxError"
    assert ask("try { return parent.location.href; } catch (error) { return error.name; }") == "SecurityError"


def test_cyclic_and_huge_do_nothing_and_are_told(qtbot: QtBot, ask: Ask, host: Host) -> None:
    ask(f"""const round = {{}}; round.round = round; send(round); send(undefined);
        send({{text: 'x'.repeat({LONGEST_MESSAGE})}}); send({{messageId: 'well'}})""")
    reasons = {"unreadable": 2, "too_large": 1}
    qtbot.waitUntil(lambda: {what[1]: what[2] for what in host.refused} == reasons, timeout=WAIT)
    qtbot.waitUntil(lambda: len(host.posted) == 1, timeout=WAIT)


def test_a_flood_is_stopped_before_our_thread_and_told_as_a_number(
    qtbot: QtBot, ask: Ask, host: Host
) -> None:
    sent = 5000
    ask(f"for (let i = 0; i < {sent}; i++) send({{messageId: String(i)}})")
    qtbot.waitUntil(lambda: len(host.posted) + sum(what[2] for what in host.refused) == sent, timeout=WAIT)
    assert MESSAGES_AT_ONCE <= len(host.posted) < 2 * MESSAGES_AT_ONCE
    assert len(host.refused) < 10
    ask("send({messageId: 'after'})")
    qtbot.waitUntil(lambda: len(ask("return heard")) == len(host.posted), timeout=WAIT)


def test_slow_answers_are_not_waited_for_without_end(qtbot: QtBot, ask: Ask, host: Host) -> None:
    host.answers = False
    ask("for (let i = 0; i < 30; i++) send({messageId: String(i)})")
    qtbot.waitUntil(lambda: len(host.posted) + len(host.refused) == 30, timeout=WAIT)
    assert (len(host.posted), {what[1] for what in host.refused}) == (16, {"flood"})


def test_frames_and_blank_documents_have_no_host(
    qtbot: QtBot, pane: PaneView, ask: Ask, host: Host, site: Site, foreign: Site
) -> None:
    """What they post goes to the app, as in any browser, and not to us."""
    stray = f"<script>parent.postMessage('stray', '*'); top.postMessage('stray', '{HOST}')</script>"
    foreign.html("/ad", stray)
    site.html(
        "/frames",
        APP
        % HOST
        + f'<iframe src="{foreign.origin("ad.localhost")}/ad"></iframe><iframe srcdoc="{stray.replace(chr(34), "")}">'
        "</iframe><iframe src=\"data:text/html,<script>parent.postMessage('stray','*')</script>\"></iframe>",
    )
    go(qtbot, pane, site.origin() + "/frames")
    qtbot.waitUntil(lambda: len(ask("return heard")) == 3, timeout=WAIT)
    go(qtbot, pane, "about:blank")
    assert ask("return [parent === window, opener]") == [True, None]
    assert (host.posted, host.refused) == ([], [])


def test_a_page_of_another_origin_is_not_heard(
    qtbot: QtBot, make_pane: MakePane, site: Site, pane: PaneView
) -> None:
    """Whatever runs in the pane: origins are those that were registered."""
    other = make_pane("http://registered.localhost:1", gateway=site.origin("127.0.0.1"), posts=True)
    site.html("/oauth/page", "<p>ours</p>")
    go(qtbot, other, site.origin("127.0.0.1") + "/oauth/page")
    answers: list[object] = []
    other.pane_page.runJavaScript("window.parent === window", 0, answers.append)
    qtbot.waitUntil(lambda: answers == [True], timeout=WAIT)
    assert other.messaging is not None
    heard = Host(other.messaging)
    other.messaging._take("d", "http://registered.localhost:1", "{}")
    other.messaging._take("d", site.origin("127.0.0.1"), "{}")
    assert (heard.posted, [what[1] for what in heard.refused]) == ([], ["foreign_origin"] * 2)


def test_a_window_of_the_app_s_own_is_refused_and_takes_no_host_away(
    qtbot: QtBot, pane: PaneView, ask: Ask, host: Host, site: Site
) -> None:
    """No window without a banner: what an app opens is closed before it is a page, so nothing posts from one (S2)."""
    site.html("/popup", f"<script>opener.postMessage({{messageId: 'popup'}}, '{HOST}')</script>")
    site.html("/opens", APP % HOST + button("opened = open('/popup', 'popup', 'width=200')"))
    go(qtbot, pane, site.origin() + "/opens")
    with qtbot.waitSignal(pane.painted, timeout=WAIT):
        pane.watch_paint()
    with qtbot.waitSignal(pane.refused, timeout=WAIT) as heard:
        click(qtbot, pane)
    assert heard.args[0] == Kind.NEW_WINDOW.value
    qtbot.waitUntil(lambda: ask("return opened === null || opened.closed"), timeout=WAIT)
    ask("send({messageId: 'mine'})")
    qtbot.waitUntil(lambda: len(ask("return heard")) == 1, timeout=WAIT)
    assert [json.loads(message.text)["messageId"] for message in host.posted] == ["mine"]
    assert "/popup" not in [path for _, path in site.requests]


def test_a_page_that_has_named_itself_has_its_parent_only(
    qtbot: QtBot, pane: PaneView, ask: Ask, host: Host, site: Site
) -> None:
    """With a name *and* an opener, fhirclient takes itself for a popup that signs in, and would close itself."""
    ask("window.name = 'kept'; return 0")
    go(qtbot, pane, site.origin() + "/next")
    assert ask("return [window.name, opener, parent !== self]") == ["kept", None, True]
    ask("send({messageId: 'named'})")
    qtbot.waitUntil(lambda: len(ask("return heard")) == 1, timeout=WAIT)
    assert ask("return heard[0].slice(1)") == [HOST, True, True]


def test_the_page_cannot_reach_the_channel(ask: Ask, host: Host) -> None:
    assert ask("return [typeof qt, typeof QWebChannel]") == ["undefined", "undefined"]


def test_an_app_without_the_scope_keeps_its_real_window(
    qtbot: QtBot, make_pane: MakePane, site: Site
) -> None:
    site.html("/", "<p>app</p>")
    pane = make_pane(site.origin(), gateway=HOST)
    go(qtbot, pane, site.origin() + "/")
    answers: list[object] = []
    pane.pane_page.runJavaScript("window.parent === window && window.opener === null", 0, answers.append)
    qtbot.waitUntil(lambda: answers == [True], timeout=WAIT)
    assert pane.messaging is None
