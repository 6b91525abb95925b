"""One desktop of a user in a session: the next start reaches it, and nobody and nothing else does."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shell.composition.desktop_door import (
    ASKED,
    MOST_ASKED,
    DesktopDoor,
    DesktopHung,
    ask_to_show,
)
from shell.composition.io_loop import IoLoop
from shell.composition.open_wish import OpenWish
from shell.composition.session_place import PlaceUnsafe, SessionPlace, session_place

SHORT = 0.3


@pytest.fixture
def io() -> Iterator[IoLoop]:
    loop = IoLoop()
    yield loop
    loop.stop()


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> SessionPlace:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("r")))
    return session_place(tmp_path_factory.mktemp("state"))


@pytest.fixture
def door(place: SessionPlace, io: IoLoop) -> Iterator[DesktopDoor]:
    made = DesktopDoor(place)
    assert made.is_first
    io.submit(made.listen()).result(5)
    yield made
    made.close()


def test_the_second_start_is_told_that_the_first_is_starting_and_later_shown(
    door: DesktopDoor, place: SessionPlace
) -> None:
    second = DesktopDoor(place)
    assert not second.is_first
    second.close()
    assert ask_to_show(place) == "starting"
    shown: list[str] = []

    def show(told: object) -> None:
        shown.append("shown")
        assert callable(told)
        told()

    door.attend(show)
    assert ask_to_show(place) == "shown"
    assert shown == ["shown"]
    for _ in range(2 * MOST_ASKED):
        ask_to_show(place)
    assert len(shown) == MOST_ASKED, "a flood does not keep the window busy"


def test_a_window_that_does_not_answer_is_told_of(door: DesktopDoor, place: SessionPlace) -> None:
    door.attend(lambda _told: None)
    with pytest.raises(DesktopHung):
        ask_to_show(place, SHORT)


def test_whatever_else_is_said_gets_no_answer(door: DesktopDoor, place: SessionPlace) -> None:
    shown: list[object] = []
    door.attend(shown.append)
    for message in (b"", b"show", b"show\r\n", b"show \n", b"\x00\n", b"x" * 100_000 + b"\n"):
        with socket.socket(socket.AF_UNIX) as visitor:
            visitor.settimeout(5)
            visitor.connect(str(place.socket))
            try:
                visitor.sendall(message)
                visitor.shutdown(socket.SHUT_WR)
                assert visitor.recv(10) == b"", message
            except (BrokenPipeError, ConnectionResetError):
                pass
    assert shown == []


def test_another_user_gets_no_answer(
    door: DesktopDoor, place: SessionPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody_else = os.geteuid() + 1
    with socket.socket(socket.AF_UNIX) as visitor:
        visitor.settimeout(5)
        monkeypatch.setattr(os, "geteuid", lambda: somebody_else)
        visitor.connect(str(place.socket))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            visitor.sendall(ASKED)
            assert visitor.recv(10) == b""
    with pytest.raises(DesktopHung):
        ask_to_show(place, SHORT)


def test_after_a_kill_the_next_is_the_first_and_takes_the_socket_away(
    place: SessionPlace, io: IoLoop
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(place.folder), place.name], check=False, timeout=30
    )
    assert killed.returncode == -9
    assert place.socket.exists()
    door = DesktopDoor(place)
    assert door.is_first
    io.submit(door.listen()).result(5)
    assert ask_to_show(place) == "starting"
    door.close()
    assert not place.socket.exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from shell.composition.desktop_door import DesktopDoor
from shell.composition.io_loop import IoLoop
from shell.composition.session_place import SessionPlace
door = DesktopDoor(SessionPlace(Path(sys.argv[1]), sys.argv[2]))
IoLoop().submit(door.listen()).result(5)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_each_screen_and_each_state_folder_has_its_own(
    tmp_path: Path, place: SessionPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setenv("DISPLAY", ":1.0")
    first = session_place(tmp_path)
    assert session_place(tmp_path / "other") != first
    monkeypatch.setenv("DISPLAY", ":1")
    assert session_place(tmp_path) == first
    monkeypatch.setenv("DISPLAY", ":2")
    assert session_place(tmp_path) != first


def test_a_folder_that_others_may_enter_is_refused(place: SessionPlace, tmp_path: Path) -> None:
    place.folder.chmod(0o755)
    with pytest.raises(PlaceUnsafe, match="not yours alone"):
        session_place(tmp_path)


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "vaktrom").symlink_to(tmp_path / "elsewhere")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(PlaceUnsafe):
        session_place(tmp_path)


@pytest.mark.parametrize(
    ("options", "code", "said"), [((), 0, "starting"), (("--port", "4321"), 1, "Close it first")]
)
def test_the_second_command_ends_with_a_line(
    tmp_path: Path,
    io: IoLoop,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    state = tmp_path / "state"
    state.mkdir()
    door = DesktopDoor(session_place(state))
    io.submit(door.listen()).result(5)
    command = [sys.executable, "-m", "shell", "run", "--state", str(state), *options]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    door.close()
    assert ended.returncode == code, ended.stderr
    assert ended.stdout == "" and said in ended.stderr and ended.stderr.count("\n") == 1


def test_a_wish_comes_through_and_one_that_came_early_is_not_lost(
    door: DesktopDoor, place: SessionPlace
) -> None:
    """Mutants: what comes before there is a window is forgotten; an old wish comes after a newer one."""
    taken: list[OpenWish] = []

    def show(told: object) -> None:
        assert callable(told)
        told()

    for patient in ("p-1", "p-2"):
        assert ask_to_show(place, wish=OpenWish(patient)) == "starting"
    door.attend(show, taken.append)
    assert taken == [OpenWish("p-2")]
    assert ask_to_show(place, wish=OpenWish("p-3")) == "shown"
    assert ask_to_show(place) == "shown"
    assert taken == [OpenWish("p-2"), OpenWish("p-3")]


@pytest.mark.parametrize(
    "message",
    [
        b"patient 13850100000\n",
        b"patient p-1 p-2\n",
        b"patient \n",
        b"patient p/1\n",
        b"patient p-1\r\n",
        b"patient " + b"p" * 65 + b"\n",
        b"handle p-1\n",
        b"open p-1\n",
    ],
)
def test_no_other_wish_comes_through(door: DesktopDoor, place: SessionPlace, message: bytes) -> None:
    """Mutant: the desktop believes whoever writes to its socket."""
    taken: list[OpenWish] = []
    door.attend(lambda _told: None, taken.append)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as visitor:
        visitor.settimeout(5)
        visitor.connect(str(place.socket))
        visitor.sendall(message)
        assert visitor.recv(64) == b""
    assert taken == []


def test_a_flood_of_wishes_reads_no_flood_of_records(door: DesktopDoor, place: SessionPlace) -> None:
    """Mutant: a program in a loop has a record read each time, in the name of whoever is signed in."""
    taken: list[OpenWish] = []

    def show(told: object) -> None:
        assert callable(told)
        told()

    door.attend(show, taken.append)
    for number in range(3 * MOST_ASKED):
        ask_to_show(place, wish=OpenWish(f"p-{number}"))
    assert len(taken) == MOST_ASKED
