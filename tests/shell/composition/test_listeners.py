"""Ports: remembered per user, replaced when taken; a port that the user named is an error."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from shell.composition.clock import SystemClock
from shell.composition.listeners import PortTaken, RememberedPort, listen, port_of
from shell.composition.practice import EnvironmentChoice, prepare


def test_a_remembered_port_is_used_again(tmp_path: Path) -> None:
    first, _ = RememberedPort(tmp_path / "port").listen()
    port = port_of(first)
    first.close()
    second, remembered = RememberedPort(tmp_path / "port").listen()
    assert (port_of(second), remembered) == (port, True)
    second.close()


def test_a_taken_remembered_port_is_replaced_and_the_new_one_remembered(tmp_path: Path) -> None:
    file = tmp_path / "port"
    with listen() as hostile:
        file.write_text(str(port_of(hostile)))
        listener, remembered = RememberedPort(file).listen()
        assert not remembered
        assert int(file.read_text()) == port_of(listener) != port_of(hostile)
        listener.close()


@pytest.mark.parametrize("content", ["", "x", "-1", "80", "70000"])
def test_a_damaged_port_file_is_ignored(tmp_path: Path, content: str) -> None:
    file = tmp_path / "port"
    file.write_text(content)
    listener, remembered = RememberedPort(file).listen()
    assert not remembered
    listener.close()


def test_a_named_port_that_is_taken_is_an_error() -> None:
    with listen() as other, pytest.raises(PortTaken, match=f"port {port_of(other)} "):
        listen(port_of(other))


def test_a_second_program_leaves_the_port_of_the_first_alone(tmp_path: Path) -> None:
    first = prepare(EnvironmentChoice(tmp_path), SystemClock().now())
    second = prepare(EnvironmentChoice(tmp_path), SystemClock().now())
    ports = first.port, second.port
    asyncio.run(second.stop())
    asyncio.run(first.stop())
    third = prepare(EnvironmentChoice(tmp_path), SystemClock().now())
    assert ports[0] == third.port != ports[1]
    asyncio.run(third.stop())
