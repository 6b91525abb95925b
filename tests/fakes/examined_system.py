"""A system that is looked at from outside: HTTP or TLS on 127.0.0.1, with the certificate, clock and answer it is told."""

from __future__ import annotations

import http.server
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import trustme


@dataclass
class ExaminedSystem:
    """``clock`` moves its ``Date``; ``held`` keeps it from answering, ``dripping`` has it say a letter now and
    then; ``tunnel`` is its status as a proxy."""

    port: int = 0
    status: int = 200
    content_type: str = "application/json"
    body: bytes = b"{}"
    clock: timedelta = timedelta()
    held: bool = False
    dripping: bool = False
    tunnel: int = 200
    asked: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)


@contextmanager
def examined_system(certificate: trustme.LeafCert | None = None) -> Iterator[ExaminedSystem]:
    """A running server; with a ``certificate`` it speaks TLS."""
    told = ExaminedSystem()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            told.heads.append(str(self.headers))
            if told.held:
                told.released.wait(20)
                return
            if told.dripping:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
                while not told.released.wait(0.05):
                    self.wfile.write(b"x")
            self.send_response_only(told.status)
            self.send_header("Date", format_datetime(datetime.now(UTC) + told.clock, usegmt=True))
            self.send_header("Content-Type", told.content_type)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body)

        def do_CONNECT(self) -> None:
            told.asked.append(self.path)
            told.heads.append(str(self.headers))
            self.send_response_only(told.tunnel)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        told.released.set()
        server.shutdown()
        thread.join(5)
        server.server_close()
