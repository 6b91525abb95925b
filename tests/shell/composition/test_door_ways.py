"""The door on a port, as on Windows: who has the key is let in, and only who has it hears what is said.

Five ways to break it: a program without the key; one that took the port of a killed desktop; one that listened and says the
same again; one that holds the line; a key that others can read. Each has a test here.
"""

from __future__ import annotations

import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from shell.composition import desktop_door
from shell.composition.desktop_door import DesktopDoor, DesktopHung, ask_to_show
from shell.composition.door_ways import KEY_BYTES, LoopbackWay
from shell.composition.io_loop import IoLoop
from shell.composition.open_wish import OpenWish
from shell.composition.session_place import SessionPlace

SHORT = 0.3
WISH = OpenWish("p-secret")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SessionPlace:
    monkeypatch.setattr(desktop_door, "way_to", lambda _socket, key: LoopbackWay(key))
    return SessionPlace(tmp_path, "d")


@pytest.fixture
def io() -> Iterator[IoLoop]:
    loop = IoLoop()
    yield loop
    loop.stop()


@pytest.fixture
def taken() -> list[OpenWish]:
    return []


@pytest.fixture
def door(place: SessionPlace, io: IoLoop, taken: list[OpenWish]) -> Iterator[DesktopDoor]:
    made = DesktopDoor(place)
    io.submit(made.listen()).result(5)

    def show(told: object) -> None:
        assert callable(told)
        told()

    made.attend(show, taken.append)
    yield made
    made.close()


def port(place: SessionPlace) -> int:
    return int(place.key.read_text("ascii").split()[0])


def test_the_next_start_is_let_in(door: DesktopDoor, place: SessionPlace, taken: list[OpenWish]) -> None:
    assert ask_to_show(place) == "shown"
    assert ask_to_show(place, wish=WISH) == "shown"
    assert taken == [WISH]


def test_the_key_is_the_user_s_own_and_goes_with_the_desktop(door: DesktopDoor, place: SessionPlace) -> None:
    assert stat.S_IMODE(place.key.stat().st_mode) == 0o600
    assert [path.name for path in place.folder.iterdir() if path != place.lock] == [place.key.name]
    second = DesktopDoor(place)
    second.close()
    assert place.key.exists(), "a start that was not the first takes nothing away"
    door.close()
    assert not place.key.exists()


def test_without_the_key_nobody_is_heard(
    door: DesktopDoor, place: SessionPlace, taken: list[OpenWish]
) -> None:
    """Mutant: the desktop does what any program of any user on the machine says."""
    nonce = b"a" * 2 * KEY_BYTES + b"\n"
    for said in (
        b"show\n",
        b"patient p-1\n",
        nonce + b"patient p-1\n",
        nonce + b"0" * 64 + b" patient p-1\n",
    ):
        with socket.create_connection(("127.0.0.1", port(place)), timeout=5) as visitor:
            visitor.sendall(said)
            visitor.shutdown(socket.SHUT_WR)
            heard = b"".join(iter(lambda: visitor.recv(400), b""))
        assert b"shown" not in heard
    assert taken == []


def test_whoever_took_the_port_is_told_nothing(place: SessionPlace) -> None:
    """Mutant: which patient is asked for goes to whoever listens where a killed desktop did."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        held = DesktopDoor(place)  # somebody has the lock
        place.key.write_text(f"{listener.getsockname()[1]} {'00' * KEY_BYTES}\n", "ascii")

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                heard.append(connection.recv(400))
                connection.sendall(b"f" * 64 + b" " + b"a" * 64 + b"\n")
                heard.append(connection.recv(400))

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(DesktopHung):
            ask_to_show(place, 5, WISH)
        thread.join(5)
        held.close()
    assert heard[1:] == [b""] and WISH.patient.encode() not in heard[0]


def test_the_same_words_again_are_not_believed(
    door: DesktopDoor, place: SessionPlace, taken: list[OpenWish]
) -> None:
    """Mutant: who heard one visit can repeat it."""
    words: list[bytes] = []

    class Heard(socket.socket):
        def sendall(self, data: bytes, flags: int = 0) -> None:  # type: ignore[override]
            words.append(bytes(data))
            super().sendall(data, flags)

    way = LoopbackWay(place.key)
    with way.connect(5) as plain, Heard(fileno=plain.detach()) as visit:
        assert way.say(visit, b"patient p-1\n", desktop_door.time.monotonic() + 5)
        assert visit.recv(40) == b"shown\n"
    with socket.create_connection(("127.0.0.1", port(place)), timeout=5) as visitor:
        visitor.sendall(b"".join(words))
        visitor.shutdown(socket.SHUT_WR)
        heard = b"".join(iter(lambda: visitor.recv(400), b""))
    assert b"shown" not in heard and taken == [OpenWish("p-1")]


def test_a_visitor_who_says_nothing_holds_nobody_up(door: DesktopDoor, place: SessionPlace) -> None:
    with socket.create_connection(("127.0.0.1", port(place)), timeout=5):
        assert ask_to_show(place) == "shown"


@pytest.mark.parametrize("content", ["", "x", "99999 zz", "1 " + "00" * KEY_BYTES])
def test_a_file_that_is_damaged_or_old_is_no_door(place: SessionPlace, content: str) -> None:
    """Mutants: a traceback; the second start waits for ever."""
    place.key.write_text(content, "ascii")
    with pytest.raises(DesktopHung):
        ask_to_show(place, SHORT)
