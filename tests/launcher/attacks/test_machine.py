"""Other processes of the machine: raw sockets, other Hosts, slow and endless requests, the app's folder."""

from __future__ import annotations

import socket
import time

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from launcher.server.connections import ConnectionLimits
from tests.fakes.gateway import RunningGateway, Shell
from tests.launcher.attacks.conftest import PUBLIC, SITE


def port_of(gateway: RunningGateway) -> int:
    return int(gateway.base_url.rpartition(":")[2])


def spoken(gateway: RunningGateway, text: bytes, *, wait: float = 5.0) -> bytes:
    """What the gateway says to these bytes until it closes or falls silent."""
    said = b""
    with socket.create_connection(("127.0.0.1", port_of(gateway)), timeout=wait) as connection:
        connection.sendall(text)
        while True:
            try:
                chunk = connection.recv(65536)
            except (TimeoutError, ConnectionResetError):
                return said
            if not chunk:
                return said
            said += chunk


def request_line(gateway: RunningGateway, target: str, host: str | None = None, more: str = "") -> bytes:
    host = host or f"127.0.0.1:{port_of(gateway)}"
    return f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n".encode("latin-1")


HIDDEN = [
    "/.env", "/.git/config", "/deep/.hidden.js", "/manifest.json", "/Manifest.JSON", "/manifest.js", "/shown.js",
    "/link.txt", "/folder/outside.txt", "/signing-key.pem", "/notes.md", "/server.py", "/%2eenv", "/%2Egit/config",
    "/./manifest.json", "/deep/../manifest.json", "/deep/..%2fmanifest.json", "//manifest.json", "/manifest.json/",
    "/manifest.json%20", "/manifest.json.", "/manifest.json::$DATA", "/manifest%00.json", "/deep/%2e%2e/.env",
    "/..%5coutside.txt", "/\\outside.txt", "/folder", "/deep", "/%ff%fe.js",
]  # fmt: skip


@pytest.mark.parametrize("path", HIDDEN)
def test_an_unpacked_apps_own_papers_are_not_public(gateway: RunningGateway, path: str) -> None:
    said = spoken(gateway, request_line(gateway, path, f"{SITE}:{port_of(gateway)}"))
    assert said.split(b" ", 2)[1] in (b"400", b"404"), said[:200]
    assert b"secret" not in said


@pytest.mark.parametrize("path", sorted(PUBLIC))
def test_its_pages_are(gateway: RunningGateway, path: str) -> None:
    said = spoken(gateway, request_line(gateway, f"/{path}", f"{SITE}:{port_of(gateway)}"))
    assert said.startswith(b"HTTP/1.1 200") and said.endswith(b"public")


@pytest.mark.parametrize(
    "host",
    ["fiendtlig.localhost", "FIENDTLIG.LOCALHOST:{port}", "fiendtlig.localhost.:{port}", "fiendtlig.localhost:{port}.",
     "x.fiendtlig.localhost:{port}", "fiendtlig.localhost:0{port}", "fiendtlig.localhost:{port}@127.0.0.1:{port}",
     "127.0.0.1:{port}/", "127.1:{port}", "2130706433:{port}", "0x7f.0.0.1:{port}", "0.0.0.0:{port}",
     "[::ffff:127.0.0.1]:{port}", "user@127.0.0.1:{port}", "rebinding.example:{port}", "127.0.0.1:{port},evil.example"],
)  # fmt: skip
def test_no_other_spelling_of_a_name_is_answered(gateway: RunningGateway, host: str) -> None:
    for target in ("/", "/index.html", "/fhir/metadata", "/health/live"):
        said = spoken(gateway, request_line(gateway, target, host.format(port=port_of(gateway))))
        assert said.split(b" ", 2)[1] in (b"421", b"400"), said[:200]


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:{port}/fhir/metadata", "http://evil.example/fhir/metadata", "http:///workspace/session",
     "/%66hir/metadata", "//fhir/metadata", "/fhir//metadata", "/fhir/./metadata", "/fhir/../workspace/session",
     "/fhir;/metadata", "/fhir%2fmetadata", "/FHIR/metadata", "/fhircast/../fhir/metadata", "/oauth/%2e%2e/fhir/metadata"],
)  # fmt: skip
def test_no_other_spelling_of_a_path_is_answered(gateway: RunningGateway, target: str) -> None:
    said = spoken(gateway, request_line(gateway, target.format(port=port_of(gateway))))
    assert not said.startswith(b"HTTP/1.1 2"), said[:200]


def test_headers_cannot_be_smuggled_or_split(gateway: RunningGateway) -> None:
    host = f"Host: 127.0.0.1:{port_of(gateway)}\r\n"
    for bad in (
        f"GET /fhir/metadata HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        f"POST /oauth/token HTTP/1.1\r\n{host}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        f"GET /health/live HTTP/1.1\r\n{host}X: a\rb\r\n\r\n",
        f"GET /health/live HTTP/1.1\r\n {host}\r\n",
        f"GET /oauth/authorize?state=a%0d%0aSet-Cookie:%20x=y HTTP/1.1\r\n{host}Connection: close\r\n\r\n",
    ):
        said = spoken(gateway, bad.encode("latin-1"), wait=0.5)
        assert said.count(b"HTTP/1.1 ") <= 1
        assert b"\r\nSet-Cookie: x" not in said and b"\r\nset-cookie: x" not in said


def test_an_answer_is_never_split_by_a_state(gateway: RunningGateway, shell: Shell) -> None:
    url = gateway.authorize_url(state="a\r\nSet-Cookie: stolen=1\r\n\r\n<script>")
    page = shell.browser.send("GET", url)
    assert page.status == 302
    assert "\n" not in (page.header("location") or "") and not page.headers_named("set-cookie")
    assert shell.browser.follow(page).query["state"] == "a\r\nSet-Cookie: stolen=1\r\n\r\n<script>"


def test_a_connection_that_never_finishes_its_headers_is_closed(gateway: RunningGateway) -> None:
    limits = ConnectionLimits()
    assert limits.header_seconds <= 10
    started = time.monotonic()
    connections = [socket.create_connection(("127.0.0.1", port_of(gateway)), timeout=20) for _ in range(3)]
    try:
        connections[1].sendall(b"GET /health/live HTTP/1.1\r\nHost: ")
        connections[2].sendall(
            request_line(gateway, "/health/live").replace(b"close", b"keep-alive") + b"GET /"
        )
        answered = connections[2].recv(65536)
        assert answered.startswith(b"HTTP/1.1 200")
        for connection in connections:
            while connection.recv(65536):
                assert time.monotonic() - started < limits.header_seconds + 3
    finally:
        for connection in connections:
            connection.close()


def test_endless_headers_are_cut_off(gateway: RunningGateway) -> None:
    said = spoken(gateway, b"GET /" + b"a" * 200_000, wait=5)
    assert said == b"" or said.startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize(
    "path", ["/oauth/token", "/oauth/authorize", "/oauth/par", "/oauth/logout", "/oauth/revoke"]
)
def test_huge_forms_are_refused(gateway: RunningGateway, path: str) -> None:
    answer = gateway.http.post(path, data={"grant_type": "x" * 100_000})
    assert answer.status_code == 400
    fields = "&".join(f"a{number}=1" for number in range(500))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert gateway.http.post(path, content=fields, headers=headers).status_code == 400


def send_and_listen(channel: ClientConnection, text: str) -> None:
    channel.send(text)
    while True:
        channel.recv(5)


def test_a_huge_frame_ends_the_socket(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    form = {
        "hub.channel.type": "websocket", "hub.mode": "subscribe", "hub.topic": topic, "hub.events": "Patient-open",
    }  # fmt: skip
    answer = gateway.http.post("/fhircast", data=form, headers=shell.bearer)
    with connect(answer.json()["hub.channel.endpoint"], proxy=None) as channel:
        channel.recv(5)
        with pytest.raises(ConnectionClosed):
            send_and_listen(channel, "x" * 1_000_000)


def test_a_guessed_or_used_channel_is_closed(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    form = {
        "hub.channel.type": "websocket", "hub.mode": "subscribe", "hub.topic": topic, "hub.events": "Patient-open",
    }  # fmt: skip
    endpoint = gateway.http.post("/fhircast", data=form, headers=shell.bearer).json()["hub.channel.endpoint"]
    with connect(endpoint, proxy=None) as channel:
        channel.recv(5)
        for other in (endpoint, endpoint[:-1], endpoint + "x", endpoint.rpartition("/")[0] + "/" + "a" * 32):
            with pytest.raises(Exception, match="HTTP 403"), connect(other, proxy=None):
                pass
