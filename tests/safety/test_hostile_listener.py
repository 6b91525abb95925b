"""S6: Chromium asks ``[::1]`` first for ``*.localhost``; a program that holds that port must not become an app's origin."""

from __future__ import annotations

import errno
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from shell.web.chromium import HOST_RULES, program_arguments
from tests.fakes.environment import ROOT

VISIT_SECONDS = 40


class Listener:
    """Answers every request with one page; ``requests`` are the first lines that it heard."""

    def __init__(self, family: socket.AddressFamily, host: str, port: int, title: str) -> None:
        self.requests: list[str] = []
        self._page = f"<!doctype html><title>{title}</title>".encode()
        self._socket = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if family == socket.AF_INET6:
            self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self._socket.bind((host, port))
        self._socket.listen()
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    request = connection.recv(65536)
                except OSError:
                    continue
                if request:
                    self.requests.append(request.split(b"\r\n")[0].decode("latin-1"))
                    head = (
                        f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(self._page)}\r\n"
                    )
                    connection.sendall(head.encode() + b"Connection: close\r\n\r\n" + self._page)


@pytest.fixture
def listeners() -> Iterator[tuple[Listener, Listener]]:
    """Ours on 127.0.0.1, and a hostile one on the same port of ``[::1]``."""
    ours = Listener(socket.AF_INET, "127.0.0.1", 0, "ours")
    try:
        hostile = Listener(socket.AF_INET6, "::1", ours.port, "hostile")
    except OSError as error:
        ours.close()
        if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
            raise
        pytest.skip("this machine has no [::1], so nobody can hold its ports")
    yield ours, hostile
    hostile.close()
    ours.close()


def visit(address: str, *options: str) -> str:
    """Open the address in a process of its own; the title of the page that came."""
    command = [sys.executable, "-m", "tests.safety.visit", address, *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=VISIT_SECONDS, check=False)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-400:]
    return done.stdout.decode()


@pytest.mark.parametrize("name", ["malinger.localhost", "localhost"])
def test_a_hostile_listener_sees_no_request(listeners: tuple[Listener, Listener], name: str) -> None:
    ours, hostile = listeners
    assert visit(f"http://{name}:{ours.port}/index.html") == "ours"
    assert hostile.requests == []
    assert ours.requests[0] == "GET /index.html HTTP/1.1"


def test_without_the_flag_it_would_be_asked(listeners: tuple[Listener, Listener]) -> None:
    """What the flag is for: if this fails one day, Chromium has changed, and the flag can be looked at again."""
    ours, hostile = listeners
    assert visit(f"http://malinger.localhost:{ours.port}/index.html", "--without-flags") == "hostile"
    assert len(hostile.requests) >= 1


def test_the_program_always_has_the_flag() -> None:
    """Whatever it was started with: nothing of the caller's arguments reaches Chromium."""
    arguments = program_arguments(["vaktrom", "--host-resolver-rules=MAP * 192.0.2.1"])
    rules = [argument for argument in arguments if argument.startswith("--host-resolver-rules=")]
    assert rules == [f"--host-resolver-rules={HOST_RULES}"]
