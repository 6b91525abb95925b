"""Starts one measuring process and reads the JSON line that it prints last."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

LONGEST_SECONDS = 180
TRIES = 2


class MeasurementFailed(Exception):
    """The process ended without its line; the last words of its standard error."""


def run_module(name: str, *arguments: str, longest: float = LONGEST_SECONDS) -> dict[str, Any]:
    """``python -m tests.bench.NAME ...`` with the moment of its start; tried again once. Raises MeasurementFailed."""
    for attempt in range(1, TRIES + 1):
        command = [sys.executable, "-m", f"tests.bench.{name}", *arguments, "--began", repr(time.time())]
        done = subprocess.run(command, capture_output=True, text=True, timeout=longest, check=False)
        lines = done.stdout.strip().splitlines()
        if done.returncode == 0 and lines:
            told: dict[str, Any] = json.loads(lines[-1])
            return told
        if attempt == TRIES:
            words = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
            raise MeasurementFailed(f"{name} {arguments[0]}: {words[0][:200]}")
    raise AssertionError
