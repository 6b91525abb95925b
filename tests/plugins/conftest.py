"""A correct app folder to spoil in one way at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GOOD: dict[str, Any] = {
    "manifest_version": 1,
    "id": "minapp",
    "client_name": "Min app",
    "publisher": "Fjellkode AS",
    "software_version": "1.0.0",
    "launch_uri": "launch.html",
    "redirect_uris": ["index.html"],
    "scope": "launch openid fhirUser online_access patient/Patient.rs",
    "token_endpoint_auth_method": "none",
    "follows": "relaunch",
    "contacts": ["hjelp@fjellkode.example"],
    "icon": "icon.svg",
}
ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M4 12h16" stroke="currentColor"/></svg>'


@pytest.fixture
def good() -> dict[str, Any]:
    return json.loads(json.dumps(GOOD))


@pytest.fixture
def make_app(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str = "minapp", files: dict[str, str] | None = None, **changes: Any) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        members = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
        contents = {
            "manifest.json": json.dumps(members),
            "icon.svg": ICON,
            "launch.html": '<!doctype html><script src="launch.js"></script>',
            "launch.js": "",
            "index.html": "<!doctype html><p>Hei</p>",
            **(files or {}),
        }
        for file, content in contents.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return folder

    return make
