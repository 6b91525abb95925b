"""Bad input to commands: one line that says what, where and what to do; exit codes 0, 1, 2; never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shell.composition.listeners import listen, port_of
from tests.fakes.environment import ROOT


def vaktrom(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, **environment}
    for name, value in environment.items():
        if not value:
            variables.pop(name, None)
    return subprocess.run(
        [sys.executable, "-m", "shell", *arguments],
        cwd=ROOT,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def one_line(ended: subprocess.CompletedProcess[str]) -> str:
    lines = ended.stderr.strip().splitlines()
    assert len(lines) == 1, ended.stderr
    assert "Traceback" not in ended.stderr
    return lines[0]


def test_version() -> None:
    ended = vaktrom("--version")
    assert (ended.returncode, ended.stdout.split()[0]) == (0, "vaktrom")


def test_help_names_only_commands_that_exist() -> None:
    text = vaktrom("--help").stdout
    for command in ("run", "open", "sandbox", "app", "audit", "doctor", "tour"):
        assert command in text
    for later in ("catalogue", "child"):
        assert f" {later} " not in text


@pytest.mark.parametrize(
    "arguments",
    [
        ("--patient", "13850100000"),
        ("--handle", "13850100000"),
        ("vaktrom:open?patient=138501%2000000",),
        ("13850100000",),
    ],
)
def test_an_identity_number_is_not_taken_and_not_repeated(arguments: tuple[str, ...]) -> None:
    """Mutants: the desktop starts with it; the line on the terminal, which is kept, repeats it."""
    ended = vaktrom("open", *arguments)
    assert ended.returncode == 2
    assert "identity number" in one_line(ended) or "fødselsnummer" in one_line(ended)
    assert "00000" not in ended.stderr + ended.stdout


def test_an_installed_program_without_a_screen_says_it_on_standard_error() -> None:
    """Mutant: it asks Qt for a window because nobody reads the terminal, and Qt ends the program."""
    started = "import sys; sys.frozen = True; from shell.command_line import main; main()"
    nowhere = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}
    ended = subprocess.run(
        [sys.executable, "-c", started, "open", "--patient", "13850100000"],
        cwd=ROOT,
        env={**os.environ, **nowhere},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2, ended.stderr
    assert "13850100000" not in one_line(ended)


def test_a_link_that_is_not_understood() -> None:
    ended = vaktrom("open", "vaktrom:close?patient=p-1")
    assert ended.returncode == 2
    assert "vaktrom:open?patient=ID" in one_line(ended)


def test_no_display() -> None:
    ended = vaktrom("run", DISPLAY="", WAYLAND_DISPLAY="", QT_QPA_PLATFORM="")
    assert ended.returncode == 2
    assert "no display" in one_line(ended)


@pytest.mark.parametrize("display", [":4077", "localhost:4077"])
def test_a_display_that_does_not_answer(display: str) -> None:
    ended = vaktrom("run", DISPLAY=display, WAYLAND_DISPLAY="", QT_QPA_PLATFORM="")
    assert ended.returncode == 2
    assert f"DISPLAY={display}" in one_line(ended)


def test_a_wayland_display_that_is_gone(tmp_path: Path) -> None:
    ended = vaktrom(
        "run", DISPLAY="", WAYLAND_DISPLAY="wayland-7", XDG_RUNTIME_DIR=str(tmp_path), QT_QPA_PLATFORM=""
    )
    assert ended.returncode == 2
    assert "WAYLAND_DISPLAY=wayland-7" in one_line(ended)


def test_unwritable_state_directory(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    ended = vaktrom("sandbox", "--state", str(file / "below"))
    assert ended.returncode == 2
    assert "state directory" in one_line(ended)
    assert "--state" in one_line(ended)


def test_a_named_port_that_is_taken(tmp_path: Path) -> None:
    with listen() as other:
        port = port_of(other)
        ended = vaktrom("sandbox", "--state", str(tmp_path), "--port", str(port))
    assert ended.returncode == 2
    assert f"port {port}" in one_line(ended)


@pytest.mark.parametrize(
    "arguments",
    [
        ("sandbox", "--app", "/nowhere/at/all"),
        ("sandbox", "--identity-provider", "/nowhere/at/all.json"),
        ("sandbox", "--host", "0.0.0.0"),
        ("app", "check", "/nowhere/at/all"),
    ],
)
def test_wrong_use_is_one_line_and_2(arguments: tuple[str, ...]) -> None:
    ended = vaktrom(*arguments)
    assert ended.returncode == 2
    one_line(ended)


def test_all_mistakes_of_a_manifest_at_once(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(
        json.dumps({"manifest_version": 1, "id": "Min App", "scope": "alt"})
    )
    ended = vaktrom("app", "check", str(tmp_path))
    assert ended.returncode == 1
    assert ended.stdout.count("\n") > 8
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("command", ["sandbox", "run"])
def test_a_named_app_that_cannot_run_is_an_error(command: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    ended = vaktrom(
        command, "--state", str(tmp_path / "state"), "--app", str(broken), QT_QPA_PLATFORM="offscreen"
    )
    assert ended.returncode == 2
    assert str(broken) in one_line(ended) and "manifest.json" in one_line(ended)
    assert "vaktrom app check" in one_line(ended)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"issuer": "https://id.example", "client": {"client_id": "x"}}, "client.key"),
        ({"issuer": "https://id.example", "client": {"client_id": "x", "method": "klartekst"}}, "client.method"),
        ({"issuer": "https://id.example", "client": {"client_id": "x", "method": "client_secret_basic"}},
         "client.client_secret"),
        ({"issuer": "http://id.example", "client": {"client_id": "x", "method": "none"}}, "issuer"),
        ({"issuer": "https://id.example", "client": {"method": "none"}}, "client_id"),
    ],
)  # fmt: skip
def test_a_provider_file_with_a_mistake(content: dict[str, object], says: str, tmp_path: Path) -> None:
    file = tmp_path / "provider.json"
    file.write_text(json.dumps(content))
    ended = vaktrom("sandbox", "--state", str(tmp_path / "state"), "--identity-provider", str(file))
    assert ended.returncode == 2
    assert str(file) in one_line(ended) and says in one_line(ended)


def test_the_list_names_every_bundled_app() -> None:
    ended = vaktrom("app", "list")
    assert ended.returncode == 0
    assert [line.split()[1] for line in ended.stdout.splitlines()] == ["enabled"] * 3
