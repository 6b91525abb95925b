"""Which files of an app a browser gets, and under which policy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from plugins.app_site import AppSite, content_security_policy

Make = Callable[..., Path]
GATEWAY = "http://127.0.0.1:4711"


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/launch.js", "text/javascript; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
    ],
)
def test_files_of_the_app(make_app: Make, path: str, content_type: str) -> None:
    found = AppSite(make_app(), GATEWAY).find(path)
    assert found is not None
    assert found.content_type == content_type
    assert found.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    ["/manifest.json", "/.hidden.js", "/.git/config.js", "/../secret.txt", "/a/../../secret.txt", "//etc/passwd.txt",
     "/missing.js", "/run.php", "/sub", "/sub/", "/a\\b.js", "/x\0.js", "/link.txt"],
)  # fmt: skip
def test_everything_else_is_not_found(make_app: Make, tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.txt").write_text("x")
    files = {".hidden.js": "", ".git/config.js": "", "run.php": "", "sub/index.html": ""}
    folder = make_app(files=files)
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    assert AppSite(folder, GATEWAY).find(path) is None


def test_the_policy_names_the_gateway_and_its_socket_only() -> None:
    policy = content_security_policy("https://gateway.example/base", ["https://api.app.example"])
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert (
        rules["connect-src"] == "'self' https://gateway.example wss://gateway.example https://api.app.example"
    )
    assert rules["script-src"] == "'self'"
    assert rules["default-src"] == rules["frame-ancestors"] == "'none'"
    assert "ws://127.0.0.1:4711" in content_security_policy(GATEWAY)
