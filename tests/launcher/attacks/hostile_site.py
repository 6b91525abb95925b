"""A hostile web site in a browser's reach, and a witness on the gateway's host: cookies do not know ports."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, urlencode, urlsplit

WORKER = b"""
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", () => {});
addEventListener("message", async (event) => {
  const answer = await fetch(event.data, { mode: "no-cors", credentials: "include" });
  event.source.postMessage(answer.type);
});
"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request to the witness and the names of its cookies."""

    method: str
    path: str
    cookies: frozenset[str]


@dataclass
class HostileSite:
    """``http://ond.localhost``: another site than the gateway's, with every right a page can have."""

    port: int
    arrivals: list[Arrival] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://ond.localhost:{self.port}"

    @property
    def witness(self) -> str:
        """On the gateway's host, at another port: a browser sends it what it would send the gateway."""
        return f"http://127.0.0.1:{self.port}"

    def setting(self, cookies: list[str]) -> str:
        """An address that sets these cookies for the witness and so for the gateway."""
        return f"{self.witness}/set?{urlencode([('cookie', one) for one in cookies])}"

    def bounced(self, url: str, code: int = 302) -> str:
        """An address of the site that redirects to ``url``."""
        return f"{self.origin}/bounce?code={code}&to={quote(url, safe='')}"


def _handler(site: HostileSite) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            if str(self.headers["Host"]).startswith("127.0.0.1"):
                pairs = (self.headers.get("Cookie") or "").split(";")
                names = frozenset(pair.partition("=")[0].strip() for pair in pairs if pair)
                site.arrivals.append(Arrival(self.command, self.path, names))
            worker = parts.path == "/worker.js"
            body = WORKER if worker else b"<!doctype html><title>page</title><body></body>"
            self.send_response(int(query["code"][0]) if "to" in query else 200)
            for value in query.get("to", []):
                self.send_header("Location", value)
            for value in query.get("cookie", []):
                self.send_header("Set-Cookie", value)
            self.send_header("Content-Type", "text/javascript" if worker else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    return Handler


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away is no error of a test."""


@contextmanager
def hostile_site() -> Iterator[HostileSite]:
    """The site while it stands."""
    site = HostileSite(0)
    server = _Server(("127.0.0.1", 0), _handler(site))
    site.port = int(server.server_address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield site
    server.shutdown()
    server.server_close()
