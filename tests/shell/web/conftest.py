"""A real page in a real pane, served from a real socket."""

from __future__ import annotations

import http.server
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from shell.actions.page_policy import DeclaredOrigins
from shell.gateway_client.workspace import OpenedPane
from shell.web.chromium import program_arguments
from shell.web.pane_view import PaneView


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return [*program_arguments(["vaktrom-tests"]), "--use-fake-device-for-media-stream"]


class Site:
    """Serves what ``pages`` holds: path -> (content type, body); paths in ``logins`` ask for a name and a password."""

    def __init__(self, certificate: trustme.LeafCert | None = None) -> None:
        self.pages: dict[str, tuple[str, bytes]] = {}
        self.requests: list[tuple[str, str]] = []
        self.logins: set[str] = set()
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.requests.append((self.headers.get("Host", ""), self.path))
                content_type, body = site.pages.get(self.path.split("?")[0], ("text/plain", b"nothing here"))
                asks = self.path in site.logins
                self.send_response(401 if asks else 200)
                if asks:
                    self.send_header("WWW-Authenticate", 'Basic realm="x"')
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                if content_type == "application/octet-stream":
                    self.send_header("Content-Disposition", "attachment; filename=list.csv")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Silent."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.scheme = "https"
        self.port = int(self.server.server_address[1])
        self._thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self._thread.start()

    def origin(self, host: str = "app.localhost") -> str:
        return f"{self.scheme}://{host}:{self.port}"

    def html(self, path: str, body: str) -> None:
        self.pages[path] = (
            "text/html; charset=utf-8",
            f"<!doctype html><html><body>{body}</body></html>".encode(),
        )

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture
def foreign() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture
def untrusted() -> Iterator[Site]:
    made = Site(trustme.CA().issue_cert("secure.localhost"))
    yield made
    made.close()


@pytest.fixture
def downloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


MakePane = Callable[..., PaneView]
OPENED = OpenedPane("pane-1", "vaktrom_pane", "cookie-value", "/oauth")


@pytest.fixture
def make_pane(qtbot: QtBot, qapp: QApplication) -> Iterator[MakePane]:
    made: list[PaneView] = []
    holder = QWidget()
    holder.resize(500, 400)
    qtbot.addWidget(holder)
    holder.show()

    def make(
        *origins: str, gateway: str = "http://127.0.0.1:1", opened: OpenedPane = OPENED, posts: bool = False
    ) -> PaneView:
        allowed = DeclaredOrigins(frozenset(origins), gateway)
        pane = PaneView(opened, gateway, allowed, "nb", holder, posts_messages=posts)
        pane.resize(500, 400)
        pane.show()
        made.append(pane)
        return pane

    yield make
    for pane in made:
        pane.end()
    for _ in range(3):  # page, then profile, then view
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        qapp.processEvents()
