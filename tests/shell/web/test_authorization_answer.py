"""An app that the gateway does not let in: the shell knows why before the app has shown anything (SAL-16, SAL-19)."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from launcher.server.page_texts import PAGE_TEXTS
from shell.actions.authorization_answer import PAGES, failure_of_page, refusal
from shell.web.probes import QUESTION
from shell.widgets.pane_texts import FAILURES
from tests.shell.web.conftest import MakePane, Site

WITHIN_MS = 5_000
"""As long as an app that is refused may leave its user without a reason."""


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("error=invalid_request&error_description=code_challenge+is+missing&state=s", "no_proof_key"),
        ("error=invalid_scope&state=s", "authorization_refused"),
        ("error=access_denied", "access_denied"),
        ("error=login_required", ""),
        ("code=c&state=s", ""),
        ("code=c&error=x", ""),
        ("", ""),
    ],
)
def test_what_an_answer_means(query: str, key: str) -> None:
    assert refusal(f"http://app.localhost:1/index.html?{query}") == key


def test_every_page_of_the_gateway_has_a_sentence_in_the_pane() -> None:
    """Mutant: a page is added at the gateway, and a pane says of it only that the app is not approved."""
    assert set(PAGES) == set(PAGE_TEXTS) - {QUESTION}
    assert set(PAGES.values()) <= set(FAILURES)
    assert failure_of_page("unnamed", "gateway") == "gateway"
    assert failure_of_page("unnamed", "") == "authorization_refused"


class Gateway:
    """Answers ``/oauth/authorize`` as it is told: a redirect, or a page with a status."""

    def __init__(self) -> None:
        self.back = ""
        self.status = 302
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(gateway.status)
                if gateway.back:
                    self.send_header("Location", gateway.back)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", "9")
                self.end_headers()
                self.wfile.write(b"<p>why</p>"[:9])

            def log_message(self, format: str, *args: object) -> None:
                """Silent."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    made = Gateway()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.parametrize(("status", "key"), [(302, "no_proof_key"), (400, "not_let_in"), (502, "gateway")])
def test_the_reason_is_known_at_once(
    qtbot: QtBot, make_pane: MakePane, site: Site, gateway: Gateway, status: int, key: str
) -> None:
    """Mutants: a redirect is not looked at; a page of the gateway counts as an app that does not answer."""
    site.html("/index.html", "the app")
    gateway.status = status
    if status == 302:
        description = "error_description=code_challenge+is+missing"
        gateway.back = f"{site.origin()}/index.html?error=invalid_request&{description}&state=s"
    pane = make_pane(site.origin(), gateway=gateway.base)
    with qtbot.waitSignal(pane.authorization_refused, timeout=WITHIN_MS) as refused:
        pane.open(f"{gateway.base}/oauth/authorize?client_id=a")
    assert refused.args == [key]
