"""What the check calls a file that is served is what the gateway serves."""

from __future__ import annotations

import pytest

from launcher.server.app_sites import MEDIA_TYPES
from plugins.served_files import SUFFIXES, is_served_name


@pytest.mark.parametrize("name", ["index.html", "a/b.js", "LAUNCH.HTML", "icon.svg"])
def test_served(name: str) -> None:
    assert is_served_name(name)


@pytest.mark.parametrize(
    "name", ["", ".hidden.js", ".git/a.js", "a//b.js", "run.php", "a\\b.js", "x\0.js", "../a.js"]
)
def test_not_served(name: str) -> None:
    assert not is_served_name(name)


def test_the_gateway_knows_every_kind() -> None:
    assert set(MEDIA_TYPES) >= SUFFIXES
