"""The frozen program proves itself, and says so when it is damaged."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
WITH_KEYRING = 'printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"'


@pytest.fixture(scope="module")
def program() -> Path:
    """The folder of the frozen program, of the present commit."""
    modules = os.pathsep.join((str(ROOT), str(ROOT / "packaging")))
    environment = {**os.environ, "PYTHONPATH": modules}
    subprocess.run([sys.executable, "-m", "vaktrom_build", "--keep"], cwd=ROOT, env=environment, check=True)
    return ROOT / "dist" / "vaktrom"


def self_test(program: Path, home: Path) -> tuple[int, dict[str, Any]]:
    """Exit code and parts of the self-test, with a real Secret Service and nothing of this source tree in reach."""
    environment = {
        **os.environ,
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "PYTHONPATH": "/nowhere",
    }
    command = [str(program / "vaktrom"), "doctor", "--self-test", "--json"]
    done = subprocess.run(
        ["dbus-run-session", "--", "bash", "-c", WITH_KEYRING, "bash", *command],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    told = json.loads(done.stdout.strip().splitlines()[-1])
    assert "frozen)" in told["version"]
    parts: dict[str, Any] = told["parts"]
    return done.returncode, parts


def test_whole_program_works_with_a_real_keyring(program: Path, tmp_path: Path) -> None:
    code, parts = self_test(program, tmp_path)
    assert [name for name, part in parts.items() if not part["good"]] == []
    assert parts["secret"]["detail"] == "written, read and removed in the keyring"
    assert code == 0


def test_truncated_file_is_named(program: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(program, copy, symlinks=True)
    tokens = copy / "_internal/plugins/bundled/notat/app.js"
    tokens.write_bytes(tokens.read_bytes()[:-10])
    code, parts = self_test(copy, tmp_path)
    assert code == 1
    assert "plugins/bundled/notat/app.js" in parts["files"]["detail"]


def test_tour_is_completed(program: Path, tmp_path: Path) -> None:
    command = [str(program / "vaktrom"), "tour", "--headless", "--out", str(tmp_path)]
    subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=300, check=True)
    assert json.loads((tmp_path / "tour.json").read_text(encoding="utf-8"))["failure"] == ""
