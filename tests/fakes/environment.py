"""The whole practice environment as a vendor starts it: ``vaktrom sandbox --json``."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2

ROOT = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def sandbox(state: Path, *arguments: str) -> Iterator[dict[str, Any]]:
    """Run the command and yield its ready line; ends it as a vendor does: SIGTERM (Windows: closing its input)."""
    command: Sequence[str] = [
        sys.executable,
        "-m",
        "shell",
        "sandbox",
        "--json",
        "--state",
        str(state),
        *arguments,
    ]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise AssertionError(process.stderr.read().decode())
        yield json.loads(line)
    finally:
        _end(process)
    assert process.returncode == 0


def _end(process: subprocess.Popen[bytes]) -> None:
    if sys.platform != "win32":
        process.terminate()
    try:
        with contextlib.suppress(BrokenPipeError):
            process.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise


class Browser:
    """Follows redirects and fills the plain HTML login form, as a browser without JavaScript does."""

    def __init__(self) -> None:
        self.http = httpx2.Client(timeout=15, trust_env=False)
        self.forms = 0

    def close(self) -> None:
        self.http.close()

    def go(self, url: str, stop_at: str, username: str = "siri", password: str = "vaktrom") -> str:
        """Walk from ``url`` until a redirect goes to ``stop_at``; returns that address."""
        answer = self.http.get(url)
        for _ in range(20):
            if answer.is_redirect:
                target = urljoin(str(answer.url), answer.headers["location"])
                if target.split("?")[0] == stop_at:
                    return target
                answer = self.http.get(target)
                continue
            answer = self._submit(answer, username, password)
        raise AssertionError(f"no way to {stop_at}; stopped at {answer.status_code} {answer.url}")

    def _submit(self, answer: httpx2.Response, username: str, password: str) -> httpx2.Response:
        form = re.search(r"<form[^>]*action=\"([^\"]*)\"", answer.text)
        assert form, (answer.status_code, str(answer.url).split("?")[0], answer.text[:300])
        self.forms += 1
        hidden = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", answer.text)
        fields = {
            re.search(r'name="([^"]*)"', item)[1]: re.search(r'value="([^"]*)"', item)[1]  # type: ignore[index]
            for item in hidden
        }
        action = urljoin(str(answer.url), form[1].replace("&amp;", "&"))
        headers = {"Origin": "/".join(str(answer.url).split("/")[:3])}
        return self.http.post(
            action, data={**fields, "username": username, "password": password}, headers=headers
        )
