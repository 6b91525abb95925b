"""The gateway's question in a pane is known by its own document, once painted, and for as long as it stands."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.shell.web.conftest import MakePane, Site

QUESTION = '<form method="post" action="/oauth/consent"><button>ja</button></form>'


def test_the_question_is_told_after_it_has_painted_and_left_before_anything_else(
    qtbot: QtBot, make_pane: MakePane, site: Site
) -> None:
    """Mutants: told at the first byte; a good page counts as a refusal; the next document is fetched while it counts."""
    gateway = site.origin("127.0.0.1")
    site.html("/oauth/authorize", QUESTION)
    site.html("/index.html", "the app")
    pane = make_pane(site.origin(), gateway=gateway)
    order: list[str] = []
    pane.asks.connect(lambda: order.append("asks"))
    pane.leaving.connect(lambda: order.append("leaving"))
    pane.authorization_refused.connect(order.append)
    pane.pane_page.loadFinished.connect(lambda _: order.append("loaded"))
    with qtbot.waitSignal(pane.asks, timeout=5_000):
        pane.open(f"{gateway}/oauth/authorize?client_id=a")
    with qtbot.waitSignal(pane.pane_page.loadFinished, timeout=5_000):
        pane.pane_page.runJavaScript(f"location.href = '{site.origin()}/index.html'")
    assert order == ["leaving", "loaded", "asks", "leaving", "loaded"]


@pytest.mark.parametrize(
    ("host", "path", "body"),
    [
        pytest.param("app.localhost", "/oauth/authorize", QUESTION, id="an app's copy of it"),
        pytest.param("127.0.0.1", "/oauth/authorize", "<form method=post action=/oauth/patient></form>", id="picker"),
        pytest.param("127.0.0.1", "/oauth/logout", "signed out", id="another page of the gateway"),
    ],
)  # fmt: skip
def test_no_other_page_is_taken_for_it(
    qtbot: QtBot, make_pane: MakePane, site: Site, host: str, path: str, body: str
) -> None:
    site.html(path, body)
    pane = make_pane(site.origin(), gateway=site.origin("127.0.0.1"))
    asks: list[bool] = []
    pane.asks.connect(lambda: asks.append(True))
    with qtbot.waitSignal(pane.pane_page.loadFinished, timeout=5_000):
        pane.open(site.origin(host) + path)
    with qtbot.waitSignal(pane.painted, timeout=5_000):
        pane.watch_paint()
    answered: list[object] = []
    pane.pane_page.runJavaScript("1", answered.append)
    qtbot.waitUntil(lambda: bool(answered), timeout=5_000)
    assert asks == []


def test_a_question_that_goes_away_before_it_was_looked_at_is_not_told(
    qtbot: QtBot, make_pane: MakePane, site: Site
) -> None:
    """Mutant: the answer of a former document counts for the next."""
    gateway = site.origin("127.0.0.1")
    site.html("/oauth/authorize", QUESTION)
    site.html("/index.html", "the app")
    pane = make_pane(site.origin(), gateway=gateway)
    asks: list[bool] = []
    pane.asks.connect(lambda: asks.append(True))
    with qtbot.waitSignal(pane.pane_page.loadFinished, timeout=5_000):
        pane.open(f"{gateway}/oauth/authorize?client_id=a")
    with qtbot.waitSignal(pane.pane_page.loadFinished, timeout=5_000):
        pane.open(f"{site.origin()}/index.html")
    with qtbot.waitSignal(pane.painted, timeout=5_000):
        pane.watch_paint()
    assert asks == []
